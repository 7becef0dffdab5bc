//! Specs that differ as little as specs can.

use codira_contracts::{
    CandidateRequest, ComputedEmbedding, EmbeddingRow, EmbeddingSpec, IndexBackend, IndexReader, IndexWriteSession, Owners,
    PathPrefix, PendingEmbedding, PendingRequest, Precision, Retention, ReuseRequest, Stored,
    WriteScope::{Full, Incremental},
};

use super::{
    hash,
    plain::{Files, compared, kept, same_rows},
};
use crate::{
    Cx, Outcome,
    samples::{defining, key, row, spec, unit, vector},
    toy::request,
    verdict::ensure,
};

/// Specs that differ from one in one field, each in ways that stores overlook, and such as read
/// alike when their fields are joined.
fn specs() -> Vec<EmbeddingSpec> {
    let mut specs = vec![spec("1")];
    let mut other = |change: &dyn Fn(&mut EmbeddingSpec)| {
        let mut other = spec("1");
        change(&mut other);
        specs.push(other);
    };
    for text in ["", "Kit", "kit ", "kit\0", "kit%", "k\u{e9}t", "ke\u{301}t", "k_t"] {
        other(&|spec| spec.engine = text.to_owned());
    }
    // As numbers, and as texts, these have other orders.
    for version in ["01", "1.0", "9", "10", "2"] {
        other(&|spec| spec.engine_version = version.to_owned());
        other(&|spec| spec.model_version = version.to_owned());
        other(&|spec| spec.model = version.to_owned());
    }
    for dimension in [1, 3, 9, 10, 100] {
        other(&|spec| spec.dimension = dimension);
    }
    for precision in [Precision::F16, Precision::Bf16, Precision::I8] {
        other(&|spec| spec.precision = precision);
    }
    let mut joined = |engine: &str, engine_version: &str, model: &str, model_version: &str| {
        let [engine, engine_version, model, model_version] = [engine, engine_version, model, model_version].map(str::to_owned);
        specs.push(EmbeddingSpec { engine, engine_version, model, model_version, ..spec("1") });
    };
    for mark in ["", " ", "-", "/", "|"] {
        joined(&format!("kit{mark}1"), "1", "1", "1");
        joined("kit", &format!("1{mark}1"), "1", "1");
    }
    joined("kit 1", "", "1", "1");
    joined("kit", "", "1 1", "1");
    joined("", "kit 1", "1", "1");
    joined("kit", "1, 1", "", "1");
    joined("1", "1", "kit", "1");
    specs
}

/// The one row of each owner that all specs share: the same text, so that hashes tell nothing
/// apart.
const TEXT: &str = "text";

/// The vector of the spec with this number.
fn numbers(spec: &EmbeddingSpec, number: usize) -> Vec<f32> {
    (0..spec.dimension).map(|index| if index == 0 { 1.0 } else { number as f32 + index as f32 / 8.0 }).collect()
}

