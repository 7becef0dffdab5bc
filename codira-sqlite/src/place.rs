//! The writer's place: at most one session per index, over all threads and processes.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
};

use codira_contracts::{BackendError, Holder};

use crate::{errors::At, files::Files};

/// The writer's place, taken. It is free again as soon as this is dropped, or the process ends.
#[derive(Debug)]
pub(crate) struct Place(File);

impl Place {
    /// Takes the place, or says at once who has it. The operating system keeps the lock, and its file tells the holder.
    pub(crate) fn take(files: &Files) -> Result<Self, BackendError> {
        let path = files.lock();
        let failed = |source| At(&path).io("lock", source);
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let location = At(&files.database()).to_string();
                return Err(BackendError::SessionBusy { location, holder: holder(&mut file) });
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let place = Self(file);
        place.sign().map_err(failed)?;
        Ok(place)
    }

    /// Leaves word of who is here.
    fn sign(&self) -> std::io::Result<()> {
        let mut file = &self.0;
        let text = format!("{}\n", Holder::current());
        file.write_all(text.as_bytes())?;
        file.set_len(text.len() as u64)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // A process that is just being started may share the handle for a moment: closing alone would not unlock yet.
        let _ = self.0.unlock();
    }
}

/// Who holds the place. The lock is taken before the file is signed, so the first look may come too early.
fn holder(file: &mut File) -> Holder {
    for _ in 0..100 {
        let mut text = String::new();
        if file.rewind().and_then(|()| file.read_to_string(&mut text)).is_ok()
            && let Ok(holder) = text.parse()
        {
            return holder;
        }
        std::thread::yield_now();
    }
    Holder::new("another program", 0)
}
