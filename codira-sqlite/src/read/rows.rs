//! From rows to what answers are made of. What cannot be read is corrupt, never left out.

use codira_contracts::{BackendError, RepoPath};
use sqlx::{Decode, Row, Sqlite, Type, sqlite::SqliteRow};

use crate::errors::{At, Failed as _};

/// The value of a column.
pub(super) fn get<'r, T: Decode<'r, Sqlite> + Type<Sqlite>>(
    row: &'r SqliteRow,
    column: usize,
    at: At<'_>,
) -> Result<T, BackendError> {
    row.try_get(column).map_err(|error| at.failed("read", error))
}

/// What was made of a value, unless it could not be.
pub(super) fn ok_or_corrupt<T>(value: Option<T>, what: &str, at: At<'_>) -> Result<T, BackendError> {
    value.ok_or_else(|| at.unreadable(what))
}

/// A path.
pub(super) fn path(row: &SqliteRow, column: usize, at: At<'_>) -> Result<RepoPath, BackendError> {
    ok_or_corrupt(RepoPath::new(get::<&str>(row, column, at)?).ok(), "a path", at)
}
