//! Questions about embeddings.

use std::collections::BTreeMap;

use codira_contracts::{
    Candidate, CandidateOwner, CandidateRequest, ContentHash, Owners, PendingEmbedding, PendingRequest, ReusableEmbedding,
    ReuseRequest, StableId, SymbolKey, Vector, check_dimension, score::Scored,
};

use super::{Answer, documents::Documents};
use crate::FileOutline;

/// Embeddings: what is stored, what waits, and what is most similar.
pub trait EmbeddingQuestions: Documents {
    /// The vectors of texts, each with the least key that has one.
    fn vectors_of_texts(&mut self, request: &ReuseRequest) -> impl Answer<BTreeMap<ContentHash, (SymbolKey, Vector)>>;

    /// The rows that wait for their vector, by spec, then key.
    fn pending_embeddings(&mut self, request: &PendingRequest) -> impl Answer<Vec<PendingEmbedding>>;

    /// The owners of the most similar vectors, best first, for a vector of the dimension of its spec.
    fn nearest(&mut self, request: &CandidateRequest) -> impl Answer<Vec<Scored<VectorOwner>>>;

    /// The vectors of texts, by text hash.
    fn reusable_embeddings(&mut self, request: &ReuseRequest) -> impl Answer<Vec<ReusableEmbedding>> {
        async {
            let found = self.vectors_of_texts(request).await?;
            Ok(found.into_iter().map(|(text_hash, (_, vector))| ReusableEmbedding { text_hash, vector }).collect())
        }
    }

    /// What is most similar to a vector, best first.
    fn candidates(&mut self, request: &CandidateRequest) -> impl Answer<Vec<Candidate>> {
        async {
            check_dimension(&"the vector of a request", &request.spec, &request.vector)?;
            if request.limit == Some(0) {
                return Ok(Vec::new());
            }
            let nearest = self.nearest(request).await?;
            let mut of_files: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
            for (rank, Scored { key: owner, .. }) in nearest.iter().enumerate() {
                of_files.entry(owner.file).or_default().push(rank);
            }
            let files: Vec<u32> = of_files.keys().copied().collect();
            let mut candidates: Vec<Option<Candidate>> = vec![None; nearest.len()];
            for files in files.chunks(Self::OUTLINES) {
                for (file, outline) in files.iter().zip(self.outlines(files).await?) {
                    for rank in &of_files[file] {
                        let Scored { score, key: VectorOwner { key, .. } } = &nearest[*rank];
                        let owner = owner(&outline, &key.id, request.among);
                        candidates[*rank] = owner.map(|owner| Candidate { score: *score, owner });
                    }
                }
            }
            let candidates: Option<Vec<Candidate>> = candidates.into_iter().collect();
            candidates.ok_or_else(|| self.unreadable("the owner of a vector"))
        }
    }
}

/// The owner of a vector: what it orders by, and the number of its file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct VectorOwner {
    /// Its identity.
    pub key: SymbolKey,
    /// The number of its file.
    pub file: u32,
}

/// What a vector of a file belongs to.
fn owner(outline: &FileOutline, id: &StableId, among: Owners) -> Option<CandidateOwner> {
    match among {
        Owners::Symbols => Some(CandidateOwner::Symbol(outline.entry(outline.index_of(id)?))),
        Owners::Documentation => outline.units(|unit| unit.id == *id).next().map(CandidateOwner::Documentation),
    }
}
