//! The files of an index in a directory of its own, and how one takes the place of another.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use codira_contracts::BackendError;

use crate::{At, WriterLock};

/// The files of one index: the index itself, and those beside it, whose names begin with its name.
#[derive(Clone, Debug)]
pub struct IndexFiles {
    backend: &'static str,
    directory: PathBuf,
    index: PathBuf,
}

impl IndexFiles {
    /// The files of the index of this name.
    pub fn new(backend: &'static str, directory: PathBuf, name: &str) -> Self {
        Self { backend, index: directory.join(name), directory }
    }

    /// What errors name: the index.
    pub fn at(&self) -> At<'_> {
        At { backend: self.backend, path: &self.index }
    }

    /// Where all of them are.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The index.
    pub fn index(&self) -> &Path {
        &self.index
    }

    /// The file beside it whose name ends so.
    pub fn beside(&self, suffix: &str) -> PathBuf {
        with_suffix(&self.index, suffix)
    }

    /// Takes the writer lock, in a directory that is made if it is not there.
    ///
    /// # Errors
    ///
    /// Those of [`WriterLock::take`], and what the system says where the directory cannot be made.
    pub fn lock(&self) -> Result<WriterLock, BackendError> {
        let directory = At { path: &self.directory, ..self.at() };
        fs::create_dir_all(&self.directory).map_err(|error| directory.io("prepare", error))?;
        WriterLock::take(self.beside(".lock"), self.at())
    }

    /// Lets the file at `path`, which is synced, take the place of the index, in one step that
    /// outlives a power cut.
    pub fn publish(&self, path: &Path) -> io::Result<()> {
        fs::rename(path, &self.index)?;
        // A directory is synced through a handle on it, where the system has such handles. Where
        // that fails, readers see what was published all the same: it is no error of the commit,
        // and the next one tries again.
        if cfg!(unix) {
            let _ = File::open(&self.directory).and_then(|directory| directory.sync_all());
        }
        Ok(())
    }
}

/// The path of a file beside another, whose name ends so.
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// What came of an operation on a file that may not be there.
pub fn if_there<T>(done: io::Result<T>) -> io::Result<Option<T>> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        done => done.map(Some),
    }
}
