//! The analyzer of C.
//!
//! C is read in three steps. `preprocess` takes directives and comments out, `specifiers` the
//! macros that C's grammar does not know; as many blanks replace them. The parser then reads the
//! rest, and `walk` reads its tree. Nothing is expanded and no condition is decided: an index is
//! of the source as people see it.

mod comments;
mod conditionals;
mod declarators;
mod declare;
mod document;
mod draft;
mod grammar;
mod hidden;
mod lexer;
mod lines;
mod macros;
mod preprocess;
mod scope;
mod specifiers;
mod statements;
mod uses;
mod walk;

use crate::{LanguageAnalyzer, SourceFile, c::LANGUAGE};
use codira_contracts::{
    AnalysisStatus, Diagnostic, FileAnalysis, Import, ImportCondition, ImportKind, Language, RepoPath, StableId, Symbol,
    SymbolKind, Tool, UseForm, UseKind, Visibility,
};

use comments::Comments;
use draft::{Draft, DraftUse, Functions};
use hidden::Macros;
use lines::Lines;
use preprocess::Include;
use walk::Walk;

/// The most diagnostics that a file gets.
const MOST_DIAGNOSTICS: usize = 20;

/// Reads C.
pub struct CAnalyzer {
    tool: Tool,
}

impl CAnalyzer {
    /// The analyzer, ready for any number of files.
    pub fn new() -> Self {
        Self { tool: Tool::new("c", "1") }
    }
}

impl Default for CAnalyzer {
    fn default() -> Self {
        Self::new()
    }
}

impl LanguageAnalyzer for CAnalyzer {
    fn tool(&self) -> &Tool {
        &self.tool
    }

    fn language(&self) -> &Language {
        const { &LANGUAGE }
    }

    fn globs(&self) -> &[&'static str] {
        &["**/*.c", "**/*.h"]
    }

    fn claims(&self, _path: &RepoPath, _first_line: &str) -> bool {
        false
    }

    fn analyze(&self, file: SourceFile<'_>) -> FileAnalysis {
        let text = file.text;
        let lines = Lines::of(text);
        let preprocessed = preprocess::preprocess(text);
        let macros = Macros::find(&preprocessed.code);
        let module = Draft {
            symbol: Symbol::new("module", SymbolKind::Module, file.path.file_name()),
            parent: None,
            start: 0,
            end: text.len(),
            stem: Some("module".to_owned()),
        };
        let mut walk = Walk::new(&preprocessed.code, &macros, module);
        match grammar::parse(&macros.without(&preprocessed.code)) {
            Some(tree) => walk.run(&tree),
            None => walk.diagnostics.push(Diagnostic { line: 1, message: "the parser gave up".to_owned() }),
        }
        let unread = preprocessed.unread.iter().map(|at| Diagnostic {
            line: lines.line(*at),
            message: "not read: an alternative of a condition that splits what is around it".to_owned(),
        });
        walk.diagnostics.extend(unread);
        let Walk { mut drafts, mut uses, diagnostics, .. } = walk;

        let functions = Functions::of(&drafts);
        for condition in &preprocessed.conditions {
            uses.extend(macros::condition_uses(condition.clone(), functions.enclosing(condition.start), text, &lines));
        }
        for name in &macros.calls {
            let (owner, site) = (functions.enclosing(name.start), lines.site(name.start));
            let text = text[name.clone()].to_owned();
            uses.push(DraftUse { kind: UseKind::Call, form: UseForm::Path, text, owner, site });
        }
        for define in &preprocessed.defines {
            uses.extend(macros::body_uses(define, drafts.len(), text, &lines));
            drafts.push(macros::symbol(define, text));
        }
        let mut comments = Comments::new(text, &lines, &preprocessed.comments);
        let units = document::document(&mut drafts, text, &mut comments);
        for draft in &mut drafts {
            draft.symbol.span = lines.span(draft.start, draft.end);
        }
        let (symbols, ids) = draft::settle(drafts);
        let import = |include: &Include| {
            let owner = ids[functions.enclosing(include.file.start)].clone();
            import(include, owner, text, &lines)
        };
        FileAnalysis {
            imports: preprocessed.includes.iter().map(import).collect(),
            uses: draft::settle_uses(uses, &ids),
            documentation: units.into_iter().map(|unit| unit.settle(&ids)).collect(),
            symbols,
            source: text.to_owned(),
            status: status(diagnostics),
            ..FileAnalysis::new(LANGUAGE, file.path.as_str())
        }
    }
}

/// A file that another one includes. What it brings in, it also brings in for the files that
/// include this one.
fn import(include: &Include, owner: StableId, text: &str, lines: &Lines) -> Import {
    Import {
        kind: if include.system { ImportKind::SystemInclude } else { ImportKind::LocalInclude },
        module: text[include.file.clone()].to_owned(),
        name: None,
        alias: None,
        owner: Some(owner),
        visibility: Visibility::Public,
        condition: if include.conditional { ImportCondition::Conditional } else { ImportCondition::Always },
        line: lines.line(include.file.start),
    }
}

/// Complete, or the first of what was not understood.
fn status(mut diagnostics: Vec<Diagnostic>) -> AnalysisStatus {
    if diagnostics.is_empty() {
        return AnalysisStatus::Complete;
    }
    diagnostics.sort_by_key(|diagnostic| diagnostic.line);
    diagnostics.truncate(MOST_DIAGNOSTICS);
    AnalysisStatus::Partial(diagnostics)
}
