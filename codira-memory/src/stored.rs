//! A backend that loads its whole index from a store, and writes it back with each commit: the
//! first step of a new one.

use std::sync::Arc;

use async_trait::async_trait;
use codira_contracts::{BackendDescriptor, BackendError, Commit, ErrorKind, IndexBackend, SessionRequest, WriteScope};

use crate::{
    IndexState, MemoryReader, SavedState,
    session::{DraftSession, Publish},
};

/// Where whole states are kept: all that a [`StoredBackend`] needs.
///
/// Calls block, and are made as if the caller had a thread of its own: nothing awaits while a
/// state is loaded or saved, so that no dropped future can leave half of it. A store whose calls
/// take long would give them a thread, and the lock with them.
pub trait StateStore: Send + Sync + 'static {
    /// The writer lock, held. Dropping it releases it, and so does the end of the process. See
    /// [`WriterLock`](crate::WriterLock).
    type Lock: Send + 'static;

    /// What the backend says of itself.
    fn descriptor(&self) -> &BackendDescriptor;

    /// Takes the writer lock, at once or not at all. No reader asks for it.
    ///
    /// # Errors
    ///
    /// [`SessionBusy`](ErrorKind::SessionBusy), naming the holder, while another session holds it.
    fn lock(&self) -> Result<Self::Lock, BackendError>;

    /// Loads the last commit, whole. Changes nothing, and waits for no lock: it may be called
    /// while another state is saved.
    ///
    /// # Errors
    ///
    /// Those of [`IndexBackend::open_reader`].
    fn load(&self) -> Result<SavedState, BackendError>;

    /// Makes `state` the last commit, in one step, for the holder of the lock. What is there may
    /// be unreadable, and is replaced.
    ///
    /// # Errors
    ///
    /// What the system says; the last commit is then still the one before. What readers can see
    /// already is no error.
    fn save(&self, state: &SavedState) -> Result<(), BackendError>;
}

/// The backend over a [`StateStore`]. Clones share it.
///
/// ```
/// use std::sync::{Arc, LazyLock, Mutex};
///
/// use codira_contracts::{BackendDescriptor, BackendError, Tool};
/// use codira_memory::{SavedState, StateStore, StoredBackend};
///
/// static DESCRIPTOR: LazyLock<BackendDescriptor> =
///     LazyLock::new(|| BackendDescriptor { tool: Tool::new("mine", "1"), schema: 1, capabilities: vec![] });
///
/// /// Keeps the state in a variable, and its lock excludes nothing: a real one is kept in files.
/// #[derive(Default)]
/// struct Mine(Mutex<Option<SavedState>>);
///
/// impl StateStore for Mine {
///     type Lock = ();
///
///     fn descriptor(&self) -> &BackendDescriptor {
///         &DESCRIPTOR
///     }
///
///     fn lock(&self) -> Result<(), BackendError> {
///         Ok(())
///     }
///
///     fn load(&self) -> Result<SavedState, BackendError> {
///         let state = self.0.lock().ok().and_then(|state| state.clone());
///         state.ok_or_else(|| BackendError::NotIndexed { location: "a variable".to_owned() })
///     }
///
///     fn save(&self, state: &SavedState) -> Result<(), BackendError> {
///         if let Ok(mut kept) = self.0.lock() {
///             *kept = Some(state.clone());
///         }
///         Ok(())
///     }
/// }
///
/// let backend = StoredBackend::new(Mine::default());
/// ```
#[derive(Debug)]
pub struct StoredBackend<S>(Arc<S>);

impl<S> Clone for StoredBackend<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: StateStore> StoredBackend<S> {
    /// The backend over `store`.
    pub fn new(store: S) -> Self {
        Self(Arc::new(store))
    }
}

#[async_trait]
impl<S: StateStore> IndexBackend for StoredBackend<S> {
    type Reader = MemoryReader;
    type Session = StoredSession<S>;

    fn descriptor(&self) -> &BackendDescriptor {
        self.0.descriptor()
    }

    async fn open_reader(&self) -> Result<MemoryReader, BackendError> {
        // Loaded whole, so that no later commit can change what this reader says.
        let saved = self.0.load()?;
        let writer = BackendDescriptor { tool: saved.writer.clone(), ..self.descriptor().clone() };
        Ok(MemoryReader::of(&writer, &Arc::new(IndexState::restore(saved))))
    }

    async fn begin_index_session(&self, request: SessionRequest) -> Result<StoredSession<S>, BackendError> {
        let lock = self.0.lock()?;
        let (base, replaces) = match self.0.load() {
            Ok(saved) => (IndexState::restore(saved), None),
            Err(error) => match (error.kind(), request.scope) {
                (ErrorKind::NotIndexed, _) => (IndexState::default(), None),
                (ErrorKind::Corrupt, WriteScope::Full) => (IndexState::default(), Some(error.to_string())),
                _ => return Err(error),
            },
        };
        let saving = Saving { store: Arc::clone(&self.0), replaces, _lock: lock };
        Ok(DraftSession::new(Arc::new(base).begin(request), saving))
    }
}

/// The session of a [`StoredBackend`]: its commit saves what it has drafted.
pub type StoredSession<S> = DraftSession<Saving<S>>;

/// Saves a state, under the lock.
#[derive(Debug)]
pub struct Saving<S: StateStore> {
    store: Arc<S>,
    /// What is wrong with what will be replaced, when it is no readable index.
    replaces: Option<String>,
    /// Released at the end.
    _lock: S::Lock,
}

impl<S: StateStore> Publish for Saving<S> {
    fn publish(self, state: IndexState) -> Result<Commit, BackendError> {
        self.store.save(&state.save(&self.store.descriptor().tool))?;
        Ok(Commit { generation: state.generation(), replaced: self.replaces })
    }
}
