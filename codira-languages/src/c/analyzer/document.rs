//! Gives symbols the comments that document them.

use codira_contracts::{Documentation, DocumentationFormat, DocumentationKind, StableId, SymbolKind};

use super::{
    comments::{Comments, DocComment},
    draft::{Draft, Index, MODULE, in_order},
};

/// A documentation unit whose owner is a draft.
pub(super) struct Unit {
    owner: Index,
    kind: DocumentationKind,
    title: String,
    comment: DocComment,
}

/// Finds the comment of each symbol: the one directly above it or, of a member or one-line
/// declaration, behind it on its line.
pub(super) fn document(drafts: &mut [Draft], text: &str, comments: &mut Comments<'_>) -> Vec<Unit> {
    let mut units = Vec::new();
    for index in in_order(drafts).into_iter().skip(1) {
        let Draft { symbol, start, end, .. } = &mut drafts[index];
        let is_macro = symbol.kind == SymbolKind::Macro;
        // The first comment documents the file, unless a function or type follows it at once.
        let above = comments.begins_line(*start) && !(is_macro && comments.is_below_head(*start));
        let comment = above.then(|| comments.take_above(*start)).flatten();
        let comment = comment.or_else(|| if text[*start..*end].ends_with('}') { None } else { comments.take_after(*end) });
        if let Some(comment) = comment {
            symbol.documentation = Some(comment.text.clone());
            let kind = kind_of(symbol.kind);
            units.push(Unit { owner: index, kind, title: symbol.name.clone(), comment });
        }
    }
    if let (Some(comment), Some(module)) = (comments.take_head(), drafts.get_mut(MODULE)) {
        module.symbol.documentation = Some(comment.text.clone());
        let title = module.symbol.name.clone();
        units.insert(0, Unit { owner: MODULE, kind: DocumentationKind::Module, title, comment });
    }
    units
}

fn kind_of(kind: SymbolKind) -> DocumentationKind {
    match kind {
        SymbolKind::Function | SymbolKind::Prototype => DocumentationKind::Function,
        kind if kind.is_type() => DocumentationKind::Type,
        _ => DocumentationKind::Symbol,
    }
}

impl Unit {
    /// The unit, once the ids of the drafts are settled.
    pub(super) fn settle(self, ids: &[StableId]) -> Documentation {
        let owner = ids[self.owner].clone();
        Documentation {
            id: StableId::new(format!("doc:{owner}")),
            format: DocumentationFormat::PlainText,
            kind: self.kind,
            title: self.title,
            heading_path: Vec::new(),
            span: self.comment.lines,
            text: self.comment.text,
            owner: Some(owner),
        }
    }
}
