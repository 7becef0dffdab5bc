//! What is on the disk: one file for each source file, and `HEAD`, which names those of the last
//! commit.
//!
//! ```text
//! demo/HEAD      a hash of the rest, a line with the schema, and a `Head` as JSON
//! demo/1f3a...   a `FileSnapshot` as JSON; its name is the hash of its content
//! ```
//!
//! Files are never changed: a commit writes new ones beside the old, and is done when the new
//! `HEAD` replaces the old one. Every byte that is read is covered by a hash, so that damage
//! cannot pass for an answer.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, ErrorKind, Write as _},
    path::{Path, PathBuf},
    sync::LazyLock,
};

use codira_contracts::{
    BackendDescriptor, BackendError, BoxError, Capability, ContentHash, FileSnapshot, RulesInventory, RunInventory, Tool,
};
use codira_memory::{Graph, SavedState, StateStore, WriterLock};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{FILE_NAME, NAME};

/// Rises when the files change their meaning.
const SCHEMA: u32 = 1;

static DESCRIPTOR: LazyLock<BackendDescriptor> = LazyLock::new(|| BackendDescriptor {
    tool: Tool::new(NAME, env!("CARGO_PKG_VERSION")),
    schema: SCHEMA,
    capabilities: vec![Capability::Durable, Capability::LocalFiles, Capability::Embeddings],
});

const HEAD: &str = "HEAD";
/// The first line after the hash, before the number of the schema.
const FORMAT: &str = "codira-demo schema ";

/// The files of one index.
#[derive(Clone, Debug)]
pub struct Store {
    /// Where the index is, and its lock.
    directory: PathBuf,
    /// Its files.
    files: PathBuf,
}

/// What a commit leaves, the files by the hashes of their content.
#[derive(PartialEq, Serialize, Deserialize)]
struct Head {
    writer: Tool,
    generation: u64,
    inventory: RunInventory,
    rules: Vec<RulesInventory>,
    graph: Graph,
    files: BTreeSet<ContentHash>,
}

impl StateStore for Store {
    type Lock = WriterLock;

    fn descriptor(&self) -> &BackendDescriptor {
        &DESCRIPTOR
    }

    fn lock(&self) -> Result<WriterLock, BackendError> {
        WriterLock::take(&self.directory.join(format!("{FILE_NAME}.lock")), NAME, &self.files)
    }

    fn load(&self) -> Result<SavedState, BackendError> {
        loop {
            let head = self.head()?;
            match self.files(&head) {
                Ok(files) => {
                    let Head { writer, generation, inventory, rules, graph, .. } = head;
                    return Ok(SavedState { writer, generation, inventory, rules, graph, files });
                }
                // A commit may have removed the files of this head meanwhile; then there is a
                // newer one.
                Err(error) if self.head()? == head => return Err(error),
                Err(_) => {}
            }
        }
    }

    fn save(&self, state: &SavedState) -> Result<(), BackendError> {
        let SavedState { writer, generation, inventory, rules, graph, files } = state.clone();
        let mut head = Head { writer, generation, inventory, rules, graph, files: BTreeSet::new() };
        let write = || {
            if !self.files.is_dir() {
                // What is there is no index, as a session of full scope has found.
                remove(&self.files)?;
                fs::create_dir_all(&self.files)?;
            }
            for file in files {
                let json = serde_json::to_vec(&file)?;
                let hash = ContentHash::of(&json);
                // One that is damaged has the name of a whole one.
                if head.files.insert(hash) && !self.has(&hash) {
                    self.write(&hash.to_string(), &json)?;
                }
            }
            // The files are there before anything names them, and so is their directory.
            sync(&self.files)?;
            sync(&self.directory)?;
            let rest = format!("{FORMAT}{SCHEMA}\n{}", serde_json::to_string(&head)?);
            self.write(HEAD, format!("{}\n{rest}", ContentHash::of(rest.as_bytes())).as_bytes())
        };
        let written: io::Result<()> = { write }();
        written.map_err(|error| self.failed("commit", error))?;
        // Readers see it by now. Where the disk cannot make that durable, it is no error of the
        // commit, and the next one tries again.
        let _ = sync(&self.files);
        self.remove_all_but(&head);
        Ok(())
    }
}

impl Store {
    pub(crate) fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned(), files: directory.join(FILE_NAME) }
    }

    /// Whether a file is there, whole.
    fn has(&self, hash: &ContentHash) -> bool {
        fs::read(self.files.join(hash.to_string())).is_ok_and(|bytes| ContentHash::of(&bytes) == *hash)
    }

    fn head(&self) -> Result<Head, BackendError> {
        let bytes = match fs::read(self.files.join(HEAD)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(BackendError::NotIndexed { location: self.files.display().to_string() });
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
            let location = self.files.display().to_string();
            return Err(BackendError::SchemaMismatch { location, found, expected: SCHEMA });
        }
        self.parse(json.as_bytes())
    }

    fn files(&self, head: &Head) -> Result<Vec<FileSnapshot>, BackendError> {
        let file = |hash: &ContentHash| {
            let bytes = match fs::read(self.files.join(hash.to_string())) {
                Ok(bytes) if ContentHash::of(&bytes) == *hash => bytes,
                Ok(_) => return Err(self.corrupt(format!("the file {hash} is damaged"), None)),
                Err(error) if error.kind() == ErrorKind::PermissionDenied => return Err(self.failed("read", error)),
                Err(error) => return Err(self.corrupt(format!("the file {hash} cannot be read"), Some(error.into()))),
            };
            self.parse(&bytes)
        };
        head.files.iter().map(file).collect()
    }

    /// Writes a file under a name of its own first, so that the name never belongs to half a file.
    fn write(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let unfinished = self.files.join("unfinished");
        let mut file = File::create(&unfinished)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&unfinished, self.files.join(name))
    }

    /// Removes the files of former commits, and what a killed session may have left. What stays
    /// costs space, and nothing else.
    fn remove_all_but(&self, head: &Head) {
        let Ok(entries) = fs::read_dir(&self.files) else { return };
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
        BackendError::Corrupt { location: self.files.display().to_string(), problem: problem.into(), source }
    }

    fn failed(&self, operation: &str, error: io::Error) -> BackendError {
        BackendError::io(NAME, operation, self.files.display(), error)
    }
}

/// Removes what is there, if anything is.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Makes what was created and renamed in a directory durable, where the system has handles of
/// directories.
fn sync(directory: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}
