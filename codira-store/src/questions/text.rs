//! Questions about source text.

use codira_contracts::{TextReference, TextRequest};

use super::Answer;

/// Source text.
pub trait TextQuestions: Send {
    /// The lines in which a text occurs as whole words.
    fn text_references(&mut self, request: &TextRequest) -> impl Answer<Vec<TextReference>>;
}
