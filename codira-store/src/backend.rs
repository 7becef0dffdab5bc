//! A backend on a store: what it is, and how readers and sessions begin.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use codira_contracts::{BackendDescriptor, BackendError, Capability, IndexBackend, SessionRequest, Tool};

use crate::{Draft, Reader, Session, Store};

/// The index of one repository, in a store.
#[derive(Clone, Debug)]
pub struct Backend<S> {
    store: S,
    descriptor: BackendDescriptor,
}

/// A store of files in a directory of their own.
pub trait LocalStore: Store {
    /// The name of the backend, as configurations choose it.
    const NAME: &'static str;

    /// The version of the crate that keeps it.
    const VERSION: &'static str;

    /// The store in a directory, which need not exist: it is made when a session begins.
    fn in_directory(directory: PathBuf) -> Self;

    /// Where its files are.
    fn directory(&self) -> &Path;
}

impl<S: Store> Backend<S> {
    /// The backend on a store.
    pub fn new(store: S, tool: Tool, capabilities: Vec<Capability>) -> Self {
        let descriptor = BackendDescriptor { tool, schema: store.schema(), capabilities };
        Self { store, descriptor }
    }

    /// The same by another version of its crate: what it commits is as that version would leave it.
    /// For tests.
    #[doc(hidden)]
    pub fn of_version(mut self, version: &str) -> Self {
        version.clone_into(&mut self.descriptor.tool.version);
        self
    }
}

impl<S: LocalStore> Backend<S> {
    /// The index in `directory`, which need not exist: it is made when a session begins.
    pub fn in_directory(directory: impl Into<PathBuf>) -> Self {
        let directory = directory.into();
        // Absolute, so that the index stays the same one when the process changes its directory.
        Self::of(S::in_directory(std::path::absolute(&directory).unwrap_or(directory)))
    }

    /// The index in a store.
    pub fn of(store: S) -> Self {
        let capabilities = vec![Capability::Durable, Capability::LocalFiles, Capability::Embeddings];
        Self::new(store, Tool::new(S::NAME, S::VERSION), capabilities)
    }

    /// Where the index is.
    pub fn directory(&self) -> &Path {
        self.store.directory()
    }
}

#[async_trait]
impl<S: Store> IndexBackend for Backend<S> {
    type Reader = Reader<<S::Draft as Draft>::Tables>;
    type Session = Session<S>;

    fn descriptor(&self) -> &BackendDescriptor {
        &self.descriptor
    }

    async fn open_reader(&self) -> Result<Self::Reader, BackendError> {
        Reader::new(self.store.open().await?, self.store.schema()).await
    }

    async fn begin_index_session(&self, request: SessionRequest) -> Result<Session<S>, BackendError> {
        Session::begin(self.store.clone(), self.descriptor.tool.clone(), request).await
    }
}
