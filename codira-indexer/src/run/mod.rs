//! Running: scan, plan, analyze, put, derive, commit, report.

mod request;

use std::sync::Arc;

use codira_contracts::{IndexBackend, LanguageAnalyzer, RepoRoot};
use tokio_util::sync::CancellationToken;

use crate::{IndexEvent, IndexReport, IndexerError};
pub use request::{IndexRequest, IndexScope, IndexerOptions};

/// Keeps the index of one repository up to date, in any backend.
pub struct Indexer<B> {
    backend: B,
    root: RepoRoot,
    analyzers: Vec<Arc<dyn LanguageAnalyzer>>,
    options: IndexerOptions,
}

impl<B: IndexBackend> Indexer<B> {
    /// An indexer of the repository at `root`. Performs no I/O.
    ///
    /// A file belongs to the first analyzer that has a glob for it.
    pub fn new(backend: B, root: RepoRoot, analyzers: Vec<Arc<dyn LanguageAnalyzer>>, options: IndexerOptions) -> Self {
        Self { backend, root, analyzers, options }
    }

    /// The store, to ask it.
    pub fn backend(&self) -> &B {
        &self.backend
    }

    /// The root of the repository.
    pub fn root(&self) -> &RepoRoot {
        &self.root
    }

    /// Brings the index up to date.
    pub async fn run(
        &self,
        request: IndexRequest,
        events: &(dyn Fn(IndexEvent) + Send + Sync),
        cancel: &CancellationToken,
    ) -> Result<IndexReport, IndexerError> {
        todo!()
    }
}
