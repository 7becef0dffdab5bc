//! The analyzer of Rust: source files, and the manifests that name their crates.
//!
//! The parser is that of rust-analyzer, known to [`tree`] alone. It recovers from errors, and it calls itself as deep as the code is
//! nested; what is nested too deep for the stack at hand is told by [`nesting`] beforehand.
//!
//! One [`walk`] over the tree says everything: [`items`] makes symbols, [`uses`] calls and references, [`imports`] what is
//! brought in, [`macros`] what can be said of macros without expanding them.

mod attributes;
mod folding;
mod heads;
mod imports;
mod items;
mod lines;
mod macros;
mod module_path;
mod nesting;
mod paths;
mod scope;
mod tree;
mod uses;
mod walk;

use std::{panic::AssertUnwindSafe, thread};

use codira_contracts::{
    AnalysisStatus, Diagnostic, FileAnalysis, Language, LanguageAnalyzer, LineSpan, RepoPath, SourceFile, Symbol, SymbolKind,
    Tool,
};

use attributes::Head;
use lines::Lines;
use tree::{Tokens, Tree};
use walk::Walk;

/// Nesting that is analyzed on the caller's stack. A level takes up to 5 KiB of it in an unoptimised build, and hardly any file that
/// people write has more than a hundred.
const SHALLOW: usize = 128;

/// Nesting that is analyzed at all, on a stack of its own.
const DEEP: usize = 8192;

/// The size of that stack: [`DEEP`] levels, half as much again, and no memory before it is used.
const DEEP_STACK: usize = 64 << 20;

/// Diagnostics that a file keeps.
const MAX_DIAGNOSTICS: usize = 20;

/// Reads Rust.
pub struct RustAnalyzer {
    tool: Tool,
}

impl RustAnalyzer {
    /// The analyzer, ready for any number of files.
    pub fn new() -> Self {
        Self { tool: Tool::new("rust", "1") }
    }
}

impl Default for RustAnalyzer {
    fn default() -> Self {
        Self::new()
    }
}

impl LanguageAnalyzer for RustAnalyzer {
    fn tool(&self) -> &Tool {
        &self.tool
    }

    fn language(&self) -> &Language {
        const { &Language::RUST }
    }

    fn globs(&self) -> &[&'static str] {
        &["**/*.rs"]
    }

    fn claims(&self, _path: &RepoPath, first_line: &str) -> bool {
        let runs = |tool: &str| first_line.split(['/', ' ', '\t', '\r']).any(|word| word == tool);
        first_line.starts_with("#!") && (runs("rust-script") || runs("cargo"))
    }

    fn analyze(&self, file: SourceFile<'_>) -> FileAnalysis {
        analyze(file)
    }
}

/// Analyzes a source file, on this stack or a deeper one.
fn analyze(file: SourceFile<'_>) -> FileAnalysis {
    let lines = Lines::of(file.text);
    // The parser asserts what it believes of itself. Should it be wrong, that is one file's loss.
    let guarded = |tokens: &Tokens<'_>| std::panic::catch_unwind(AssertUnwindSafe(|| understand(file, &lines, tokens))).ok();
    let tokens = std::panic::catch_unwind(AssertUnwindSafe(|| Tokens::of(file.text))).ok();
    let depth = tokens.as_ref().map(nesting::bound);
    let analysis = match (&tokens, depth) {
        (Some(tokens), Some(..=SHALLOW)) => guarded(tokens),
        (Some(tokens), Some(..=DEEP)) => thread::scope(|scope| {
            let deep = thread::Builder::new().name("rust-analyzer".to_owned()).stack_size(DEEP_STACK);
            deep.spawn_scoped(scope, || guarded(tokens)).ok().and_then(|thread| thread.join().ok().flatten())
        }),
        (Some(_), _) => {
            return bare(file, &lines, "nested too deep to be analyzed");
        }
        (None, _) => None,
    };
    analysis.unwrap_or_else(|| bare(file, &lines, "the parser failed"))
}

/// An analysis that knows the file's module alone.
fn module(file: SourceFile<'_>, span: LineSpan) -> FileAnalysis {
    let mut analysis = FileAnalysis::new(Language::RUST, module_path::module_of(file.path));
    let name = codira_contracts::last_name(&analysis.module).to_owned();
    analysis.symbols.push(Symbol {
        qualified_name: analysis.module.clone(),
        span,
        ..Symbol::new("module", SymbolKind::Module, name)
    });
    analysis.source = file.text.to_owned();
    analysis
}

/// The same, and why there is no more.
fn bare(file: SourceFile<'_>, lines: &Lines, why: &str) -> FileAnalysis {
    let status = AnalysisStatus::Partial(vec![Diagnostic { line: 1, message: why.to_owned() }]);
    FileAnalysis { status, ..module(file, lines.whole(file.text)) }
}

/// Parses and walks a file.
fn understand(file: SourceFile<'_>, lines: &Lines, tokens: &Tokens<'_>) -> FileAnalysis {
    let tree = Tree::of_file(tokens);
    let mut analysis = module(file, lines.whole(file.text));
    let head = Head::of(&tree, Tree::ROOT);
    let mut walk = Walk::new(lines, &mut analysis);
    walk.file(&tree, &head);
    walk.run(&tree);
    let mut errors: Vec<(usize, &str)> = tree.errors.iter().map(|(token, message)| (*token, message.as_str())).collect();
    errors.extend(tokens.errors());
    errors.sort();
    if !errors.is_empty() {
        let diagnostic = |&(token, message): &(usize, &str)| Diagnostic {
            line: lines.site(tokens.start(token)).line,
            message: message.to_owned(),
        };
        analysis.status = AnalysisStatus::Partial(errors.iter().take(MAX_DIAGNOSTICS).map(diagnostic).collect());
    }
    analysis
}
