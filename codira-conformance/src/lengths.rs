//! An embedding engine whose vectors a person can check.

use codira_contracts::{BoxError, EmbeddingSpec, Vector};
use codira_indexer::EmbeddingEngine;

/// Embeds a text as its length, and one. The spec says of which model, and that vectors have two
/// numbers.
pub(crate) struct Lengths(pub(crate) EmbeddingSpec);

impl EmbeddingEngine for Lengths {
    fn spec(&self) -> &EmbeddingSpec {
        &self.0
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Vector>, BoxError> {
        texts.iter().map(|text| Ok(Vector::new(vec![text.len() as f32, 1.0])?)).collect()
    }
}
