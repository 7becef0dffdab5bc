//! Markdown: its analyzer, by a parser of CommonMark.

#[cfg(feature = "markdown")]
mod analyzer;

use codira_contracts::Language;

#[cfg(feature = "markdown")]
pub use self::analyzer::MarkdownAnalyzer;
use crate::LanguageSupport;

pub(crate) fn support() -> LanguageSupport {
    let support = LanguageSupport::first_party(Language::new("markdown"), "markdown").of_documents();
    #[cfg(feature = "markdown")]
    let support = support.with_analyzer(MarkdownAnalyzer::new());
    support
}
