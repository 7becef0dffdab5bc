//! The languages that codira knows: one folder for each, with all that is known of it.
//!
//! A folder holds the analyzer of its language, which alone knows the parser; the rules that
//! resolve its uses and imports; and the auditor of its documentation where the language has a
//! convention. [`first_party`] is the table of them. Rules share one engine: names of files and
//! scopes, facts, and following a name from file to file.
//!
//! Every analyzer is behind a feature of its language's name, which brings its parser. Rules and
//! auditors need no parser and no feature.

mod analyzer;
mod auditing;
mod auditor;
pub mod c;
#[cfg(any(feature = "markdown", feature = "restructuredtext", feature = "plaintext", feature = "python"))]
mod documents;
mod engine;
pub mod markdown;
pub mod plaintext;
pub mod python;
pub mod restructuredtext;
pub mod rust;
mod support;

use std::sync::Arc;

use codira_contracts::resolve::RuleSet;

pub use analyzer::{LanguageAnalyzer, SourceFile};
pub use auditor::{AuditRule, AuditedFile, DocumentationAuditor};
pub use support::{Content, LanguageSupport};

/// The languages of this crate. Where a feature is off, its language is there without analyzer.
///
/// A file that the globs of several analyzers find belongs to the first of them.
pub fn first_party() -> Vec<LanguageSupport> {
    vec![
        c::support(),
        python::support(),
        rust::support(),
        markdown::support(),
        restructuredtext::support(),
        plaintext::support(),
    ]
}

/// Every analyzer of this crate that was compiled in.
pub fn analyzers() -> Vec<Arc<dyn LanguageAnalyzer>> {
    first_party().into_iter().filter_map(|language| language.analyzer).collect()
}

/// Every auditor of this crate.
pub fn auditors() -> Vec<Arc<dyn DocumentationAuditor>> {
    first_party().into_iter().filter_map(|language| language.auditor).collect()
}

/// The resolution rules of this crate.
pub fn rules() -> RuleSet {
    let rules = first_party().into_iter().filter_map(|language| language.rules);
    RuleSet::new(rules).expect("each language of the table has rules of its own")
}
