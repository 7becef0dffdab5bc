//! reStructuredText: its analyzer.

#[cfg(feature = "restructuredtext")]
mod analyzer;

use codira_contracts::Language;

#[cfg(feature = "restructuredtext")]
pub use self::analyzer::ReStructuredTextAnalyzer;
use crate::LanguageSupport;

pub(crate) fn support() -> LanguageSupport {
    let support = LanguageSupport::first_party(Language::new("restructuredtext"), "restructuredtext").of_documents();
    #[cfg(feature = "restructuredtext")]
    let support = support.with_analyzer(ReStructuredTextAnalyzer::new());
    support
}
