//! The schema, as numbered migrations, and how the number of a file is told.

use codira_contracts::BackendError;

use crate::engine::Database;

/// A schema: the migrations that lead to it, oldest first. The number of the last one is the
/// schema's.
///
/// A change of the contract's model that changes the form of a blob needs a migration, too: a test
/// keeps the forms.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schema(&'static [&'static str]);

const INDEX: &str = include_str!("0001_index.sql");

/// The schema that this crate reads and writes.
pub(crate) const CURRENT: Schema = Schema(&[INDEX]);

/// A schema that a later program might have.
pub(crate) const NEXT: Schema = Schema(&[INDEX, "CREATE TABLE note (file UINTEGER)"]);

/// Which migrations were run?
const VERSION: &str = "SELECT number FROM schema_version";

impl Schema {
    /// Its number.
    pub(crate) fn number(self) -> u32 {
        u32::try_from(self.0.len()).expect("there are not that many migrations")
    }

    /// Brings a database of schema `from` to this one; 0 is an empty database.
    pub(crate) fn migrate(self, database: &Database, from: u32) -> Result<(), BackendError> {
        for (step, number) in self.0.iter().zip(1..).filter(|(_, number)| *number > from) {
            database.batch(&format!("{step};\nINSERT INTO schema_version VALUES ({number});"))?;
        }
        Ok(())
    }
}

/// Does it hold a view? What is asked as if it were a table could read any file.
const HAS_VIEW: &str = "SELECT count(*) > 0 FROM duckdb_views() WHERE NOT internal";

/// The schema of a database. One that is no index is corrupt.
pub(crate) fn number_of(database: &Database) -> Result<u32, BackendError> {
    if database.rows(HAS_VIEW, [], |row| row.get::<bool>(0))?.contains(&true) {
        return Err(database.at().corrupt("it holds a view, which no index does", None));
    }
    let numbers = database.rows(VERSION, [], |row| row.get::<u32>(0))?;
    match numbers.iter().max() {
        Some(number @ 1..) => Ok(*number),
        _ => Err(database.at().unreadable("the number of the schema")),
    }
}
