//! The analyzer of Rust.

use codira_contracts::{FileAnalysis, Language, LanguageAnalyzer, RepoPath, SourceFile, Symbol, SymbolKind, Tool};

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

    fn claims(&self, _path: &RepoPath, _first_line: &str) -> bool {
        false
    }

    fn analyze(&self, file: SourceFile<'_>) -> FileAnalysis {
        let mut analysis = FileAnalysis::new(Language::RUST, file.path.as_str());
        analysis.symbols.push(Symbol::new("module", SymbolKind::Module, file.path.file_name()));
        analysis.source = file.text.to_owned();
        analysis
    }
}
