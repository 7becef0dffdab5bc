//! The writer's place in a state directory, over all processes and backends.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, Write as _},
    path::Path,
};

use codira_contracts::{BackendError, Holder};

/// The place while it is taken: free as soon as this is dropped, and when the process ends in any way.
#[derive(Debug)]
pub(super) struct WriterLock {
    _file: File,
}

impl WriterLock {
    /// Takes the place.
    ///
    /// # Errors
    ///
    /// [`SessionBusy`](codira_contracts::ErrorKind::SessionBusy), naming the holder; else what the file system says.
    pub(super) fn take(path: &Path) -> Result<Self, BackendError> {
        let io = |source| BackendError::io("the indexer", "lock", path.display(), source);
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => {
                sign(&mut file).map_err(io)?;
                Ok(Self { _file: file })
            }
            Err(TryLockError::WouldBlock) => {
                let directory = path.parent().unwrap_or(path);
                Err(BackendError::SessionBusy { location: directory.display().to_string(), holder: holder(&mut file) })
            }
            Err(TryLockError::Error(source)) => Err(io(source)),
        }
    }
}

/// Writes down who has the place.
fn sign(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    write!(file, "{}", Holder::current())
}

/// Who has the place, as far as they had time to say so.
fn holder(file: &mut File) -> Holder {
    let mut text = String::new();
    let signed = file.read_to_string(&mut text).ok().and_then(|_| text.parse().ok());
    signed.unwrap_or_else(|| Holder::new("a program that has just begun", 0))
}
