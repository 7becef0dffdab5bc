//! A backend in a state directory: what is true of every backend that is chosen by name.

use std::{fs, sync::Arc};

use async_trait::async_trait;
use codira_contracts::{
    BackendDescriptor, BackendError, Commit, DynBackend, DynReader, DynSession, IndexBackend, IndexWriteSession,
    SessionRequest, WriteScope, for_each_call,
};

use super::{StateDirectory, StateRefusal, lock::WriterLock};

/// A backend that shares its state directory by the rule of one: see [`StateDirectory`].
pub(crate) struct KeptBackend {
    inner: DynBackend,
    directory: Arc<SharedDirectory>,
}

/// The state directory, as one backend sees it.
struct SharedDirectory {
    backend: String,
    state: StateDirectory,
    /// How the names of its files begin.
    file: Option<&'static str>,
    /// How the names of the files begin that other backends may have left.
    files_of_others: Vec<&'static str>,
}

impl KeptBackend {
    pub(crate) fn new(
        inner: DynBackend,
        name: &str,
        state: StateDirectory,
        file: Option<&'static str>,
        files_of_others: Vec<&'static str>,
    ) -> Self {
        Self { inner, directory: Arc::new(SharedDirectory { backend: name.to_owned(), state, file, files_of_others }) }
    }
}

impl SharedDirectory {
    /// The other backend that has the index, if one has.
    fn other(&self) -> Result<Option<String>, BackendError> {
        Ok(self.state.backend()?.filter(|name| *name != self.backend))
    }

    /// Makes the index this backend's, now that it is committed.
    fn take_over(&self) -> Result<(), BackendError> {
        if self.state.backend()?.as_ref() == Some(&self.backend) {
            return Ok(());
        }
        self.state.set_backend(&self.backend)?;
        // A file that cannot be removed takes space, and is never read again.
        let Ok(entries) = fs::read_dir(self.state.path()) else { return Ok(()) };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let belongs = |begin: &&str| !begin.is_empty() && name.to_string_lossy().starts_with(*begin);
            if self.files_of_others.iter().any(belongs) && !self.file.iter().any(belongs) {
                let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
                let _ = if is_directory { fs::remove_dir_all(entry.path()) } else { fs::remove_file(entry.path()) };
            }
        }
        Ok(())
    }
}

#[async_trait]
impl IndexBackend for KeptBackend {
    type Reader = DynReader;
    type Session = KeptSession;

    fn descriptor(&self) -> &BackendDescriptor {
        self.inner.descriptor()
    }

    async fn open_reader(&self) -> Result<DynReader, BackendError> {
        let SharedDirectory { backend, state, .. } = &*self.directory;
        if let Some(owner) = self.directory.other()? {
            let (directory, backend) = (state.path().to_owned(), backend.clone());
            return Err(StateRefusal::OwnedByAnother { directory, backend, owner }.into_error());
        }
        self.inner.open_reader().await
    }

    async fn begin_index_session(&self, request: SessionRequest) -> Result<KeptSession, BackendError> {
        let state = &self.directory.state;
        state.create()?;
        let lock = WriterLock::take(&state.path().join("writer.lock"))?;
        state.record_owner()?;
        // Files that this backend left before another one took over are out of date.
        let scope = if self.directory.other()?.is_some() { WriteScope::Full } else { request.scope };
        let inner = self.inner.begin_index_session(SessionRequest { scope, ..request }).await?;
        Ok(KeptSession { inner, directory: Arc::clone(&self.directory), lock })
    }
}

/// A session that takes the state directory over when it commits.
pub(crate) struct KeptSession {
    // Dropped first: the writer lock is free once the backend's own is.
    inner: DynSession,
    directory: Arc<SharedDirectory>,
    lock: WriterLock,
}

macro_rules! pass_on {
    ([] $(fn $call:ident($($given:ident: $given_type:ty),*) -> $answer:ty;)*) => {
        #[async_trait]
        impl IndexWriteSession for KeptSession {
            $(async fn $call(&mut self, $($given: $given_type),*) -> Result<$answer, BackendError> {
                self.inner.$call($($given),*).await
            })*

            async fn commit(self) -> Result<Commit, BackendError> {
                let Self { inner, directory, lock } = self;
                let commit = inner.commit().await?;
                let taken = directory.take_over();
                drop(lock);
                taken.map(|()| commit)
            }

            async fn abort(self) -> Result<(), BackendError> {
                let Self { inner, lock, .. } = self;
                let aborted = inner.abort().await;
                drop(lock);
                aborted
            }
        }
    };
}
for_each_call!(pass_on);
