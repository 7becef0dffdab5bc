//! Questions about imports.

use codira_contracts::{ImportEntry, ImportRequest};

use super::Answer;

/// Imports and includes, from either end.
pub trait ImportQuestions: Send {
    /// The imports and includes at one end.
    fn imports(&mut self, request: &ImportRequest) -> impl Answer<Vec<ImportEntry>>;
}
