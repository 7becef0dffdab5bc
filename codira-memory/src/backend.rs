//! The shell: the plain values behind the asynchronous contract.

use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use codira_contracts::{
    BackendDescriptor, BackendError, Capability, Commit, ComputedEmbedding, Derivation, FileSnapshot, Holder, IndexBackend,
    IndexReader, IndexWriteSession, Maintenance, PendingEmbedding, PendingRequest, RepoPath, Retention, ReusableEmbedding,
    ReuseRequest, RunInventory, SessionRequest, Stored, Tool, for_each_question,
};

use crate::{Draft, IndexState, View};

const LOCATION: &str = "memory";

static DESCRIPTOR: LazyLock<BackendDescriptor> = LazyLock::new(|| BackendDescriptor {
    tool: Tool::new("memory", env!("CARGO_PKG_VERSION")),
    schema: 1,
    capabilities: vec![Capability::Embeddings],
});

/// An index that lives as long as the process. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct MemoryBackend(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    committed: Mutex<Arc<IndexState>>,
    holder: Mutex<Option<Holder>>,
}

impl MemoryBackend {
    /// The last committed state; the default one before the first commit.
    pub fn state(&self) -> Arc<IndexState> {
        Arc::clone(&lock(&self.0.committed))
    }
}

/// No code that can panic runs under these locks, so a poisoned one guards a whole value.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The writer's place; dropping it gives it back.
#[derive(Debug)]
struct Place(Arc<Shared>);

impl Place {
    fn take(shared: &Arc<Shared>) -> Result<Self, BackendError> {
        let mut place = lock(&shared.holder);
        if let Some(holder) = &*place {
            return Err(BackendError::SessionBusy { location: LOCATION.to_owned(), holder: holder.clone() });
        }
        *place = Some(Holder::current());
        Ok(Self(Arc::clone(shared)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        *lock(&self.0.holder) = None;
    }
}

/// A [`View`] of one committed state.
#[derive(Debug)]
pub struct MemoryReader {
    view: View,
    backend: BackendDescriptor,
}

impl MemoryReader {
    /// Reads `state`, which need not be any backend's.
    pub fn new(state: &Arc<IndexState>) -> Self {
        Self::of(&DESCRIPTOR, state)
    }

    /// Reads `state` as the backend that this descriptor describes, which has loaded it: its inventory names that backend.
    pub fn of(backend: &BackendDescriptor, state: &Arc<IndexState>) -> Self {
        Self { view: state.view(), backend: backend.clone() }
    }
}

/// A [`Draft`] of the next state.
#[derive(Debug)]
pub struct MemorySession {
    draft: Draft,
    place: Place,
}

#[async_trait]
impl IndexBackend for MemoryBackend {
    type Reader = MemoryReader;
    type Session = MemorySession;

    fn descriptor(&self) -> &BackendDescriptor {
        &DESCRIPTOR
    }

    async fn open_reader(&self) -> Result<MemoryReader, BackendError> {
        let state = self.state();
        match state.generation() {
            0 => Err(BackendError::NotIndexed { location: LOCATION.to_owned() }),
            _ => Ok(MemoryReader::new(&state)),
        }
    }

    async fn begin_index_session(&self, request: SessionRequest) -> Result<MemorySession, BackendError> {
        let place = Place::take(&self.0)?;
        Ok(MemorySession { draft: self.state().begin(request), place })
    }
}

/// Asks the view. It does not know whose state it looks at, and one of its questions can be refused.
macro_rules! ask {
    ($reader:ident, inventory) => {
        Ok($reader.view.inventory(&$reader.backend))
    };
    ($reader:ident, candidates, $request:ident) => {
        $reader.view.candidates($request)
    };
    ($reader:ident, $question:ident $(, $given:ident)*) => {
        Ok($reader.view.$question($($given),*))
    };
}

macro_rules! answer_by_view {
    ([] $(fn $question:ident($($given:ident: $given_type:ty),*) -> $answer:ty;)*) => {
        #[async_trait]
        impl IndexReader for MemoryReader {
            $(async fn $question(&self, $($given: $given_type),*) -> Result<$answer, BackendError> {
                ask!(self, $question $(, $given)*)
            })*
        }
    };
}
for_each_question!(answer_by_view);

#[async_trait]
impl IndexWriteSession for MemorySession {
    async fn put_file(&mut self, file: FileSnapshot) -> Result<(), BackendError> {
        self.draft.put_file(file)
    }

    async fn remove_file(&mut self, path: &RepoPath) -> Result<(), BackendError> {
        self.draft.remove_file(path);
        Ok(())
    }

    async fn maintain(&mut self, retention: &Retention) -> Result<Maintenance, BackendError> {
        Ok(self.draft.maintain(retention))
    }

    async fn reusable_embeddings(&mut self, request: &ReuseRequest) -> Result<Vec<ReusableEmbedding>, BackendError> {
        Ok(self.draft.reusable_embeddings(request))
    }

    async fn pending_embeddings(&mut self, request: &PendingRequest) -> Result<Vec<PendingEmbedding>, BackendError> {
        Ok(self.draft.pending_embeddings(request))
    }

    async fn queue_embeddings(&mut self, rows: Vec<PendingEmbedding>) -> Result<(), BackendError> {
        self.draft.queue_embeddings(rows)
    }

    async fn store_embeddings(&mut self, rows: Vec<ComputedEmbedding>) -> Result<Stored, BackendError> {
        self.draft.store_embeddings(rows)
    }

    async fn rebuild_derived(&mut self) -> Result<Derivation, BackendError> {
        // Nothing derived is kept: readers derive when they are asked.
        Ok(Derivation::default())
    }

    async fn write_inventory(&mut self, inventory: RunInventory) -> Result<(), BackendError> {
        self.draft.write_inventory(inventory)
    }

    async fn commit(self) -> Result<Commit, BackendError> {
        let state = self.draft.seal();
        let generation = state.generation();
        *lock(&self.place.0.committed) = Arc::new(state);
        Ok(Commit { generation, replaced: None })
    }

    async fn abort(self) -> Result<(), BackendError> {
        Ok(())
    }
}
