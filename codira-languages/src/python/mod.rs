//! Python: its analyzer, by Ruff's parser, and its auditor, by the conventions of docstrings.

#[cfg(feature = "python")]
mod analyzer;
mod auditor;

use codira_contracts::Language;

#[cfg(feature = "python")]
pub use self::analyzer::PythonAnalyzer;
pub use self::auditor::PythonAuditor;
use crate::LanguageSupport;

pub(crate) fn support() -> LanguageSupport {
    let support = LanguageSupport::first_party(Language::PYTHON, "python").with_auditor(PythonAuditor::new());
    #[cfg(feature = "python")]
    let support = support.with_analyzer(PythonAnalyzer::new());
    support
}
