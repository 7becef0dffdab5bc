//! The state directory of a repository.

mod discover;
mod kept;
mod lock;
mod owner;
mod refusal;

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use crate::RepoRoot;
use codira_contracts::BackendError;

pub use discover::discover_root;
pub(crate) use kept::KeptBackend;
use owner::ROOT_RECORD;
pub use refusal::StateRefusal;

/// The name of the directory at a root that holds the repository's configuration and, unless that
/// says otherwise, its state.
pub(crate) const NAME: &str = ".codira";

/// The `.gitignore` of a directory that is hidden from Git.
const HIDE_ALL: &str = "*\n";

/// Where a repository's index is: `.codira` at its root, or a directory that was chosen instead.
///
/// The directory comes into being when something is first written, and hides itself from Git. It
/// holds the index of one backend: when another one has indexed the repository, it takes the
/// directory over in one step, and the files of the former are removed. Until then, asking another
/// backend says that nothing is indexed *there*, and who has the index.
///
/// A chosen directory is the repository's own: it has to be empty when it is first used, and
/// records the root. Another repository that is given the same directory is refused, as is a
/// directory that contains the repository. See [`StateRefusal`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateDirectory {
    path: PathBuf,
    root: RepoRoot,
}

impl StateDirectory {
    /// The state directory of the repository at `root` where none was chosen, whether or not it
    /// exists.
    pub fn of(root: &RepoRoot) -> Self {
        Self::at(root, Path::new(NAME))
    }

    /// The directory that was chosen for the repository at `root`, whether or not it exists. A
    /// relative `path` begins at the root. Performs no I/O.
    pub fn at(root: &RepoRoot, path: &Path) -> Self {
        Self { path: root.as_path().join(path), root: root.clone() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The name of the backend that has the index; `None` when none was recorded.
    ///
    /// # Errors
    ///
    /// [`OtherRepository`](StateRefusal::OtherRepository); else what the file system says, unless
    /// there is no record.
    pub fn backend(&self) -> Result<Option<String>, BackendError> {
        self.check_owner()?;
        let recorded = read_if_exists(&self.backend_record()).map_err(|source| self.io("read", source))?;
        Ok(recorded.map(|text| text.trim().to_owned()).filter(|name| !name.is_empty()))
    }

    /// The file that records which backend has the index.
    fn backend_record(&self) -> PathBuf {
        self.path.join("backend")
    }

    /// Records that `backend` has the index.
    fn set_backend(&self, backend: &str) -> Result<(), BackendError> {
        let written = self.write_whole(&self.backend_record(), &format!("{backend}\n"));
        written.map_err(|source| self.io("record the backend of", source))
    }

    /// Writes a file of the directory in one step that a power cut does not halve.
    fn write_whole(&self, path: &Path, text: &str) -> io::Result<()> {
        let temporary = path.with_extension("new");
        let mut file = fs::File::create(&temporary)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        // The rename is durable once the directory is; where directories cannot be opened, the
        // system sees to it.
        fs::File::open(&self.path).map_or(Ok(()), |directory| directory.sync_all())
    }

    /// Creates the directory where it does not exist, and hides it from Git.
    fn create(&self) -> Result<(), BackendError> {
        let io = |source| self.io("create", source);
        self.check_unused()?;
        fs::create_dir_all(&self.path).map_err(io)?;
        match fs::File::create_new(self.path.join(".gitignore")) {
            Ok(mut file) => file.write_all(HIDE_ALL.as_bytes()).map_err(io),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(io(error)),
        }
    }

    fn io(&self, operation: &str, source: io::Error) -> BackendError {
        BackendError::io("the indexer", operation, self.path.display(), source)
    }
}

/// The text of a file; `None` where there is no file.
fn read_if_exists(path: &Path) -> io::Result<Option<String>> {
    use io::ErrorKind::{IsADirectory, NotADirectory, NotFound};
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if matches!(error.kind(), NotFound | NotADirectory | IsADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}
