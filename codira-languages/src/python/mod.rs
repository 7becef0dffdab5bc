//! Python: its rules, its analyzer, by Ruff's parser, its auditor, by the conventions of
//! docstrings.

#[cfg(feature = "python")]
mod analyzer;
mod auditor;
mod rules;

use codira_contracts::Language;

#[cfg(feature = "python")]
pub use self::analyzer::PythonAnalyzer;
pub use self::auditor::PythonAuditor;
use crate::{LanguageSupport, engine::Rules};

/// The language.
pub const LANGUAGE: Language = Language::from_static("python");

pub(crate) fn support() -> LanguageSupport {
    let support = LanguageSupport::first_party(LANGUAGE, "python")
        .with_auditor(PythonAuditor::new())
        .with_rules(Rules::<rules::Names>::new());
    #[cfg(feature = "python")]
    let support = support.with_analyzer(PythonAnalyzer::new());
    support
}
