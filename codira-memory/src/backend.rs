//! The shell: the plain values behind the asynchronous contract.

use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use codira_contracts::{
    BackendDescriptor, BackendError, Capability, Commit, Holder, IndexBackend, IndexReader, SessionRequest, Tool,
    for_each_question,
};

use crate::{
    IndexState, View,
    session::{DraftSession, Publish},
};

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

/// The writer lock; dropping it releases it.
#[derive(Debug)]
pub struct SessionLock(Arc<Shared>);

impl SessionLock {
    fn take(shared: &Arc<Shared>) -> Result<Self, BackendError> {
        let mut holder = lock(&shared.holder);
        if let Some(other) = &*holder {
            return Err(BackendError::SessionBusy { location: LOCATION.to_owned(), holder: other.clone() });
        }
        *holder = Some(Holder::current());
        Ok(Self(Arc::clone(shared)))
    }
}

impl Publish for SessionLock {
    fn publish(self, state: IndexState) -> Result<Commit, BackendError> {
        let generation = state.generation();
        *lock(&self.0.committed) = Arc::new(state);
        Ok(Commit { generation, replaced: None })
    }
}

impl Drop for SessionLock {
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

    /// Reads `state` as the backend that this descriptor describes, which has loaded it: its
    /// inventory names that backend.
    pub fn of(backend: &BackendDescriptor, state: &Arc<IndexState>) -> Self {
        Self { view: state.view(), backend: backend.clone() }
    }
}

/// The session of the reference.
pub type MemorySession = DraftSession<SessionLock>;

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
        let held = SessionLock::take(&self.0)?;
        Ok(DraftSession::new(self.state().begin(request), held))
    }
}

/// Asks the view. It does not know whose state it looks at, and one of its questions can be
/// refused.
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
