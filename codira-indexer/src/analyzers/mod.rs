//! The first-party analyzers: one module a language, and the only one that knows its parser.

use std::sync::Arc;

use codira_contracts::LanguageAnalyzer;

#[cfg(feature = "c")]
pub mod c;
#[cfg(any(feature = "markdown", feature = "restructuredtext", feature = "plaintext", feature = "python"))]
mod documents;
#[cfg(feature = "markdown")]
pub mod markdown;
#[cfg(feature = "plaintext")]
pub mod plaintext;
#[cfg(feature = "python")]
pub mod python;
#[cfg(feature = "restructuredtext")]
pub mod restructuredtext;
#[cfg(feature = "rust")]
pub mod rust;

/// Every analyzer that was compiled in.
pub fn first_party() -> Vec<Arc<dyn LanguageAnalyzer>> {
    vec![
        #[cfg(feature = "c")]
        Arc::new(c::CAnalyzer::new()),
        #[cfg(feature = "python")]
        Arc::new(python::PythonAnalyzer::new()),
        #[cfg(feature = "rust")]
        Arc::new(rust::RustAnalyzer::new()),
        #[cfg(feature = "markdown")]
        Arc::new(markdown::MarkdownAnalyzer::new()),
        #[cfg(feature = "restructuredtext")]
        Arc::new(restructuredtext::ReStructuredTextAnalyzer::new()),
        #[cfg(feature = "plaintext")]
        Arc::new(plaintext::PlainTextAnalyzer::new()),
    ]
}
