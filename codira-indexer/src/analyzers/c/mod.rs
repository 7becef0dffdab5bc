//! The analyzer of C.

use codira_contracts::{FileAnalysis, Language, LanguageAnalyzer, RepoPath, SourceFile, Symbol, SymbolKind, Tool};

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
        const { &Language::C }
    }

    fn globs(&self) -> &[&'static str] {
        &["**/*.c", "**/*.h"]
    }

    fn claims(&self, _path: &RepoPath, _first_line: &str) -> bool {
        false
    }

    fn analyze(&self, file: SourceFile<'_>) -> FileAnalysis {
        let mut analysis = FileAnalysis::new(Language::C, file.path.as_str());
        analysis.symbols.push(Symbol::new("module", SymbolKind::Module, file.path.file_name()));
        analysis.source = file.text.to_owned();
        analysis
    }
}
