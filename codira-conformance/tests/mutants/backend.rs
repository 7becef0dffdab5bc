//! The reference with one trait of character, mostly a bad one.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering::SeqCst},
};

use async_trait::async_trait;
use codira_contracts::*;
use codira_memory::{IndexState, MemoryBackend, MemoryReader, MemorySession};

/// What is peculiar about a backend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Trait {
    // Odd, but sound.
    YieldsOften,
    KeepsNoEmbeddings,
    // Faults.
    CommitsOnDrop,
    RemovesNothing,
    FullKeepsOldFiles,
    LeaksPlaceWhenDropped,
    AllowsTwoSessions,
    PublishesFileByFile,
    ReadersFollowCommits,
    DerivesLate,
    IgnoresCase,
    PrefixIsText,
    ZeroIsNoLimit,
    CutsAtNul,
    LosesSignOfZero,
    RefusesAndRemoves,
    KeepsStaleVectors,
    ClaimsTooLittle,
    Hangs,
    Panics,
}
use Trait as T;

pub struct Faulty {
    memory: MemoryBackend,
    of: Trait,
    descriptor: BackendDescriptor,
    /// The place, where it is not the reference's own.
    taken: Arc<AtomicBool>,
    /// The states before the last commit and of it.
    states: Arc<Mutex<[Arc<IndexState>; 2]>>,
}

pub struct FaultyReader {
    memory: MemoryReader,
    /// The state that edges are answered from.
    derived: MemoryReader,
    backend: MemoryBackend,
    of: Trait,
}

pub struct FaultySession {
    /// Taken by whatever ends it.
    memory: Option<MemorySession>,
    backend: MemoryBackend,
    of: Trait,
    taken: Option<Arc<AtomicBool>>,
    states: Arc<Mutex<[Arc<IndexState>; 2]>>,
}

impl Faulty {
    pub fn new(of: Trait) -> Self {
        let memory = MemoryBackend::default();
        let mut descriptor = memory.descriptor().clone();
        if matches!(of, T::KeepsNoEmbeddings | T::ClaimsTooLittle) {
            descriptor.capabilities.clear();
        }
        Self { memory, of, descriptor, taken: Arc::default(), states: Arc::default() }
    }
}

async fn pause(of: Trait) {
    match of {
        T::YieldsOften => tokio::task::yield_now().await,
        T::Hangs => loop {
            std::thread::park();
        },
        T::Panics => panic!("a planted panic"),
        _ => {}
    }
}

fn refuse_embeddings(of: Trait) -> Result<(), BackendError> {
    match of {
        T::KeepsNoEmbeddings => {
            Err(BackendError::Unsupported { backend: "memory".to_owned(), capability: Capability::Embeddings })
        }
        _ => Ok(()),
    }
}

#[async_trait]
impl IndexBackend for Faulty {
    type Reader = FaultyReader;
    type Session = FaultySession;

    fn descriptor(&self) -> &BackendDescriptor {
        &self.descriptor
    }

    async fn open_reader(&self) -> Result<FaultyReader, BackendError> {
        pause(self.of).await;
        let memory = self.memory.open_reader().await?;
        let [before, now] = &*self.states.lock().unwrap();
        let derived = if self.of == T::DerivesLate { before } else { now };
        Ok(FaultyReader { memory, derived: MemoryReader::new(derived), backend: self.memory.clone(), of: self.of })
    }

    async fn begin_index_session(&self, scope: WriteScope) -> Result<FaultySession, BackendError> {
        let mut taken = None;
        if self.of == T::LeaksPlaceWhenDropped {
            if self.taken.swap(true, SeqCst) {
                let (location, holder) = ("memory".to_owned(), Holder::current());
                return Err(BackendError::SessionBusy { location, holder });
            }
            // Dropped here, nobody gives the place back.
            tokio::task::yield_now().await;
            taken = Some(Arc::clone(&self.taken));
        }
        pause(self.of).await;
        let scope = if self.of == T::FullKeepsOldFiles { WriteScope::Incremental } else { scope };
        let memory = match self.memory.begin_index_session(scope).await {
            Err(BackendError::SessionBusy { .. }) if self.of == T::AllowsTwoSessions => {
                MemoryBackend::default().begin_index_session(scope).await?
            }
            session => session?,
        };
        let states = Arc::clone(&self.states);
        Ok(FaultySession { memory: Some(memory), backend: self.memory.clone(), of: self.of, taken, states })
    }
}

impl FaultySession {
    fn inner(&mut self) -> &mut MemorySession {
        self.memory.as_mut().unwrap()
    }
}

