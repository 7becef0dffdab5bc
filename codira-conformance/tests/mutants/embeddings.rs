//! Embeddings: vectors that are rounded, lost, kept too long, or compared with what they must not
//! meet.

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    fault::{Answer, Fault},
    judge::mutants,
    reuse::ReusesThePast,
};

mutants! {
    a_zero_loses_its_sign: LosesSignOfZero, "a negative zero becomes a positive one",
        "embeddings::vectors_are_kept_bit_for_bit";
    stale_vectors_are_kept: KeepsStaleVectors, "a vector is kept although its text has changed",
        "embeddings::a_stale_vector_is_not_kept";
    vectors_are_rounded: RoundsVectors, "the numbers of a vector are kept with half the bits",
        "embeddings::vectors_are_kept_bit_for_bit";
    small_numbers_are_zero: FlushesToZero, "numbers too small to be normal become zero",
        "embeddings::vectors_are_kept_bit_for_bit";
    a_pending_row_stays: PendingStays, "a row waits still when its vector was stored",
        "embeddings::vectors_are_kept_bit_for_bit";
    pending_rows_of_any_spec: PendingOfAnySpec, "asking for the rows of one spec that wait gives those of all",
        "asking::an_answer_has_what_the_request_names";
    a_queued_row_is_a_second_one: QueueKeepsTheFirst, "a row queued again keeps its first text",
        "embeddings::pending_rows_wait_until_they_are_stored";
    stale_vectors_are_counted_as_stored: CountsStaleAsStored, "a stale vector is counted as stored",
        "embeddings::a_stale_vector_is_not_kept";
    a_long_vector_is_stored: StoresAnyDimension, "a computed vector of another dimension is stale, and no error",
        "embeddings::another_dimension_is_refused";
    a_queued_row_keeps_its_vector: QueueKeepsVectors, "a row that has its vector cannot be queued again",
        "embeddings::pending_rows_wait_until_they_are_stored";
    pruning_keeps_what_waits: PrunesComputed, "pruning keeps the rows that wait",
        "embeddings::pruning_removes_orphans";
    pruning_counts_specs: PruneCountsSpecs, "pruning says how many specs were removed",
        "embeddings::pruning_removes_orphans";
    pruning_goes_by_model: PrunesByModel, "pruning keeps every version of a model that is in use",
        "embeddings::pruning_removes_orphans";
    orphans_are_counted_without_what_waits: OrphansComputed, "rows that wait are not counted as orphans",
        "embeddings::pruning_removes_orphans";
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

#[derive(Default)]
struct QueueKeepsVectors(ReusesThePast);

#[async_trait]
impl Fault for QueueKeepsVectors {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        self.0.begin(base, request.clone()).await
    }

    async fn queue_embeddings(&self, session: &mut DynSession, mut rows: Vec<PendingEmbedding>) -> Answer<()> {
        if let Some(began) = &*self.0.began.lock().await {
            for (key, spec, ..) in every_vector(&**began).await? {
                rows.retain(|row| (&row.key, &row.spec) != (&key, &spec));
            }
        }
        session.queue_embeddings(rows).await
    }
}

/// Every stored vector, with its owner, spec and the hash of its text; by key.
pub async fn every_vector(reader: &dyn IndexReader) -> Answer<Vec<(SymbolKey, EmbeddingSpec, ContentHash, Vector)>> {
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
struct PrunesComputed;

#[async_trait]
impl Fault for PrunesComputed {
    async fn maintain(&self, session: &mut DynSession, retention: &Retention) -> Answer<Maintenance> {
        let waiting = session.pending_embeddings(&PendingRequest::default()).await?;
        let lost: Vec<_> = waiting.into_iter().filter(|row| !retention.specs.contains(&row.spec)).collect();
        let mut removed = session.maintain(retention).await?;
        removed.orphaned_embeddings -= lost.len() as u64;
        session.queue_embeddings(lost).await?;
        Ok(removed)
    }
}

#[derive(Default)]
struct PruneCountsSpecs;

#[async_trait]
impl Fault for PruneCountsSpecs {
    async fn maintain(&self, session: &mut DynSession, retention: &Retention) -> Answer<Maintenance> {
        let removed = session.maintain(retention).await?;
        Ok(Maintenance { orphaned_embeddings: removed.orphaned_embeddings.min(2), ..removed })
    }
}

#[derive(Default)]
struct PrunesByModel {
    specs: tokio::sync::Mutex<Vec<EmbeddingSpec>>,
}

#[async_trait]
impl Fault for PrunesByModel {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        let session = base.begin_index_session(request.clone()).await?;
        if let Ok(reader) = base.open_reader().await {
            let inventory = reader.inventory().await?.embeddings;
            *self.specs.lock().await = inventory.into_iter().map(|row| row.spec).collect();
        }
        Ok(session)
    }

    async fn maintain(&self, session: &mut DynSession, retention: &Retention) -> Answer<Maintenance> {
        let Retention { policy, specs } = retention.clone();
        let of_model = |spec: &&EmbeddingSpec| specs.iter().any(|kept| kept.model == spec.model);
        let specs: Vec<EmbeddingSpec> = self.specs.lock().await.iter().filter(of_model).chain(&specs).cloned().collect();
        session.maintain(&Retention { policy, specs }).await
    }
}

#[derive(Default)]
struct OrphansComputed;

#[async_trait]
impl Fault for OrphansComputed {
    async fn maintenance(&self, reader: &dyn IndexReader, retention: &Retention) -> Answer<Maintenance> {
        let orphans = every_vector(reader).await?.into_iter().filter(|(_, spec, ..)| !retention.specs.contains(spec));
        let maintenance = reader.maintenance(retention).await?;
        Ok(Maintenance { orphaned_embeddings: orphans.count() as u64, ..maintenance })
    }
}
