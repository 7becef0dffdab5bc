//! The readers of the peculiar backends.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use codira_contracts::*;
use codira_memory::{MemoryBackend, MemoryReader};

use crate::backend::{Trait as T, pause, refuse_embeddings};

/// Earlier states that edges may be answered from.
#[derive(Clone)]
pub struct States {
    /// That before the last commit.
    pub before: Arc<MemoryReader>,
    /// For each file, that with which its present content came.
    pub when_put: BTreeMap<RepoPath, Arc<MemoryReader>>,
}

pub struct FaultyReader {
    pub memory: MemoryReader,
    pub states: States,
    pub backend: MemoryBackend,
    pub of: T,
}

/// Asks the state that was opened; or the last one, for who does not keep to it.
macro_rules! ask {
    ($self:ident, $question:ident($($argument:expr),*)) => {{
        pause($self.of).await;
        match $self.of {
            T::ReadersFollowCommits => $self.backend.open_reader().await?.$question($($argument),*).await,
            _ => $self.memory.$question($($argument),*).await,
        }
    }};
}

#[async_trait]
impl IndexReader for FaultyReader {
    fn generation(&self) -> u64 {
        self.memory.generation()
    }

    async fn runtime_inventory(&self) -> Result<RuntimeInventory, BackendError> {
        ask!(self, runtime_inventory())
    }

    async fn analyzer_inventory(&self) -> Result<Vec<AnalyzerInventory>, BackendError> {
        ask!(self, analyzer_inventory())
    }

    async fn totals(&self) -> Result<Totals, BackendError> {
        ask!(self, totals())
    }

    async fn file_states(&self, prefix: &PathPrefix) -> Result<Vec<FileState>, BackendError> {
        if self.of == T::PrefixIsText {
            let all = self.memory.file_states(&PathPrefix::root()).await?;
            return Ok(all.into_iter().filter(|state| state.path.as_str().starts_with(prefix.as_str())).collect());
        }
        ask!(self, file_states(prefix))
    }

    async fn file(&self, path: &RepoPath) -> Result<Option<FileSnapshot>, BackendError> {
        ask!(self, file(path))
    }

    async fn maintenance(&self, policy: &AuditPolicy, specs: &[EmbeddingSpec]) -> Result<Maintenance, BackendError> {
        ask!(self, maintenance(policy, specs))
    }

    async fn symbol(&self, key: &SymbolKey) -> Result<Option<SymbolEntry>, BackendError> {
        ask!(self, symbol(key))
    }

    async fn symbols(&self, request: &SymbolRequest) -> Result<Vec<SymbolEntry>, BackendError> {
        let mut request = request.clone();
        if self.of == T::ZeroIsNoLimit {
            request.limit = request.limit.filter(|limit| *limit > 0);
        }
        if self.of == T::IgnoresCase
            && let SymbolMatch::Name(name) = &request.matching
        {
            let mut found = Vec::new();
            for file in self.backend.state().files() {
                for symbol in &file.analysis.symbols {
                    let key = SymbolKey { path: file.path().clone(), id: symbol.id.clone() };
                    found.extend(self.memory.symbol(&key).await?.filter(|it| it.symbol.name.eq_ignore_ascii_case(name)));
                }
            }
            found.retain(|entry| request.prefix.covers(&entry.path));
            found.retain(|entry| request.kind.is_none_or(|kind| kind == entry.symbol.kind));
            found.sort_by(|a, b| a.order().cmp(&b.order()));
            found.truncate(request.limit.unwrap_or(usize::MAX));
            return Ok(found);
        }
        ask!(self, symbols(&request))
    }

    async fn symbol_inventory(&self, request: &SymbolInventoryRequest) -> Result<Vec<SymbolInventoryEntry>, BackendError> {
        ask!(self, symbol_inventory(request))
    }

    async fn children(&self, parent: &SymbolKey) -> Result<Vec<SymbolEntry>, BackendError> {
        ask!(self, children(parent))
    }

    async fn overloads(&self, symbol: &SymbolKey) -> Result<Vec<SymbolEntry>, BackendError> {
        ask!(self, overloads(symbol))
    }

    async fn edges(&self, request: &EdgeRequest) -> Result<Vec<EdgeEntry>, BackendError> {
        if self.of == T::DerivesLate {
            return self.states.before.edges(request).await;
        }
        if self.of == T::DerivesWhatWasPut {
            let mut edges = Vec::new();
            for (path, reader) in &self.states.when_put {
                let of_file = EdgeRequest { limit: None, ..request.clone() };
                edges.extend(reader.edges(&of_file).await?.into_iter().filter(|it| it.owner.key.path == *path));
            }
            edges.retain(|edge| request.prefix.covers(&edge.owner.key.path));
            edges.truncate(request.limit.unwrap_or(usize::MAX));
            return Ok(edges);
        }
        ask!(self, edges(request))
    }

    async fn imports(&self, request: &ImportRequest) -> Result<Vec<ImportEntry>, BackendError> {
        ask!(self, imports(request))
    }

    async fn text_references(&self, request: &TextRequest) -> Result<Vec<TextReference>, BackendError> {
        ask!(self, text_references(request))
    }

    async fn documentation(&self, request: &DocumentationRequest) -> Result<Vec<DocumentationEntry>, BackendError> {
        ask!(self, documentation(request))
    }

    async fn doc_issues(&self, request: &DocIssueRequest) -> Result<Vec<DocIssueEntry>, BackendError> {
        ask!(self, doc_issues(request))
    }

    async fn embedding_inventory(&self) -> Result<Vec<EmbeddingInventory>, BackendError> {
        refuse_embeddings(self.of)?;
        ask!(self, embedding_inventory())
    }

    async fn reusable_embeddings(&self, request: &ReuseRequest) -> Result<Vec<ReusableEmbedding>, BackendError> {
        refuse_embeddings(self.of)?;
        ask!(self, reusable_embeddings(request))
    }

    async fn pending_embeddings(&self, request: &PendingRequest) -> Result<Vec<PendingEmbedding>, BackendError> {
        refuse_embeddings(self.of)?;
        ask!(self, pending_embeddings(request))
    }

    async fn symbol_candidates(&self, request: &CandidateRequest) -> Result<Vec<Candidate<SymbolEntry>>, BackendError> {
        refuse_embeddings(self.of)?;
        ask!(self, symbol_candidates(request))
    }

    async fn documentation_candidates(
        &self,
        request: &CandidateRequest,
    ) -> Result<Vec<Candidate<DocumentationEntry>>, BackendError> {
        refuse_embeddings(self.of)?;
        ask!(self, documentation_candidates(request))
    }
}
