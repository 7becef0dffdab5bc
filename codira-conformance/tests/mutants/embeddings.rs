//! Embeddings: vectors that are rounded, lost, kept too long, or compared with what they must not meet.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering::SeqCst},
};

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    fault::{Answer, Fault},
    judge::{EVERY, REBUILT, mutants},
};

mutants! {
    a_zero_loses_its_sign: LosesSignOfZero, "a negative zero becomes a positive one", [
        "storing::a_file_reads_back_as_it_was_put",
        "embeddings::vectors_are_kept_bit_for_bit",
        EVERY,
        REBUILT,
    ];
    stale_vectors_are_kept: KeepsStaleVectors, "a vector is kept although its text has changed", [
        "embeddings::a_stale_vector_is_not_kept",
    ];
    vectors_are_rounded: RoundsVectors, "the numbers of a vector are kept with half the bits", [
        "embeddings::vectors_are_kept_bit_for_bit",
        "embeddings::candidates_are_the_exact_top",
    ];
    small_numbers_are_zero: FlushesToZero, "numbers too small to be normal become zero", [
        "embeddings::vectors_are_kept_bit_for_bit",
        "embeddings::candidates_are_the_exact_top",
    ];
    a_pending_row_stays: PendingStays, "a row waits still when its vector was stored", [
        "embeddings::vectors_are_kept_bit_for_bit",
        "embeddings::pending_rows_wait_until_they_are_stored",
    ];
    pending_rows_of_any_spec: PendingOfAnySpec, "asking for the rows of one spec that wait gives those of all", [
        "asking::an_answer_has_what_the_request_names",
    ];
    a_queued_row_is_a_second_one: QueueKeepsTheFirst, "a row queued again keeps its first text", [
        "embeddings::pending_rows_wait_until_they_are_stored",
    ];
    stale_vectors_are_counted_as_stored: CountsStaleAsStored, "a stale vector is counted as stored", [
        "embeddings::a_stale_vector_is_not_kept",
    ];
    a_long_vector_is_stored: StoresAnyDimension, "a computed vector of another dimension is stale, and no error", [
        "embeddings::another_dimension_is_refused",
    ];
    replaced_files_have_no_vectors: ReusesThePresent, "a session finds no vectors of files that it replaced or removed", [
        "embeddings::a_text_keeps_its_vector_when_it_moves",
    ];
    dropped_files_have_no_vectors: ReusesUnlessFull, "a session of full scope finds no vectors of the files it dropped", [
        "embeddings::a_text_keeps_its_vector_when_it_moves",
    ];
    a_session_reuses_the_past: ReusesThePast, "a session finds no vectors of files that it put", [
        "embeddings::a_text_keeps_its_vector_when_it_moves",
    ];
    the_greatest_key_is_reused: ReusesTheGreatest, "of the owners of a text, the vector of the greatest key is reused", [
        "embeddings::a_text_keeps_its_vector_when_it_moves",
    ];
    texts_are_reused_as_asked: ReusesAsAsked, "vectors to reuse come in the order and number in which texts were asked for", [
        "embeddings::a_text_keeps_its_vector_when_it_moves",
    ];
    specs_are_mixed_in_candidates: MixesCandidates, "candidates come from every version of a model", [
        "embeddings::specs_never_mix",
    ];
    specs_are_mixed_in_reuse: MixesReuse, "a vector of another spec is reused", [
        "embeddings::specs_never_mix",
    ];
    scores_are_summed_in_f32: ScoresInF32, "scores are computed in f32", [
        "embeddings::candidates_are_the_exact_top",
    ];
    scores_are_dot_products: ScoresByDot, "scores are not divided by lengths", [
        "embeddings::candidates_are_the_exact_top",
        "embeddings::specs_never_mix",
    ];
    ties_are_in_any_order: TiesBackwards, "candidates of one score are listed by key backwards", [
        "embeddings::candidates_are_the_exact_top",
    ];
    candidates_are_cut_before_ties: TiesCut, "the candidates of the last score are left out when not all of them fit", [
        "asking::a_limit_gives_the_first",
        "embeddings::candidates_are_the_exact_top",
    ];
    vectors_of_another_dimension_are_compared: ComparesAnyDimension, "a vector of another dimension has no candidates, and is no error", [
        "embeddings::another_dimension_is_refused",
    ];
    pruning_keeps_what_waits: PrunesComputed, "pruning keeps the rows that wait", [
        "embeddings::pruning_removes_orphans",
    ];
    pruning_counts_specs: PruneCountsSpecs, "pruning says how many specs were removed", [
        "embeddings::pruning_removes_orphans",
    ];
    pruning_goes_by_model: PrunesByModel, "pruning keeps every version of a model that is in use", [
        "embeddings::pruning_removes_orphans",
    ];
    orphans_are_counted_without_what_waits: OrphansComputed, "rows that wait are not counted as orphans", [
        "embeddings::pruning_removes_orphans",
    ];
}

