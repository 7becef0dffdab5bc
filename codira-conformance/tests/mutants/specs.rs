//! Vectors and specs: numbers that are lost where vectors are long or of another precision, and
//! specs that are taken for each other.

use std::collections::BTreeMap;

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    embeddings::every_vector,
    fault::{Answer, Fault},
    judge::mutants,
    similarity::symbol_candidates,
};

const DIMENSIONS: &str = "embeddings::vectors_of_any_dimension_are_kept_and_compared";
const MIX: &str = "embeddings::specs_never_mix";

mutants! {
    numbers_beyond_a_byte_are_not_compared: ComparesABytesWorth, "only the first 255 numbers of a vector are compared", DIMENSIONS;
    numbers_beyond_a_page_are_zero: KeepsAPage, "numbers of a vector after the first 1 024 become zero", DIMENSIONS;
    numbers_of_whole_lanes_are_compared: ComparesWholeLanes, "numbers after the last eight are not compared", DIMENSIONS;
    precise_to_a_byte: KeepsBytes, "vectors of precision i8 are kept as whole numbers", DIMENSIONS;
    precise_to_two_bytes: KeepsHalves, "vectors of precision bf16 are kept with half of their bits", DIMENSIONS;
    computed_numbers_are_texts: StoresDecimals, "the numbers of computed vectors are kept with six decimals", DIMENSIONS;
    long_vectors_are_refused: RefusesLong, "a file with a vector of more than 1 536 numbers is refused", DIMENSIONS;
    a_dimension_is_a_byte: DimensionIsAByte, "specs whose dimensions differ by 256 are one", DIMENSIONS;
    vectors_without_numbers_are_left_out: LeavesOutEmpty, "vectors without numbers have no candidates", DIMENSIONS;

    reuse_asks_no_engine: ReusesOfAnyEngine, "vectors of another engine are reused", MIX;
    reuse_asks_no_model: ReusesOfAnyModel, "vectors of another model are reused", MIX;
    reuse_asks_no_case: ReusesOfAnyCase, "specs whose engines differ in case are one for reuse", MIX;
    reuse_joins_the_fields: ReusesByText, "specs that read alike are one for reuse", MIX;
    reuse_trims: ReusesTrimmed, "specs whose engines differ in blanks at the end are one for reuse", MIX;
    candidates_ask_no_precision: ComparesAnyPrecision, "candidates come from vectors of every precision", MIX;
    candidates_ask_no_engine_version: ComparesAnyEngineVersion, "candidates come from vectors of every version of an engine", MIX;
    pending_rows_of_any_model_version: PendingOfAnyModelVersion, "asking for the rows of one spec that wait gives those of all versions of the model", MIX;
    versions_sort_as_numbers: SortsVersionsAsNumbers, "rows that wait are listed by versions as numbers", MIX;
    dimensions_sort_as_text: SortsDimensionsAsText, "rows that wait are listed by dimensions as texts", MIX;
    precisions_sort_as_text: SortsPrecisionsAsText, "rows that wait are listed by the words of precisions", MIX;
    a_vector_is_stored_under_another_spec: StoresUnderAnySpec, "a vector is stored for the row of its key and text under whatever spec of its dimension", MIX;
    a_queued_row_replaces_other_precisions: QueuesForAllPrecisions, "a row queued under one precision replaces those of the others", MIX;
    the_inventory_asks_no_precision: CountsAnyPrecision, "the inventory counts the rows of all precisions together", MIX;
    pruning_asks_no_dimension: PrunesOfAnyDimension, "pruning keeps specs that differ from one in use by dimension alone", MIX;
}

/// Declares a fault of the given methods.
macro_rules! fault {
    ($name:ident { $($body:tt)* }) => {
        #[derive(Default)]
        struct $name;

        #[async_trait]
        impl Fault for $name {
            $($body)*
        }
    };
}
pub(crate) use fault;

/// Changes the numbers of every computed row that is put.
fn change(file: &mut FileSnapshot, of: impl Fn(&EmbeddingSpec) -> bool, change: impl Fn(usize, f32) -> f32) -> Answer<()> {
    for row in file.embeddings.iter_mut().filter(|row| of(&row.spec)) {
        if let EmbeddingState::Computed(vector) = &mut row.state {
            let numbers = vector.as_slice().iter().enumerate().map(|(index, number)| change(index, *number));
            *vector = Vector::new(numbers.collect())?;
        }
    }
    Ok(())
}

/// Declares a fault that changes numbers when they are put.
macro_rules! keeps {
    ($name:ident: $of:expr, $change:expr) => {
        fault!($name {
            async fn put_file(&self, session: &mut DynSession, mut file: FileSnapshot) -> Answer<()> {
                change(&mut file, $of, $change)?;
                session.put_file(file).await
            }
        });
    };
}
keeps!(KeepsAPage: |_| true, |index, number| if index < 1_024 { number } else { 0.0 });
keeps!(KeepsBytes: |spec| spec.precision == Precision::I8, |_, number| number.round());
keeps!(KeepsHalves: |spec| spec.precision == Precision::Bf16, |_, number| f32::from_bits(number.to_bits() & 0xffff_0000));

