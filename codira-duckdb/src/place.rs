//! The writer's place: at most one session per index, over all threads and processes.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Write},
    path::Path,
    time::{Duration, Instant},
};

use codira_contracts::{BackendError, Holder};

use crate::{errors::At, files::Files};

/// How long a holder may take from locking its file to signing it.
const SIGNING: Duration = Duration::from_millis(50);

/// The writer's place, taken: a lock of the operating system on a file whose text names the holder. It is free as soon as
/// this is dropped, or the process ends.
#[derive(Debug)]
pub(crate) struct Place(File);

impl Place {
    /// Takes the place, or says at once who has it.
    pub(crate) fn take(files: &Files) -> Result<Self, BackendError> {
        let path = files.lock();
        let failed = |source| At(&path).io("lock", source);
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(BackendError::SessionBusy { location: At(&files.index()).to_string(), holder: holder(&path) });
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let mut place = Self(file);
        let name = format!("{}\n", Holder::current());
        let signed = place.0.write_all(name.as_bytes()).and_then(|()| place.0.set_len(name.len() as u64));
        signed.map_err(failed)?;
        Ok(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Closing alone is not enough: a process that is being started just now may have inherited the file.
        let _ = self.0.unlock();
    }
}

/// Who signed the file at `path`.
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