pub(crate) fn specs_never_mix(cx: &Cx) -> Outcome {
    const AT: &str = "pkg/a.toy";
    let specs = specs();
    cx.block_on(async {
        let index = cx.index().await?;
        let mut file = defining(AT, &["run", "wait"]);
        file.analysis.documentation = vec![unit("unit", "text")];
        for (number, spec) in specs.iter().enumerate() {
            file.embeddings.push(row("run", spec.clone(), TEXT, &numbers(spec, number)));
            file.embeddings.push(EmbeddingRow::pending("wait".into(), spec.clone(), TEXT));
        }
        let mut files = Files::of([file.clone()]);
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        session.put_file(file).await?;
        // Before anything is committed, and perhaps written.
        for spec in &specs {
            let own = ReuseRequest { spec: spec.clone(), texts: vec![hash(TEXT)] };
            let found = session.reusable_embeddings(&own).await?;
            let expected: Vec<_> = files.reusable(spec).into_values().map(|(_, row)| row).collect();
            ensure!(found == expected, "under {spec}, a session reuses of its own {found:?}, and should {expected:?}");
        }
        session.commit().await?;
        kept("as put", &index.backend.open_reader().await?, &files).await?;

        // Every third spec has its vector made anew, every third another row, and every third is
        // left alone.
        let mut session = index.backend.begin_index_session(request(Incremental)).await?;
        for (number, spec) in specs.iter().enumerate() {
            let numbers = numbers(spec, 100 + number);
            let computed = |owner| {
                let (text_hash, vector) = (hash(TEXT), vector(&numbers));
                vec![ComputedEmbedding { key: key(AT, owner), spec: spec.clone(), text_hash, vector }]
            };
            let owner = match number % 3 {
                0 => "wait",
                1 => "unit",
                _ => continue,
            };
            if owner == "unit" {
                let stored = session.store_embeddings(computed(owner)).await?;
                ensure!(stored == Stored { stored: 0, stale: 1 }, "no unit waits under {spec}, and {stored:?}");
                let row = PendingEmbedding { key: key(AT, owner), spec: spec.clone(), text: TEXT.to_owned() };
                session.queue_embeddings(vec![row]).await?;
            }
            for expected in [Stored { stored: 1, stale: 0 }, Stored { stored: 0, stale: 1 }] {
                let stored = session.store_embeddings(computed(owner)).await?;
                ensure!(stored == expected, "of {owner} under {spec}, {expected:?} is right, and {stored:?} is said");
            }
            files.set(AT, row(owner, spec.clone(), TEXT, &numbers));
            let own = ReuseRequest { spec: spec.clone(), texts: vec![hash(TEXT)] };
            let found = session.reusable_embeddings(&own).await?;
            let expected: Vec<_> = files.reusable(spec).into_values().map(|(_, row)| row).collect();
            ensure!(found == expected, "under {spec}, a session reuses {found:?}, and should {expected:?}");
        }
        let waiting = session.pending_embeddings(&PendingRequest::default()).await?;
        same_rows("in the session, the pending rows", &files.pending(), &waiting)?;
        for spec in &specs {
            let of_spec = PendingRequest { spec: Some(spec.clone()), ..PendingRequest::default() };
            let expected: Vec<_> = files.pending().into_iter().filter(|row| row.spec == *spec).collect();
            let found = session.pending_embeddings(&of_spec).await?;
            same_rows(format_args!("in the session, the pending rows under {spec}"), &expected, &found)?;
            let found = session.pending_embeddings(&of_spec.within(PathPrefix::new("pkg/a")?)).await?;
            ensure!(found.is_empty(), "in the session, no file is inside pkg/a, and {found:?} wait");
        }
        let found = session.pending_embeddings(&PendingRequest::default().limit(5)).await?;
        same_rows("in the session, the first five rows that wait", &files.pending()[..5], &found)?;
        session.commit().await?;
        let reader = index.backend.open_reader().await?;
        kept("after changes", &reader, &files).await?;
        for (number, spec) in specs.iter().enumerate() {
            for among in [Owners::Symbols, Owners::Documentation] {
                let query = vector(&numbers(spec, number));
                compared("after changes", &reader, &files, &CandidateRequest::new(among, spec.clone(), query, 9)).await?;
            }
        }

        // Every other spec goes; it is counted before, and said.
        let (stay, go): (Vec<_>, Vec<_>) = specs.iter().enumerate().partition(|(number, _)| number % 2 == 0);
        let retention = Retention { specs: stay.into_iter().map(|(_, spec)| spec.clone()).collect(), ..Retention::default() };
        let file = files.0.values_mut().next();
        let before = file.map_or(0, |file| {
            let before = file.embeddings.len();
            file.embeddings.retain(|row| retention.specs.contains(&row.spec));
            (before - file.embeddings.len()) as u64
        });
        let counted = reader.maintenance(&retention).await?.orphaned_embeddings;
        let mut session = index.backend.begin_index_session(request(Incremental)).await?;
        let removed = session.maintain(&retention).await?.orphaned_embeddings;
        ensure!(
            (counted, removed) == (before, before),
            "of {} specs, {} go with {before} rows; counted are {counted}, and removed {removed}",
            specs.len(),
            go.len()
        );
        session.commit().await?;
        kept("after pruning", &index.backend.open_reader().await?, &files).await
    })
}
