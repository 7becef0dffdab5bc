//! Many rows in one statement: several times as fast as a statement for each.

use codira_contracts::BackendError;
use sqlx::{Arguments, AssertSqlSafe, Encode, Executor, Sqlite, SqliteConnection, Type, sqlite::SqliteArguments};

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

/// Rows of one table that wait to be written.
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
    let mut text = String::new();
    for number in numbers {
        if !text.is_empty() {
            text.push(',');
        }
        text.push_str(&number.to_string());
    }
    text
}
