//! What is on the disk: one file, which a commit replaces.

use std::{
    fs::{self, File},
    io::{ErrorKind, Write as _},
    path::PathBuf,
};

use codira_contracts::BackendError;
use codira_memory::IndexState;

use super::NAME;

#[derive(Clone, Debug)]
pub(crate) struct Store(PathBuf);

impl Store {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    pub(crate) fn load(&self) -> Result<IndexState, BackendError> {
        let location = self.0.display().to_string();
        let bytes = match fs::read(&self.0) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(BackendError::NotIndexed { location }),
            bytes => bytes.map_err(|error| BackendError::io(NAME, "read", &location, error))?,
        };
        let saved = serde_json::from_slice(&bytes).map_err(|error| BackendError::Corrupt {
            location,
            problem: "its JSON is not as this program writes it".to_owned(),
            source: Some(error.into()),
        })?;
        Ok(IndexState::restore(saved))
    }

    pub(crate) fn save(&self, state: &IndexState) -> Result<(), BackendError> {
        let unfinished = self.0.with_extension("unfinished");
        let write = || {
            let mut file = File::create(&unfinished)?;
            file.write_all(&serde_json::to_vec(&state.save())?)?;
            file.sync_all()?;
            // What readers see changes in this one step, which the directory then remembers.
            fs::rename(&unfinished, &self.0)?;
            self.0.parent().map_or(Ok(()), |directory| File::open(directory)?.sync_all())
        };
        write().map_err(|error| BackendError::io(NAME, "commit", self.0.display(), error))
    }

    pub(crate) fn clear(&self) -> Result<(), BackendError> {
        // The rename replaces whatever file is there.
        Ok(())
    }
}
