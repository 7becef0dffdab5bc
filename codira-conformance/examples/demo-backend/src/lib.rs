//! The index of a repository as a handful of JSON files: a backend for codira as a stranger would write it.
//!
//! What is kept is in `store.rs`, who may write in `place.rs`, and what a session does in `session.rs`. Questions are answered by
//! [`codira_memory`], over the files that a reader has loaded: slow to open, quick to write, and right from the first day.

mod place;
mod session;
mod store;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
};

use async_trait::async_trait;
use codira_contracts::{BackendDescriptor, BackendError, Capability, IndexBackend, SessionRequest, Tool};
use codira_memory::MemoryReader;

pub use session::DemoSession;
use store::Store;

/// The name by which the backend is chosen.
pub const NAME: &str = "demo";
/// How the names of its files begin, in the directory that it is given.
pub const FILE_NAME: &str = "demo";

/// Rises when the files change their meaning.
const SCHEMA: u32 = 1;

static DESCRIPTOR: LazyLock<BackendDescriptor> = LazyLock::new(|| BackendDescriptor {
    tool: Tool::new(NAME, env!("CARGO_PKG_VERSION")),
    schema: SCHEMA,
    capabilities: vec![Capability::Durable, Capability::LocalFiles, Capability::Embeddings],
});

/// An index in a directory.
#[derive(Clone, Debug)]
pub struct DemoBackend {
    directory: PathBuf,
}

impl DemoBackend {
    /// The index in `directory`. Performs no I/O.
    pub fn in_directory(directory: impl AsRef<Path>) -> Self {
        Self { directory: directory.as_ref().to_owned() }
    }

    fn store(&self) -> Store {
        Store::new(self.directory.join(FILE_NAME))
    }
}

#[async_trait]
impl IndexBackend for DemoBackend {
    type Reader = MemoryReader;
    type Session = DemoSession;

    fn descriptor(&self) -> &BackendDescriptor {
        &DESCRIPTOR
    }

    async fn open_reader(&self) -> Result<MemoryReader, BackendError> {
        // Loaded whole, so that no later commit can change what this reader says.
        Ok(MemoryReader::of(&DESCRIPTOR, &Arc::new(self.store().load()?)))
    }

    async fn begin_index_session(&self, request: SessionRequest) -> Result<DemoSession, BackendError> {
        DemoSession::begin(&self.directory, self.store(), request)
    }
}
