//! The writer lock of a state directory, over all processes and backends.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, Write as _},
    path::Path,
};

use codira_contracts::{BackendError, Holder};

/// The lock while it is held: it is free as soon as this is dropped, and when the process ends in
/// any way.
#[derive(Debug)]
pub(super) struct WriterLock(File);

impl WriterLock {
    /// Takes the lock.
    ///
    /// # Errors
    ///
    /// [`SessionBusy`](codira_contracts::ErrorKind::SessionBusy), naming the holder; else what the
    /// file system says.
    pub(super) fn take(path: &Path) -> Result<Self, BackendError> {
        let io = |source| BackendError::io("the indexer", "lock", path.display(), source);
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => {
                sign(&mut file).map_err(io)?;
                Ok(Self(file))
            }
            Err(TryLockError::WouldBlock) => {
                let directory = path.parent().unwrap_or(path);
                Err(BackendError::SessionBusy { location: directory.display().to_string(), holder: holder(&mut file) })
            }
            Err(TryLockError::Error(source)) => Err(io(source)),
        }
    }
}

impl Drop for WriterLock {
    fn drop(&mut self) {
        // A process that is just being started may share the handle for a moment, and closing
        // alone would not unlock.
        let _ = self.0.unlock();
    }
}

/// Writes the holder into the file.
fn sign(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    write!(file, "{}", Holder::current())
}

/// The holder. The lock is taken before the holder is written, so that the first read may come too
/// early.
fn holder(file: &mut File) -> Holder {
    for _ in 0..100 {
        let mut text = String::new();
        let read = file.rewind().and_then(|()| file.read_to_string(&mut text));
        if let (Ok(_), Ok(holder)) = (read, text.parse()) {
            return holder;
        }
        std::thread::yield_now();
    }
    Holder::new("another program", 0)
}
