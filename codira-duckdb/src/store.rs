//! Where an index is, and how sessions on it begin: what is there is looked at, copied or left
//! aside, and migrated.

use std::path::{Path, PathBuf};

use codira_contracts::{BackendError, MemoryBudget, WriteScope};
use codira_store::{Backend, Begun, Cancel, IndexFiles, LocalStore, Reader, Session, Store, WriterLock};

use crate::{
    FILE_NAME, NAME,
    draft::{DraftFiles, DuckdbDraft},
    engine::Database,
    errors::At,
    files::{self, Found, inspect},
    instance::{Use, within},
    schema::{self, Schema},
    tables::DuckdbTables,
};

/// How large is the largest file?
const LARGEST: &str = "SELECT coalesce(max(size), 0) FROM file";

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
pub type DuckdbBackend = Backend<DuckdbStore>;

/// A handle on one committed state: a file that is open, and never changed.
pub type DuckdbReader = Reader<DuckdbTables>;

/// The one session of an index.
pub type DuckdbSession = Session<DuckdbStore>;

/// The files of an index, and the schema that they have or get.
#[derive(Clone, Debug)]
pub struct DuckdbStore {
    files: IndexFiles,
    schema: Schema,
}

impl DuckdbStore {
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
}

impl LocalStore for DuckdbStore {
    const NAME: &'static str = NAME;
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    fn in_directory(directory: PathBuf) -> Self {
        Self::with_schema(directory, schema::CURRENT)
    }

    fn directory(&self) -> &Path {
        self.files.directory()
    }
}

impl Store for DuckdbStore {
    type Draft = DuckdbDraft;

    fn at(&self) -> At<'_> {
        self.files.at()
    }

    fn schema(&self) -> u32 {
        self.schema.number()
    }

    async fn open(&self) -> Result<DuckdbTables, BackendError> {
        let Self { files, schema } = self.clone();
        let index = files.index().to_owned();
        DuckdbTables::open(index, MemoryBudget::default(), move || open_index(&files, schema)).await
    }

    fn lock(&self) -> Result<WriterLock, BackendError> {
        self.files.lock()
    }

    async fn begin(
        &self,
        scope: WriteScope,
        memory: MemoryBudget,
        cancel: &Cancel,
    ) -> Result<Begun<DuckdbDraft>, BackendError> {
        let Self { files, schema } = self.clone();
        let at = self.at();
        files::remove_drafts(&files).map_err(|error| at.io("clean up", error))?;
        let drafts = DraftFiles(files.clone());
        let mut replaced = None;
        let has_base = match inspect(files.index()).map_err(|error| at.io("open", error))? {
            Found::Nothing => false,
            Found::Database => true,
            Found::Foreign(problem) if scope == WriteScope::Full => {
                replaced = Some(at.corrupt(problem, None).to_string());
                false
            }
            Found::Foreign(problem) => return Err(at.corrupt(problem, None)),
        };
        let is_empty = !has_base || scope == WriteScope::Full;
        let cancel = cancel.clone();
        let tables = DuckdbTables::open(files.index().to_owned(), memory, move || {
            let database = if is_empty { empty(&files, schema, memory)? } else { copy(&files, schema, memory)? };
            let interrupt = database.interrupt_handle();
            cancel.on_cancel(move || interrupt.interrupt());
            Ok(database)
        });
        let draft = DuckdbDraft { tables: tables.await?, files: drafts, schema, memory, has_base };
        Ok(Begun { draft, is_empty, replaced })
    }
}

/// A draft that holds nothing.
fn empty(files: &IndexFiles, schema: Schema, memory: MemoryBudget) -> Result<Database, BackendError> {
    let database = Database::open(&files.beside(files::DRAFT), files.index(), Use::Write(memory))?;
    database.batch("BEGIN")?;
    schema.migrate(&database, 0)?;
    Ok(database)
}

/// A draft that is a copy of the index.
fn copy(files: &IndexFiles, schema: Schema, memory: MemoryBudget) -> Result<Database, BackendError> {
    let (index, draft) = (files.index(), files.beside(files::DRAFT));
    files::copy_index(files, &draft).map_err(|error| files.at().io("copy", error))?;
    let database = Database::open(&draft, index, Use::Write(memory))?;
    migrate(&database, schema, memory)?;
    database.batch("BEGIN")?;
    Ok(database)
}

/// Opens what is there for reading: a migrated copy, where it has an older schema.
pub(crate) fn open_base(files: &IndexFiles, schema: Schema, memory: MemoryBudget) -> Result<Database, BackendError> {
    let index = files.index();
    let database = Database::open(index, index, Use::Read)?;
    if schema::number_of(&database)? == schema.number() {
        return Ok(database);
    }
    database.close()?;
    let copy = files.beside(files::BASE);
    files::copy_index(files, &copy).map_err(|error| files.at().io("copy", error))?;
    let database = Database::open(&copy, index, Use::Write(memory))?;
    migrate(&database, schema, memory)?;
    Ok(database)
}

/// Opens the index for a reader, if it is one of this schema.
fn open_index(files: &IndexFiles, schema: Schema) -> Result<Database, BackendError> {
    let (path, at) = (files.index(), files.at());
    match inspect(path).map_err(|error| at.io("open", error))? {
        Found::Nothing => return Err(BackendError::NotIndexed { location: at.to_string() }),
        Found::Foreign(problem) => return Err(at.corrupt(problem, None)),
        Found::Database => {}
    }
    let database = Database::open(path, path, Use::Read)?;
    let (found, expected) = (schema::number_of(&database)?, schema.number());
    if found == expected {
        return Ok(database);
    }
    Err(BackendError::SchemaMismatch { location: at.to_string(), found, expected })
}

/// Brings a copy of the index to the schema. A newer one cannot be.
fn migrate(copy: &Database, schema: Schema, memory: MemoryBudget) -> Result<(), BackendError> {
    let (found, expected) = (schema::number_of(copy)?, schema.number());
    if found > expected {
        return Err(BackendError::SchemaMismatch { location: copy.at().to_string(), found, expected });
    }
    let largest = copy.rows_once(LARGEST, [], |row| row.get(0))?.into_iter().next().unwrap_or_default();
    // A migration reads every file.
    copy.batch(&within(memory, largest))?;
    if found < expected {
        copy.batch("BEGIN")?;
        schema.migrate(copy, found)?;
        copy.batch("COMMIT")?;
    }
    Ok(())
}
