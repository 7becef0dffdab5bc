//! Reading, hashing and analyzing files, on threads of their own.

use std::{
    any::Any,
    collections::BTreeMap,
    fs::File,
    io::{self, Read},
    num::NonZeroUsize,
    panic::{self, AssertUnwindSafe},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

use codira_contracts::{AnalysisStatus, ContentHash, EmbeddingRow, FileSnapshot, FileState};
use codira_languages::SourceFile;
use tokio_util::sync::CancellationToken;

use super::{
    channel::{Receiver, channel},
    embed::FileRows,
    plan::{Purpose, Task},
};
use crate::{
    Auditing, IndexerError, RepoRoot, SkipReason,
    embedding::{Embedding, Ineligible},
    plan::{self, Decision, Reason, SeenFile, Trust},
    scan::{Owners, modified},
};

/// How many bytes are searched for a NUL, to tell binary files: as many as Git searches.
const BINARY_HEAD_BYTES: usize = 8 << 10;

/// The stack of a worker. Parsers descend as deep as the source nests, and only what they touch
/// takes memory.
const STACK_BYTES: usize = 64 << 20;

/// The result of one task.
#[derive(Debug)]
pub(super) struct Finished {
    /// The index of the task.
    pub(super) task: usize,
    pub(super) outcome: FileOutcome,
}

/// The outcome of reading and analyzing a file.
#[derive(Debug)]
pub(super) enum FileOutcome {
    /// Its content is as stored.
    Same,
    /// It was analyzed.
    Analyzed { reason: Reason, snapshot: Box<FileSnapshot>, skipped: BTreeMap<Ineligible, u64> },
    /// It is not for the index.
    Skipped(SkipReason),
    /// It could not be read or analyzed.
    Failed(String),
}

impl FileOutcome {
    /// How many bytes of memory it takes, roughly.
    pub(super) fn memory(&self) -> usize {
        match self {
            Self::Analyzed { snapshot, .. } => snapshot.memory(),
            _ => 0,
        }
    }

    /// Its pending rows.
    pub(super) fn embeddings(&self) -> &[EmbeddingRow] {
        match self {
            Self::Analyzed { snapshot, .. } => &snapshot.embeddings,
            _ => &[],
        }
    }

    /// Its pending rows, to set their vectors.
    pub(super) fn embeddings_mut(&mut self) -> &mut [EmbeddingRow] {
        match self {
            Self::Analyzed { snapshot, .. } => &mut snapshot.embeddings,
            _ => &mut [],
        }
    }

    /// How many diagnostics a file has that was understood in part.
    pub(super) fn diagnostics(&self) -> Option<usize> {
        match self {
            Self::Analyzed { snapshot, .. } => match &snapshot.analysis.status {
                AnalysisStatus::Partial(diagnostics) => Some(diagnostics.len()),
                AnalysisStatus::Complete => None,
            },
            _ => None,
        }
    }
}

/// The pool of threads that analyze, with their shared state.
pub(super) struct AnalyzerPool {
    pub(super) root: RepoRoot,
    pub(super) owners: Arc<Owners>,
    pub(super) max_file_size: u64,
    pub(super) auditing: Auditing,
    pub(super) embedding: Option<Embedding>,
    pub(super) tasks: Vec<Task>,
    pub(super) cancel: CancellationToken,
    next: AtomicUsize,
}

impl AnalyzerPool {
    pub(super) fn new(
        root: RepoRoot,
        owners: Arc<Owners>,
        max_file_size: u64,
        auditing: Auditing,
        embedding: Option<Embedding>,
        tasks: Vec<Task>,
        cancel: CancellationToken,
    ) -> Self {
        Self { root, owners, max_file_size, auditing, embedding, tasks, cancel, next: AtomicUsize::new(0) }
    }

    /// Starts `jobs` threads, which send outcomes into a channel of `capacity` bytes. They end
    /// when every task is done, the run is cancelled or the receiver is dropped.
    pub(super) fn start(self: &Arc<Self>, jobs: NonZeroUsize, capacity: usize) -> Result<Receiver<Finished>, IndexerError> {
        let (sender, receiver) = channel(capacity);
        for number in 0..jobs.get().min(self.tasks.len()) {
            let (pool, sender) = (Arc::clone(self), sender.clone());
            let worker = thread::Builder::new().name(format!("codira-analyze-{number}")).stack_size(STACK_BYTES);
            let spawned = worker.spawn(move || {
                while let Some(task) = pool.take() {
                    let outcome = pool.finish(&pool.tasks[task]);
                    if !sender.send(outcome.memory(), Finished { task, outcome }) {
                        break;
                    }
                }
            });
            match spawned {
                Ok(_) => {}
                // The threads that did start do all tasks.
                Err(_) if number > 0 => break,
                Err(source) => {
                    return Err(IndexerError::Io {
                        operation: "start threads to index",
                        path: self.root.as_path().to_owned(),
                        source,
                    });
                }
            }
        }
        Ok(receiver)
    }

    fn take(&self) -> Option<usize> {
        let task = self.next.fetch_add(1, Ordering::Relaxed);
        (task < self.tasks.len() && !self.cancel.is_cancelled()).then_some(task)
    }

    fn finish(&self, task: &Task) -> FileOutcome {
        let analyze = AssertUnwindSafe(|| self.read_and_analyze(task));
        // An analyzer has no state between calls, so a panic breaks none.
        panic::catch_unwind(analyze).unwrap_or_else(|panic| {
            let analyzer = self.owners.analyzer(task.analyzer).tool();
            FileOutcome::Failed(format!("the analyzer {analyzer} panicked: {}", panic_message(&*panic)))
        })
    }

    fn read_and_analyze(&self, task: &Task) -> FileOutcome {
        let analyzer = self.owners.analyzer(task.analyzer);
        let (bytes, modified) = match self.read(task) {
            Ok(Some(content)) => content,
            Ok(None) => return FileOutcome::Skipped(SkipReason::Binary),
            Err(Unread::TooLarge(size)) => return FileOutcome::Skipped(SkipReason::TooLarge { size }),
            Err(Unread::Failed(error)) => return FileOutcome::Failed(error.to_string()),
        };
        let hash = ContentHash::of(&bytes);
        let size = bytes.len() as u64;
        let reason = match &task.purpose {
            Purpose::Analyze(reason) => *reason,
            Purpose::Compare(stored) => {
                let seen = SeenFile { size, modified, hash: Some(hash), analyzer: analyzer.tool() };
                match plan::decide(Some(stored), &seen, Trust::Hash) {
                    Decision::Because(Reason::SameContent) => return FileOutcome::Same,
                    Decision::Because(reason) => reason,
                    Decision::NeedsHash => Reason::ContentChanged,
                }
            }
        };
        let Ok(text) = std::str::from_utf8(&bytes) else { return FileOutcome::Skipped(SkipReason::NotUtf8) };
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut analysis = analyzer.analyze(SourceFile { path: &task.path, text });
        self.auditing.audit(&task.path, text, &mut analysis);
        let state = FileState { path: task.path.clone(), hash, size, modified, analyzer: analyzer.tool().clone() };
        let embedding = self.embedding.as_ref();
        let FileRows { rows, skipped } =
            embedding.map(|embedding| FileRows::of(embedding, &task.path, &analysis)).unwrap_or_default();
        FileOutcome::Analyzed { reason, snapshot: Box::new(FileSnapshot { state, analysis, embeddings: rows }), skipped }
    }

    /// The content of a file and the modification time to store; `None` when it is binary.
    fn read(&self, task: &Task) -> Result<Option<(Vec<u8>, i64)>, Unread> {
        let read_at = now();
        let mut file = File::open(self.root.join(&task.path))?;
        let metadata = file.metadata()?;
        if metadata.len() > self.max_file_size {
            return Err(Unread::TooLarge(metadata.len()));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default() + 1);
        // One byte more than is allowed, to see that a file has grown meanwhile.
        Read::by_ref(&mut file).take(self.max_file_size.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > self.max_file_size {
            return Err(Unread::TooLarge(bytes.len() as u64));
        }
        if bytes[..bytes.len().min(BINARY_HEAD_BYTES)].contains(&0) {
            return Ok(None);
        }
        Ok(Some((bytes, plan::modified_to_store(modified(&metadata), read_at))))
    }
}

/// Why a file has no content for us.
enum Unread {
    TooLarge(u64),
    Failed(io::Error),
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

/// Now, in nanoseconds since the Unix epoch.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
