//! SQLite through its raw driver: the floor of what a backend on it can reach.

use std::{fs, io, path::Path};

use rusqlite::{Connection, OpenFlags, Result, params_from_iter, types::Value};

/// What is this one symbol?
const ONE: &str = "SELECT c2, c3, c4 FROM record_0 WHERE rowid = ?1";

/// So many rows of 100 bytes, as a store of symbols might have them.
pub fn rows(count: usize) -> Vec<Vec<Value>> {
    let row = |row: usize| {
        let (id, file, name) = (row as i64 + 1, row as i64 / 20, format!("function_{row:08}"));
        vec![id.into(), file.into(), name.into(), 3.into(), vec![7_u8; 64].into()]
    };
    (0..count).map(row).collect()
}

/// Writes tables into a new file at `path`, without indexes: one prepared statement for each, in
/// one transaction, without syncing to the disk.
///
/// # Errors
///
/// What SQLite says.
pub fn load(path: &Path, tables: &[Vec<Vec<Value>>]) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(rusqlite::Error::InvalidPath(path.to_owned())),
        _ => {}
    }
    let mut connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "off")?;
    connection.pragma_update(None, "synchronous", "off")?;
    let transaction = connection.transaction()?;
    for (number, rows) in tables.iter().enumerate() {
        let columns = rows.first().map_or(1, Vec::len);
        let names: Vec<String> = (0..columns).map(|column| format!("c{column}")).collect();
        transaction.execute_batch(&format!("CREATE TABLE record_{number} ({})", names.join(", ")))?;
        let marks = vec!["?"; columns].join(", ");
        let mut insert = transaction.prepare(&format!("INSERT INTO record_{number} VALUES ({marks})"))?;
        for row in rows {
            insert.execute(params_from_iter(row))?;
        }
    }
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
