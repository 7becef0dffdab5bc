//! Rust: its analyzer, by rust-analyzer's parser, and its auditor, by the API guidelines.

#[cfg(feature = "rust")]
mod analyzer;
mod auditor;

use codira_contracts::Language;

#[cfg(feature = "rust")]
pub use self::analyzer::RustAnalyzer;
pub use self::auditor::RustAuditor;
use crate::LanguageSupport;

pub(crate) fn support() -> LanguageSupport {
    let support = LanguageSupport::first_party(Language::RUST, "rust").with_auditor(RustAuditor::new());
    #[cfg(feature = "rust")]
    let support = support.with_analyzer(RustAnalyzer::new());
    support
}
