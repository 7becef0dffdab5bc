//! What lies beside the index, what the headers of the index say, and how a draft takes its place.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use codira_store::{
    IndexFiles,
    files::{if_there, with_suffix},
};

/// How the name ends of what a session writes, until it takes the place of the index.
pub(crate) const DRAFT: &str = ".draft";

/// That of a copy of an index of an older schema, migrated: how a full session sees the state from
/// which it began.
pub(crate) const BASE: &str = ".base";

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

/// Removes what only a session uses, its own or one that was killed. For the holder of the writer
/// lock.
pub(crate) fn remove_drafts(files: &IndexFiles) -> io::Result<()> {
    for path in [DRAFT, BASE].map(|suffix| files.beside(suffix)) {
        if_there(fs::remove_file(&path))?;
        if_there(fs::remove_file(with_suffix(&path, ".wal")))?;
        if_there(fs::remove_dir_all(spill(&path)))?;
    }
    Ok(())
}

/// Makes a private copy of the index, sharing its blocks where the file system can.
pub(crate) fn copy_index(files: &IndexFiles, to: &Path) -> io::Result<()> {
    let mut from = File::open(files.index())?;
    // A new file, so that it is writable whatever the index is.
    io::copy(&mut from, &mut File::create(to)?).map(drop)
}

/// Lets the draft take the place of the index, in one step that outlives a power cut.
pub(crate) fn publish(files: &IndexFiles) -> io::Result<()> {
    let draft = files.beside(DRAFT);
    let file = File::options().read(true).write(true).open(&draft)?;
    // DuckDB cuts free blocks off the end and counts them all the same. Put back, as a hole, they
    // let a reader notice at once when more is missing.
    if let Some(length) = stated_length(&file)? {
        file.set_len(length.max(file.metadata()?.len()))?;
    }
    file.sync_all()?;
    files.publish(&draft)
}

/// Where DuckDB puts what does not fit into memory while it works on `database`.
pub(crate) fn spill(database: &Path) -> PathBuf {
    with_suffix(database, ".spill")
}

/// The size of each of the three headers with which a database begins.
const HEADER: usize = 4096;

/// Reads the headers of the file at `path`. DuckDB notices every damaged block by its checksum when
/// it reads it, but a missing one only then.
pub(crate) fn inspect(path: &Path) -> io::Result<Found> {
    let Some(file) = if_there(File::open(path))? else { return Ok(Found::Nothing) };
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
    // Checksum, iteration, two places of metadata, number of blocks, size of a block. The later
    // iteration counts.
    let field = |header: usize, field: usize| {
        let (numbers, _) = headers[header * HEADER..(header + 1) * HEADER].as_chunks::<8>();
        u64::from_le_bytes(numbers[field])
    };
    let last = if field(1, 1) > field(2, 1) { 1 } else { 2 };
    let blocks = field(last, 4).checked_mul(field(last, 5));
    Ok(blocks.and_then(|blocks| blocks.checked_add(headers.len() as u64)))
}