fault!(StoresDecimals {
    async fn store_embeddings(&self, session: &mut DynSession, mut rows: Vec<ComputedEmbedding>) -> Answer<Stored> {
        for row in &mut rows {
            let decimal = |number: &f32| format!("{number:.6}").parse().unwrap();
            row.vector = Vector::new(row.vector.as_slice().iter().map(decimal).collect())?;
        }
        session.store_embeddings(rows).await
    }
});

fault!(RefusesLong {
    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        match file.embeddings.iter().find(|row| row.spec.dimension > 1_536) {
            Some(row) => Err(BackendError::invalid(&row.owner, "a vector has at most 1 536 numbers")),
            None => session.put_file(file).await,
        }
    }
});

/// Declares a fault that scores otherwise, or what it must not.
macro_rules! compares {
    ($name:ident: $comparable:expr, $score:expr) => {
        fault!($name {
            async fn candidates(&self, reader: &dyn IndexReader, request: &CandidateRequest) -> Answer<Vec<Candidate>> {
                let comparable: fn(&EmbeddingSpec, &EmbeddingSpec) -> bool = $comparable;
                symbol_candidates(reader, request, |spec| comparable(spec, &request.spec), $score).await
            }
        });
    };
}
fn first(numbers: &[f32], most: usize) -> &[f32] {
    &numbers[..numbers.len().min(most)]
}
compares!(ComparesABytesWorth: |spec, asked| spec == asked, |a, b| score::cosine(first(a, 255), first(b, 255)));
compares!(ComparesWholeLanes: |spec, asked| spec == asked, |a, b| {
    let lanes = |numbers: &[f32]| if numbers.len() > 8 { numbers.len() / 8 * 8 } else { numbers.len() };
    score::cosine(first(a, lanes(a)), first(b, lanes(b)))
});
compares!(LeavesOutEmpty: |spec, asked| spec == asked && spec.dimension > 0, score::cosine);
compares!(ComparesAnyPrecision: |spec, asked| EmbeddingSpec { precision: asked.precision, ..spec.clone() } == *asked, score::cosine);
compares!(ComparesAnyEngineVersion:
    |spec, asked| EmbeddingSpec { engine_version: asked.engine_version.clone(), ..spec.clone() } == *asked, score::cosine);

/// Declares a fault that takes specs for one that are alike in something.
macro_rules! reuses {
    ($name:ident: $alike:expr) => {
        fault!($name {
            async fn reusable_embeddings(&self, reader: &dyn IndexReader, request: &ReuseRequest) -> Answer<Vec<ReusableEmbedding>> {
                let alike: fn(&EmbeddingSpec) -> EmbeddingSpec = $alike;
                let mut found = BTreeMap::new();
                for (_, spec, text_hash, vector) in every_vector(reader).await? {
                    if alike(&spec) == alike(&request.spec) && request.texts.contains(&text_hash) {
                        found.entry(text_hash).or_insert(ReusableEmbedding { text_hash, vector });
                    }
                }
                Ok(found.into_values().collect())
            }
        });
    };
}
reuses!(ReusesOfAnyEngine: |spec| EmbeddingSpec { engine: String::new(), ..spec.clone() });
reuses!(ReusesOfAnyModel: |spec| EmbeddingSpec { model: String::new(), ..spec.clone() });
reuses!(ReusesOfAnyCase: |spec| EmbeddingSpec { engine: spec.engine.to_lowercase(), ..spec.clone() });
reuses!(ReusesByText: |spec| {
    let EmbeddingSpec { engine, engine_version, model, model_version, .. } = spec;
    let engine = format!("{engine} {engine_version}, {model} {model_version}");
    let none = String::new;
    EmbeddingSpec { engine, engine_version: none(), model: none(), model_version: none(), ..spec.clone() }
});
reuses!(ReusesTrimmed: |spec| EmbeddingSpec { engine: spec.engine.trim_end().to_owned(), ..spec.clone() });
reuses!(DimensionIsAByte: |spec| EmbeddingSpec { dimension: spec.dimension % 256, ..spec.clone() });

fault!(PendingOfAnyModelVersion {
    async fn pending_embeddings(&self, reader: &dyn IndexReader, request: &PendingRequest) -> Answer<Vec<PendingEmbedding>> {
        let all = PendingRequest { spec: None, limit: None, ..request.clone() };
        let mut rows = reader.pending_embeddings(&all).await?;
        let version_of = |spec: &EmbeddingSpec| EmbeddingSpec { model_version: String::new(), ..spec.clone() };
        rows.retain(|row| request.spec.as_ref().is_none_or(|asked| version_of(asked) == version_of(&row.spec)));
        rows.truncate(request.limit.unwrap_or(usize::MAX));
        Ok(rows)
    }
});

