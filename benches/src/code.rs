//! The analyzers of source code alone: what tools without documents index, too.

use std::sync::Arc;

use codira_languages::{LanguageAnalyzer, c::CAnalyzer, python::PythonAnalyzer, rust::RustAnalyzer};

/// An analyzer for each programming language.
pub fn analyzers() -> Vec<Arc<dyn LanguageAnalyzer>> {
    vec![Arc::new(CAnalyzer::new()), Arc::new(PythonAnalyzer::new()), Arc::new(RustAnalyzer::new())]
}
