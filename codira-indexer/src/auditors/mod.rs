//! The first-party auditors of documentation: one module a language.

use std::sync::Arc;

use codira_contracts::DocumentationAuditor;

#[cfg(feature = "c")]
pub mod c;
#[cfg(any(feature = "c", feature = "python", feature = "rust"))]
mod findings;
#[cfg(feature = "python")]
pub mod python;
#[cfg(any(feature = "c", feature = "python", feature = "rust"))]
mod rules;
#[cfg(feature = "rust")]
pub mod rust;

/// Every auditor that was compiled in.
pub fn first_party() -> Vec<Arc<dyn DocumentationAuditor>> {
    vec![
        #[cfg(feature = "c")]
        Arc::new(c::CAuditor::new()),
        #[cfg(feature = "python")]
        Arc::new(python::PythonAuditor::new()),
        #[cfg(feature = "rust")]
        Arc::new(rust::RustAuditor::new()),
    ]
}