#[derive(Default)]
struct LosesSignOfZero;

#[async_trait]
impl Fault for LosesSignOfZero {
    async fn put_file(&self, session: &mut DynSession, mut file: FileSnapshot) -> Answer<()> {
        for row in &mut file.embeddings {
            if let EmbeddingState::Computed(vector) = &mut row.state {
                *vector = Vector::new(vector.as_slice().iter().map(|number| number + 0.0).collect())?;
            }
        }
        session.put_file(file).await
    }
}

#[derive(Default)]
struct KeepsStaleVectors;

#[async_trait]
impl Fault for KeepsStaleVectors {
    async fn store_embeddings(&self, session: &mut DynSession, mut rows: Vec<ComputedEmbedding>) -> Answer<Stored> {
        for waiting in session.pending_embeddings(&PendingRequest::default()).await? {
            let of_row = |row: &&mut ComputedEmbedding| row.key == waiting.key && row.spec == waiting.spec;
            let text_hash = ContentHash::of(waiting.text.as_bytes());
            rows.iter_mut().filter(of_row).for_each(|row| row.text_hash = text_hash);
        }
        session.store_embeddings(rows).await
    }
}

fn each_number(file: &mut FileSnapshot, change: impl Fn(f32) -> f32) -> Answer<()> {
    for row in &mut file.embeddings {
        if let EmbeddingState::Computed(vector) = &mut row.state {
            *vector = Vector::new(vector.as_slice().iter().copied().map(&change).collect())?;
        }
    }
    Ok(())
}

#[derive(Default)]
struct RoundsVectors;

#[async_trait]
impl Fault for RoundsVectors {
    async fn put_file(&self, session: &mut DynSession, mut file: FileSnapshot) -> Answer<()> {
        each_number(&mut file, |number| f32::from_bits(number.to_bits() & 0xffff_0000))?;
        session.put_file(file).await
    }
}

#[derive(Default)]
struct FlushesToZero;

#[async_trait]
impl Fault for FlushesToZero {
    async fn put_file(&self, session: &mut DynSession, mut file: FileSnapshot) -> Answer<()> {
        each_number(&mut file, |number| if number.is_subnormal() { 0.0 } else { number })?;
        session.put_file(file).await
    }
}

#[derive(Default)]
struct PendingStays;

#[async_trait]
impl Fault for PendingStays {
    async fn store_embeddings(&self, session: &mut DynSession, rows: Vec<ComputedEmbedding>) -> Answer<Stored> {
        let waiting = session.pending_embeddings(&PendingRequest::default()).await?;
        let stored = session.store_embeddings(rows).await?;
        session.queue_embeddings(waiting).await?;
        Ok(stored)
    }
}

#[derive(Default)]
struct PendingOfAnySpec;

#[async_trait]
impl Fault for PendingOfAnySpec {
    async fn pending_embeddings(&self, reader: &dyn IndexReader, request: &PendingRequest) -> Answer<Vec<PendingEmbedding>> {
        reader.pending_embeddings(&PendingRequest { spec: None, ..request.clone() }).await
    }
}

#[derive(Default)]
struct QueueKeepsTheFirst;

#[async_trait]
impl Fault for QueueKeepsTheFirst {
    async fn queue_embeddings(&self, session: &mut DynSession, rows: Vec<PendingEmbedding>) -> Answer<()> {
        let waiting = session.pending_embeddings(&PendingRequest::default()).await?;
        let known = |row: &PendingEmbedding| waiting.iter().any(|it| (&it.key, &it.spec) == (&row.key, &row.spec));
        session.queue_embeddings(rows.into_iter().filter(|row| !known(row)).collect()).await
    }
}

#[derive(Default)]
struct CountsStaleAsStored;

#[async_trait]
impl Fault for CountsStaleAsStored {
    async fn store_embeddings(&self, session: &mut DynSession, rows: Vec<ComputedEmbedding>) -> Answer<Stored> {
        let Stored { stored, stale } = session.store_embeddings(rows).await?;
        Ok(Stored { stored: stored + stale, stale: 0 })
    }
}

#[derive(Default)]
struct StoresAnyDimension;

