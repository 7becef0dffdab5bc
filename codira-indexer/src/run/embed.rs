//! Computes or reuses the vectors of files, between the analyzers and the session.

use std::{collections::BTreeMap, num::NonZeroUsize, pin::Pin, sync::Arc, thread};

use codira_contracts::{
    BackendError, BoxError, ContentHash, EmbeddingRow, EmbeddingSpec, EmbeddingState, FileAnalysis, IndexWriteSession,
    RepoPath, ReuseRequest, Vector,
};
use rustc_hash::{FxHashMap, FxHashSet};

use super::on_a_thread;
use crate::{
    EmbeddingCounts, EmbeddingEngine, EmbeddingReport, IndexerError,
    embedding::{Embedding, Ineligible},
};

/// When the vectors of a run are computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EmbeddingMode {
    /// In the run: when it ends, no row of the index is pending.
    #[default]
    Now,
    /// Later, by [`Indexer::embed_pending`](crate::Indexer::embed_pending): a row without a
    /// reusable vector stays pending.
    Deferred,
    /// Never: the run removes every embedding that is stored.
    Off,
}

/// How many vectors of repeated texts are cached at most.
const CACHED_VECTORS: usize = 4_096;

/// The rows of one file, all pending, and how many symbols and units have none.
#[derive(Debug, Default)]
pub(super) struct FileRows {
    pub(super) rows: Vec<EmbeddingRow>,
    pub(super) skipped: BTreeMap<Ineligible, u64>,
}

impl FileRows {
    /// The rows of a file that was analyzed.
    pub(super) fn of(embedding: &Embedding, path: &RepoPath, analysis: &FileAnalysis) -> Self {
        let mut skipped = BTreeMap::new();
        let texts = embedding.recipe().texts(path, analysis, |why| *skipped.entry(why).or_default() += 1);
        let row = |text: crate::embedding::TextToEmbed| EmbeddingRow::pending(text.owner, embedding.spec().clone(), text.text);
        Self { rows: texts.into_iter().map(row).collect(), skipped }
    }
}

/// How many rows there are, and how many of them are pending.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct StoredRows {
    pub(super) rows: u64,
    pub(super) deferred: u64,
}

/// Computes vectors, one for each different text, and counts them.
pub(super) struct Embedder {
    pub(super) embedding: Embedding,
    pub(super) mode: EmbeddingMode,
    jobs: NonZeroUsize,
    /// Whether the index held vectors of the spec before the run.
    is_stored: bool,
    /// The texts that this run has seen, as prefixes of their hashes: enough to decide when to ask
    /// the session.
    seen_texts: FxHashSet<u64>,
    /// The vectors of texts that were repeated lately.
    cache: FxHashMap<ContentHash, Vector>,
    counts: EmbeddingCounts,
    skipped: BTreeMap<Ineligible, u64>,
}

impl Embedder {
    pub(super) fn new(embedding: Embedding, mode: EmbeddingMode, jobs: NonZeroUsize, is_stored: bool) -> Self {
        let (counts, skipped) = (EmbeddingCounts::default(), BTreeMap::new());
        Self {
            embedding,
            mode,
            jobs,
            is_stored,
            seen_texts: FxHashSet::default(),
            cache: FxHashMap::default(),
            counts,
            skipped,
        }
    }

    /// The spec of the rows.
    pub(super) fn spec(&self) -> &EmbeddingSpec {
        self.embedding.spec()
    }

    /// Counts symbols and units without a row.
    pub(super) fn skip(&mut self, skipped: BTreeMap<Ineligible, u64>) {
        for (why, number) in skipped {
            *self.skipped.entry(why).or_default() += number;
        }
    }

