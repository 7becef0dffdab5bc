//! Plain text: its analyzer.

#[cfg(feature = "plaintext")]
mod analyzer;

use codira_contracts::Language;

#[cfg(feature = "plaintext")]
pub use self::analyzer::PlainTextAnalyzer;
use crate::LanguageSupport;

pub(crate) fn support() -> LanguageSupport {
    let support = LanguageSupport::first_party(Language::new("plaintext"), "plaintext").of_documents();
    #[cfg(feature = "plaintext")]
    let support = support.with_analyzer(PlainTextAnalyzer::new());
    support
}
