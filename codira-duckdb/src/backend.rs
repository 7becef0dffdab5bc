//! The backend: what it is, and how readers and sessions begin.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use codira_contracts::{BackendDescriptor, BackendError, Capability, IndexBackend, MemoryBudget, SessionRequest, Tool};

use codira_store::{Reader, Session};

use crate::{
    NAME,
    schema::{self, Schema},
    store::{DuckdbStore, open_index},
    tables::DuckdbTables,
};

/// A handle on one committed state: a file that is open, and never changed.
pub type DuckdbReader = Reader<DuckdbTables>;

/// The one session of an index.
pub type DuckdbSession = Session<DuckdbStore>;

/// The store of one repository's index, in a directory.
///
/// ```
/// use codira_contracts::{IndexBackend, IndexReader, IndexWriteSession, SessionRequest, resolve::RuleSet};
/// use codira_duckdb::DuckdbBackend;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// let backend = DuckdbBackend::in_directory(directory.path());
/// let session = backend.begin_index_session(SessionRequest::full(RuleSet::default())).await?;
/// session.commit().await?;
/// assert_eq!(backend.open_reader().await?.inventory().await?.generation, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct DuckdbBackend {
    store: DuckdbStore,
    descriptor: BackendDescriptor,
}

impl DuckdbBackend {
    /// The index in `directory`, which need not exist: it is made when a session begins.
    pub fn in_directory(directory: impl Into<PathBuf>) -> Self {
        Self::with_schema(directory.into(), schema::CURRENT)
    }

    /// The same with one migration more, which changes no answer: how migrations are judged while there is one schema.
    #[doc(hidden)]
    pub fn of_next_schema(directory: impl Into<PathBuf>) -> Self {
        Self::with_schema(directory.into(), schema::NEXT)
    }

    /// The same with another schema.
    pub(crate) fn with_schema(directory: PathBuf, schema: Schema) -> Self {
        // Absolute, so that the index stays the same one when the process changes its directory.
        let directory = std::path::absolute(&directory).unwrap_or(directory);
        let descriptor = BackendDescriptor {
            tool: Tool::new(NAME, env!("CARGO_PKG_VERSION")),
            schema: schema.number(),
            capabilities: vec![Capability::Durable, Capability::LocalFiles, Capability::Embeddings],
        };
        Self { store: DuckdbStore::new(directory, schema), descriptor }
    }

    /// The same by another version of this crate: what it commits is as that version would leave it.
    #[cfg(test)]
    pub(crate) fn of_version(mut self, version: &str) -> Self {
        self.descriptor.tool = Tool::new(NAME, version);
        self
    }

    /// Where the index is.
    pub fn directory(&self) -> &Path {
        self.store.files.directory()
    }
}

#[async_trait]
impl IndexBackend for DuckdbBackend {
    type Reader = DuckdbReader;
    type Session = DuckdbSession;

    fn descriptor(&self) -> &BackendDescriptor {
        &self.descriptor
    }

    async fn open_reader(&self) -> Result<DuckdbReader, BackendError> {
        let (index, schema) = (self.store.files.index(), self.store.schema);
        let path = index.clone();
        let tables = DuckdbTables::open(index, MemoryBudget::default(), move || open_index(&path, schema)).await?;
        Reader::new(tables, schema.number()).await
    }

    async fn begin_index_session(&self, request: SessionRequest) -> Result<DuckdbSession, BackendError> {
        Session::begin(self.store.clone(), self.descriptor.tool.clone(), request).await
    }
}
