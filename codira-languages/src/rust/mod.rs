//! Rust: its rules, its analyzer, by rust-analyzer's parser, its auditor, by the API guidelines.

#[cfg(feature = "rust")]
mod analyzer;
mod auditor;
mod rules;

use codira_contracts::Language;

#[cfg(feature = "rust")]
pub use self::analyzer::RustAnalyzer;
pub use self::auditor::RustAuditor;
use crate::{LanguageSupport, engine::Rules};

/// The language.
pub const LANGUAGE: Language = Language::from_static("rust");

pub(crate) fn support() -> LanguageSupport {
    let support = LanguageSupport::first_party(LANGUAGE, "rust")
        .with_auditor(RustAuditor::new())
        .with_rules(Rules::<rules::Names>::new());
    #[cfg(feature = "rust")]
    let support = support.with_analyzer(RustAnalyzer::new());
    support
}
