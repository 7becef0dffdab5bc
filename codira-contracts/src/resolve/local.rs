//! Languages without rules: names are sought in the file alone.

use rustc_hash::FxHashMap;

use super::{Resolution, UseGroup, groups};
use crate::{EdgeTarget, FileAnalysis, ImportTarget, RepoPath, StableId, Symbol, SymbolKey, SymbolKind, UseForm, UseRecord};

/// No path of more parts and no symbol inside more others is followed.
const MAX_DEPTH: usize = 64;

/// What came of resolving such a file.
pub(super) fn resolve(path: &RepoPath, analysis: &FileAnalysis) -> Resolution {
    let names = Names::of(analysis);
    let groups = groups(&analysis.uses);
    let target = |UseGroup { record, .. }: &UseGroup<'_>| match names.target(record) {
        Some(id) => EdgeTarget::Resolved(SymbolKey { path: path.clone(), id: id.clone() }),
        None => EdgeTarget::Unresolved { text: record.text.clone() },
    };
    let targets = groups.iter().map(target).collect();
    let imports = vec![ImportTarget::Unresolved; analysis.imports.len()];
    Resolution::new(path, groups, targets, imports, Default::default())
}

/// The symbols of one file by their name and the symbol that holds them; `None` where several have
/// the name there.
struct Names<'a> {
    by_id: FxHashMap<&'a StableId, &'a Symbol>,
    by_name: FxHashMap<(Option<&'a StableId>, &'a str), Option<&'a StableId>>,
}

impl<'a> Names<'a> {
    fn of(analysis: &'a FileAnalysis) -> Self {
        // The symbol that stands for the file holds nothing: what it has lies in the file.
        let is_file = |symbol: &&Symbol| symbol.kind == SymbolKind::Module && symbol.parent.is_none();
        let file = analysis.symbols.iter().find(is_file).map(|symbol| &symbol.id);
        let inside = analysis.symbols.iter().filter(|symbol| Some(&symbol.id) != file);
        let mut names = Self { by_id: inside.map(|symbol| (&symbol.id, symbol)).collect(), by_name: FxHashMap::default() };
        for symbol in &analysis.symbols {
            let is_name = symbol.kind != SymbolKind::Implementation && names.by_id.contains_key(&symbol.id);
            let Some(ancestors) = names.ancestors(symbol.parent.as_ref()).filter(|_| is_name) else { continue };
            let enclosing = ancestors.first().map(|symbol| &symbol.id);
            let same_name = names.by_name.entry((enclosing, &symbol.name)).or_insert(Some(&symbol.id));
            if *same_name != Some(&symbol.id) {
                *same_name = None;
            }
        }
        names
    }

    /// The symbol of this id and its ancestors, innermost first. `None` when there is no end.
    fn ancestors(&self, id: Option<&StableId>) -> Option<Vec<&'a Symbol>> {
        let mut ancestors = Vec::new();
        let mut next = id.and_then(|id| self.by_id.get(id));
        while let Some(symbol) = next {
            if ancestors.len() == MAX_DEPTH {
                return None;
            }
            ancestors.push(*symbol);
            next = symbol.parent.as_ref().and_then(|id| self.by_id.get(id));
        }
        Some(ancestors)
    }

    /// The only symbol that a record can mean.
    fn target(&self, record: &UseRecord) -> Option<&'a StableId> {
        let parts: Vec<&str> = record.text.split(['.', ':']).filter(|part| !part.is_empty()).take(MAX_DEPTH + 1).collect();
        let (first, rest) = parts.split_first().filter(|_| parts.len() <= MAX_DEPTH)?;
        let ancestors = self.ancestors(Some(&record.owner)).unwrap_or_default();
        let scopes: Vec<Option<&StableId>> = match record.form {
            UseForm::Path | UseForm::Macro => ancestors.iter().map(|symbol| Some(&symbol.id)).chain([None]).collect(),
            UseForm::SelfMember => {
                ancestors.iter().find(|symbol| symbol.kind.is_type()).map(|enclosing| Some(&enclosing.id)).into_iter().collect()
            }
            UseForm::SuperMember | UseForm::Value => return None,
        };
        let first = scopes.into_iter().find_map(|scope| self.by_name.get(&(scope, first)));
        rest.iter().fold(*first?, |found, part| *self.by_name.get(&(Some(found?), *part))?)
    }
}
