//! C: its analyzer, by tree-sitter's parser, and its auditor, by Doxygen.

#[cfg(feature = "c")]
mod analyzer;
mod auditor;

use codira_contracts::Language;

#[cfg(feature = "c")]
pub use self::analyzer::CAnalyzer;
pub use self::auditor::CAuditor;
use crate::LanguageSupport;

pub(crate) fn support() -> LanguageSupport {
    let support = LanguageSupport::first_party(Language::C, "c").with_auditor(CAuditor::new());
    #[cfg(feature = "c")]
    let support = support.with_analyzer(CAnalyzer::new());
    support
}
