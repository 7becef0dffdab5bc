//! The backend: what it is, and how readers and sessions begin.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use codira_contracts::{BackendDescriptor, BackendError, Capability, IndexBackend, SessionRequest, Tool};

use codira_store::{Reader, Session};

use crate::{
    NAME,
    schema::{self, Schema},
    snapshot,
    store::SqliteStore,
    tables::SqliteTables,
};

/// A handle on one committed state.
pub type SqliteReader = Reader<SqliteTables>;

/// The one session of an index.
pub type SqliteSession = Session<SqliteStore>;

/// The store of one repository's index, in a directory.
///
/// ```
/// use codira_contracts::{IndexBackend, IndexReader, IndexWriteSession, SessionRequest, resolve::RuleSet};
/// use codira_sqlite::SqliteBackend;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// let backend = SqliteBackend::in_directory(directory.path());
/// let session = backend.begin_index_session(SessionRequest::full(RuleSet::default())).await?;
/// session.commit().await?;
/// assert_eq!(backend.open_reader().await?.inventory().await?.generation, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SqliteBackend {
    store: SqliteStore,
    descriptor: BackendDescriptor,
}

impl SqliteBackend {
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
        Self { store: SqliteStore::new(directory, schema), descriptor }
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
impl IndexBackend for SqliteBackend {
    type Reader = SqliteReader;
    type Session = SqliteSession;

    fn descriptor(&self) -> &BackendDescriptor {
        &self.descriptor
    }

    async fn open_reader(&self) -> Result<SqliteReader, BackendError> {
        let SqliteStore { files, schema, .. } = &self.store;
        Reader::new(snapshot::open(files, schema.number()).await?, schema.number()).await
    }

    async fn begin_index_session(&self, request: SessionRequest) -> Result<SqliteSession, BackendError> {
        Session::begin(self.store.clone(), self.descriptor.tool.clone(), request).await
    }
}