/// Declares a fault that lists the rows that wait in another order of specs.
macro_rules! sorts {
    ($name:ident: $by:expr) => {
        fault!($name {
            async fn pending_embeddings(&self, reader: &dyn IndexReader, request: &PendingRequest) -> Answer<Vec<PendingEmbedding>> {
                let mut rows = reader.pending_embeddings(&PendingRequest { limit: None, ..request.clone() }).await?;
                rows.sort_by_key($by);
                rows.truncate(request.limit.unwrap_or(usize::MAX));
                Ok(rows)
            }
        });
    };
}
sorts!(SortsVersionsAsNumbers: |row| (row.spec.engine.clone(), row.spec.engine_version.parse::<u64>().ok(), row.spec.clone(), row.key.clone()));
sorts!(SortsDimensionsAsText: |row| {
    let EmbeddingSpec { engine, engine_version, model, model_version, dimension, .. } = row.spec.clone();
    (engine, engine_version, model, model_version, dimension.to_string(), row.spec.clone(), row.key.clone())
});
sorts!(SortsPrecisionsAsText: |row| {
    let EmbeddingSpec { engine, engine_version, model, model_version, dimension, precision } = row.spec.clone();
    (engine, engine_version, model, model_version, dimension, precision.as_str(), row.key.clone())
});

fault!(StoresUnderAnySpec {
    async fn store_embeddings(&self, session: &mut DynSession, mut rows: Vec<ComputedEmbedding>) -> Answer<Stored> {
        let waiting = session.pending_embeddings(&PendingRequest::default()).await?;
        for row in &mut rows {
            let of_row = |it: &&PendingEmbedding| it.key == row.key && it.spec.dimension == row.spec.dimension;
            if !waiting.iter().any(|it| it.key == row.key && it.spec == row.spec) && let Some(other) = waiting.iter().find(of_row) {
                row.spec = other.spec.clone();
            }
        }
        session.store_embeddings(rows).await
    }
});

fault!(QueuesForAllPrecisions {
    async fn queue_embeddings(&self, session: &mut DynSession, rows: Vec<PendingEmbedding>) -> Answer<()> {
        let of_precision = |row: &PendingEmbedding, precision| PendingEmbedding { spec: EmbeddingSpec { precision, ..row.spec.clone() }, ..row.clone() };
        let waiting = session.pending_embeddings(&PendingRequest::default()).await?;
        // Others that wait for the key get its text.
        let mut all = Vec::new();
        for row in &rows {
            let others = Precision::ALL.iter().map(|precision| of_precision(row, *precision));
            all.extend(others.filter(|other| waiting.iter().any(|it| (&it.key, &it.spec) == (&other.key, &other.spec))));
        }
        // Those under a precision of their own are replaced even where they have their vector.
        all.extend(rows.iter().filter(|row| row.spec.precision == Precision::F32).map(|row| of_precision(row, Precision::I8)));
        all.extend(rows);
        session.queue_embeddings(all).await
    }
});

fault!(CountsAnyPrecision {
    async fn inventory(&self, reader: &dyn IndexReader) -> Answer<RuntimeInventory> {
        let mut inventory = reader.inventory().await?;
        inventory.embeddings.dedup_by(|next, row| {
            let alike = EmbeddingSpec { precision: row.spec.precision, ..next.spec.clone() } == row.spec;
            if alike {
                row.computed += next.computed;
                row.pending += next.pending;
            }
            alike
        });
        Ok(inventory)
    }
});

#[derive(Default)]
struct PrunesOfAnyDimension {
    specs: tokio::sync::Mutex<Vec<EmbeddingSpec>>,
}

#[async_trait]
impl Fault for PrunesOfAnyDimension {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        let session = base.begin_index_session(request).await?;
        if let Ok(reader) = base.open_reader().await {
            *self.specs.lock().await = reader.inventory().await?.embeddings.into_iter().map(|row| row.spec).collect();
        }
        Ok(session)
    }

    async fn maintain(&self, session: &mut DynSession, Retention { policy, specs }: &Retention) -> Answer<Maintenance> {
        let alike = |spec: &EmbeddingSpec| EmbeddingSpec { dimension: 0, ..spec.clone() };
        let known = self.specs.lock().await.clone();
        let kept = known.into_iter().filter(|spec| specs.iter().any(|kept| alike(kept) == alike(spec)));
        let specs = kept.chain(specs.iter().cloned()).collect();
        session.maintain(&Retention { policy: policy.clone(), specs }).await
    }
}
