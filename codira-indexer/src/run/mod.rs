//! Running: scan, plan, analyze, put, derive, commit, report.

mod analyze;
mod channel;
mod conclude;
mod coverage;
mod embed;
mod pending;
mod plan;
mod populate;
mod previous;
mod request;
mod write;

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use codira_contracts::{Capability, IndexBackend, Retention, SessionRequest, WriteScope, resolve::RuleSet};
use codira_languages::LanguageAnalyzer;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use self::{analyze::AnalyzerPool, conclude::Ledger, embed::Embedder, plan::Plan, previous::PreviousIndex, write::Writer};
use crate::{
    Auditing, Embedding, IndexEvent, IndexReport, IndexerError, RepoRoot, Timings,
    scan::{Owners, scan},
};
pub use embed::EmbeddingMode;
pub use request::{CoverageDemand, EmbeddingBacklog, IndexRequest, IndexScope, IndexerOptions};

/// The share of memory for outcomes in the channel, in thousandths of the budget.
const CHANNEL_SHARE: u64 = 16;

/// Keeps the index of one repository up to date, in any backend.
///
/// See the [crate](crate) for an example.
pub struct Indexer<B> {
    backend: B,
    root: RepoRoot,
    analyzers: Vec<Arc<dyn LanguageAnalyzer>>,
    options: IndexerOptions,
    embedding: Option<Embedding>,
    auditing: Auditing,
    rules: RuleSet,
}

impl<B: IndexBackend> Indexer<B> {
    /// An indexer of the repository at `root`, without embeddings and audit. Performs no I/O.
    ///
    /// A file belongs to the first analyzer that has a glob for it, else to the first that claims
    /// it by its first line.
    pub fn new(backend: B, root: RepoRoot, analyzers: Vec<Arc<dyn LanguageAnalyzer>>, options: IndexerOptions) -> Self {
        Self { backend, root, analyzers, options, embedding: None, auditing: Auditing::default(), rules: RuleSet::default() }
    }

    /// The same, with rules by which uses and imports are resolved; without, names are sought in
    /// their own file. What was resolved by other rules is resolved anew by the next run, without
    /// analyzing a file.
    #[must_use]
    pub fn with_rules(self, rules: RuleSet) -> Self {
        Self { rules, ..self }
    }

    /// The same, with embeddings. What is stored of another [spec](Embedding::spec) is removed by
    /// the next run, and made anew without analyzing a file.
    #[must_use]
    pub fn with_embedding(self, embedding: Embedding) -> Self {
        Self { embedding: Some(embedding), ..self }
    }

    /// The same, with an audit of documentation. Files that were audited in another way are
    /// analyzed again by the next run, and issues in languages that are not audited any more are
    /// removed.
    #[must_use]
    pub fn with_auditing(self, auditing: Auditing) -> Self {
        Self { auditing, ..self }
    }

    /// The store, to ask it.
    pub fn backend(&self) -> &B {
        &self.backend
    }

    /// The root of the repository.
    pub fn root(&self) -> &RepoRoot {
        &self.root
    }