#[async_trait]
impl Fault for StoresAnyDimension {
    async fn store_embeddings(&self, session: &mut DynSession, mut rows: Vec<ComputedEmbedding>) -> Answer<Stored> {
        let all = rows.len();
        rows.retain(|row| row.vector.as_slice().len() == row.spec.dimension as usize);
        let wrong = (all - rows.len()) as u64;
        let Stored { stored, stale } = session.store_embeddings(rows).await?;
        Ok(Stored { stored, stale: stale + wrong })
    }
}

/// The vectors that a session has stored for texts, as its own files have them when it would commit.
#[derive(Default)]
struct Own(std::sync::Mutex<BTreeMap<RepoPath, FileSnapshot>>);

impl Own {
    /// Keeps what a session puts, beginning with what was committed.
    async fn begin(&self, base: &DynBackend, scope: WriteScope) -> Answer<DynSession> {
        let session = base.begin_index_session(scope).await?;
        let mut files = BTreeMap::new();
        if let (WriteScope::Incremental, Ok(reader)) = (scope, base.open_reader().await) {
            for state in reader.file_states(&PathPrefix::root()).await? {
                files.extend(reader.file(&state.path).await?.map(|file| (state.path, file)));
            }
        }
        *self.0.lock().unwrap() = files;
        Ok(session)
    }

    async fn put(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        session.put_file(file.clone()).await?;
        self.0.lock().unwrap().insert(file.path().clone(), file);
        Ok(())
    }

    async fn remove(&self, session: &mut DynSession, path: &RepoPath) -> Answer<()> {
        self.0.lock().unwrap().remove(path);
        session.remove_file(path).await
    }

    fn has(&self, row: &ReusableEmbedding) -> bool {
        let is_it = |own: &EmbeddingRow| matches!(&own.state, EmbeddingState::Computed(vector) if *vector == row.vector);
        self.0.lock().unwrap().values().flat_map(|file| &file.embeddings).any(is_it)
    }
}

#[derive(Default)]
struct ReusesThePresent(Own);

#[async_trait]
impl Fault for ReusesThePresent {
    async fn begin(&self, base: &DynBackend, scope: WriteScope) -> Answer<DynSession> {
        self.0.begin(base, scope).await
    }

    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        self.0.put(session, file).await
    }

    async fn remove_file(&self, session: &mut DynSession, path: &RepoPath) -> Answer<()> {
        self.0.remove(session, path).await
    }

    async fn reusable_in_session(&self, session: &mut DynSession, request: &ReuseRequest) -> Answer<Vec<ReusableEmbedding>> {
        let mut rows = session.reusable_embeddings(request).await?;
        rows.retain(|row| self.0.has(row));
        Ok(rows)
    }
}

#[derive(Default)]
struct ReusesUnlessFull {
    own: Own,
    full: AtomicBool,
}

#[async_trait]
impl Fault for ReusesUnlessFull {
    async fn begin(&self, base: &DynBackend, scope: WriteScope) -> Answer<DynSession> {
        self.full.store(scope == WriteScope::Full, SeqCst);
        self.own.begin(base, scope).await
    }

    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        self.own.put(session, file).await
    }

    async fn remove_file(&self, session: &mut DynSession, path: &RepoPath) -> Answer<()> {
        self.own.remove(session, path).await
    }

    async fn reusable_in_session(&self, session: &mut DynSession, request: &ReuseRequest) -> Answer<Vec<ReusableEmbedding>> {
        let mut rows = session.reusable_embeddings(request).await?;
        rows.retain(|row| !self.full.load(SeqCst) || self.own.has(row));
        Ok(rows)
    }
}

#[derive(Default)]
struct ReusesThePast {
    began: tokio::sync::Mutex<Option<DynReader>>,
}

#[async_trait]
impl Fault for ReusesThePast {
    async fn begin(&self, base: &DynBackend, scope: WriteScope) -> Answer<DynSession> {
        let session = base.begin_index_session(scope).await?;
        *self.began.lock().await = base.open_reader().await.ok();
        Ok(session)
    }

    async fn reusable_in_session(&self, _session: &mut DynSession, request: &ReuseRequest) -> Answer<Vec<ReusableEmbedding>> {
        match &*self.began.lock().await {
            Some(began) => began.reusable_embeddings(request).await,
            None => Ok(Vec::new()),
        }
    }
}

