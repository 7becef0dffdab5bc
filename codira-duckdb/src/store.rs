//! Where an index is, and how sessions on it begin: what is there is looked at, copied or left aside, and migrated.

use std::path::{Path, PathBuf};

use codira_contracts::{BackendError, MemoryBudget, WriteScope};
use codira_store::{Begun, Cancel, Store, WriterLock};

use crate::{
    draft::{DraftFiles, DuckdbDraft},
    engine::Database,
    errors::{At, at},
    files::{Files, Found, inspect},
    instance::{Use, within},
    schema::{self, Schema},
    tables::DuckdbTables,
};

/// How large is the largest file?
const LARGEST: &str = "SELECT coalesce(max(size), 0) FROM file";

/// The files of an index, and the schema that they have or get.
#[derive(Clone, Debug)]
pub struct DuckdbStore {
    pub(crate) files: Files,
    pub(crate) schema: Schema,
    /// The index, for errors.
    location: PathBuf,
}

impl DuckdbStore {
    pub(crate) fn new(directory: PathBuf, schema: Schema) -> Self {
        let files = Files::new(directory);
        Self { location: files.index(), files, schema }
    }
}

impl Store for DuckdbStore {
    type Draft = DuckdbDraft;

    fn at(&self) -> At<'_> {
        at(&self.location)
    }

    fn lock(&self) -> Result<WriterLock, BackendError> {
        let failed = |error| at(self.files.directory()).io("prepare", error);
        std::fs::create_dir_all(self.files.directory()).map_err(failed)?;
        WriterLock::take(self.files.lock(), self.at())
    }

    async fn begin(
        &self,
        scope: WriteScope,
        memory: MemoryBudget,
        cancel: &Cancel,
    ) -> Result<Begun<DuckdbDraft>, BackendError> {
        let Self { files, schema, .. } = self.clone();
        let at = self.at();
        files.remove_drafts().map_err(|error| at.io("clean up", error))?;
        let drafts = DraftFiles(files.clone());
        let mut replaced = None;
        let has_base = match inspect(&files.index()).map_err(|error| at.io("open", error))? {
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
        let tables = DuckdbTables::open(self.location.clone(), memory, move || {
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
fn empty(files: &Files, schema: Schema, memory: MemoryBudget) -> Result<Database, BackendError> {
    let database = Database::open(&files.draft(), &files.index(), Use::Write(memory))?;
    database.batch("BEGIN")?;
    schema.migrate(&database, 0)?;
    Ok(database)
}

/// A draft that is a copy of the index.
fn copy(files: &Files, schema: Schema, memory: MemoryBudget) -> Result<Database, BackendError> {
    let (index, draft) = (files.index(), files.draft());
    files.copy_index(&draft).map_err(|error| at(&index).io("copy", error))?;
    let database = Database::open(&draft, &index, Use::Write(memory))?;
    migrate(&database, schema, memory, &index)?;
    database.batch("BEGIN")?;
    Ok(database)
}

/// Opens what is there for reading: a migrated copy, where it has an older schema.
pub(crate) fn open_base(files: &Files, schema: Schema, memory: MemoryBudget) -> Result<Database, BackendError> {
    let index = files.index();
    let database = Database::open(&index, &index, Use::Read)?;
    if schema::number_of(&database)? == schema.number() {
        return Ok(database);
    }
    database.close()?;
    let copy = files.base();
    files.copy_index(&copy).map_err(|error| at(&index).io("copy", error))?;
    let database = Database::open(&copy, &index, Use::Write(memory))?;
    migrate(&database, schema, memory, &index)?;
    Ok(database)
}

/// Opens the index for a reader, if it is one of this schema.
pub(crate) fn open_index(path: &Path, schema: Schema) -> Result<Database, BackendError> {
    let at = at(path);
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
fn migrate(copy: &Database, schema: Schema, memory: MemoryBudget, index: &Path) -> Result<(), BackendError> {
    let (found, expected) = (schema::number_of(copy)?, schema.number());
    if found > expected {
        return Err(BackendError::SchemaMismatch { location: at(index).to_string(), found, expected });
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
