//! The files of an index, what the headers of the main one say, and how a draft takes its place.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use crate::FILE_NAME;

/// The files of one index.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    directory: PathBuf,
}

/// What lies where the index should be, as far as its headers tell.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing.
    Nothing,
    /// A DuckDB database, as long as it says.
    Database,
    /// Something else: what is wrong with it.
    Foreign(&'static str),
}

impl Files {
    pub(crate) fn new(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// Where all of them are.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The index. It is never changed; commits replace it.
    pub(crate) fn index(&self) -> PathBuf {
        self.directory.join(FILE_NAME)
    }

    /// The writer lock.
    pub(crate) fn lock(&self) -> PathBuf {
        self.beside("lock")
    }

    /// What a session writes, until it takes the place of the index.
    pub(crate) fn draft(&self) -> PathBuf {
        self.beside("draft")
    }

    /// A copy of an index of an older schema, migrated: how a full session sees the state from which it began.
    pub(crate) fn base(&self) -> PathBuf {
        self.beside("base")
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        self.directory.join(format!("{FILE_NAME}.{suffix}"))
    }

    /// Removes what only a session uses, its own or one that was killed. For the holder of the writer lock.
    pub(crate) fn remove_drafts(&self) -> io::Result<()> {
        for path in [self.draft(), self.base()] {
            remove(&path)?;
            remove(&with_suffix(&path, ".wal"))?;
            match fs::remove_dir_all(spill(&path)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Makes a private copy of the index, sharing its blocks where the file system can.
    pub(crate) fn copy_index(&self, to: &Path) -> io::Result<()> {
        let mut from = File::open(self.index())?;
        // A new file, so that it is writable whatever the index is.
        io::copy(&mut from, &mut File::create(to)?).map(drop)
    }

    /// Lets the draft take the place of the index, in one step that outlives a power cut.
    pub(crate) fn publish(&self) -> io::Result<()> {
        let file = File::options().read(true).write(true).open(self.draft())?;
        // DuckDB cuts free blocks off the end and counts them all the same. Put back, as a hole, they let a reader notice at
        // once when more is missing.
        if let Some(length) = stated_length(&file)? {
            file.set_len(length.max(file.metadata()?.len()))?;
        }
        file.sync_all()?;
        fs::rename(self.draft(), self.index())?;
        // A directory is synced through a handle on it, where the system has such handles. Where that fails, readers see the commit all
        // the same: it is no error, and the next one tries again.
        if cfg!(unix) {
            let _ = File::open(&self.directory).and_then(|directory| directory.sync_all());
        }
        Ok(())
    }
}

/// Where DuckDB puts what does not fit into memory while it works on `database`.
pub(crate) fn spill(database: &Path) -> PathBuf {
    with_suffix(database, ".spill")
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The size of each of the three headers with which a database begins.
const HEADER: usize = 4096;

/// Reads the headers of the file at `path`. DuckDB notices every damaged block by its checksum when it reads it, but a missing one
/// only then.
pub(crate) fn inspect(path: &Path) -> io::Result<Found> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        opened => opened?,
    };
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(Found::Foreign("it is no file"));
    }
    match stated_length(&file)? {
        None => Ok(Found::Foreign("the file is no DuckDB database")),
        Some(length) if length > metadata.len() => Ok(Found::Foreign("the file is shorter than it says")),
        Some(_) => Ok(Found::Database),
    }
}

/// How long a database is as its headers tell; `None` if it is none.
fn stated_length(mut file: &File) -> io::Result<Option<u64>> {
    let mut headers = [0_u8; 3 * HEADER];
    match file.read_exact(&mut headers) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    // After a checksum of eight bytes.
    if &headers[8..12] != b"DUCK" {
        return Ok(None);
    }
    // Checksum, iteration, two places of metadata, number of blocks, size of a block. The later iteration counts.
    let field = |header: usize, field: usize| {
        let (numbers, _) = headers[header * HEADER..(header + 1) * HEADER].as_chunks::<8>();
        u64::from_le_bytes(numbers[field])
    };
    let last = if field(1, 1) > field(2, 1) { 1 } else { 2 };
    let blocks = field(last, 4).checked_mul(field(last, 5));
    Ok(blocks.and_then(|blocks| blocks.checked_add(headers.len() as u64)))
}
