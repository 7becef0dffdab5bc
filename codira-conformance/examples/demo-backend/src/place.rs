//! The writer's place: at most one session per index, over all threads and processes.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read as _, Write as _},
    path::Path,
};

use codira_contracts::{BackendError, Holder};

use super::{FILE_NAME, NAME};

/// The place, taken. The system gives it back when this is dropped, and when the process ends in any way.
#[derive(Debug)]
pub(crate) struct Place(File);

impl Place {
    /// Takes the place in `directory`, which comes into being; says at once who has it, when somebody has.
    pub(crate) fn take(directory: &Path) -> Result<Self, BackendError> {
        let path = directory.join(format!("{FILE_NAME}.lock"));
        let failed = |error| BackendError::io(NAME, "lock", path.display(), error);
        fs::create_dir_all(directory).map_err(failed)?;
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let location = directory.join(FILE_NAME).display().to_string();
                return Err(BackendError::SessionBusy { location, holder: signed_by(&mut file) });
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let place = Self(file);
        place.sign().map_err(failed)?;
        Ok(place)
    }

    /// Leaves word of who is here, for whoever is refused.
    fn sign(&self) -> io::Result<()> {
        self.0.set_len(0)?;
        (&self.0).write_all(Holder::current().to_string().as_bytes())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Said aloud, because a process that is just being started may share the file for a moment.
        let _ = self.0.unlock();
    }
}

/// Who signed. The place is taken before it is signed, so that one may look too early.
fn signed_by(file: &mut File) -> Holder {
    let mut text = String::new();
    let read = file.read_to_string(&mut text).ok();
    read.and_then(|_| text.parse().ok()).unwrap_or_else(|| Holder::new("another program", 0))
}
