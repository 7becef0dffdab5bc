//! Conveniences for callers, built on the questions of [`IndexReader`].

use async_trait::async_trait;

use crate::{BackendError, EmbeddingSpec, IndexReader, ReuseRequest, SymbolEntry, SymbolKey, SymbolKind};

/// How the stored embeddings relate to the spec that is in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compatibility {
    /// Nothing is stored.
    Empty,
    /// Everything that is stored has the spec.
    Compatible,
    /// Other specs are stored, by spec: their vectors must be computed again.
    Mismatch(Vec<EmbeddingSpec>),
}

/// Questions that follow from those of every reader.
#[async_trait]
pub trait IndexReaderExt: IndexReader {
    /// The members of an enumeration.
    async fn enum_members(&self, enumeration: &SymbolKey) -> Result<Vec<SymbolEntry>, BackendError> {
        let mut members = self.children(enumeration).await?;
        members.retain(|member| member.symbol.kind == SymbolKind::EnumMember);
        Ok(members)
    }

    /// How the stored embeddings relate to `spec`.
    async fn embedding_compatibility(&self, spec: &EmbeddingSpec) -> Result<Compatibility, BackendError> {
        let stored = self.embedding_inventory().await?;
        if stored.is_empty() {
            return Ok(Compatibility::Empty);
        }
        let others: Vec<_> = stored.into_iter().map(|row| row.spec).filter(|other| other != spec).collect();
        Ok(if others.is_empty() { Compatibility::Compatible } else { Compatibility::Mismatch(others) })
    }

    /// How many different texts of the request have their vector already.
    async fn reusable_count(&self, request: &ReuseRequest) -> Result<usize, BackendError> {
        Ok(self.reusable_embeddings(request).await?.len())
    }
}

impl<R: IndexReader + ?Sized> IndexReaderExt for R {}
