//! What lies beside the index, and what the header of the index says.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use codira_store::{IndexFiles, files::if_there};

use crate::schema::APPLICATION_ID;

/// How the name ends of what a session has written and not yet moved into the main file. SQLite
/// names it.
pub(crate) const LOG: &str = "-wal";

/// That of a whole new index, until it takes the place of the old one.
pub(crate) const FRESH: &str = ".new";

/// That of a copy of the index, until it takes the place of the original.
pub(crate) const COPY: &str = ".copy";

/// What lies where the index should be.
#[derive(Debug)]
pub(crate) enum Found {
    /// An index of this schema.
    Index {
        /// Its number.
        schema: u32,
        /// Whether it is as long as it says. A log that was being moved into it may be the reason.
        whole: bool,
    },
    /// Something else.
    Foreign {
        /// What is wrong with it.
        problem: String,
    },
}

/// Removes what a session that was killed may have left of the files that only sessions use.
pub(crate) fn remove_debris(files: &IndexFiles) -> io::Result<()> {
    for suffix in [FRESH, ".new-wal", COPY, ".copy-wal"] {
        if_there(fs::remove_file(files.beside(suffix)))?;
    }
    Ok(())
}

/// Whether `path` still leads to `file`, and not to one that has taken its place.
pub(crate) fn leads_to(path: &Path, file: &File) -> io::Result<bool> {
    let Some(there) = if_there(fs::metadata(path))? else { return Ok(false) };
    let here = file.metadata()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        Ok((there.dev(), there.ino()) == (here.dev(), here.ino()))
    }
    #[cfg(not(unix))]
    {
        // Elsewhere a file that is open is not renamed over.
        Ok(there.len() == here.len())
    }
}

/// Reads the header of `file`: whether it is an index, of which schema, and as long as it says.
pub(crate) fn inspect(mut file: &File) -> io::Result<Found> {
    let foreign = |problem: &str| Ok(Found::Foreign { problem: problem.to_owned() });
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return foreign("it is no file");
    }
    let mut header = [0_u8; 100];
    match file.read_exact(&mut header) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return foreign("the file has no header"),
        read => read?,
    }
    let number = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    if !header.starts_with(b"SQLite format 3\0") {
        return foreign("the file is no SQLite database");
    }
    if number(68) != APPLICATION_ID {
        return foreign("the database belongs to another program");
    }
    // Two bytes; the value 1 stands for 65536.
    let page = match u64::from(number(16) >> 16) {
        1 => 65_536,
        size => size,
    };
    Ok(Found::Index { schema: number(60), whole: metadata.len() >= page * u64::from(number(28)) })
}
