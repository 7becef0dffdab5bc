//! Where an index is, and how sessions on it begin: what is there is looked at, put right, and taken over.

use std::{fs::File, path::PathBuf};

use codira_contracts::{BackendError, MemoryBudget, WriteScope};
use codira_store::{Begun, Cancel, Store, WriterLock};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use crate::{
    connection,
    draft::{SqliteDraft, Target},
    errors::{At, Failed as _, at},
    files::{self, Files, Found},
    publish,
    schema::Schema,
    tables::SqliteTables,
    wal,
};

/// How many steps of a statement SQLite takes between looks whether the session is cancelled: a fraction of a millisecond.
const STEPS_BETWEEN_LOOKS: i32 = 20_000;

/// Begins the one transaction of the session.
const BEGIN: &str = "BEGIN IMMEDIATE";

/// The files of an index, and the schema that they have or get.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    pub(crate) files: Files,
    pub(crate) schema: Schema,
    /// The index, for errors.
    location: PathBuf,
}

impl SqliteStore {
    pub(crate) fn new(directory: PathBuf, schema: Schema) -> Self {
        let files = Files::new(directory);
        Self { location: files.database(), files, schema }
    }

    /// Begins the transaction of a session, in tables of the schema, with so many bytes of pages in memory.
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

impl Store for SqliteStore {
    type Draft = SqliteDraft;

    fn at(&self) -> At<'_> {
        at(&self.location)
    }

    fn lock(&self) -> Result<WriterLock, BackendError> {
        let failed = |error| at(self.files.directory()).io("prepare", error);
        std::fs::create_dir_all(self.files.directory()).map_err(failed)?;
        let lock = WriterLock::take(self.files.lock(), self.at())?;
        self.files.probe_directory().map_err(failed)?;
        Ok(lock)
    }

    async fn begin(
        &self,
        scope: WriteScope,
        memory: MemoryBudget,
        cancel: &Cancel,
    ) -> Result<Begun<SqliteDraft>, BackendError> {
        let Self { files, schema, location } = self;
        let at = self.at();
        files.remove_debris().map_err(|error| at.io("clean up", error))?;
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
            Target::InPlace => connection::in_place(location).await?,
            Target::Fresh => connection::fresh(&files.fresh()).await?,
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
        let tables = SqliteTables { connection, location: location.clone(), _keeper: None };
        let draft = SqliteDraft { files: files.clone(), tables, target, base };
        Ok(Begun { draft, is_empty: target == Target::Fresh, replaced })
    }
}

/// The schema of the index that is there, once what a killed session left is moved into it; `None` when there is none.
async fn find(files: &Files) -> Result<Option<u32>, BackendError> {
    let path = files.database();
    let at = at(&path);
    let failed = |error| at.io("open", error);
    let look = || match File::open(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        opened => files::inspect(&opened.map_err(failed)?).map(Some).map_err(failed),
    };
    let found = match look()? {
        Some(Found::Index { .. }) if wal::head(&files.wal()).map_err(failed)?.is_some() => {
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

/// A copy of an index of an older schema, brought to the newer one: how a session looks at the state from which it began.
async fn migrated(files: &Files, schema: Schema) -> Result<PathBuf, BackendError> {
    let (path, copy) = (files.database(), files.copy());
    std::fs::copy(&path, &copy).map_err(|error| at(&path).io("copy", error))?;
    let at = at(&path);
    let mut connection = connection::in_place(&copy).await?;
    schema.migrate(&mut connection, &at).await?;
    connection.close().await.map_err(|error| at.failed("migrate", error))?;
    Ok(copy)
}
