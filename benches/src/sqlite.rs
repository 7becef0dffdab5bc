//! SQLite through its raw driver: the floor of what a backend on it can reach.

use std::{fs, io, path::Path};

use rusqlite::{Connection, OpenFlags, Params, Result};

/// What is this one symbol?
const ONE: &str = "SELECT c2, c3, c4 FROM record WHERE rowid = ?1";

/// Writes so many rows of 100 bytes, as a store of symbols might have them, into a new file at `path`.
///
/// # Errors
///
/// What SQLite says.
pub fn load_rows(path: &Path, rows: usize) -> Result<()> {
    let body = [7_u8; 64];
    load(path, 5, (0..rows).map(|row| (row as i64 + 1, row as i64 / 20, format!("function_{row:08}"), 3, body)))
}

/// Writes rows into a table without indexes in a new file at `path`: one prepared statement in one transaction, and no waiting for
/// the disk.
///
/// # Errors
///
/// What SQLite says.
pub fn load<P: Params>(path: &Path, columns: usize, rows: impl Iterator<Item = P>) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(rusqlite::Error::InvalidPath(path.to_owned())),
        _ => {}
    }
    let mut connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "off")?;
    connection.pragma_update(None, "synchronous", "off")?;
    let names: Vec<String> = (0..columns).map(|column| format!("c{column}")).collect();
    connection.execute_batch(&format!("CREATE TABLE record ({})", names.join(", ")))?;
    let transaction = connection.transaction()?;
    let mut insert = transaction.prepare(&format!("INSERT INTO record VALUES ({})", vec!["?"; columns].join(", ")))?;
    for row in rows {
        insert.execute(row)?;
    }
    drop(insert);
    transaction.commit()
}

/// Opens a file for reading.
///
/// # Errors
///
/// What SQLite says.
pub fn open(path: &Path) -> Result<Connection> {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)
}

/// Reads one row by its key.
///
/// # Errors
///
/// What SQLite says.
pub fn read_one(connection: &Connection) -> Result<(String, i64, Vec<u8>)> {
    let mut statement = connection.prepare_cached(ONE)?;
    statement.query_one([17], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
}

/// Opens a file, reads one row, and closes it again.
///
/// # Errors
///
/// What SQLite says.
pub fn open_and_read_one(path: &Path) -> Result<(String, i64, Vec<u8>)> {
    read_one(&open(path)?)
}
