//! The writer lock of a durable mutant: a file, with at most one flaw.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write},
    path::PathBuf,
    sync::{LazyLock, Mutex},
    thread,
    time::Duration,
};

use codira_contracts::*;

use crate::{
    durable_store::{Flaw, Kept},
    fault::Answer,
};

/// Directories in which this process has a session.
static OWN: LazyLock<Mutex<Vec<PathBuf>>> = LazyLock::new(Mutex::default);

/// The writer lock.
pub struct WriterLock {
    lock: Option<File>,
    remove: Option<PathBuf>,
    own: Option<PathBuf>,
}

impl WriterLock {
    pub fn take(kept: &Kept) -> Answer<Self> {
        let path = kept.dir.join("lock");
        let location = kept.dir.display().to_string();
        let busy = |holder| Err(BackendError::SessionBusy { location: location.clone(), holder });
        let failed = |error| kept.failed("lock", error);
        let mut taken = Self { lock: None, remove: None, own: None };
        if kept.flaw == Flaw::LockOfProcess {
            let mut own = OWN.lock().unwrap();
            if own.contains(&kept.dir) {
                return busy(Holder::current());
            }
            own.push(kept.dir.clone());
            taken.own = Some(kept.dir.clone());
            return Ok(taken);
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true);
        if kept.flaw == Flaw::KeepsLock {
            let mut file = match options.create_new(true).open(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    let holder = fs::read_to_string(&path).ok().and_then(|text| text.parse().ok());
                    return busy(holder.unwrap_or_else(Holder::current));
                }
                opened => opened.map_err(failed)?,
            };
            file.write_all(Holder::current().to_string().as_bytes()).map_err(failed)?;
            taken.remove = Some(path);
            return Ok(taken);
        }
        if kept.flaw == Flaw::ChecksThenMakes {
            if path.exists() {
                let holder = fs::read_to_string(&path).ok().and_then(|text| text.parse().ok());
                return busy(holder.unwrap_or_else(Holder::current));
            }
            // A long moment, so that chance does not miss it.
            thread::sleep(Duration::from_millis(2));
            fs::write(&path, Holder::current().to_string()).map_err(failed)?;
            taken.remove = Some(path);
            return Ok(taken);
        }
        let mut file = options.create(true).truncate(false).open(&path).map_err(failed)?;
        if kept.flaw == Flaw::UnlinksLock {
            // A long moment, so that chance does not miss it.
            thread::sleep(Duration::from_millis(2));
        }
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                let holder = (0..1000).find_map(|_| fs::read_to_string(&path).ok()?.parse().ok());
                return busy(holder.unwrap_or_else(Holder::current));
            }
            locked => locked.map_err(|error| failed(error.into()))?,
        }
        let text = Holder::current().to_string();
        file.set_len(0).and_then(|()| file.write_all(text.as_bytes())).map_err(failed)?;
        taken.lock = Some(file);
        if matches!(kept.flaw, Flaw::UnlinksLock | Flaw::CleansLockUp) {
            taken.remove = Some(path.clone());
        }
        if kept.flaw == Flaw::LeavesDebris {
            let draft = kept.dir.join(format!("draft-{}", std::process::id()));
            fs::write(&draft, "").map_err(failed)?;
            taken.remove = Some(draft);
        }
        Ok(taken)
    }
}

impl Drop for WriterLock {
    fn drop(&mut self) {
        if let Some(path) = &self.remove {
            let _ = fs::remove_file(path);
        }
        if let Some(file) = &self.lock {
            let _ = file.unlock();
        }
        if let Some(own) = &self.own {
            OWN.lock().unwrap().retain(|dir| dir != own);
        }
    }
}