impl Drop for FaultySession {
    fn drop(&mut self) {
        if let Some(taken) = &self.taken {
            taken.store(false, SeqCst);
        }
        if self.of == T::CommitsOnDrop
            && let Some(session) = self.memory.take()
        {
            // A commit of the reference never waits.
            let mut commit = session.commit();
            let _ = commit.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
        }
    }
}

fn cut(text: &mut String) {
    if let Some(end) = text.find('\0') {
        text.truncate(end);
    }
}

#[async_trait]
impl IndexWriteSession for FaultySession {
    async fn put_file(&mut self, mut file: FileSnapshot) -> Result<(), BackendError> {
        pause(self.of).await;
        if !file.embeddings.is_empty() {
            refuse_embeddings(self.of)?;
        }
        match self.of {
            T::CutsAtNul => {
                cut(&mut file.analysis.source);
                file.analysis.symbols.iter_mut().for_each(|symbol| cut(&mut symbol.name));
            }
            T::LosesSignOfZero => {
                for row in &mut file.embeddings {
                    if let EmbeddingState::Computed(vector) = &mut row.state {
                        *vector = Vector::new(vector.as_slice().iter().map(|number| number + 0.0).collect())?;
                    }
                }
            }
            T::RefusesAndRemoves => self.inner().remove_file(file.path()).await?,
            _ => {}
        }
        self.inner().put_file(file).await?;
        if self.of == T::PublishesFileByFile {
            self.memory.take().unwrap().commit().await?;
            self.memory = Some(self.backend.begin_index_session(WriteScope::Incremental).await?);
        }
        Ok(())
    }

    async fn remove_file(&mut self, path: &RepoPath) -> Result<(), BackendError> {
        pause(self.of).await;
        if self.of == T::RemovesNothing {
            return Ok(());
        }
        self.inner().remove_file(path).await
    }

    async fn file_state(&mut self, path: &RepoPath) -> Result<Option<FileState>, BackendError> {
        pause(self.of).await;
        self.inner().file_state(path).await
    }

    async fn purge_doc_issues(&mut self, policy: &AuditPolicy) -> Result<u64, BackendError> {
        pause(self.of).await;
        self.inner().purge_doc_issues(policy).await
    }

    async fn prune_embeddings(&mut self, keep: &[EmbeddingSpec]) -> Result<u64, BackendError> {
        refuse_embeddings(self.of)?;
        pause(self.of).await;
        self.inner().prune_embeddings(keep).await
    }

    async fn reusable_embeddings(&mut self, request: &ReuseRequest) -> Result<Vec<ReusableEmbedding>, BackendError> {
        refuse_embeddings(self.of)?;
        self.inner().reusable_embeddings(request).await
    }

    async fn pending_embeddings(&mut self, request: &PendingRequest) -> Result<Vec<PendingEmbedding>, BackendError> {
        refuse_embeddings(self.of)?;
        self.inner().pending_embeddings(request).await
    }

    async fn queue_embeddings(&mut self, rows: Vec<PendingEmbedding>) -> Result<(), BackendError> {
        refuse_embeddings(self.of)?;
        self.inner().queue_embeddings(rows).await
    }

    async fn store_embeddings(&mut self, mut rows: Vec<ComputedEmbedding>) -> Result<Stored, BackendError> {
        refuse_embeddings(self.of)?;
        if self.of == T::KeepsStaleVectors {
            for waiting in self.inner().pending_embeddings(&PendingRequest::default()).await? {
                let text_hash = ContentHash::of(waiting.text.as_bytes());
                let of_row = |row: &&mut ComputedEmbedding| row.key == waiting.key && row.spec == waiting.spec;
                rows.iter_mut().filter(of_row).for_each(|row| row.text_hash = text_hash);
            }
        }
        self.inner().store_embeddings(rows).await
    }

    async fn rebuild_derived(&mut self) -> Result<Derivation, BackendError> {
        self.inner().rebuild_derived().await
    }

    async fn write_inventory(&mut self, inventory: RunInventory) -> Result<(), BackendError> {
        pause(self.of).await;
        self.inner().write_inventory(inventory).await
    }

    async fn commit(mut self) -> Result<Commit, BackendError> {
        pause(self.of).await;
        let before = self.backend.state();
        let commit = self.memory.take().unwrap().commit().await?;
        *self.states.lock().unwrap() = [before, self.backend.state()];
        Ok(commit)
    }

    async fn abort(mut self) -> Result<(), BackendError> {
        self.memory.take().unwrap().abort().await
    }
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
            return self.derived.edges(request).await;
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