/// Every stored vector, with its owner, spec and the hash of its text; by key.
async fn every_vector(reader: &dyn IndexReader) -> Answer<Vec<(SymbolKey, EmbeddingSpec, ContentHash, Vector)>> {
    let mut vectors = Vec::new();
    for state in reader.file_states(&PathPrefix::root()).await? {
        for row in reader.file(&state.path).await?.map(|file| file.embeddings).unwrap_or_default() {
            if let EmbeddingState::Computed(vector) = row.state {
                vectors.push((SymbolKey { path: state.path.clone(), id: row.owner }, row.spec, row.text_hash, vector));
            }
        }
    }
    Ok(vectors)
}

#[derive(Default)]
struct ReusesTheGreatest;

#[async_trait]
impl Fault for ReusesTheGreatest {
    async fn reusable_embeddings(&self, reader: &dyn IndexReader, request: &ReuseRequest) -> Answer<Vec<ReusableEmbedding>> {
        let mut found = BTreeMap::new();
        for (_, spec, text_hash, vector) in every_vector(reader).await? {
            if spec == request.spec && request.texts.contains(&text_hash) {
                found.insert(text_hash, vector);
            }
        }
        Ok(found.into_iter().map(|(text_hash, vector)| ReusableEmbedding { text_hash, vector }).collect())
    }
}

#[derive(Default)]
struct ReusesAsAsked;

#[async_trait]
impl Fault for ReusesAsAsked {
    async fn reusable_embeddings(&self, reader: &dyn IndexReader, request: &ReuseRequest) -> Answer<Vec<ReusableEmbedding>> {
        let found = reader.reusable_embeddings(request).await?;
        let of = |text: &ContentHash| found.iter().find(|row| row.text_hash == *text).cloned();
        Ok(request.texts.iter().filter_map(of).collect())
    }
}

#[derive(Default)]
struct MixesReuse;

#[async_trait]
impl Fault for MixesReuse {
    async fn reusable_embeddings(&self, reader: &dyn IndexReader, request: &ReuseRequest) -> Answer<Vec<ReusableEmbedding>> {
        let mut found = BTreeMap::new();
        for (_, spec, text_hash, vector) in every_vector(reader).await? {
            if spec.model == request.spec.model && request.texts.contains(&text_hash) {
                found.entry(text_hash).or_insert(vector);
            }
        }
        Ok(found.into_iter().map(|(text_hash, vector)| ReusableEmbedding { text_hash, vector }).collect())
    }
}

/// The candidates among symbols, scored and ordered in another way.
async fn symbol_candidates(
    reader: &dyn IndexReader,
    request: &CandidateRequest,
    comparable: impl Fn(&EmbeddingSpec) -> bool + Send,
    score: impl Fn(&[f32], &[f32]) -> f32 + Send,
) -> Answer<Vec<Candidate<SymbolEntry>>> {
    // Only a vector that may be asked for has candidates.
    reader.symbol_candidates(request).await?;
    let mut found = Vec::new();
    for (key, spec, _, vector) in every_vector(reader).await? {
        if comparable(&spec)
            && request.prefix.covers(&key.path)
            && let Some(entry) = reader.symbol(&key).await?
        {
            found.push(Candidate { score: score(request.vector.as_slice(), vector.as_slice()), entry });
        }
    }
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.entry.key().cmp(&b.entry.key())));
    found.truncate(request.limit.unwrap_or(usize::MAX));
    Ok(found)
}

#[derive(Default)]
struct MixesCandidates;

#[async_trait]
impl Fault for MixesCandidates {
    async fn symbol_candidates(
        &self,
        reader: &dyn IndexReader,
        request: &CandidateRequest,
    ) -> Answer<Vec<Candidate<SymbolEntry>>> {
        let CandidateRequest { spec: asked, .. } = request;
        let comparable = |spec: &EmbeddingSpec| (&spec.model, spec.dimension) == (&asked.model, asked.dimension);
        symbol_candidates(reader, request, comparable, score::cosine).await
    }
}

#[derive(Default)]
struct ScoresInF32;

#[async_trait]
impl Fault for ScoresInF32 {
    async fn symbol_candidates(
        &self,
        reader: &dyn IndexReader,
        request: &CandidateRequest,
    ) -> Answer<Vec<Candidate<SymbolEntry>>> {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        let cosine = |a: &[f32], b: &[f32]| {
            let lengths = dot(a, a).sqrt() * dot(b, b).sqrt();
            if lengths == 0.0 { 0.0 } else { (dot(a, b) / lengths).clamp(-1.0, 1.0) + 0.0 }
        };
        symbol_candidates(reader, request, |spec| *spec == request.spec, cosine).await
    }
}

#[derive(Default)]
struct ScoresByDot;

