//! The writer lock of a store of local files.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use codira_contracts::{BackendError, Holder};

use crate::At;

/// How long a holder may take from locking its file to signing it.
const SIGNING: Duration = Duration::from_millis(50);

/// At most one session for each lock file, over all threads, processes and backend values.
///
/// The lock is the operating system's: it is free as soon as this is dropped, or the process ends,
/// however it ends. The file names the holder, and stays: one that its holder unlinks lets two in,
/// the one who has opened it before, and the one who makes a new one.
#[derive(Debug)]
pub struct WriterLock(File);

impl WriterLock {
    /// Takes the lock on `path`, in a directory that is there, or says at once who holds it.
    /// `index` is what it guards, as errors name it.
    ///
    /// # Errors
    ///
    /// [`SessionBusy`](codira_contracts::ErrorKind::SessionBusy), naming the holder, while it is
    /// held; what the system says, where the file cannot be made.
    pub fn take(path: PathBuf, index: At<'_>) -> Result<Self, BackendError> {
        let failed = |source| At { path: &path, ..index }.io("lock", source);
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(BackendError::SessionBusy { location: index.to_string(), holder: holder(&path) });
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let mut lock = Self(file);
        // Over the former name, and cut to length afterwards: a reader that looks meanwhile sees no
        // empty file.
        let name = format!("{}\n", Holder::current());
        let signed = lock.0.write_all(name.as_bytes()).and_then(|()| lock.0.set_len(name.len() as u64));
        signed.map_err(failed)?;
        Ok(lock)
    }
}

impl Drop for WriterLock {
    fn drop(&mut self) {
        // Closing alone is not enough: a process that is being started just now may have inherited
        // the file.
        let _ = self.0.unlock();
    }
}

/// Who signed the file at `path`, once it is signed.
fn holder(path: &Path) -> Holder {
    let begun = Instant::now();
    loop {
        let mut text = String::new();
        let read = File::open(path).and_then(|mut file| file.read_to_string(&mut text));
        if let (Ok(_), Ok(holder)) = (read, text.parse()) {
            return holder;
        }
        if begun.elapsed() > SIGNING {
            return Holder::new("another program", 0);
        }
        std::thread::yield_now();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn one_holds_it_and_is_named_to_the_other() {
        let directory = tempfile::tempdir().unwrap();
        let (path, index) = (directory.path().join("index.lock"), directory.path().join("index"));
        let take = || WriterLock::take(path.clone(), At { backend: "kept", path: &index });
        let lock = take().unwrap();
        match take() {
            Err(BackendError::SessionBusy { location, holder }) => {
                assert_eq!((location, holder), (index.display().to_string(), Holder::current()));
            }
            other => panic!("{other:?}"),
        }
        drop(lock);
        assert!(path.exists(), "the file stays");
        take().unwrap();
    }

    #[test]
    fn a_holder_that_never_signs_has_no_name() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("index.lock");
        let unsigned = File::create(&path).unwrap();
        unsigned.lock().unwrap();
        let Err(BackendError::SessionBusy { holder, .. }) =
            WriterLock::take(path, At { backend: "kept", path: directory.path() })
        else {
            panic!("two hold one lock")
        };
        assert_eq!(holder, Holder::new("another program", 0));
    }
}
