//! The analyzer of plain text: `*.txt`, and the files that every project has without extension.
//!
//! Headings are underlined lines or, where there are none, short lines in capitals that stand
//! alone. Text with the marks of reStructuredText is read as such: many projects keep that in
//! `*.txt`.

use codira_contracts::{DocumentationFormat, FileAnalysis, Language, LineSpan, RepoPath, Tool};

use crate::{
    LanguageAnalyzer, SourceFile,
    documents::{
        markup,
        outline::{self, Heading, Outline},
        underlines,
    },
};

/// Reads plain text.
pub struct PlainTextAnalyzer {
    tool: Tool,
    language: Language,
}

impl PlainTextAnalyzer {
    /// The analyzer, ready for any number of files.
    pub fn new() -> Self {
        Self { tool: Tool::new("plaintext", "2"), language: Language::new("plaintext") }
    }
}

impl Default for PlainTextAnalyzer {
    fn default() -> Self {
        Self::new()
    }
}

impl LanguageAnalyzer for PlainTextAnalyzer {
    fn tool(&self) -> &Tool {
        &self.tool
    }

    fn language(&self) -> &Language {
        &self.language
    }

    fn globs(&self) -> &[&'static str] {
        &[
            "**/*.txt",
            "**/README",
            "**/INSTALL",
            "**/CHANGES",
            "**/CHANGELOG",
            "**/NEWS",
            "**/HISTORY",
            "**/CONTRIBUTING",
            "**/AUTHORS",
            "**/THANKS",
            "**/TODO",
            "**/NOTICE",
            "**/LICENSE",
            "**/LICENSE-*",
            "**/LICENCE",
            "**/COPYING",
            "**/COPYRIGHT",
        ]
    }

    fn claims(&self, _path: &RepoPath, _first_line: &str) -> bool {
        false
    }

    fn analyze(&self, file: SourceFile<'_>) -> FileAnalysis {
        let name = file.path.file_name();
        if is_for_programs(file.path) {
            return outline::no_document(&self.language, file);
        }
        let mut headings = underlines::headings(file.text);
        if headings.is_empty() && file.text.len() > LONGEST_PLAIN {
            return outline::no_document(&self.language, file);
        }
        let format = match markup::is_restructuredtext(file.text) {
            true => DocumentationFormat::ReStructuredText,
            false => DocumentationFormat::PlainText,
        };
        // The capitals of a licence are emphasis.
        if headings.is_empty() && format == DocumentationFormat::PlainText && !is_licence(name) {
            headings = capitals(file.text);
        }
        outline::analysis(&self.language, file, Outline { format, title: None, begin: 1, headings })
    }
}

/// A text of more bytes and without headings is data.
const LONGEST_PLAIN: usize = 256 << 10;

/// Whether the text file at `path` is read by programs.
fn is_for_programs(path: &RepoPath) -> bool {
    let name = path.file_name();
    let is_metadata = path.parent().is_some_and(|parent| parent.ends_with(".egg-info") || parent.ends_with(".dist-info"));
    is_metadata
        || matches!(name, "CMakeLists.txt" | "robots.txt")
        || name.starts_with("requirements")
        || name.starts_with("constraints")
}

fn is_licence(name: &str) -> bool {
    ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE"].iter().any(|start| name.to_ascii_uppercase().starts_with(start))
}

/// Lines in capitals, with nothing above and below.
fn capitals(text: &str) -> Vec<Heading> {
    const LONGEST: usize = 60;
    let lines: Vec<&str> = text.split('\n').map(str::trim_end).collect();
    let is_blank = |index: Option<usize>| index.and_then(|index| lines.get(index)).is_none_or(|line| line.is_empty());
    let is_title = |line: &str| {
        let letters = line.chars().filter(|char| char.is_alphabetic()).count();
        line.starts_with(char::is_alphanumeric) && line.len() <= LONGEST && letters > 2 && !line.chars().any(char::is_lowercase)
    };
    let stands_alone = |index: usize| is_blank(index.checked_sub(1)) && is_blank(Some(index + 1));
    let alone = lines.iter().enumerate().filter(|(index, line)| is_title(line) && stands_alone(*index));
    let heading = |(index, line): (usize, &&str)| {
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        Heading { level: 1, title: line.trim_end_matches(':').to_owned(), lines: LineSpan::new(number, number) }
    };
    alone.map(heading).collect()
}
