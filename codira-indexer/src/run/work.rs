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
    backlog::{Receiver, backlog},
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
const BINARY_HEAD: usize = 8 << 10;

/// The stack of a worker. Parsers descend as deep as the source nests, and only what they touch takes memory.
const STACK: usize = 64 << 20;

/// What came of one task.
#[derive(Debug)]
pub(super) struct Finished {
    /// The place of the task in the list.
    pub(super) task: usize,
    pub(super) finding: Finding,
}

/// What a file turned out to be.
#[derive(Debug)]
pub(super) enum Finding {
    /// Its content is as stored.
    Same,
    /// It was analyzed.
    Analyzed { reason: Reason, snapshot: Box<FileSnapshot>, skipped: BTreeMap<Ineligible, u64> },
    /// It is not for the index.
    Skipped(SkipReason),
    /// It could not be read or analyzed.
    Failed(String),
}

impl Finding {
    /// How many bytes of source it keeps in memory.
    fn bytes(&self) -> usize {
        match self {
            Self::Analyzed { snapshot, .. } => snapshot.analysis.source.len(),
            _ => 0,
        }
    }

    /// The rows that wait for their vectors.
    pub(super) fn embeddings(&self) -> &[EmbeddingRow] {
        match self {
            Self::Analyzed { snapshot, .. } => &snapshot.embeddings,
            _ => &[],
        }
    }

    /// The same, to give them theirs.
    pub(super) fn embeddings_mut(&mut self) -> &mut [EmbeddingRow] {
        match self {
            Self::Analyzed { snapshot, .. } => &mut snapshot.embeddings,
            _ => &mut [],
        }
    }

    /// How many places of the file were not understood, if any were.
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

/// What workers share.
pub(super) struct Workshop {
    pub(super) root: RepoRoot,
    pub(super) owners: Arc<Owners>,
    pub(super) max_file_size: u64,
    pub(super) auditing: Auditing,
    pub(super) embedding: Option<Embedding>,
    pub(super) tasks: Vec<Task>,
    pub(super) cancel: CancellationToken,
    next: AtomicUsize,
}

impl Workshop {
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

    /// Starts `jobs` workers. They end when every task is done, the run is cancelled or the receiver is dropped.
    pub(super) fn open(self: &Arc<Self>, jobs: NonZeroUsize) -> Result<Receiver<Finished>, IndexerError> {
        let (sender, receiver) = backlog();
        for number in 0..jobs.get().min(self.tasks.len()) {
            let (shop, sender) = (Arc::clone(self), sender.clone());
            let worker = thread::Builder::new().name(format!("codira-analyze-{number}")).stack_size(STACK);
            let spawned = worker.spawn(move || {
                while let Some(task) = shop.take() {
                    let finding = shop.finish(&shop.tasks[task]);
                    if !sender.send(finding.bytes(), Finished { task, finding }) {
                        break;
                    }
                }
            });
            match spawned {
                Ok(_) => {}
                // Whoever was started does the work of all.
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

    fn finish(&self, task: &Task) -> Finding {
        let analyze = AssertUnwindSafe(|| self.read_and_analyze(task));
        // An analyzer keeps nothing between calls, so none is left half changed.
        panic::catch_unwind(analyze).unwrap_or_else(|panic| {
            let analyzer = self.owners.analyzer(task.analyzer).tool();
            Finding::Failed(format!("the analyzer {analyzer} panicked: {}", panic_message(&*panic)))
        })
    }

    fn read_and_analyze(&self, task: &Task) -> Finding {
        let analyzer = self.owners.analyzer(task.analyzer);
        let (bytes, modified) = match self.read(task) {
            Ok(Some(content)) => content,
            Ok(None) => return Finding::Skipped(SkipReason::Binary),
            Err(Unread::TooLarge(size)) => return Finding::Skipped(SkipReason::TooLarge { size }),
            Err(Unread::Failed(error)) => return Finding::Failed(error.to_string()),
        };
        let hash = ContentHash::of(&bytes);
        let size = bytes.len() as u64;
        let reason = match &task.purpose {
            Purpose::Analyze(reason) => *reason,
            Purpose::Compare(stored) => {
                let seen = SeenFile { size, modified, hash: Some(hash), analyzer: analyzer.tool() };
                match plan::decide(Some(stored), &seen, Trust::Hash) {
                    Decision::Because(Reason::SameContent) => return Finding::Same,
                    Decision::Because(reason) => reason,
                    Decision::NeedsHash => Reason::ContentChanged,
                }
            }
        };
        let Ok(text) = std::str::from_utf8(&bytes) else { return Finding::Skipped(SkipReason::NotUtf8) };
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut analysis = analyzer.analyze(SourceFile { path: &task.path, text });
        self.auditing.audit(&task.path, text, &mut analysis);
        let state = FileState { path: task.path.clone(), hash, size, modified, analyzer: analyzer.tool().clone() };
        let embedding = self.embedding.as_ref();
        let FileRows { rows, skipped } =
            embedding.map(|embedding| FileRows::of(embedding, &task.path, &analysis)).unwrap_or_default();
        Finding::Analyzed { reason, snapshot: Box::new(FileSnapshot { state, analysis, embeddings: rows }), skipped }
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
        if bytes[..bytes.len().min(BINARY_HEAD)].contains(&0) {
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
