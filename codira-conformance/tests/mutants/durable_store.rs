//! The reference kept in one file, with at most one flaw: what durable mutants are made of.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use async_trait::async_trait;
use codira_contracts::*;
use codira_memory::{Draft, IndexState, MemoryBackend, MemoryReader, SavedState};

use crate::{durable_lock::WriterLock, fault::Answer};

/// What is wrong with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    None,
    WritesInPlace,
    WritesFirstInPlace,
    KeepsLock,
    LeavesDebris,
    LockOfProcess,
    SavesWhenDerived,
    SkipsEmbeddings,
    BoundToDirectory,
    RepairsWhenRead,
    DamageIsEmpty,
    DamageIsFailed,
    DamageIsPanic,
    IgnoresSchema,
    LocksReaders,
    MakesDirectory,
    ErrorsAreFailed,
    ReplacesInSilence,
    ForgetsAtExit,
    DirectoryIsNothing,
    NeverSyncs,
    SyncsWhenPublished,
    ForgetsDirectory,
    SyncsOneOfTwo,
    LostBodyIsNothing,
    GrowingIsFailed,
    SyncErrorsAfterPublishing,
    SyncsOnThreads,
    SyncsWhenUnread,
    KeepsToItself,
    LogOutlives,
    NamesItself,
    RefusesVersions,
    UnlinksLock,
    CleansLockUp,
    ChecksThenMakes,
    RemembersDamage,
    RemembersState,
}

/// The schema of the file.
pub const SCHEMA: u32 = 2;

#[derive(Clone)]
pub struct Kept {
    pub dir: PathBuf,
    pub flaw: Flaw,
    descriptor: BackendDescriptor,
    /// Whether this value has met damage.
    damaged: Arc<AtomicBool>,
    /// What this value has shown.
    shown: Arc<Mutex<Arc<IndexState>>>,
    /// The file that was read last, held.
    read: Arc<Mutex<Option<File>>>,
}

/// Indexes that live as long as the process.
static REMEMBERED: LazyLock<Mutex<Vec<Remembered>>> = LazyLock::new(Mutex::default);
type Remembered = (PathBuf, Arc<IndexState>);

impl Kept {
    pub fn open(dir: &Path, flaw: Flaw) -> Self {
        Self::with_schema(dir, flaw, SCHEMA)
    }

    pub fn with_schema(dir: &Path, flaw: Flaw, schema: u32) -> Self {
        let mut descriptor = MemoryBackend::default().descriptor().clone();
        descriptor.capabilities = vec![Capability::Durable, Capability::LocalFiles, Capability::Embeddings];
        descriptor.schema = schema;
        Self { dir: dir.to_owned(), flaw, descriptor, damaged: Arc::default(), shown: Arc::default(), read: Arc::default() }
    }

    /// The same of another version.
    pub fn of_version(mut self, version: &str) -> Self {
        self.descriptor.tool.version = version.to_owned();
        self
    }

    fn file(&self) -> PathBuf {
        self.dir.join("index")
    }

    pub fn failed(&self, operation: &str, source: io::Error) -> BackendError {
        let location = self.dir.display().to_string();
        if self.flaw == Flaw::ErrorsAreFailed {
            let (backend, operation) = ("kept".to_owned(), operation.to_owned());
            return BackendError::Failed { backend, operation, location, source: source.into() };
        }
        BackendError::io("kept", operation, location, source)
    }

    /// What damage is reported as.
    fn corrupt(&self, problem: &str) -> Answer<IndexState> {
        let location = self.dir.display().to_string();
        self.damaged.store(true, SeqCst);
        match self.flaw {
            Flaw::DamageIsEmpty => {
                Ok(IndexState::restore(SavedState { generation: 2, ..IndexState::default().save(&self.descriptor.tool) }))
            }
            Flaw::DamageIsFailed => Err(self.failed("read", io::Error::other(problem))),
            Flaw::DamageIsPanic => panic!("a planted panic: {problem}"),
            Flaw::RepairsWhenRead => {
                let _ = fs::remove_file(self.file());
                Err(BackendError::NotIndexed { location })
            }
            _ => Err(BackendError::Corrupt { location, problem: problem.to_owned(), source: None }),
        }
    }

