//! The analyzer of Rust: source files, and the manifests that name their crates.
//!
//! The parser is that of rust-analyzer, known to `tree` alone. It recovers from errors, and it
//! calls itself as deep as the code is nested; `nesting` tells beforehand what is nested too deep
//! for the stack.
//!
//! A source file is parsed into a flat `tree`. One `walk` over the tree finds everything: `items`
//! symbols, `uses` calls and references, `imports` imports, `macros` the contents of macros,
//! without expanding them. `manifest` reads `Cargo.toml`.

mod attributes;
mod folding;
mod heads;
mod imports;
mod items;
mod lines;
mod macros;
mod manifest;
mod module_path;
mod nesting;
mod paths;
mod scope;
mod tree;
mod uses;
mod walk;

use std::{
    panic::{self, AssertUnwindSafe},
    thread,
};

use crate::{LanguageAnalyzer, SourceFile, rust::LANGUAGE};
use codira_contracts::{AnalysisStatus, Diagnostic, FileAnalysis, Language, RepoPath, Symbol, SymbolKind, Tool, last_name};

use lines::Lines;
use tree::{Keywords, Tokens, Tree};
use walk::Walk;

/// Nesting that is analyzed on the caller's stack. A level takes up to 5 KiB of it in an
/// unoptimised build, and hardly any file that people write has more than a hundred.
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
        const { &LANGUAGE }
    }

    fn globs(&self) -> &[&'static str] {
        &["**/*.rs", "**/Cargo.toml"]
    }

    fn claims(&self, _path: &RepoPath, first_line: &str) -> bool {
        let runs = |tool: &str| first_line.split(['/', ' ', '\t', '\r']).any(|word| word == tool);
        first_line.starts_with("#!") && (runs("rust-script") || runs("cargo"))
    }

    fn analyze(&self, file: SourceFile<'_>) -> FileAnalysis {
        let lines = Lines::of(file.text);
        let understood = match file.path.file_name() {
            manifest::FILE_NAME => guarded(|| Some(manifest::analyze(file, &lines))),
            _ => source(file, &lines),
        };
        understood.unwrap_or_else(|| {
            let status = partial(&lines, vec![(0, "the parser gave up on this file")]);
            FileAnalysis { status, ..module(file, &lines) }
        })
    }
}

/// Analyzes a source file, on this stack or a deeper one; none where even that would not do.
fn source(file: SourceFile<'_>, lines: &Lines) -> Option<FileAnalysis> {
    let tokens = guarded(|| Some(Tokens::of(file.text, Keywords::Usual)))?;
    // It holds for old keywords, too, which are fewer.
    let depth = nesting::bound(&tokens);
    let understood = || {
        let usual = guarded(|| Some(understand(file, lines, &tokens)));
        if usual.as_ref().is_some_and(|analysis| analysis.status == AnalysisStatus::Complete) {
            return usual;
        }
        let old = guarded(|| Some(understand(file, lines, &Tokens::of(file.text, Keywords::Old))));
        old.filter(|analysis| analysis.status == AnalysisStatus::Complete).or(usual)
    };
    if depth <= SHALLOW {
        return understood();
    }
    if depth > DEEP {
        return None;
    }
    thread::scope(|scope| {
        let deep = thread::Builder::new().name("deep rust".to_owned()).stack_size(DEEP_STACK);
        deep.spawn_scoped(scope, understood).ok()?.join().ok()?
    })
}

/// Runs a parser. Where an assertion of the parser fails, only this file is lost.
fn guarded<T>(parse: impl FnOnce() -> Option<T>) -> Option<T> {
    panic::catch_unwind(AssertUnwindSafe(parse)).ok().flatten()
}

/// An analysis that knows the file's module alone.
fn module(file: SourceFile<'_>, lines: &Lines) -> FileAnalysis {
    let mut analysis = FileAnalysis::new(LANGUAGE, module_path::module_of(file.path));
    let name = last_name(&analysis.module).to_owned();
    let span = lines.whole(file.text);
    analysis.symbols.push(Symbol {
        qualified_name: analysis.module.clone(),
        span,
        ..Symbol::new("module", SymbolKind::Module, name)
    });
    analysis.source = file.text.to_owned();
    analysis
}

/// Parses and walks a file.
fn understand(file: SourceFile<'_>, lines: &Lines, tokens: &Tokens<'_>) -> FileAnalysis {
    let tree = Tree::of_file(tokens);
    let mut analysis = module(file, lines);
    Walk::new(lines, &mut analysis).file(&tree);
    // A chain of calls is walked from its end.
    analysis.uses.sort_by_key(|record| record.site);
    let errors = tree.errors.iter().map(|(token, message)| (*token, message.as_str())).chain(tokens.errors());
    analysis.status = partial(lines, errors.map(|(token, message)| (tokens.start(token), message)).collect());
    analysis
}

/// The status of a file in which these things are wrong: byte and message.
fn partial(lines: &Lines, mut errors: Vec<(usize, &str)>) -> AnalysisStatus {
    if errors.is_empty() {
        return AnalysisStatus::Complete;
    }
    errors.sort_unstable();
    let diagnostic = |(byte, message): (usize, &str)| Diagnostic { line: lines.site(byte).line, message: message.to_owned() };
    AnalysisStatus::Partial(errors.into_iter().take(MAX_DIAGNOSTICS).map(diagnostic).collect())
}
