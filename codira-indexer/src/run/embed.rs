//! Giving files their vectors, on their way from the analyzers to the session.

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
    /// In the run: when it ends, no row of the index waits.
    #[default]
    Now,
    /// Later, by [`Indexer::embed_pending`](crate::Indexer::embed_pending): a row whose vector is not known already waits for
    /// it.
    Deferred,
    /// Never: the run removes every embedding that is stored.
    Off,
}

/// How many vectors of texts that recur are kept at most.
const RECURRING: usize = 4_096;

/// The rows of one file, all pending, and how many things have none.
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

/// How many rows there are, and how many of them wait for their vectors.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct StoredRows {
    pub(super) rows: u64,
    pub(super) deferred: u64,
}

/// Computes vectors, each text's once, and keeps count.
pub(super) struct Embedder {
    pub(super) embedding: Embedding,
    pub(super) mode: EmbeddingMode,
    jobs: NonZeroUsize,
    /// Whether the index held vectors of the spec before the run.
    is_stored: bool,
    /// The texts that this run met, as the beginnings of their hashes: enough to know when to ask the session.
    given: FxHashSet<u64>,
    /// The vectors of texts that recurred lately: most of them will again.
    recurring: FxHashMap<ContentHash, Vector>,
    counts: EmbeddingCounts,
    skipped: BTreeMap<Ineligible, u64>,
}

impl Embedder {
    pub(super) fn new(embedding: Embedding, mode: EmbeddingMode, jobs: NonZeroUsize, is_stored: bool) -> Self {
        let (counts, skipped) = (EmbeddingCounts::default(), BTreeMap::new());
        Self { embedding, mode, jobs, is_stored, given: FxHashSet::default(), recurring: FxHashMap::default(), counts, skipped }
    }

    /// The spec of the rows.
    pub(super) fn spec(&self) -> &EmbeddingSpec {
        self.embedding.spec()
    }

    /// Counts what has no row.
    pub(super) fn skip(&mut self, skipped: BTreeMap<Ineligible, u64>) {
        for (why, number) in skipped {
            *self.skipped.entry(why).or_default() += number;
        }
    }

    /// Gives pending rows their vectors: those that the session knows of their texts, then, unless they are deferred, new ones.
    pub(super) async fn fill<'a, S: IndexWriteSession>(
        &mut self,
        session: &mut S,
        rows: impl IntoIterator<Item = &'a mut EmbeddingRow>,
    ) -> Result<(), IndexerError> {
        let rows: Vec<_> = rows.into_iter().collect();
        let filling = self.begin(session, rows.iter().map(|row| &**row)).await?;
        self.finish(session, filling, rows).await
    }

    /// Begins to give pending rows their vectors: the session is asked for those that were stored before the run, and those of texts
    /// that are new are under way.
    ///
    /// A text that this run met before is left to [`finish`](Self::finish): until then the session has it, and nobody waits for
    /// the session now.
    pub(super) async fn begin<'a, S: IndexWriteSession>(
        &mut self,
        session: &mut S,
        rows: impl Iterator<Item = &'a EmbeddingRow>,
    ) -> Result<Filling, IndexerError> {
        let new: Vec<&EmbeddingRow> = rows.filter(|row| self.given.insert(beginning(&row.text_hash))).collect();
        let mut vectors = FxHashMap::default();
        if self.is_stored {
            vectors = reusable(session, self.spec(), new.iter().map(|row| row.text_hash).collect()).await?;
        }
        let missing = texts(new.into_iter().filter(|row| !vectors.contains_key(&row.text_hash)));
        let computed = self.compute(missing);
        Ok(Filling { vectors, computed })
    }

    /// Waits for the vectors of the rows that `filling` began with. Every row that was given to [`begin`](Self::begin) before them
    /// is with the session now.
    pub(super) async fn finish<'a, S: IndexWriteSession>(
        &mut self,
        session: &mut S,
        filling: Filling,
        rows: impl IntoIterator<Item = &'a mut EmbeddingRow>,
    ) -> Result<(), IndexerError> {
        let rows: Vec<_> = rows.into_iter().collect();
        let Filling { mut vectors, computed } = filling;
        vectors.extend(self.counted(computed.await)?);
        let unknown = |row: &&EmbeddingRow| !vectors.contains_key(&row.text_hash);
        let met: Vec<&EmbeddingRow> = rows.iter().map(|row| &**row).filter(unknown).collect();
        let known = self.met_before(session, met.iter().map(|row| row.text_hash)).await?;
        let missing = texts(met.into_iter().filter(|row| !known.contains_key(&row.text_hash)));
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

    /// The vectors of texts that this run met before.
    async fn met_before<S: IndexWriteSession>(
        &mut self,
        session: &mut S,
        texts: impl Iterator<Item = ContentHash>,
    ) -> Result<FxHashMap<ContentHash, Vector>, BackendError> {
        let mut known = FxHashMap::default();
        let mut unknown = Vec::new();
        for text in texts {
            match self.recurring.get(&text) {
                Some(vector) => drop(known.insert(text, vector.clone())),
                None => unknown.push(text),
            }
        }
        let found = reusable(session, self.spec(), unknown).await?;
        if self.recurring.len() + found.len() > RECURRING {
            self.recurring.clear();
        }
        self.recurring.extend(found.iter().map(|(text, vector)| (*text, vector.clone())));
        known.extend(found);
        Ok(known)
    }

    /// The vectors of texts, unless they are deferred.
    fn compute(&self, mut texts: FxHashMap<ContentHash, String>) -> Computing {
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

    /// What was done to the rows that were filled.
    pub(super) fn report(self) -> EmbeddingReport {
        let EmbeddingCounts { rows, deferred, .. } = self.counts;
        self.report_on(StoredRows { rows, deferred })
    }

    /// What was done, and what the index holds after it.
    pub(super) fn report_on(mut self, stored: StoredRows) -> EmbeddingReport {
        let StoredRows { rows, deferred } = stored;
        // A vector that was computed for a file which the store then refused is in no row.
        let reused = rows.saturating_sub(self.counts.computed + deferred);
        self.counts = EmbeddingCounts { rows, reused, deferred, ..self.counts };
        EmbeddingReport { spec: self.embedding.spec().clone(), mode: self.mode, counts: self.counts, skipped: self.skipped }
    }
}

/// The texts that wait for their vectors.
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

/// Vectors that threads compute.
type Computing = Pin<Box<dyn Future<Output = Vectors> + Send>>;

/// Vectors that were stored before the run, and those that threads compute meanwhile.
pub(super) struct Filling {
    vectors: FxHashMap<ContentHash, Vector>,
    computed: Computing,
}

/// The vectors of texts. They are computed on `jobs` threads from now on, whether or not anybody waits yet.
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