    fn load(&self, migrate: bool) -> Answer<IndexState> {
        Ok(self.load_with_writer(migrate)?.0)
    }

    /// The state, and the version that wrote it.
    fn load_with_writer(&self, migrate: bool) -> Answer<(IndexState, String)> {
        let own = || self.descriptor.tool.version.clone();
        let corrupt = |problem: &str| Ok((self.corrupt(problem)?, own()));
        let not_indexed = || BackendError::NotIndexed { location: self.dir.display().to_string() };
        if self.flaw == Flaw::ForgetsAtExit {
            let remembered = REMEMBERED.lock().unwrap();
            let found = remembered.iter().rev().find(|(dir, _)| *dir == self.dir);
            return found
                .map(|(_, state)| (IndexState::restore(state.save(&self.descriptor.tool)), own()))
                .ok_or_else(not_indexed);
        }
        if self.flaw == Flaw::RemembersDamage && self.damaged.load(SeqCst) {
            return corrupt("it was damaged");
        }
        let log = self.dir.join("log");
        let read = if self.flaw == Flaw::LogOutlives && log.exists() { fs::read(log) } else { fs::read(self.file()) };
        let text = match read {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(not_indexed()),
            Err(error) if error.kind() == io::ErrorKind::IsADirectory && self.flaw == Flaw::DirectoryIsNothing => {
                panic!("a planted panic: {error}")
            }
            Err(error) => return Err(self.failed("read", error)),
        };
        let Ok(text) = String::from_utf8(text) else { return corrupt("it is no text") };
        let mut lines = text.splitn(5, '\n');
        let (hash, schema, version, directory) = (lines.next(), lines.next(), lines.next(), lines.next());
        let Some(mut body) = lines.next() else { return corrupt("it is too short") };
        let second;
        if self.flaw == Flaw::LostBodyIsNothing && !self.dir.join(body).exists() {
            return Err(not_indexed());
        }
        if self.in_two_files() {
            second = fs::read_to_string(self.dir.join(body)).unwrap_or_default();
            body = &second;
        }
        if hash != Some(&*ContentHash::of(body.as_bytes()).to_string()) {
            return corrupt("it is damaged");
        }
        let Some(found) = schema.and_then(|schema| schema.parse::<u32>().ok()) else {
            return corrupt("it has no schema");
        };
        let readable = found == self.descriptor.schema || migrate && found < self.descriptor.schema;
        if !readable && self.flaw != Flaw::IgnoresSchema {
            let (location, expected) = (self.dir.display().to_string(), self.descriptor.schema);
            return Err(BackendError::SchemaMismatch { location, found, expected });
        }
        if self.flaw == Flaw::BoundToDirectory && directory != Some(&*self.dir.to_string_lossy()) {
            return Err(not_indexed());
        }
        let version = version.filter(|_| self.flaw != Flaw::NamesItself).map_or_else(own, str::to_owned);
        if self.flaw == Flaw::RefusesVersions && found == self.descriptor.schema && version != own() {
            let (location, expected) = (self.dir.display().to_string(), self.descriptor.schema);
            return Err(BackendError::SchemaMismatch { location, found: 0, expected });
        }
        match serde_json::from_str(body) {
            Ok(saved) => Ok((IndexState::restore(saved), version)),
            Err(_) => corrupt("its JSON is not as expected"),
        }
    }

