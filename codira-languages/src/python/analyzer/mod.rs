//! The analyzer of Python.
//!
//! One walk over the syntax tree finds everything; only how a use reaches what it names is judged
//! afterwards, because a name may be bound after it is used.

mod annotations;
mod definitions;
mod docstring;
mod exports;
mod imports;
mod lines;
mod module;
mod nesting;
mod scope;
mod signature;
mod symbols;
mod uses;
mod values;
mod walk;

use std::{panic, thread};

use crate::{LanguageAnalyzer, SourceFile, python::LANGUAGE};
use codira_contracts::{AnalysisStatus, Diagnostic, FileAnalysis, Language, RepoPath, Tool};
use ruff_python_ast::PySourceType;
use ruff_python_parser::{ParseError, parse_unchecked_source};
use ruff_text_size::Ranged;

use self::{module::Module, walk::Walk};

/// How many syntax errors of one file are reported.
const MOST_DIAGNOSTICS: usize = 20;

/// Reads Python, with errors or without.
pub struct PythonAnalyzer {
    tool: Tool,
}

impl PythonAnalyzer {
    /// The analyzer, ready for any number of files.
    pub fn new() -> Self {
        Self { tool: Tool::new("python", "2") }
    }
}

impl Default for PythonAnalyzer {
    fn default() -> Self {
        Self::new()
    }
}

impl LanguageAnalyzer for PythonAnalyzer {
    fn tool(&self) -> &Tool {
        &self.tool
    }

    fn language(&self) -> &Language {
        const { &LANGUAGE }
    }

    fn globs(&self) -> &[&'static str] {
        &["**/*.py", "**/*.pyi", "**/*.pyw"]
    }

    fn claims(&self, _path: &RepoPath, first_line: &str) -> bool {
        let Some(command) = first_line.strip_prefix("#!") else { return false };
        command.split([' ', '\t', '/']).any(|word| word.starts_with("python") || word.starts_with("pypy"))
    }

    fn analyze(&self, file: SourceFile<'_>) -> FileAnalysis {
        // The parser measures texts in 32 bits.
        if u32::try_from(file.text.len()).is_err() {
            return refused(file, "the file is longer than 4 GiB");
        }
        match nesting::bound(file.text) {
            ..=nesting::SHALLOW => read(file),
            depth @ ..=nesting::DEEPEST => {
                let stack = thread::Builder::new().stack_size(depth * nesting::STACK_PER_LEVEL);
                thread::scope(|scope| match stack.spawn_scoped(scope, || read(file)) {
                    Ok(reader) => reader.join().unwrap_or_else(|cause| panic::resume_unwind(cause)),
                    Err(error) => refused(file, &format!("it nests deep, and there is no memory to read it: {error}")),
                })
            }
            _ => refused(file, &format!("it may nest more than {} levels deep", nesting::DEEPEST)),
        }
    }
}

/// Parses the file and walks it. Both recurse.
fn read(file: SourceFile<'_>) -> FileAnalysis {
    let parsed = parse_unchecked_source(file.text, PySourceType::Python);
    let walk = Walk::new(file.text, Module::at(file.path));
    let mut analysis = FileAnalysis::new(LANGUAGE, walk.module.name.clone());
    let diagnostic =
        |error: &ParseError| Diagnostic { line: walk.lines.line(error.range().start()), message: error.error.to_string() };
    if parsed.has_invalid_syntax() {
        analysis.status = AnalysisStatus::Partial(parsed.errors().iter().take(MOST_DIAGNOSTICS).map(diagnostic).collect());
    }
    analysis.source = file.text.to_owned();
    walk.file(parsed.suite(), &mut analysis);
    analysis
}

/// The analysis of a file that is not parsed: its module, and the reason.
fn refused(file: SourceFile<'_>, reason: &str) -> FileAnalysis {
    let walk = Walk::new("", Module::at(file.path));
    let mut analysis = FileAnalysis::new(LANGUAGE, walk.module.name.clone());
    walk.file(&[], &mut analysis);
    analysis.source = file.text.to_owned();
    analysis.status = AnalysisStatus::Partial(vec![Diagnostic { line: 1, message: format!("not read: {reason}") }]);
    analysis
}
