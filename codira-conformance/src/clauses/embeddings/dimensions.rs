//! Vectors of every length and precision.

use std::collections::BTreeSet;

use codira_contracts::{
    CandidateRequest, ComputedEmbedding, EmbeddingRow, EmbeddingSpec, FileSnapshot, IndexBackend, IndexWriteSession, Owners,
    PendingEmbedding, Precision, Stored,
    WriteScope::{Full, Incremental},
};

use super::{
    hash,
    plain::{Files, compared, kept},
};
use crate::{
    Cx, Outcome,
    process::next,
    samples::{defining, key, row, spec, unit, vector},
    toy::request,
    verdict::ensure,
};

/// Around what a store may count in: nothing, a number, the lanes of a sum, a byte, a page, a sum
/// of products of small numbers.
const DIMENSIONS: [u32; 14] = [0, 1, 2, 7, 8, 9, 10, 255, 256, 257, 1_023, 1_024, 2_000, 10_000];

/// Every dimension in some precision, and two of them in each.
fn specs() -> BTreeSet<EmbeddingSpec> {
    let of = |(dimension, precision)| EmbeddingSpec { dimension, precision, ..spec("1") };
    let each = DIMENSIONS.into_iter().zip(Precision::ALL.iter().copied().cycle());
    let all = [9, 256].into_iter().flat_map(|dimension| Precision::ALL.iter().map(move |precision| (dimension, *precision)));
    each.chain(all).map(of).collect()
}

/// Numbers that use every bit of theirs, by a seed. What is hard to keep is strewn in.
fn numbers(seed: u64, dimension: u32) -> Vec<f32> {
    const HARD: [f32; 4] = [-0.0, f32::MIN_POSITIVE, f32::from_bits(1), 0.1];
    let mut state = seed;
    let number = |index: u32| match next(&mut state) {
        drawn if drawn.is_multiple_of(16) => HARD[index as usize % HARD.len()],
        drawn => (drawn >> 40) as f32 / 8_388_608.0 - 1.0,
    };
    (0..dimension).map(number).collect()
}

/// The same but for the last number.
fn but_for_the_last(mut numbers: Vec<f32>) -> Vec<f32> {
    numbers.iter_mut().next_back().iter_mut().for_each(|last| **last = 1.0 - **last);
    numbers
}

/// Owners of rows that are put with their vector, and of such that get it later.
const PUT: [&str; 4] = ["first", "twin", "level", "unit"];
const LATER: [&str; 2] = ["later", "note"];

/// The vector of an owner: twins differ in their last number alone, and what is level has the
/// greatest sum.
fn vector_of(at: &str, owner: &str, spec: &EmbeddingSpec) -> Vec<f32> {
    let seed = |name: &str| name.bytes().fold(0, |seed, byte| seed * 31 + u64::from(byte));
    match owner {
        "twin" => but_for_the_last(vector_of(at, "first", spec)),
        "level" => vec![0.5; spec.dimension as usize],
        _ => numbers(seed(at) ^ seed(owner) << 32, spec.dimension),
    }
}

fn text(at: &str, owner: &str) -> String {
    format!("the text of {owner} in {at}")
}

/// A file whose later rows wait where they are symbols, and are not there yet where they are units.
fn begun(at: &str) -> FileSnapshot {
    let mut file = defining(at, &["first", "twin", "level", "later"]);
    file.analysis.documentation = ["unit", "note"].map(|id| unit(id, "text")).to_vec();
    for spec in specs() {
        let put = PUT.map(|owner| row(owner, spec.clone(), &text(at, owner), &vector_of(at, owner, &spec)));
        file.embeddings.extend(put);
        file.embeddings.push(EmbeddingRow::pending("later".into(), spec, text(at, "later")));
    }
    file
}

pub(crate) fn vectors_of_any_dimension_are_kept_and_compared(cx: &Cx) -> Outcome {
    let paths = ["pkg/a.toy", "c/a.c"];
    cx.block_on(async {
        let index = cx.index().await?;
        let mut files = Files::of(paths.map(begun));
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        for at in paths {
            session.put_file(begun(at)).await?;
        }
        session.commit().await?;
        kept("as put", &index.backend.open_reader().await?, &files).await?;
        // One call for rows of every dimension.
        let (mut queued, mut computed) = (Vec::new(), Vec::new());
        for (at, spec) in paths.iter().flat_map(|at| specs().into_iter().map(move |spec| (at, spec))) {
            queued.push(PendingEmbedding { key: key(at, "note"), spec: spec.clone(), text: text(at, "note") });
            for owner in LATER {
                let numbers = vector_of(at, owner, &spec);
                let (vector, text_hash) = (vector(&numbers), hash(&text(at, owner)));
                computed.push(ComputedEmbedding { key: key(at, owner), spec: spec.clone(), text_hash, vector });
                files.set(at, row(owner, spec.clone(), &text(at, owner), &numbers));
            }
        }
        let count = computed.len() as u64;
        let mut session = index.backend.begin_index_session(request(Incremental)).await?;
        session.queue_embeddings(queued).await?;
        let stored = session.store_embeddings(computed).await?;
        ensure!(stored == Stored { stored: count, stale: 0 }, "{count} rows waited for these vectors, and {stored:?}");
        session.commit().await?;
        let reader = index.backend.open_reader().await?;
        kept("once stored", &reader, &files).await?;
        for spec in specs() {
            let queries = [
                (Owners::Symbols, "twin"),
                (Owners::Symbols, "level"),
                (Owners::Symbols, "query"),
                (Owners::Documentation, "note"),
            ];
            for (among, query) in queries {
                let query = vector(&vector_of("c/a.c", query, &spec));
                let nearest = CandidateRequest { limit: None, ..CandidateRequest::new(among, spec.clone(), query, 0) };
                compared("of any dimension", &reader, &files, &nearest).await?;
            }
        }
        Ok(())
    })
}
