//! An analyzer that counts what it is asked to analyze, and may come in its next version.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use codira_contracts::{FileAnalysis, Language, RepoPath, Tool};
use codira_languages::{LanguageAnalyzer, SourceFile};

/// How the version of an upgraded analyzer ends.
pub(crate) const UPGRADED: &str = ", upgraded";

/// The analyzer inside, watched.
pub(crate) struct Watched {
    tool: Tool,
    analyzer: Arc<dyn LanguageAnalyzer>,
    analyzed: Arc<AtomicU64>,
}

impl Watched {
    pub(crate) fn new(analyzer: Arc<dyn LanguageAnalyzer>) -> Self {
        Self { tool: analyzer.tool().clone(), analyzer, analyzed: Arc::default() }
    }

    /// The next version, which says the same.
    pub(crate) fn upgraded(mut self) -> Self {
        self.tool.version += UPGRADED;
        self
    }

    /// How many files it was asked to analyze, as it goes on.
    pub(crate) fn counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.analyzed)
    }
}

impl LanguageAnalyzer for Watched {
    fn tool(&self) -> &Tool {
        &self.tool
    }

    fn language(&self) -> &Language {
        self.analyzer.language()
    }

    fn globs(&self) -> &[&'static str] {
        self.analyzer.globs()
    }

    fn claims(&self, path: &RepoPath, first_line: &str) -> bool {
        self.analyzer.claims(path, first_line)
    }

    fn analyze(&self, file: SourceFile<'_>) -> FileAnalysis {
        self.analyzed.fetch_add(1, Ordering::Relaxed);
        self.analyzer.analyze(file)
    }
}
