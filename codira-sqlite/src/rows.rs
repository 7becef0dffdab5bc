//! Statements of many rows, and from rows to values. What cannot be read is corrupt, never left
//! out.

use codira_contracts::{BackendError, ContentHash, FileState, RepoPath, Tool};
use codira_store::tables::FileRow;
use sqlx::{
    Arguments, AssertSqlSafe, Decode, Encode, Executor, Row as _, Sqlite, SqliteConnection, Type,
    sqlite::{SqliteArguments, SqliteRow},
};

use crate::errors::{At, Failed as _};

/// How many values go into one statement; SQLite takes at most 32766.
const VALUES: usize = 12_000;

/// An insertion: what stands before the rows, and how many values a row has.
#[derive(Debug)]
pub(crate) struct Insert {
    /// `INSERT INTO table VALUES`.
    pub(crate) head: &'static str,
    /// Values in a row.
    pub(crate) columns: usize,
}

/// Rows of one table that are to be written together: several times as fast as a statement for
/// each.
pub(crate) struct Rows {
    insert: &'static Insert,
    batches: Vec<SqliteArguments>,
    last: SqliteArguments,
}

impl Rows {
    pub(crate) fn new(insert: &'static Insert) -> Self {
        Self { insert, batches: Vec::new(), last: SqliteArguments::default() }
    }

    /// Begins a row; its values follow.
    pub(crate) fn row(&mut self) -> Row<'_> {
        if self.last.len() >= self.full() {
            let next = SqliteArguments::default();
            self.batches.push(std::mem::replace(&mut self.last, next));
        }
        Row(&mut self.last)
    }

    fn full(&self) -> usize {
        VALUES / self.insert.columns * self.insert.columns
    }

    /// Writes the rows.
    pub(crate) async fn write(self, connection: &mut SqliteConnection, at: At<'_>) -> Result<(), BackendError> {
        let full = self.full();
        for batch in self.batches.into_iter().chain([self.last]) {
            let rows = batch.len() / self.insert.columns;
            debug_assert_eq!(rows * self.insert.columns, batch.len(), "{}", self.insert.head);
            if rows == 0 {
                continue;
            }
            let row = format!("({}),", vec!["?"; self.insert.columns].join(","));
            let mut sql = format!("{} {}", self.insert.head, row.repeat(rows));
            sql.pop();
            // Only the statement of full batches comes again.
            let query = sqlx::query_with(AssertSqlSafe(sql), batch).persistent(rows * self.insert.columns == full);
            connection.execute(query).await.map_err(|error| at.failed("write", error))?;
        }
        Ok(())
    }
}

/// A row, value by value.
pub(crate) struct Row<'a>(&'a mut SqliteArguments);

impl Row<'_> {
    /// The next value.
    pub(crate) fn with<'v, T: Encode<'v, Sqlite> + Type<Sqlite>>(self, value: T) -> Self {
        self.0.add(value).expect("numbers, texts and bytes can always be bound");
        self
    }
}

/// Numbers as SQL writes a list of them.
pub(crate) fn list<T: ToString>(numbers: impl IntoIterator<Item = T>) -> String {
    numbers.into_iter().map(|number| number.to_string()).collect::<Vec<_>>().join(",")
}

/// The value of a column.
pub(crate) fn get<'r, T: Decode<'r, Sqlite> + Type<Sqlite>>(
    row: &'r SqliteRow,
    column: usize,
    at: At<'_>,
) -> Result<T, BackendError> {
    row.try_get(column).map_err(|error| at.failed("read", error))
}

/// What was made of a value, unless it could not be.
pub(crate) fn ok_or_corrupt<T>(value: Option<T>, what: &str, at: At<'_>) -> Result<T, BackendError> {
    value.ok_or_else(|| at.unreadable(what))
}

/// A path.
fn path(row: &SqliteRow, column: usize, at: At<'_>) -> Result<RepoPath, BackendError> {
    ok_or_corrupt(RepoPath::new(get::<&str>(row, column, at)?).ok(), "a path", at)
}

/// A file: the first six columns, as `FILE!` names them.
pub(crate) fn file(row: &SqliteRow, at: At<'_>) -> Result<FileRow, BackendError> {
    Ok(FileRow {
        number: get(row, 0, at)?,
        path: path(row, 1, at)?,
        language: get(row, 2, at)?,
        module: get(row, 3, at)?,
        symbols: get(row, 4, at)?,
        doc_issues: get(row, 5, at)?,
    })
}

/// The state of that file, in the columns after it.
pub(crate) fn state(row: &SqliteRow, at: At<'_>) -> Result<FileState, BackendError> {
    let hash = <[u8; 32]>::try_from(get::<&[u8]>(row, 6, at)?).ok();
    Ok(FileState {
        path: path(row, 1, at)?,
        hash: ContentHash::from_bytes(ok_or_corrupt(hash, "a hash", at)?),
        size: get::<i64>(row, 7, at)? as u64,
        modified: get(row, 8, at)?,
        analyzer: Tool::new(get::<String>(row, 9, at)?, get::<String>(row, 10, at)?),
    })
}
