//! Whether a write-ahead log holds a commit. The format is that of
//! <https://www.sqlite.org/fileformat2.html#walformat>.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

use codira_store::files::if_there;

/// The first bytes of a log, which change whenever it starts anew.
pub(crate) type Head = [u8; 32];

const FRAME_HEAD: usize = 24;

/// The head of the log at `path`; `None` when there is no log or nothing in it.
pub(crate) fn head(path: &Path) -> io::Result<Option<Head>> {
    Ok(open(path)?.map(|(_, head)| head))
}

/// Whether the log at `path` may hold a commit.
///
/// Only the heads of the frames are read: a frame that was torn by a power cut counts, and SQLite
/// decides about it. While a session is open its log has frames, and none that commits.
pub(crate) fn may_hold_commit(path: &Path) -> io::Result<bool> {
    let Some((mut file, head)) = open(path)? else { return Ok(false) };
    let page = i64::from(u32::from_be_bytes([head[8], head[9], head[10], head[11]]));
    let mut frame = [0_u8; FRAME_HEAD];
    loop {
        match file.read_exact(&mut frame) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
            read => read?,
        }
        // Frames of before the log started anew have other salts.
        if frame[8..16] != head[16..24] {
            return Ok(false);
        }
        // The size of the database after the commit that the frame ends, if it ends one.
        if frame[4..8] != [0; 4] {
            return Ok(true);
        }
        file.seek(SeekFrom::Current(page))?;
    }
}

fn open(path: &Path) -> io::Result<Option<(File, Head)>> {
    let Some(mut file) = if_there(File::open(path))? else { return Ok(None) };
    let mut head = [0; 32];
    match file.read_exact(&mut head) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        read => read.map(|()| Some((file, head))),
    }
}
