//! The analyzer of Python.

use codira_contracts::{FileAnalysis, Language, LanguageAnalyzer, RepoPath, SourceFile, Symbol, SymbolKind, Tool};

/// Reads Python.
pub struct PythonAnalyzer {
    tool: Tool,
}

impl PythonAnalyzer {
    /// The analyzer, ready for any number of files.
    pub fn new() -> Self {
        Self { tool: Tool::new("python", "1") }
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
        const { &Language::PYTHON }
    }

    fn globs(&self) -> &[&'static str] {
        &["**/*.py", "**/*.pyi"]
    }

    fn claims(&self, _path: &RepoPath, _first_line: &str) -> bool {
        false
    }

    fn analyze(&self, file: SourceFile<'_>) -> FileAnalysis {
        let mut analysis = FileAnalysis::new(Language::PYTHON, file.path.as_str());
        analysis.symbols.push(Symbol::new("module", SymbolKind::Module, file.path.file_name()));
        analysis.source = file.text.to_owned();
        analysis
    }
}
