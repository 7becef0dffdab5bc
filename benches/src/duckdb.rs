//! DuckDB through its raw driver: the floor of what a backend on it can reach.

use std::path::Path;

use duckdb::{AccessMode, Config, Connection, Result};

/// So many rows of 100 bytes, as a store of symbols might have them.
const LOAD: &str = "CREATE TABLE record_0 AS
    SELECT i + 1 AS c0, i // 20 AS c1, format('function_{:08d}', i) AS c2, 3 AS c3, repeat('x', 64)::BLOB AS c4 FROM range(?) AS r (i)";

/// What is this one symbol?
const ONE: &str = "SELECT c2, c3, c4 FROM record_0 WHERE c0 = ?";

/// Writes a table of so many rows into a new file at `path`.
///
/// # Errors
///
/// What DuckDB says.
pub fn load(path: &Path, rows: usize) -> Result<()> {
    let connection = Connection::open(path)?;
    connection.execute(LOAD, [rows as i64])?;
    connection.close().map_err(|(_, error)| error)
}

/// Opens a file, reads one row by its key, and closes the file again.
///
/// # Errors
///
/// What DuckDB says.
pub fn open_and_read_one(path: &Path) -> Result<(String, i64, Vec<u8>)> {
    let connection = Connection::open_with_flags(path, Config::default().access_mode(AccessMode::ReadOnly)?)?;
    connection.query_row(ONE, [17], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
}
