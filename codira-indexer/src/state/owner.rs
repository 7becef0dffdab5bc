//! The owner of a chosen state directory: the record of the root, so that two repositories never
//! share one.
//!
//! `.codira` at a root needs no record. A directory inside of the repository records the way to
//! the root, so that an index moves with its repository; one outside records where the root is.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use codira_contracts::BackendError;

use super::{HIDE_ALL, NAME, StateDirectory, StateRefusal, read_if_exists};

/// The file that records the root of the repository.
pub(super) const ROOT_RECORD: &str = "root";

impl StateDirectory {
    /// Whether the repository has this directory without having chosen it.
    fn is_default(&self) -> bool {
        let default = self.root.as_path().join(NAME);
        self.path == default || self.path.canonicalize().is_ok_and(|path| path == default)
    }

    /// Refuses where the directory is another repository's.
    pub(super) fn check_owner(&self) -> Result<(), BackendError> {
        if self.is_default() {
            return Ok(());
        }
        let owner = self.owner().map_err(|source| self.io("read", source))?;
        match owner.filter(|owner| owner != self.root.as_path()) {
            Some(owner) => {
                Err(StateRefusal::OtherRepository { directory: self.path.clone(), root: self.root.as_path().to_owned(), owner }
                    .into_error())
            }
            None => Ok(()),
        }
    }

    /// Records the owner of the directory; only the writer calls it.
    pub(super) fn record_owner(&self) -> Result<(), BackendError> {
        self.check_owner()?;
        let record = self.path.join(ROOT_RECORD);
        if self.is_default() || record.is_file() {
            return Ok(());
        }
        let write = || {
            let inside = self.path.canonicalize()?.strip_prefix(self.root.as_path()).map(|inside| inside.components().count());
            let way = inside.map_or_else(|_| self.root.as_path().to_owned(), |depth| [".."].repeat(depth).iter().collect());
            let text = way.to_str().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the root is no text"))?;
            self.write_whole(&record, &format!("{text}\n"))
        };
        write().map_err(|source| self.io("record the repository of", source))
    }

    /// Refuses a directory that is not there for this: it holds what others wrote, or the
    /// repository itself.
    pub(super) fn check_unused(&self) -> Result<(), BackendError> {
        if self.is_default() {
            return Ok(());
        }
        let io = |source| self.io("read", source);
        let path = match self.path.canonicalize() {
            Ok(path) => path,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(io(error)),
        };
        if self.root.as_path().starts_with(&path) {
            let (directory, root) = (self.path.clone(), self.root.as_path().to_owned());
            return Err(StateRefusal::ContainsRepository { directory, root }.into_error());
        }
        self.check_owner()?;
        let hides_all = read_if_exists(&path.join(".gitignore")).map_err(io)?.is_some_and(|text| text == HIDE_ALL);
        let is_ours = hides_all || path.join(ROOT_RECORD).is_file();
        if !is_ours && fs::read_dir(&path).map_err(io)?.next().is_some() {
            return Err(StateRefusal::NotEmpty { directory: self.path.clone() }.into_error());
        }
        Ok(())
    }

    /// The root whose index is here, as far as that is known.
    fn owner(&self) -> io::Result<Option<PathBuf>> {
        if let Some(record) = read_if_exists(&self.path.join(ROOT_RECORD))? {
            let recorded = self.path.join(record.trim_end_matches(['\n', '\r']));
            // What moved away is no longer where it was recorded.
            return Ok(Some(recorded.canonicalize().unwrap_or(recorded)));
        }
        // Another repository's own `.codira` has no record.
        let Ok(path) = self.path.canonicalize() else { return Ok(None) };
        let is_unchosen = path.file_name().is_some_and(|name| name == NAME) && path.join("backend").exists();
        Ok(path.parent().filter(|_| is_unchosen).map(Path::to_owned))
    }
}
