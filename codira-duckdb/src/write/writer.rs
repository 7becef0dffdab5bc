//! What the session's thread owns: the draft, and everything it remembers between calls.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use codira_contracts::{
    BackendError, EmbeddingSpec, FileAnalysis, RepoPath, RunInventory, SessionRequest, Tool, WriteScope, resolve::RuleSet,
};
use codira_store::{AllOffers, again};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{numbers::Numbers, queue::Queue, texts::Texts};
use crate::{engine::Database, files::Files, instance::room_for, schema::Schema};

/// How much DuckDB may keep in memory of what was written, roughly in bytes.
const UNFLUSHED_BYTES: usize = 64 << 20;

/// Removes what only the session uses, whichever way it ends.
#[derive(Debug)]
pub(super) struct Drafts(pub(super) Files);

impl Drop for Drafts {
    fn drop(&mut self) {
        // Best effort: what stays is removed when the next session begins.
        let _ = self.0.remove_drafts();
    }
}

/// The session as its thread sees it. Dropping it gives the session up.
pub(super) struct Writer {
    /// The draft. A transaction is always open on it; nobody else sees it, so it may end at any time.
    pub(super) database: Database,
    /// The state from which the session began, once it is asked for.
    pub(super) base: Option<Database>,
    /// Whether there is such a state that can be read.
    pub(super) has_base: bool,
    /// After the connections, so that files are closed before they are removed.
    pub(super) drafts: Drafts,
    pub(super) schema: Schema,
    pub(super) scope: WriteScope,
    /// What the session resolves by.
    pub(super) rules: RuleSet,
    /// Whether the stored edges are those of other rules.
    pub(super) rules_changed: bool,
    pub(super) tool: Tool,
    pub(super) stop: Arc<AtomicBool>,
    /// What is replaced, if it was no readable index.
    pub(super) replaced: Option<String>,
    /// The number of the state from which the session began.
    pub(super) generation: u64,
    pub(super) inventory: RunInventory,
    pub(super) queue: Queue,
    /// The number of every stored file.
    pub(super) paths: FxHashMap<RepoPath, u32>,
    pub(super) next_file: u32,
    pub(super) numbers: Numbers,
    pub(super) specs: FxHashMap<EmbeddingSpec, u32>,
    /// Of the vectors that the session wrote.
    pub(super) texts: Texts,
    /// Of those of the state that it began from, once many were asked for; and how many were.
    pub(super) base_texts: Option<Texts>,
    pub(super) asked_texts: usize,
    /// Files to resolve.
    pub(super) dirty: FxHashSet<u32>,
    /// Digests of keys whose facts changed.
    pub(super) changed: FxHashSet<u32>,
    /// Whether files were resolved before, so that some may have asked for what changes.
    pub(super) anyone_asked: bool,
    /// What all files offer, while nothing was resolved yet and there is not too much.
    pub(super) offers: Option<AllOffers>,
    /// Analyses of dirty files, without texts, as long as there are not too many.
    pub(super) analyses: FxHashMap<u32, FileAnalysis>,
    pub(super) analyses_weight: usize,
    /// The size of the largest file for which there is memory.
    pub(super) largest: u64,
    /// How much was written that DuckDB still keeps in memory, roughly in bytes.
    pub(super) unsettled: usize,
    failure: Option<BackendError>,
}

impl Writer {
    /// A session with a draft that holds nothing yet of what it is asked about.
    pub(super) fn new(database: Database, drafts: Drafts, schema: Schema, request: SessionRequest, tool: Tool) -> Self {
        let SessionRequest { scope, rules } = request;
        Self {
            database,
            base: None,
            has_base: false,
            drafts,
            schema,
            scope,
            rules,
            rules_changed: false,
            tool,
            stop: Arc::default(),
            replaced: None,
            generation: 0,
            inventory: RunInventory::default(),
            queue: Queue::default(),
            paths: FxHashMap::default(),
            next_file: 1,
            numbers: Numbers::default(),
            specs: FxHashMap::default(),
            texts: Texts::default(),
            base_texts: None,
            asked_texts: 0,
            dirty: FxHashSet::default(),
            changed: FxHashSet::default(),
            anyone_asked: false,
            offers: None,
            analyses: FxHashMap::default(),
            analyses_weight: 0,
            largest: 0,
            unsettled: 0,
            failure: None,
        }
    }

    pub(super) fn files(&self) -> &Files {
        &self.drafts.0
    }

    /// Sees to it that a file of so many bytes can be held in memory.
    pub(super) fn make_room(&mut self, bytes: u64) -> Result<(), BackendError> {
        if bytes <= self.largest {
            return Ok(());
        }
        self.largest = bytes;
        room_for(bytes).map_or(Ok(()), |setting| self.database.batch(&setting))
    }

    /// Whether the session was dropped.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Nothing, or why the session can do nothing any more.
    pub(super) fn check(&self) -> Result<(), BackendError> {
        self.failure.as_ref().map_or(Ok(()), |failure| Err(again(failure)))
    }

    /// Does work that leaves the draft half changed if it fails: then the session is broken.
    pub(super) fn whole<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, BackendError>) -> Result<T, BackendError> {
        self.check()?;
        work(self).map_err(|error| {
            let told = again(&error);
            self.failure = Some(error);
            told
        })
    }

    /// Puts what was written into the file, where it is much: DuckDB keeps what is not committed in memory.
    pub(super) fn settle(&mut self) -> Result<(), BackendError> {
        if self.unsettled < UNFLUSHED_BYTES {
            return Ok(());
        }
        self.unsettled = 0;
        self.database.batch("COMMIT; BEGIN")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use codira_contracts::{ContentHash, FileSnapshot, FileState, Language};

    use super::*;
    use crate::{instance::Use, schema};

    fn file(path: &RepoPath) -> FileSnapshot {
        let (hash, analyzer) = (ContentHash::of(b""), Tool::new("python", "1"));
        let state = FileState { path: path.clone(), hash, size: 0, modified: 0, analyzer };
        FileSnapshot { state, analysis: FileAnalysis::new(Language::new("python"), "m"), embeddings: Vec::new() }
    }

    #[test]
    fn what_was_settled_is_published_with_the_rest_or_forgotten() {
        let directory = tempfile::tempdir().unwrap();
        let files = Files::new(directory.path().to_owned());
        for publish in [false, true] {
            let (tool, request) = (Tool::new("duckdb", "1"), SessionRequest::full(RuleSet::default()));
            let mut writer = Writer::open(files.clone(), schema::CURRENT, tool, request).unwrap();
            for path in ["a.py", "b.py"] {
                let path = RepoPath::new(path).unwrap();
                writer.put(path.clone(), Some(file(&path)));
                writer.unsettled = UNFLUSHED_BYTES;
                writer.flush().unwrap();
                assert_eq!(writer.unsettled, 0);
            }
            if publish {
                drop(writer.commit().unwrap())
            } else {
                writer.abandon().unwrap()
            }
            assert_eq!(files.index().exists(), publish);
        }
        let database = Database::open(&files.index(), &files.index(), Use::Read).unwrap();
        let count = |sql| database.rows(sql, [], |row| row.get::<u64>(0)).unwrap();
        assert_eq!(count("SELECT count(*)::UBIGINT FROM document"), [2]);
        assert_eq!(count("SELECT count(*)::UBIGINT FROM resolution"), [2]);
    }
}
