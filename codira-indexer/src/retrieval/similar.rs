//! The channel of vectors: what is most similar to a text.

use codira_contracts::{
    BackendError, Candidate, CandidateOwner, CandidateRequest, DocumentationEntry, IndexReader, Owners, PathPrefix,
    SymbolEntry, SymbolKey, SymbolKind, score::Scored,
};
use serde::Serialize;

use crate::{Embedding, IndexerError};

/// What is asked of vectors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimilarQuery {
    /// The text to compare with.
    pub text: String,
    /// Only symbols of this kind.
    pub kind: Option<SymbolKind>,
    /// Only what is in files here.
    pub prefix: PathPrefix,
    /// At most so many.
    pub limit: usize,
}

/// Something whose vector is similar.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Similar {
    /// The cosine of the two vectors.
    pub score: f32,
    /// What it is.
    #[serde(flatten)]
    pub entry: SimilarEntry,
}

/// A symbol or a documentation unit.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SimilarEntry {
    /// A symbol.
    Symbol(Box<SymbolEntry>),
    /// A documentation unit that belongs to no symbol.
    Documentation(DocumentationEntry),
}

impl SimilarEntry {
    /// Its identity.
    pub fn key(&self) -> SymbolKey {
        match self {
            Self::Symbol(entry) => entry.key(),
            Self::Documentation(entry) => SymbolKey { path: entry.path.clone(), id: entry.unit.id.clone() },
        }
    }
}

/// The exact top of everything that has a vector of `embedding`, most similar first; equal ones by
/// path and id.
///
/// # Errors
///
/// [`Engine`](IndexerError::Engine) when the text cannot be embedded, and what the reader says.
pub async fn similar(
    reader: &dyn IndexReader,
    embedding: &Embedding,
    query: &SimilarQuery,
) -> Result<Vec<Similar>, IndexerError> {
    let vectors = embedding.engine().embed(&[&query.text]).map_err(IndexerError::Engine)?;
    let Some(vector) = vectors.into_iter().next() else { return Ok(Vec::new()) };
    if query.limit == 0 || vector.as_slice().iter().all(|number| *number == 0.0) {
        // A text without a direction is as near to one thing as to any other.
        return Ok(Vec::new());
    }
    let request = |among| {
        let nearest = CandidateRequest::new(among, embedding.spec().clone(), vector.clone(), query.limit);
        nearest.within(query.prefix.clone())
    };
    let mut found = match query.kind {
        Some(kind) => symbols_of_kind(reader, &request(Owners::Symbols), kind, query.limit).await?,
        None => {
            let mut found = reader.candidates(&request(Owners::Symbols)).await?;
            found.extend(reader.candidates(&request(Owners::Documentation)).await?);
            found.into_iter().map(Similar::from).collect()
        }
    };
    found.sort_by_cached_key(|similar| Scored { score: similar.score, key: similar.entry.key() });
    found.truncate(query.limit);
    Ok(found)
}

/// The top of the symbols of one kind: asks for ever more of all kinds.
async fn symbols_of_kind(
    reader: &dyn IndexReader,
    request: &CandidateRequest,
    kind: SymbolKind,
    limit: usize,
) -> Result<Vec<Similar>, BackendError> {
    let mut asked = limit.saturating_mul(4);
    loop {
        let candidates = reader.candidates(&request.clone().limit(asked)).await?;
        let is_all = candidates.len() < asked;
        let of_kind = |found: &Candidate| matches!(&found.owner, CandidateOwner::Symbol(entry) if entry.symbol.kind == kind);
        let found: Vec<_> = candidates.into_iter().filter(of_kind).map(Similar::from).collect();
        if is_all || found.len() >= limit {
            return Ok(found);
        }
        asked = asked.saturating_mul(8);
    }
}

impl From<Candidate> for Similar {
    fn from(Candidate { score, owner }: Candidate) -> Self {
        let entry = match owner {
            CandidateOwner::Symbol(entry) => SimilarEntry::Symbol(Box::new(entry)),
            CandidateOwner::Documentation(entry) => SimilarEntry::Documentation(entry),
        };
        Self { score, entry }
    }
}
