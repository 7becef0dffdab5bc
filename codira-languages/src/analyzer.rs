//! Where analyses come from: the trait of analyzers.

use codira_contracts::{FileAnalysis, Language, RepoPath, Tool};

/// A file to analyze.
#[derive(Clone, Copy, Debug)]
pub struct SourceFile<'a> {
    /// Where it is.
    pub path: &'a RepoPath,
    /// Its text, without a byte order mark.
    pub text: &'a str,
}

/// Reads the files of one language.
///
/// An analysis is a pure function of path and text. An analyzer asks neither the file system nor a
/// store nor other files, remembers nothing between calls, and may be called from any thread. What
/// it cannot understand it leaves out and says so in [`FileAnalysis::status`]; no input makes it
/// panic.
pub trait LanguageAnalyzer: Send + Sync + 'static {
    /// Name and version. The version changes whenever the same text may get another analysis.
    fn tool(&self) -> &Tool;

    /// The language of the files that it reads.
    fn language(&self) -> &Language;

    /// The globs, relative to the root, by which its files are found: `**/*.py`.
    fn globs(&self) -> &[&'static str];

    /// Whether the file at `path` is its own though no glob finds it; `first_line` is at most 256
    /// bytes of text.
    ///
    /// Asked only of executable files without extension that no glob of any analyzer matches:
    /// `#!/usr/bin/env python3`.
    fn claims(&self, path: &RepoPath, first_line: &str) -> bool;

    /// Gives everything that the index stores of the file.
    ///
    /// - Every symbol has an id unique in the file; every parent and owner is a symbol of the
    ///   file.
    /// - The first symbol is the file's module; it owns what happens at top level.
    /// - Equal input gives equal output.
    fn analyze(&self, file: SourceFile<'_>) -> FileAnalysis;
}
