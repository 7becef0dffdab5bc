//! The state directory of a repository, and where a repository begins.

mod kept;
mod lock;

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use codira_contracts::RepoRoot;

use crate::IndexerError;
pub(crate) use kept::KeptBackend;

/// The name of the directory that holds the state of a repository.
pub(crate) const NAME: &str = ".codira";

/// Where a repository's index and configuration are: `.codira` at its root.
///
/// The directory comes into being when something is first written, and hides itself from Git. It holds the index of one
/// backend: when another one has indexed the repository, it takes the directory over in one step, and the files of the former
/// are removed. Until then, asking another backend says that nothing is indexed *there*, and who has the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateDirectory(PathBuf);

impl StateDirectory {
    /// The state directory of the repository at `root`, whether or not it exists.
    pub fn of(root: &RepoRoot) -> Self {
        Self(root.as_path().join(NAME))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where the configuration of the repository is, whether or not it exists.
    pub fn config_file(&self) -> PathBuf {
        self.0.join("config.toml")
    }

    /// The name of the backend that has the index; `None` when none was recorded.
    ///
    /// # Errors
    ///
    /// What the file system says, unless there is no record.
    pub fn backend(&self) -> io::Result<Option<String>> {
        match fs::read_to_string(self.record()) {
            Ok(text) => Ok(Some(text.trim().to_owned()).filter(|name| !name.is_empty())),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The file that records which backend has the index.
    fn record(&self) -> PathBuf {
        self.0.join("backend")
    }

    /// Records that `backend` has the index, in one step that a power cut does not halve.
    fn set_backend(&self, backend: &str) -> io::Result<()> {
        let temporary = self.0.join("backend.new");
        let mut file = fs::File::create(&temporary)?;
        writeln!(file, "{backend}")?;
        file.sync_all()?;
        fs::rename(&temporary, self.record())?;
        // The rename is durable once the directory is; where directories cannot be opened, the system sees to it.
        fs::File::open(&self.0).map_or(Ok(()), |directory| directory.sync_all())
    }

    /// Creates the directory where it does not exist, and hides it from Git.
    fn create(&self) -> io::Result<()> {
        fs::create_dir_all(&self.0)?;
        match fs::File::create_new(self.0.join(".gitignore")) {
            Ok(mut file) => file.write_all(b"*\n"),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// The root of the repository that holds the directory `start`: the nearest directory upwards that has a `.codira` or a
/// `.git`, so that a repository inside an indexed directory is its own; else `start` itself. Changes nothing.
///
/// # Errors
///
/// [`NoSuchDirectory`](IndexerError::NoSuchDirectory), [`NotADirectory`](IndexerError::NotADirectory), or [`Io`](IndexerError::Io) when the path
/// cannot be followed.
pub fn discover_root(start: &Path) -> Result<RepoRoot, IndexerError> {
    let path = start.canonicalize().map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => IndexerError::NoSuchDirectory { path: start.to_owned() },
        io::ErrorKind::NotADirectory => IndexerError::NotADirectory { path: start.to_owned() },
        _ => IndexerError::Io { operation: "open", path: start.to_owned(), source },
    })?;
    if !path.is_dir() {
        return Err(IndexerError::NotADirectory { path: start.to_owned() });
    }
    let is_root = |directory: &&Path| directory.join(NAME).is_dir() || directory.join(".git").exists();
    Ok(RepoRoot::new(path.ancestors().find(is_root).unwrap_or(&path))?)
}
