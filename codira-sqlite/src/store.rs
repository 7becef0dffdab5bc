//! Where an index is, and how sessions on it begin: what is there is looked at, put right, and
//! taken over.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use codira_contracts::{BackendError, MemoryBudget, WriteScope};
use codira_store::{Backend, Begun, Cancel, IndexFiles, LocalStore, Reader, Session, Store, WriterLock, files::if_there};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use crate::{
    FILE_NAME, NAME, connection,
    draft::{SqliteDraft, Target},
    errors::{At, Failed as _},
    files::{self, Found},
    publish,
    schema::{self, Schema},
    snapshot,
    tables::SqliteTables,
    wal,
};

/// How many steps of a statement SQLite takes between looks whether the session is cancelled: a
/// fraction of a millisecond.
const STEPS_BETWEEN_LOOKS: i32 = 20_000;

/// Begins the one transaction of the session.
const BEGIN: &str = "BEGIN IMMEDIATE";

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
pub type SqliteBackend = Backend<SqliteStore>;

/// A handle on one committed state.
pub type SqliteReader = Reader<SqliteTables>;

/// The one session of an index.
pub type SqliteSession = Session<SqliteStore>;

/// The files of an index, and the schema that they have or get.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    files: IndexFiles,
    schema: Schema,
}

impl SqliteStore {
    /// A store with another schema than this crate's.
    pub(crate) fn with_schema(directory: PathBuf, schema: Schema) -> Self {
        Self { files: IndexFiles::new(NAME, directory, FILE_NAME), schema }
    }

    /// A store with one migration more, which changes no answer: how migrations are judged while
    /// there is one schema.
    #[doc(hidden)]
    pub fn of_next_schema(directory: impl Into<PathBuf>) -> Self {
        Self::with_schema(directory.into(), schema::NEXT)
    }

    /// Begins the transaction of a session, in tables of the schema, with so many bytes of pages in
    /// memory.
    async fn prepare(&self, connection: &mut SqliteConnection, cache: usize, cancel: Cancel) -> Result<(), BackendError> {
        let at = self.at();
        let cache = format!("PRAGMA cache_size = -{}", cache >> 10);
        sqlx::query(AssertSqlSafe(cache)).execute(&mut *connection).await.map_err(|error| at.failed("begin", error))?;
        let mut handle = connection.lock_handle().await.map_err(|error| at.failed("begin", error))?;
        handle.set_progress_handler(STEPS_BETWEEN_LOOKS, move || !cancel.is_cancelled());
        drop(handle);
        sqlx::query(BEGIN).execute(&mut *connection).await.map_err(|error| at.failed("begin", error))?;
        self.schema.migrate(connection, &at).await
    }
}

impl LocalStore for SqliteStore {
    const NAME: &'static str = NAME;
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    fn in_directory(directory: PathBuf) -> Self {
        Self::with_schema(directory, schema::CURRENT)
    }

    fn directory(&self) -> &Path {
        self.files.directory()
    }
}

impl Store for SqliteStore {
    type Draft = SqliteDraft;

    fn at(&self) -> At<'_> {
        self.files.at()
    }

    fn schema(&self) -> u32 {
        self.schema.number()
    }

    async fn open(&self) -> Result<SqliteTables, BackendError> {
        snapshot::open(&self.files, self.schema.number()).await
    }

    fn lock(&self) -> Result<WriterLock, BackendError> {
        let lock = self.files.lock()?;
        // What is published is made beside the index: a directory that takes no files is told at
        // once.
        let probe = self.files.beside(files::COPY);
        let probed = File::create(&probe).and_then(|_| fs::remove_file(&probe));
        probed.map_err(|error| At { path: self.files.directory(), ..self.at() }.io("prepare", error))?;
        Ok(lock)
    }

    async fn begin(
        &self,
        scope: WriteScope,
        memory: MemoryBudget,
        cancel: &Cancel,
    ) -> Result<Begun<SqliteDraft>, BackendError> {
        let Self { files, schema } = self;
        let (at, location) = (self.at(), files.index().to_owned());
        files::remove_debris(files).map_err(|error| at.io("clean up", error))?;
        let (mut base, mut replaced) = (None, None);
        match find(files).await {
            Ok(None) => {}
            Ok(Some(found)) if found > schema.number() => {
                return Err(BackendError::SchemaMismatch { location: at.to_string(), found, expected: schema.number() });
            }
            Ok(Some(found)) if found < schema.number() => base = Some(migrated(files, *schema).await?),
            Ok(Some(_)) => base = Some(location.clone()),
            Err(error @ BackendError::Corrupt { .. }) if scope == WriteScope::Full => replaced = Some(error.to_string()),
            Err(error) => return Err(error),
        }
        let target = match (&base, scope) {
            (Some(_), WriteScope::Incremental) => Target::InPlace,
            _ => Target::Fresh,
        };
        let mut connection = match target {
            Target::InPlace => connection::in_place(&location).await?,
            Target::Fresh => connection::fresh(&files.beside(files::FRESH)).await?,
        };
        let cache = match target {
            Target::InPlace => memory.per_mille(62),
            // What was added is not read again before the commit.
            Target::Fresh => memory.per_mille(31),
        };
        if let Err(error) = self.prepare(&mut connection, cache, cancel.clone()).await {
            let _ = connection.close().await;
            return Err(error);
        }
        let tables = SqliteTables { connection, location, _keeper: None };
        let draft = SqliteDraft { files: files.clone(), tables, target, base };
        Ok(Begun { draft, is_empty: target == Target::Fresh, replaced })
    }
}

/// The schema of the index that is there, once what a killed session left is moved into it; `None`
/// when there is none.
async fn find(files: &IndexFiles) -> Result<Option<u32>, BackendError> {
    let at = files.at();
    let failed = |error| at.io("open", error);
    let look = || match if_there(File::open(files.index())).map_err(failed)? {
        None => Ok(None),
        Some(file) => files::inspect(&file).map(Some).map_err(failed),
    };
    let found = match look()? {
        Some(Found::Index { .. }) if wal::head(&files.beside(files::LOG)).map_err(failed)?.is_some() => {
            publish::recover(files).await?;
            look()?
        }
        found => found,
    };
    match found {
        None => Ok(None),
        Some(Found::Index { schema, whole: true }) => Ok(Some(schema)),
        Some(Found::Index { .. }) => Err(at.corrupt("the file is shorter than it says", None)),
        Some(Found::Foreign { problem }) => Err(at.corrupt(problem, None)),
    }
}

/// A copy of an index of an older schema, brought to the newer one: how a session looks at the
/// state from which it began.
async fn migrated(files: &IndexFiles, schema: Schema) -> Result<PathBuf, BackendError> {
    let (at, copy) = (files.at(), files.beside(files::COPY));
    fs::copy(files.index(), &copy).map_err(|error| at.io("copy", error))?;
    let mut connection = connection::in_place(&copy).await?;
    schema.migrate(&mut connection, &at).await?;
    connection.close().await.map_err(|error| at.failed("migrate", error))?;
    Ok(copy)
}