    fn save(&self, state: &IndexState) -> Answer<()> {
        if self.flaw == Flaw::ForgetsAtExit {
            REMEMBERED
                .lock()
                .unwrap()
                .push((self.dir.clone(), Arc::new(IndexState::restore(state.save(&self.descriptor.tool)))));
            return Ok(());
        }
        let body = serde_json::to_string(&state.save(&self.descriptor.tool)).unwrap();
        let hash = ContentHash::of(body.as_bytes());
        let text =
            format!("{hash}\n{}\n{}\n{}\n{body}", self.descriptor.schema, self.descriptor.tool.version, self.dir.display());
        let write = || {
            let first = state.generation() == 1;
            if self.flaw == Flaw::WritesInPlace || self.flaw == Flaw::WritesFirstInPlace && first {
                let (first, second) = text.as_bytes().split_at(text.len() / 2);
                let mut file = File::create(self.file())?;
                file.write_all(first)?;
                // A long moment, so that chance does not miss it.
                thread::sleep(Duration::from_millis(10));
                return file.write_all(second);
            }
            if self.in_two_files() {
                let of = |generation| format!("body-{generation}");
                let name = of(state.generation());
                fs::write(self.dir.join(&name), &body)?;
                if self.flaw != Flaw::SyncsOneOfTwo {
                    File::open(self.dir.join(&name))?.sync_all()?;
                }
                self.publish(&self.file(), &text.replace(&body, &name))?;
                let _ = fs::remove_file(self.dir.join(of(state.generation() - 1)));
                return Ok(());
            }
            let log = self.dir.join("log");
            let into_log = self.flaw == Flaw::LogOutlives && !state.generation().is_multiple_of(3);
            let target = if into_log { log.clone() } else { self.file() };
            self.publish(&target, &text)?;
            if !into_log {
                let _ = fs::remove_file(log);
            }
            Ok(())
        };
        write().map_err(|error| self.failed("commit", error))
    }
}

/// Publishing a commit: the old file or the new one, whatever happens.
impl Kept {
    fn publish(&self, to: &Path, text: &str) -> io::Result<()> {
        let next = self.dir.join("index.next");
        let mut file = File::create(&next)?;
        file.write_all(text.as_bytes()).map_err(|error| {
            let before = fs::metadata(to).map_or(0, |metadata| metadata.len());
            let grew = file.metadata().is_ok_and(|metadata| metadata.len() > before);
            if self.flaw == Flaw::GrowingIsFailed && grew { io::Error::other(error) } else { error }
        })?;
        // A reader holds the file that is replaced.
        let is_read = || File::open(to).is_ok_and(|file| file.try_lock().is_err());
        #[cfg(unix)]
        if self.flaw == Flaw::KeepsToItself {
            fs::set_permissions(&next, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        }
        let syncs = match self.flaw {
            Flaw::NeverSyncs | Flaw::SyncsWhenPublished => false,
            Flaw::SyncsWhenUnread => !is_read(),
            _ => true,
        };
        // Each of its threads makes one call.
        let sync = |file: &File| match self.flaw {
            Flaw::SyncsOnThreads => thread::scope(|scope| scope.spawn(|| file.sync_all()).join()).expect("syncs do not panic"),
            _ => file.sync_all(),
        };
        if syncs {
            sync(&file)?;
        }
        if to.is_dir() {
            fs::remove_dir(to)?;
        }
        fs::rename(next, to)?;
        if self.flaw == Flaw::SyncsWhenPublished {
            file.sync_all()?;
        }
        if self.flaw == Flaw::ForgetsDirectory {
            return Ok(());
        }
        let synced = sync(&File::open(&self.dir)?);
        // Readers see it already.
        if matches!(self.flaw, Flaw::SyncErrorsAfterPublishing | Flaw::SyncsOnThreads) { synced } else { Ok(()) }
    }

    /// Whether what a commit says lies in a file of its own, and `index` names it.
    fn in_two_files(&self) -> bool {
        matches!(self.flaw, Flaw::SyncsOneOfTwo | Flaw::LostBodyIsNothing)
    }
}

pub struct KeptSession {
    draft: Draft,
    kept: Kept,
    replaced: Option<String>,
    /// Whether anything but vectors was written.
    wrote: bool,
    _lock: WriterLock,
}

#[async_trait]
impl IndexBackend for Kept {
    type Reader = MemoryReader;
    type Session = KeptSession;