    /// Brings the index up to date.
    ///
    /// - Where nothing changed, no session begins and no byte is written.
    /// - A file that cannot be read or analyzed is left out and reported; it fails no run.
    /// - An index that is damaged, or was written by another backend, version or older schema, is
    ///   replaced, and the report says so.
    /// - On an error, and when the future is dropped, the last commit is as it was.
    ///
    /// `events` is called from the task that runs this. Needs no particular runtime: files are
    /// read and analyzed on threads that the run starts, and that end with it.
    ///
    /// # Errors
    ///
    /// [`Cancelled`](IndexerError::Cancelled) soon after `cancel` says so, unless the commit has
    /// begun; [`InvalidGlob`](IndexerError::InvalidGlob) of an analyzer; [`Io`](IndexerError::Io)
    /// when the root cannot be read; [`IncompleteCoverage`](IndexerError::IncompleteCoverage)
    /// where full coverage is demanded; else what the backend says,
    /// [`SessionBusy`](codira_contracts::ErrorKind::SessionBusy) among it.
    pub async fn run(
        &self,
        request: IndexRequest,
        events: &(dyn Fn(IndexEvent) + Send + Sync),
        cancel: &CancellationToken,
    ) -> Result<IndexReport, IndexerError> {
        let mut clock = Clock::start();
        let owners = Arc::new(Owners::new(&self.analyzers)?);
        let embedding = self.embedding.as_ref().filter(|_| request.embeddings != EmbeddingMode::Off);
        let embedding = embedding.filter(|_| self.backend.descriptor().claims(Capability::Embeddings));
        let specs = embedding.iter().map(|embedding| embedding.spec().clone()).collect();
        let retention = Retention { policy: self.auditing.policy(), specs };

        let walk = {
            let (root, owners, options) = (self.root.clone(), Arc::clone(&owners), self.options.clone());
            let cancel = cancel.clone();
            on_a_thread(move || {
                let started = Instant::now();
                scan(&root, &owners, &options, request.jobs, &cancel).map(|scan| (scan, started.elapsed()))
            })
        };
        let previous = PreviousIndex::load(&self.backend, &retention).await?;
        let previous = if request.scope == IndexScope::Full { previous.requested() } else { previous };
        let embedding =
            embedding.filter(|_| request.embedding_backlog == EmbeddingBacklog::WorkOff || !previous.lacks_embeddings());
        clock.timings.open = clock.lap();
        let (scan, scan_time) = walk.await?;
        clock.timings.scan = scan_time;
        clock.lap();
        events(IndexEvent::ScanFinished { files: scan.files.len() });

        let (plan, scan, previous) = {
            let (root, owners, auditing) = (self.root.clone(), Arc::clone(&owners), self.auditing.clone());
            on_a_thread(move || (Plan::make(&root, &owners, &auditing, &scan, &previous, request.trust), scan, previous)).await
        };
        let scope = if previous.rebuild().is_some() { WriteScope::Full } else { WriteScope::Incremental };
        events(IndexEvent::Planned { scope, read: plan.read.len(), kept: plan.kept.len(), removed: plan.removed.len() });

        let mut ledger = Ledger::open(&plan, scan, &self.options.coverage_roots);
        ledger.check(request.coverage)?;
        let embedder = embedding.map(|embedding| {
            let is_stored = previous.stored().is_some_and(|stored| stored.embeddings(embedding.spec()).is_some());
            Embedder::new(embedding.clone(), request.embeddings, request.jobs, is_stored)
        });
        let session = SessionRequest { scope, rules: self.rules.clone(), memory: self.options.memory };
        let mut writer = Writer::new(&self.backend, session, &previous, embedder, cancel);
        let written = async {
            if scope == WriteScope::Full {
                writer.begin().await?;
            }
            for removed in &plan.removed {
                writer.remove(&removed.path).await?;
            }
            let pool = AnalyzerPool::new(
                self.root.clone(),
                Arc::clone(&owners),
                self.options.max_file_size,
                self.auditing.clone(),
                embedding.cloned(),
                plan.read,
                cancel.clone(),
            );
            let pool = Arc::new(pool);
            let mut outcomes = pool.start(request.jobs, self.options.memory.per_mille(CHANNEL_SHARE))?;
            let mut done = 0;
            while let Some(finished) = writer.unless_cancelled(outcomes.recv()).await? {
                let path = pool.tasks[finished.task].path.clone();
                writer.take(&pool.tasks, finished, &mut ledger).await?;
                done += 1;
                events(IndexEvent::Analyzed { path, done, total: pool.tasks.len() });
            }
            writer.put_pending(&pool.tasks, &mut ledger).await?;
            // Cancelled workers end early, and an unfinished run is not committed.
            writer.unless_cancelled(std::future::ready(())).await?;
            ledger.check(request.coverage)?;
            clock.timings.analyze = clock.lap();
            writer.maintain(&retention).await?;
            writer.populate(&ledger, request.embedding_backlog, events).await?;
            writer.write_inventory(ledger.inventory(&owners, &self.auditing)).await?;
            writer.derive(events).await?;
            clock.timings.derive = clock.lap();
            Ok(())
        }
        .await;
        clock.timings.store = writer.time;
        clock.timings.embed = writer.embed_time;
        let embedder = writer.embedder.take();
        let outcome = match written {
            Ok(()) => writer.commit(events).await?,
            Err(error) => return Err(writer.abort(error).await),
        };
        clock.timings.commit = clock.lap();
        clock.timings.total = clock.started.elapsed();
        let embeddings = embedder.map(|embedder| {
            let rows = previous.rows_after(&outcome, embedder.spec());
            embedder.report_on(rows)
        });
        Ok(ledger.close(outcome, &previous, embeddings, clock.timings))
    }
}

/// Measures the phases of a run.
struct Clock {
    started: Instant,
    lap: Instant,
    timings: Timings,
}

impl Clock {
    fn start() -> Self {
        let now = Instant::now();
        Self { started: now, lap: now, timings: Timings::default() }
    }

    /// The time since the last lap.
    fn lap(&mut self) -> Duration {
        let now = Instant::now();
        now - std::mem::replace(&mut self.lap, now)
    }
}

/// Runs `work`, which blocks, on a thread outside the caller's runtime.
pub(crate) fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> impl Future<Output = T> {
    let (sender, receiver) = oneshot::channel();
    thread::spawn(move || {
        // The receiver is gone when the future of the run was dropped.
        let _ = sender.send(work());
    });
    async { receiver.await.expect("the thread answers before it ends") }
}
