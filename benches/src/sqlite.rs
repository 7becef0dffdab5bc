//! SQLite through its raw driver: the floor of what a backend on it can reach.

use std::{fs, io, path::Path};

use rusqlite::{Connection, OpenFlags, Result, params};

/// A table as a store of symbols would have it.
const TABLE: &str = "CREATE TABLE symbol (id INTEGER PRIMARY KEY, file INTEGER, name TEXT, kind INTEGER, body BLOB)";
const INSERT: &str = "INSERT INTO symbol (id, file, name, kind, body) VALUES (?1, ?2, ?3, ?4, ?5)";
/// What is this one symbol?
const ONE: &str = "SELECT name, kind, body FROM symbol WHERE id = ?1";

/// Writes so many rows of 100 bytes into a new file at `path`, one prepared statement in one transaction.
///
/// # Errors
///
/// What SQLite says.
pub fn load_rows(path: &Path, rows: usize) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(rusqlite::Error::InvalidPath(path.to_owned())),
        _ => {}
    }
    let mut connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "off")?;
    connection.pragma_update(None, "synchronous", "off")?;
    connection.execute_batch(TABLE)?;
    let transaction = connection.transaction()?;
    let mut insert = transaction.prepare(INSERT)?;
    let body = [7_u8; 64];
    for row in 0..rows {
        insert.execute(params![row as i64 + 1, row as i64 / 20, format!("function_{row:08}"), 3, body])?;
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
