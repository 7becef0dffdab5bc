//! The reference with one trait of character, mostly a bad one.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

use async_trait::async_trait;
use codira_contracts::*;
use codira_memory::{MemoryBackend, MemoryReader, MemorySession};

use crate::reader::{FaultyReader, States};

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
    DerivesWhatWasPut,
    IgnoresCase,
    PrefixIsText,
    ZeroIsNoLimit,
    CutsAtNul,
    LosesSignOfZero,
    RefusesAndRemoves,
    KeepsStaleVectors,
    ClaimsTooLittle,
    Panics,
}
use Trait as T;

pub struct Faulty {
    memory: MemoryBackend,
    of: Trait,
    descriptor: BackendDescriptor,
    /// The place, where it is not the reference's own.
    taken: Arc<AtomicBool>,
    states: Arc<Mutex<States>>,
}

pub struct FaultySession {
    /// Taken by whatever ends it.
    memory: Option<MemorySession>,
    backend: MemoryBackend,
    of: Trait,
    taken: Option<Arc<AtomicBool>>,
    states: Arc<Mutex<States>>,
}

impl Faulty {
    pub fn new(of: Trait) -> Self {
        let memory = MemoryBackend::default();
        let mut descriptor = memory.descriptor().clone();
        if matches!(of, T::KeepsNoEmbeddings | T::ClaimsTooLittle) {
            descriptor.capabilities.clear();
        }
        let before = Arc::new(MemoryReader::new(&Arc::default()));
        let states = Arc::new(Mutex::new(States { before, when_put: BTreeMap::new() }));
        Self { memory, of, descriptor, taken: Arc::default(), states }
    }
}

pub async fn pause(of: Trait) {
    match of {
        T::YieldsOften => tokio::task::yield_now().await,
        T::Panics => panic!("a planted panic"),
        _ => {}
    }
}

pub fn refuse_embeddings(of: Trait) -> Result<(), BackendError> {
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
        let states = self.states.lock().unwrap().clone();
        Ok(FaultyReader { memory, states, backend: self.memory.clone(), of: self.of })
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
        let now = self.backend.state();
        let mut states = self.states.lock().unwrap();
        states.when_put.retain(|path, _| now.file(path).is_some());
        let reader = Arc::new(MemoryReader::new(&now));
        for file in now.files().filter(|file| before.file(file.path()) != Some(file)) {
            states.when_put.insert(file.path().clone(), Arc::clone(&reader));
        }
        states.before = Arc::new(MemoryReader::new(&before));
        Ok(commit)
    }

    async fn abort(mut self) -> Result<(), BackendError> {
        self.memory.take().unwrap().abort().await
    }
}
