//! Questions about embeddings.

use std::collections::BTreeMap;

use codira_contracts::{
    Candidate, CandidateRequest, ContentHash, PendingEmbedding, PendingRequest, ReusableEmbedding, ReuseRequest, SymbolKey,
    Vector,
};

use super::Answer;

/// Embeddings: what is stored, what waits, and what is most similar.
pub trait EmbeddingQuestions: Send {
    /// The vectors of texts, each with the least key that has one.
    fn vectors_of_texts(&mut self, request: &ReuseRequest) -> impl Answer<BTreeMap<ContentHash, (SymbolKey, Vector)>>;

    /// The rows that wait for their vector, by spec, then key.
    fn pending_embeddings(&mut self, request: &PendingRequest) -> impl Answer<Vec<PendingEmbedding>>;

    /// What is most similar to a vector, best first.
    fn candidates(&mut self, request: &CandidateRequest) -> impl Answer<Vec<Candidate>>;

    /// The vectors of texts, by text hash.
    fn reusable_embeddings(&mut self, request: &ReuseRequest) -> impl Answer<Vec<ReusableEmbedding>> {
        async {
            let found = self.vectors_of_texts(request).await?;
            Ok(found.into_iter().map(|(text_hash, (_, vector))| ReusableEmbedding { text_hash, vector }).collect())
        }
    }
}
