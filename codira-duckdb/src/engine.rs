//! DuckDB: how a database is opened, asked and written.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use codira_contracts::{BackendError, RepoPath};
use duckdb::{Appender, Connection, InterruptHandle, Params, Row, Statement, types::FromSql};

use crate::{
    errors::{At, Failed as _, at},
    instance::{Instance, Use},
};

/// How many prepared statements are kept.
const CACHED_STATEMENTS: usize = 64;

/// A connection to one database file, which errors name.
#[derive(Debug)]
pub(crate) struct Database {
    /// Before the instance, so that the database is closed when there is no connection to it.
    connection: Connection,
    instance: Instance,
    location: PathBuf,
    how: Use,
}

impl Database {
    /// Opens the database at `path`; `location` is what errors name.
    pub(crate) fn open(path: &Path, location: &Path, how: Use) -> Result<Self, BackendError> {
        let (connection, instance) = Instance::open(path, how).map_err(|error| at(location).failed("open", error))?;
        connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
        Ok(Self { connection, instance, location: location.to_owned(), how })
    }

    /// Where errors say they happened.
    pub(crate) fn at(&self) -> At<'_> {
        at(&self.location)
    }

    /// Stops the statement that is running, from another thread.
    pub(crate) fn interrupt_handle(&self) -> Arc<InterruptHandle> {
        self.connection.interrupt_handle()
    }

    /// Asks a question that comes again. A reader keeps it parsed, and planned where it has no
    /// parameters. A session must not: a plan for a table that is still empty says that there is
    /// nothing, and DuckDB does not plan again when rows come within the transaction.
    pub(crate) fn rows<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnMut(&Cells<'_>) -> Result<T, BackendError>,
    ) -> Result<Vec<T>, BackendError> {
        if matches!(self.how, Use::Write(_)) {
            return self.rows_once(sql, parameters, read);
        }
        let mut statement = self.connection.prepare_cached(sql).map_err(|error| self.at().failed("read", error))?;
        self.collect(&mut statement, parameters, read)
    }

    /// Asks a question that is made for the occasion.
    pub(crate) fn rows_once<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnMut(&Cells<'_>) -> Result<T, BackendError>,
    ) -> Result<Vec<T>, BackendError> {
        let mut statement = self.connection.prepare(sql).map_err(|error| self.at().failed("read", error))?;
        self.collect(&mut statement, parameters, read)
    }

    fn collect<T>(
        &self,
        statement: &mut Statement<'_>,
        parameters: impl Params,
        mut read: impl FnMut(&Cells<'_>) -> Result<T, BackendError>,
    ) -> Result<Vec<T>, BackendError> {
        let failed = |error| self.at().failed("read", error);
        let mut rows = statement.query(parameters).map_err(failed)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            found.push(read(&Cells { row, at: self.at() })?);
        }
        Ok(found)
    }

    /// Runs a statement; says how many rows it changed.
    pub(crate) fn run(&self, sql: &str, parameters: impl Params) -> Result<u64, BackendError> {
        let changed = self.connection.execute(sql, parameters).map_err(|error| self.at().failed("write", error))?;
        Ok(changed as u64)
    }

    /// Runs statements of ours, one after another.
    pub(crate) fn batch(&self, sql: &str) -> Result<(), BackendError> {
        self.connection.execute_batch(sql).map_err(|error| self.at().failed("write", error))
    }

    /// Adds rows to a table.
    pub(crate) fn append(&self, table: &'static str) -> Result<Rows<'_>, BackendError> {
        let appender = self.connection.appender(table).map_err(|error| self.at().failed("write", error))?;
        Ok(Rows { appender, at: self.at() })
    }

    /// Closes the file.
    pub(crate) fn close(self) -> Result<(), BackendError> {
        let Self { connection, instance, location, .. } = self;
        let closed = connection.close().map_err(|(_, error)| error);
        closed.and_then(|()| instance.close()).map_err(|error| at(&location).failed("close", error))
    }
}

/// Rows that are being added to a table.
pub(crate) struct Rows<'a> {
    appender: Appender<'a>,
    at: At<'a>,
}

impl Rows<'_> {
    /// Adds a row.
    pub(crate) fn push(&mut self, row: &[&dyn duckdb::ToSql]) -> Result<(), BackendError> {
        self.appender.append_row(row).map_err(|error| self.at.failed("write", error))
    }

    /// Makes sure that all of them are there. Without it, whatever goes wrong would go unnoticed.
    pub(crate) fn finish(mut self) -> Result<(), BackendError> {
        self.appender.flush().map_err(|error| self.at.failed("write", error))
    }
}

/// The cells of a row. What cannot be read is corrupt, never left out.
pub(crate) struct Cells<'a> {
    row: &'a Row<'a>,
    at: At<'a>,
}

impl Cells<'_> {
    /// A value.
    pub(crate) fn get<T: FromSql>(&self, column: usize) -> Result<T, BackendError> {
        self.row.get(column).map_err(|error| self.at.failed("read", error))
    }

    /// What `make` makes of the bytes of a blob; `what` is that.
    pub(crate) fn blob<T>(&self, column: usize, what: &str, make: impl FnOnce(&[u8]) -> Option<T>) -> Result<T, BackendError> {
        let cell = self.row.get_ref(column).map_err(|error| self.at.failed("read", error))?;
        cell.as_blob().ok().and_then(make).ok_or_else(|| self.at.unreadable(what))
    }

    /// A path.
    pub(crate) fn path(&self, column: usize) -> Result<RepoPath, BackendError> {
        RepoPath::new(self.get::<String>(column)?).map_err(|_| self.at.unreadable("a path"))
    }

    /// A word of the contract.
    pub(crate) fn word<T: Copy>(&self, column: usize, all: &[T]) -> Result<T, BackendError> {
        all.get(usize::from(self.get::<u8>(column)?)).copied().ok_or_else(|| self.at.unreadable("a word"))
    }
}
