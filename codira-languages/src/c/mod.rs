//! C: its rules, its analyzer, by tree-sitter's parser, its auditor, by Doxygen.

#[cfg(feature = "c")]
mod analyzer;
mod auditor;
mod rules;

use codira_contracts::Language;

#[cfg(feature = "c")]
pub use self::analyzer::CAnalyzer;
pub use self::auditor::CAuditor;
use crate::{LanguageSupport, engine::Rules};

/// The language.
pub const LANGUAGE: Language = Language::from_static("c");

pub(crate) fn support() -> LanguageSupport {
    let support =
        LanguageSupport::first_party(LANGUAGE, "c").with_auditor(CAuditor::new()).with_rules(Rules::<rules::Names>::new());
    #[cfg(feature = "c")]
    let support = support.with_analyzer(CAnalyzer::new());
    support
}