#[async_trait]
impl Fault for ScoresByDot {
    async fn symbol_candidates(
        &self,
        reader: &dyn IndexReader,
        request: &CandidateRequest,
    ) -> Answer<Vec<Candidate<SymbolEntry>>> {
        symbol_candidates(reader, request, |spec| *spec == request.spec, |a, b| score::dot(a, b) as f32).await
    }
}

#[derive(Default)]
struct TiesBackwards;

#[async_trait]
impl Fault for TiesBackwards {
    async fn documentation_candidates(
        &self,
        reader: &dyn IndexReader,
        request: &CandidateRequest,
    ) -> Answer<Vec<Candidate<DocumentationEntry>>> {
        let mut found = reader.documentation_candidates(&CandidateRequest { limit: None, ..request.clone() }).await?;
        found.reverse();
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        found.truncate(request.limit.unwrap_or(usize::MAX));
        Ok(found)
    }
}

#[derive(Default)]
struct TiesCut;

#[async_trait]
impl Fault for TiesCut {
    async fn symbol_candidates(
        &self,
        reader: &dyn IndexReader,
        request: &CandidateRequest,
    ) -> Answer<Vec<Candidate<SymbolEntry>>> {
        let all = reader.symbol_candidates(&CandidateRequest { limit: None, ..request.clone() }).await?;
        let mut found = reader.symbol_candidates(request).await?;
        let next = all.get(found.len()).map(|candidate| candidate.score);
        found.retain(|candidate| Some(candidate.score) != next);
        Ok(found)
    }
}

#[derive(Default)]
struct ComparesAnyDimension;

#[async_trait]
impl Fault for ComparesAnyDimension {
    async fn symbol_candidates(
        &self,
        reader: &dyn IndexReader,
        request: &CandidateRequest,
    ) -> Answer<Vec<Candidate<SymbolEntry>>> {
        match reader.symbol_candidates(request).await {
            Err(BackendError::InvalidInput { .. }) => Ok(Vec::new()),
            found => found,
        }
    }
}

#[derive(Default)]
struct PrunesComputed;

#[async_trait]
impl Fault for PrunesComputed {
    async fn prune_embeddings(&self, session: &mut DynSession, keep: &[EmbeddingSpec]) -> Answer<u64> {
        let waiting = session.pending_embeddings(&PendingRequest::default()).await?;
        let lost: Vec<_> = waiting.into_iter().filter(|row| !keep.contains(&row.spec)).collect();
        let pruned = session.prune_embeddings(keep).await? - lost.len() as u64;
        session.queue_embeddings(lost).await?;
        Ok(pruned)
    }
}

#[derive(Default)]
struct PruneCountsSpecs;

#[async_trait]
impl Fault for PruneCountsSpecs {
    async fn prune_embeddings(&self, session: &mut DynSession, keep: &[EmbeddingSpec]) -> Answer<u64> {
        Ok(session.prune_embeddings(keep).await?.min(2))
    }
}

#[derive(Default)]
struct PrunesByModel {
    specs: tokio::sync::Mutex<Vec<EmbeddingSpec>>,
}

#[async_trait]
impl Fault for PrunesByModel {
    async fn begin(&self, base: &DynBackend, scope: WriteScope) -> Answer<DynSession> {
        let session = base.begin_index_session(scope).await?;
        if let Ok(reader) = base.open_reader().await {
            let inventory = reader.embedding_inventory().await?;
            *self.specs.lock().await = inventory.into_iter().map(|row| row.spec).collect();
        }
        Ok(session)
    }

    async fn prune_embeddings(&self, session: &mut DynSession, keep: &[EmbeddingSpec]) -> Answer<u64> {
        let of_model = |spec: &&EmbeddingSpec| keep.iter().any(|kept| kept.model == spec.model);
        let keep: Vec<EmbeddingSpec> = self.specs.lock().await.iter().filter(of_model).chain(keep).cloned().collect();
        session.prune_embeddings(&keep).await
    }
}

#[derive(Default)]
struct OrphansComputed;

#[async_trait]
impl Fault for OrphansComputed {
    async fn maintenance(
        &self,
        reader: &dyn IndexReader,
        policy: &AuditPolicy,
        specs: &[EmbeddingSpec],
    ) -> Answer<Maintenance> {
        let orphans = every_vector(reader).await?.into_iter().filter(|(_, spec, ..)| !specs.contains(spec));
        let maintenance = reader.maintenance(policy, specs).await?;
        Ok(Maintenance { orphaned_embeddings: orphans.count() as u64, ..maintenance })
    }
}