    /// Sets the vectors of pending rows: those that the session has for their texts, then, unless
    /// they are deferred, new ones.
    pub(super) async fn embed<'a, S: IndexWriteSession>(
        &mut self,
        session: &mut S,
        rows: impl IntoIterator<Item = &'a mut EmbeddingRow>,
    ) -> Result<(), IndexerError> {
        let rows: Vec<_> = rows.into_iter().collect();
        let batch = self.begin(session, rows.iter().map(|row| &**row)).await?;
        self.finish(session, batch, rows).await
    }

    /// Begins a batch of pending rows. The session is asked for vectors that were stored before
    /// the run, and those of new texts are in flight.
    ///
    /// A text that this run has seen before is left to [`finish`](Self::finish): by then the
    /// session has its vector, so that this call does not wait for the session.
    pub(super) async fn begin<'a, S: IndexWriteSession>(
        &mut self,
        session: &mut S,
        rows: impl Iterator<Item = &'a EmbeddingRow>,
    ) -> Result<EmbeddingBatch, IndexerError> {
        let new: Vec<&EmbeddingRow> = rows.filter(|row| self.seen_texts.insert(beginning(&row.text_hash))).collect();
        let mut vectors = FxHashMap::default();
        if self.is_stored {
            vectors = reusable(session, self.spec(), new.iter().map(|row| row.text_hash).collect()).await?;
        }
        let missing = texts(new.into_iter().filter(|row| !vectors.contains_key(&row.text_hash)));
        let computed = self.compute(missing);
        Ok(EmbeddingBatch { vectors, computed })
    }

    /// Waits for the vectors of a batch, and sets them. Every row of the batches before it is with
    /// the session now.
    pub(super) async fn finish<'a, S: IndexWriteSession>(
        &mut self,
        session: &mut S,
        batch: EmbeddingBatch,
        rows: impl IntoIterator<Item = &'a mut EmbeddingRow>,
    ) -> Result<(), IndexerError> {
        let rows: Vec<_> = rows.into_iter().collect();
        let EmbeddingBatch { mut vectors, computed } = batch;
        vectors.extend(self.counted(computed.await)?);
        let unknown = |row: &&EmbeddingRow| !vectors.contains_key(&row.text_hash);
        let seen: Vec<&EmbeddingRow> = rows.iter().map(|row| &**row).filter(unknown).collect();
        let known = self.seen_before(session, seen.iter().map(|row| row.text_hash)).await?;
        let missing = texts(seen.into_iter().filter(|row| !known.contains_key(&row.text_hash)));
        let computed = self.compute(missing);
        vectors.extend(known);
        vectors.extend(self.counted(computed.await)?);
        for row in rows {
            match vectors.get(&row.text_hash) {
                Some(vector) => row.state = EmbeddingState::Computed(vector.clone()),
                None => self.counts.deferred += 1,
            }
            self.counts.rows += 1;
        }
        Ok(())
    }

    /// The vectors of texts that this run has seen before.
    async fn seen_before<S: IndexWriteSession>(
        &mut self,
        session: &mut S,
        texts: impl Iterator<Item = ContentHash>,
    ) -> Result<FxHashMap<ContentHash, Vector>, BackendError> {
        let mut known = FxHashMap::default();
        let mut unknown = Vec::new();
        for text in texts {
            match self.cache.get(&text) {
                Some(vector) => drop(known.insert(text, vector.clone())),
                None => unknown.push(text),
            }
        }
        let found = reusable(session, self.spec(), unknown).await?;
        if self.cache.len() + found.len() > CACHED_VECTORS {
            self.cache.clear();
        }
        self.cache.extend(found.iter().map(|(text, vector)| (*text, vector.clone())));
        known.extend(found);
        Ok(known)
    }

    /// The vectors of texts, unless they are deferred.
    fn compute(&self, mut texts: FxHashMap<ContentHash, String>) -> PendingVectors {
        if self.mode != EmbeddingMode::Now {
            texts.clear();
        }
        Box::pin(compute(self.embedding.engine(), texts, self.jobs))
    }

    fn counted(&mut self, computed: Vectors) -> Result<Vec<(ContentHash, Vector)>, IndexerError> {
        let computed = computed.map_err(IndexerError::Engine)?;
        self.counts.computed += computed.len() as u64;
        Ok(computed)
    }

    /// The report on the rows that were embedded.
    pub(super) fn report(self) -> EmbeddingReport {
        let EmbeddingCounts { rows, deferred, .. } = self.counts;
        self.report_on(StoredRows { rows, deferred })
    }

    /// The report, with the rows that the index holds now.
    pub(super) fn report_on(mut self, stored: StoredRows) -> EmbeddingReport {
        let StoredRows { rows, deferred } = stored;
        // A vector that was computed for a file which the store then refused is in no row.
        let reused = rows.saturating_sub(self.counts.computed + deferred);
        self.counts = EmbeddingCounts { rows, reused, deferred, ..self.counts };
        EmbeddingReport { spec: self.embedding.spec().clone(), mode: self.mode, counts: self.counts, skipped: self.skipped }
    }
}

