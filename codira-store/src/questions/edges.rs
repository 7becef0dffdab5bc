//! Questions about edges.

use codira_contracts::{EdgeEntry, EdgeRequest};

use super::Answer;

/// Edges, from either end.
pub trait EdgeQuestions: Send {
    /// The edges of one kind at one end.
    fn edges(&mut self, request: &EdgeRequest) -> impl Answer<Vec<EdgeEntry>>;
}
