//! Where vectors come from: the trait of embedding engines.

use codira_contracts::{BoxError, EmbeddingSpec, Vector};

/// Turns texts into vectors. The indexer computes, stores only keep.
pub trait EmbeddingEngine: Send + Sync + 'static {
    /// What its vectors are made by. Never changes during the life of the engine, and changes
    /// between lives whenever the same text may get another vector.
    fn spec(&self) -> &EmbeddingSpec;

    /// The vectors of `texts`, in their order, each of the dimension of the spec.
    ///
    /// The same text gives the same vector, whatever else is in the batch. Blocks; runs on any
    /// thread.
    ///
    /// # Errors
    ///
    /// Whatever keeps the engine from answering; then no text of the batch has a vector.
    fn embed(&self, texts: &[&str]) -> Result<Vec<Vector>, BoxError>;
}