/// The texts of pending rows.
fn texts<'a>(rows: impl Iterator<Item = &'a EmbeddingRow>) -> FxHashMap<ContentHash, String> {
    let text = |row: &'a EmbeddingRow| match &row.state {
        EmbeddingState::Pending { text } => Some((row.text_hash, text.clone())),
        EmbeddingState::Computed(_) => None,
    };
    rows.filter_map(text).collect()
}

/// The vectors that the session has of these texts.
async fn reusable<S: IndexWriteSession>(
    session: &mut S,
    spec: &EmbeddingSpec,
    texts: Vec<ContentHash>,
) -> Result<FxHashMap<ContentHash, Vector>, BackendError> {
    if texts.is_empty() {
        return Ok(FxHashMap::default());
    }
    let found = session.reusable_embeddings(&ReuseRequest { spec: spec.clone(), texts }).await?;
    Ok(found.into_iter().map(|found| (found.text_hash, found.vector)).collect())
}

/// Vectors of texts, or why the engine made none.
type Vectors = Result<Vec<(ContentHash, Vector)>, BoxError>;

/// Vectors in flight: threads compute them.
type PendingVectors = Pin<Box<dyn Future<Output = Vectors> + Send>>;

/// A batch in flight: vectors that were stored before the run, and those that threads compute.
pub(super) struct EmbeddingBatch {
    vectors: FxHashMap<ContentHash, Vector>,
    computed: PendingVectors,
}

/// Computes the vectors of texts on `jobs` threads, which start before the future is polled.
fn compute(
    engine: &Arc<dyn EmbeddingEngine>,
    texts: FxHashMap<ContentHash, String>,
    jobs: NonZeroUsize,
) -> impl Future<Output = Vectors> + Send + use<> {
    let engine = Arc::clone(engine);
    let computed = (!texts.is_empty()).then(|| {
        on_a_thread(move || {
            let texts: Vec<(ContentHash, String)> = texts.into_iter().collect();
            let shares: Vec<_> = texts.chunks(texts.len().div_ceil(jobs.get())).collect();
            let embed = |share: &[(ContentHash, String)]| {
                let vectors = engine.embed(&share.iter().map(|(_, text)| &**text).collect::<Vec<_>>())?;
                Ok(share.iter().map(|(hash, _)| *hash).zip(vectors).collect::<Vec<_>>())
            };
            thread::scope(|scope| {
                let workers: Vec<_> = shares.into_iter().map(|share| scope.spawn(|| embed(share))).collect();
                let panicked = |_| Err("the engine panicked".into());
                let shares = workers.into_iter().map(|worker| worker.join().unwrap_or_else(panicked));
                shares.collect::<Result<Vec<_>, BoxError>>()
            })
        })
    });
    async {
        match computed {
            Some(computed) => Ok(computed.await?.into_iter().flatten().collect()),
            None => Ok(Vec::new()),
        }
    }
}

/// The first eight bytes of a hash.
fn beginning(hash: &ContentHash) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&hash.as_bytes()[..8]);
    u64::from_le_bytes(first)
}
