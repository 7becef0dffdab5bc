//! What is on the disk: one file, which a commit replaces.

use std::{
    fs::{self, File},
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
    sync::LazyLock,
};

use codira_contracts::{BackendDescriptor, BackendError, Capability, Tool};
use codira_memory::{SavedState, StateStore, WriterLock};

/// The name by which the backend is chosen, and how the names of its files begin.
pub const NAME: &str = "mine";

static DESCRIPTOR: LazyLock<BackendDescriptor> = LazyLock::new(|| BackendDescriptor {
    tool: Tool::new(NAME, env!("CARGO_PKG_VERSION")),
    schema: 1,
    capabilities: vec![Capability::Durable, Capability::LocalFiles, Capability::Embeddings],
});

/// The directory that the index is in.
pub struct Store(PathBuf);

impl Store {
    pub fn in_directory(directory: &Path) -> Self {
        Self(directory.to_owned())
    }

    fn file(&self) -> PathBuf {
        self.0.join(format!("{NAME}.json"))
    }
}

impl StateStore for Store {
    type Lock = WriterLock;

    fn descriptor(&self) -> &BackendDescriptor {
        &DESCRIPTOR
    }

    fn lock(&self) -> Result<WriterLock, BackendError> {
        WriterLock::take(&self.0.join(format!("{NAME}.lock")), NAME, &self.file())
    }

    fn load(&self) -> Result<SavedState, BackendError> {
        let location = self.file().display().to_string();
        let bytes = match fs::read(self.file()) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(BackendError::NotIndexed { location }),
            bytes => bytes.map_err(|error| BackendError::io(NAME, "read", &location, error))?,
        };
        serde_json::from_slice(&bytes).map_err(|error| BackendError::Corrupt {
            location,
            problem: "its JSON is not as this program writes it".to_owned(),
            source: Some(error.into()),
        })
    }

    fn save(&self, state: &SavedState) -> Result<(), BackendError> {
        let unfinished = self.0.join(format!("{NAME}.unfinished"));
        let write = || {
            let mut file = File::create(&unfinished)?;
            file.write_all(&serde_json::to_vec(state)?)?;
            file.sync_all()?;
            // What readers see changes in this one step.
            fs::rename(&unfinished, self.file())
        };
        write().map_err(|error| BackendError::io(NAME, "commit", self.file().display(), error))?;
        // The directory remembers it. Readers see it already, so that a disk which cannot is no
        // error of the commit.
        let _ = File::open(&self.0).and_then(|directory| directory.sync_all());
        Ok(())
    }
}