    fn descriptor(&self) -> &BackendDescriptor {
        &self.descriptor
    }

    async fn open_reader(&self) -> Answer<MemoryReader> {
        if self.flaw == Flaw::MakesDirectory {
            fs::create_dir_all(&self.dir).map_err(|error| self.failed("open", error))?;
        }
        let _lock = if self.flaw == Flaw::LocksReaders { Some(WriterLock::take(self)?) } else { None };
        let (loaded, version) = self.load_with_writer(false)?;
        if self.flaw == Flaw::SyncsWhenUnread {
            let file = File::open(self.file()).and_then(|file| file.lock_shared().map(|()| file));
            *self.read.lock().unwrap() = Some(file.map_err(|error| self.failed("read", error))?);
        }
        let loaded = Arc::new(loaded);
        let mut shown = self.shown.lock().unwrap();
        if self.flaw != Flaw::RemembersState || loaded.generation() > shown.generation() {
            *shown = loaded;
        }
        Ok(MemoryReader::of(&self.clone().of_version(&version).descriptor, &shown))
    }

    async fn begin_index_session(&self, request: SessionRequest) -> Answer<KeptSession> {
        let lock = WriterLock::take(self)?;
        let (base, replaced) = match self.load(true) {
            Ok(base) => (base, None),
            Err(error) => match (error.kind(), request.scope) {
                (ErrorKind::NotIndexed, _) => (IndexState::default(), None),
                (ErrorKind::Corrupt, WriteScope::Full) => (IndexState::default(), Some(error.to_string())),
                _ => return Err(error),
            },
        };
        let replaced = replaced.filter(|_| self.flaw != Flaw::ReplacesInSilence);
        let draft = Arc::new(base).begin(request);
        Ok(KeptSession { draft, kept: self.clone(), replaced, wrote: false, _lock: lock })
    }
}

#[async_trait]
impl IndexWriteSession for KeptSession {
    async fn put_file(&mut self, file: FileSnapshot) -> Answer<()> {
        self.wrote = true;
        self.draft.put_file(file)
    }
    async fn remove_file(&mut self, path: &RepoPath) -> Answer<()> {
        self.draft.remove_file(path);
        Ok(())
    }
    async fn maintain(&mut self, retention: &Retention) -> Answer<Maintenance> {
        Ok(self.draft.maintain(retention))
    }
    async fn reusable_embeddings(&mut self, request: &ReuseRequest) -> Answer<Vec<ReusableEmbedding>> {
        Ok(self.draft.reusable_embeddings(request))
    }
    async fn pending_embeddings(&mut self, request: &PendingRequest) -> Answer<Vec<PendingEmbedding>> {
        Ok(self.draft.pending_embeddings(request))
    }
    async fn queue_embeddings(&mut self, rows: Vec<PendingEmbedding>) -> Answer<()> {
        self.draft.queue_embeddings(rows)
    }
    async fn store_embeddings(&mut self, rows: Vec<ComputedEmbedding>) -> Answer<Stored> {
        self.draft.store_embeddings(rows)
    }
    async fn rebuild_derived(&mut self) -> Answer<Derivation> {
        if self.kept.flaw == Flaw::SavesWhenDerived {
            self.kept.save(&self.draft.clone().seal())?;
        }
        Ok(Derivation::default())
    }
    async fn write_inventory(&mut self, inventory: RunInventory) -> Answer<()> {
        self.draft.write_inventory(inventory)
    }
    async fn commit(self) -> Answer<Commit> {
        let state = match (self.kept.flaw, self.wrote) {
            // The number goes up, and the vectors are forgotten.
            (Flaw::SkipsEmbeddings, false) => {
                self.kept.load(true).map(Arc::new).unwrap_or_default().begin(self.draft.request()).seal()
            }
            _ => self.draft.seal(),
        };
        self.kept.save(&state)?;
        Ok(Commit { generation: state.generation(), replaced: self.replaced })
    }
    async fn abort(self) -> Answer<()> {
        Ok(())
    }
}
