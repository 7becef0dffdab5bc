//! The writer lock of a store of local files.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, Write as _},
    path::Path,
    thread,
};

use codira_contracts::{BackendError, Holder};

/// How often the holder's name is looked for: the lock is taken before the file is signed.
const HOLDER_READS: usize = 100;

/// At most one session for each lock file, over all threads, processes and backend values.
///
/// The lock is the operating system's, and goes with the process, however that ends. The file
/// names the holder, and stays: a lock file that its holder unlinks lets two sessions in, one that
/// has opened it before, and one that makes a new file.
#[derive(Debug)]
pub struct WriterLock(File);

impl WriterLock {
    /// Takes the lock on the file `path`, whose directory comes into being. `backend` and
    /// `location` are what errors name: the backend, and the index that is locked.
    ///
    /// # Errors
    ///
    /// [`SessionBusy`](codira_contracts::ErrorKind::SessionBusy), naming the holder, when it is
    /// held; what the system says, when the file cannot be made.
    pub fn take(path: &Path, backend: &str, location: &Path) -> Result<Self, BackendError> {
        let failed = |error| BackendError::io(backend, "lock", path.display(), error);
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory).map_err(failed)?;
        }
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let location = location.display().to_string();
                return Err(BackendError::SessionBusy { location, holder: holder(&mut file) });
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let lock = Self(file);
        lock.sign().map_err(failed)?;
        Ok(lock)
    }

    /// Writes the holder's name, which refusals show.
    fn sign(&self) -> io::Result<()> {
        self.0.set_len(0)?;
        (&self.0).write_all(Holder::current().to_string().as_bytes())
    }
}

impl Drop for WriterLock {
    fn drop(&mut self) {
        // Closing alone would not do: a process that is just being started may share the file for
        // a moment.
        let _ = self.0.unlock();
    }
}

fn holder(file: &mut File) -> Holder {
    for _ in 0..HOLDER_READS {
        let mut text = String::new();
        if file.rewind().and_then(|()| file.read_to_string(&mut text)).is_ok()
            && let Ok(holder) = text.parse()
        {
            return holder;
        }
        thread::yield_now();
    }
    Holder::new("another program", 0)
}
