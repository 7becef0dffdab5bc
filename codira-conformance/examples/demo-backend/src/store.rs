//! What is on the disk: one file for each source file, and `HEAD`, which names those of the last commit.
//!
//! ```text
//! demo/HEAD      a hash of the rest, a line with the schema, and a `Head` as JSON
//! demo/1f3a...   a `FileSnapshot` as JSON; its name is the hash of its content
//! ```
//!
//! Files are never changed: a commit writes new ones beside the old, and is done when the new `HEAD` takes the place of the old one.
//! Every byte that is read is covered by a hash, so that damage cannot pass for an answer.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use codira_contracts::{BackendError, BoxError, ContentHash, FileSnapshot, RulesInventory, RunInventory};
use codira_memory::{Graph, IndexState, SavedState};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{NAME, SCHEMA};

const HEAD: &str = "HEAD";
/// The first line after the hash, before the number of the schema.
const FORMAT: &str = "codira-demo schema ";

/// The files of one index.
#[derive(Clone, Debug)]
pub(crate) struct Store(PathBuf);

/// What a commit leaves, the files by the hashes of their content.
#[derive(PartialEq, Serialize, Deserialize)]
struct Head {
    generation: u64,
    inventory: RunInventory,
    rules: Vec<RulesInventory>,
    graph: Graph,
    files: BTreeSet<ContentHash>,
}

impl Store {
    pub(crate) fn new(directory: PathBuf) -> Self {
        Self(directory)
    }

    /// The last commit, whole. Changes nothing.
    pub(crate) fn load(&self) -> Result<IndexState, BackendError> {
        loop {
            let head = self.head()?;
            match self.files(&head) {
                Ok(files) => {
                    let Head { generation, inventory, rules, graph, .. } = head;
                    return Ok(IndexState::restore(SavedState { generation, inventory, rules, graph, files }));
                }
                // A commit may have removed the files of this head meanwhile; then there is a newer one.
                Err(error) if self.head()? == head => return Err(error),
                Err(_) => {}
            }
        }
    }

    fn head(&self) -> Result<Head, BackendError> {
        let bytes = match fs::read(self.0.join(HEAD)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(BackendError::NotIndexed { location: self.0.display().to_string() });
            }
            Err(error) if matches!(error.kind(), ErrorKind::NotADirectory | ErrorKind::IsADirectory) => {
                return Err(self.corrupt("it is not laid out as one", Some(error.into())));
            }
            Err(error) => return Err(self.failed("read", error)),
        };
        let no_head = || self.corrupt("HEAD is damaged, or no such file", None);
        let text = std::str::from_utf8(&bytes).map_err(|_| no_head())?;
        let (hash, rest) = text.split_once('\n').ok_or_else(no_head)?;
        if hash != ContentHash::of(rest.as_bytes()).to_string() {
            return Err(no_head());
        }
        // These two lines are for ever, whatever follows them in other schemas.
        let (format, json) = rest.split_once('\n').ok_or_else(no_head)?;
        let found = format.strip_prefix(FORMAT).and_then(|schema| schema.parse().ok()).ok_or_else(no_head)?;
        if found != SCHEMA {
            let location = self.0.display().to_string();
            return Err(BackendError::SchemaMismatch { location, found, expected: SCHEMA });
        }
        self.parse(json.as_bytes())
    }

    fn files(&self, head: &Head) -> Result<Vec<FileSnapshot>, BackendError> {
        let file = |hash: &ContentHash| {
            let bytes = match fs::read(self.0.join(hash.to_string())) {
                Ok(bytes) if ContentHash::of(&bytes) == *hash => bytes,
                Ok(_) => return Err(self.corrupt(format!("the file {hash} is damaged"), None)),
                Err(error) if error.kind() == ErrorKind::PermissionDenied => return Err(self.failed("read", error)),
                Err(error) => return Err(self.corrupt(format!("the file {hash} cannot be read"), Some(error.into()))),
            };
            self.parse(&bytes)
        };
        head.files.iter().map(file).collect()
    }

    /// Makes `state` the last commit, in one step that outlives a power cut. For the holder of the place.
    pub(crate) fn save(&self, state: &IndexState) -> Result<(), BackendError> {
        let SavedState { generation, inventory, rules, graph, files } = state.save();
        let mut head = Head { generation, inventory, rules, graph, files: BTreeSet::new() };
        let write = || {
            fs::create_dir_all(&self.0)?;
            for file in files {
                let json = serde_json::to_vec(&file)?;
                let hash = ContentHash::of(&json);
                if head.files.insert(hash) && !self.0.join(hash.to_string()).exists() {
                    self.write(&hash.to_string(), &json)?;
                }
            }
            // The files are there before anything names them.
            sync(&self.0)?;
            let rest = format!("{FORMAT}{SCHEMA}\n{}", serde_json::to_string(&head)?);
            self.write(HEAD, format!("{}\n{rest}", ContentHash::of(rest.as_bytes())).as_bytes())?;
            sync(&self.0)
        };
        let written: io::Result<()> = { write }();
        written.map_err(|error| self.failed("commit", error))?;
        self.remove_all_but(&head);
        Ok(())
    }

    /// Removes what is there and is no readable index.
    pub(crate) fn clear(&self) -> Result<(), BackendError> {
        let removed = match fs::symlink_metadata(&self.0) {
            Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(&self.0),
            Ok(_) => fs::remove_file(&self.0),
            Err(error) => Err(error),
        };
        match removed {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(self.failed("clear", error)),
            _ => Ok(()),
        }
    }

    /// Writes a file under a name of its own first, so that the name never belongs to half a file.
    fn write(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let unfinished = self.0.join("unfinished");
        let mut file = File::create(&unfinished)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&unfinished, self.0.join(name))
    }

    /// Removes the files of former commits, and what a killed session may have left. What stays costs space, and nothing else.
    fn remove_all_but(&self, head: &Head) {
        let Ok(entries) = fs::read_dir(&self.0) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let hash = name.to_str().and_then(|name| name.parse().ok());
            if name != HEAD && !hash.is_some_and(|hash| head.files.contains(&hash)) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    fn parse<T: DeserializeOwned>(&self, json: &[u8]) -> Result<T, BackendError> {
        serde_json::from_slice(json)
            .map_err(|error| self.corrupt("its JSON is not as this program writes it", Some(error.into())))
    }

    fn corrupt(&self, problem: impl Into<String>, source: Option<BoxError>) -> BackendError {
        BackendError::Corrupt { location: self.0.display().to_string(), problem: problem.into(), source }
    }

    fn failed(&self, operation: &str, error: io::Error) -> BackendError {
        BackendError::io(NAME, operation, self.0.display(), error)
    }
}

/// Makes what was created and renamed in a directory durable, where the system has handles of directories.
fn sync(directory: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}
