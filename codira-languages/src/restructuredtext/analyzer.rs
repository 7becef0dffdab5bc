//! The analyzer of reStructuredText.
//!
//! Sections are found by their headings; directives and roles are left as text.

use codira_contracts::{DocumentationFormat, FileAnalysis, Language, RepoPath, Tool};

use crate::{
    LanguageAnalyzer, SourceFile,
    documents::{
        outline::{self, Outline},
        underlines,
    },
};

/// Reads reStructuredText.
pub struct ReStructuredTextAnalyzer {
    tool: Tool,
    language: Language,
}

impl ReStructuredTextAnalyzer {
    /// The analyzer, ready for any number of files.
    pub fn new() -> Self {
        Self { tool: Tool::new("restructuredtext", "1"), language: Language::new("restructuredtext") }
    }
}

impl Default for ReStructuredTextAnalyzer {
    fn default() -> Self {
        Self::new()
    }
}

impl LanguageAnalyzer for ReStructuredTextAnalyzer {
    fn tool(&self) -> &Tool {
        &self.tool
    }

    fn language(&self) -> &Language {
        &self.language
    }

    fn globs(&self) -> &[&'static str] {
        &["**/*.rst", "**/*.rest"]
    }

    fn claims(&self, _path: &RepoPath, _first_line: &str) -> bool {
        false
    }

    fn analyze(&self, file: SourceFile<'_>) -> FileAnalysis {
        let headings = underlines::headings(file.text);
        let outline = Outline { format: DocumentationFormat::ReStructuredText, title: None, begin: 1, headings };
        outline::analysis(&self.language, file, outline)
    }
}
