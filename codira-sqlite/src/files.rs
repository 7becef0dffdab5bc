//! The files of an index, what the header of the main one says, and how one file takes the place of another.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use crate::{FILE_NAME, schema::APPLICATION_ID};

/// The files of one index.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    directory: PathBuf,
}

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

impl Files {
    pub(crate) fn new(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// Where all of them are.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The index.
    pub(crate) fn database(&self) -> PathBuf {
        self.directory.join(FILE_NAME)
    }

    /// What a session has written and not yet moved into the main file. SQLite names it.
    pub(crate) fn wal(&self) -> PathBuf {
        self.beside("-wal")
    }

    /// The writer lock.
    pub(crate) fn lock(&self) -> PathBuf {
        self.beside(".lock")
    }

    /// A whole new index, until it takes the place of the old one.
    pub(crate) fn fresh(&self) -> PathBuf {
        self.beside(".new")
    }

    /// A copy of the index, until it takes the place of the original.
    pub(crate) fn copy(&self) -> PathBuf {
        self.beside(".copy")
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        self.directory.join(format!("{FILE_NAME}{suffix}"))
    }

    /// Removes what a session that was killed may have left of the files that only sessions use.
    pub(crate) fn remove_debris(&self) -> io::Result<()> {
        for path in [self.fresh(), self.beside(".new-wal"), self.copy(), self.beside(".copy-wal")] {
            remove(&path)?;
        }
        Ok(())
    }

    /// Makes sure that the directory takes files. For the holder of the writer lock.
    pub(crate) fn probe_directory(&self) -> io::Result<()> {
        let probe = self.copy();
        File::create(&probe)?;
        remove(&probe)
    }

    /// Lets the file at `path` take the place of the index, in one step that outlives a power cut.
    pub(crate) fn publish(&self, path: &Path) -> io::Result<()> {
        fs::rename(path, self.database())?;
        self.sync_directory();
        Ok(())
    }

    /// Makes the names in the directory durable. Where that fails, readers see what was published all the same: it is no error of the
    /// commit, and the next one tries again.
    fn sync_directory(&self) {
        // A directory is synced through a handle on it, where the system has such handles.
        if cfg!(unix) {
            let _ = File::open(&self.directory).and_then(|directory| directory.sync_all());
        }
    }
}

/// Removes a file that may not be there.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Whether `path` still leads to `file`, and not to one that has taken its place.
pub(crate) fn leads_to(path: &Path, file: &File) -> io::Result<bool> {
    let (there, here) = match fs::metadata(path) {
        Ok(there) => (there, file.metadata()?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
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
