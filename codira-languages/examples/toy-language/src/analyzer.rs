//! The analyzer of Brook: which files are its own, and the analysis of each.

use codira_contracts::{FileAnalysis, Language, RepoPath, Tool};
use codira_languages::{LanguageAnalyzer, SourceFile};

use crate::{NAME, reading::Reading};

/// Reads Brook.
pub struct BrookAnalyzer {
    tool: Tool,
    language: Language,
}

impl BrookAnalyzer {
    /// The analyzer, ready for any number of files.
    pub fn new() -> Self {
        // The version rises whenever the same text gets another analysis: stored files are then
        // analyzed again.
        Self { tool: Tool::new(NAME, "1"), language: Language::new(NAME) }
    }
}

impl Default for BrookAnalyzer {
    fn default() -> Self {
        Self::new()
    }
}

impl LanguageAnalyzer for BrookAnalyzer {
    fn tool(&self) -> &Tool {
        &self.tool
    }

    fn language(&self) -> &Language {
        &self.language
    }

    fn globs(&self) -> &[&'static str] {
        &["**/*.brook"]
    }

    fn claims(&self, _path: &RepoPath, first_line: &str) -> bool {
        first_line.strip_prefix("#!").is_some_and(|command| command.split(['/', ' ']).any(|word| word == "brook"))
    }

    fn analyze(&self, file: SourceFile<'_>) -> FileAnalysis {
        let mut reading = Reading::new(&self.language, file);
        for (line, number) in file.text.lines().zip(1..) {
            reading.line(line, number);
        }
        reading.finish()
    }
}
