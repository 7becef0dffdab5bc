//! What the exact search among many vectors takes.

use std::path::Path;

use codira_contracts::{
    CandidateRequest, Capability, IndexBackend, IndexReader, IndexWriteSession, Owners, SessionRequest, resolve::RuleSet,
};
use criterion::{BenchmarkId, Criterion};

use super::prepared::{Prepared, embedded, spec, vector};

/// How many vectors a file has.
const VECTORS_PER_FILE: usize = 100;
/// How many candidates are asked for.
const LIMIT: usize = 10;

pub(super) fn bench<B: IndexBackend, O: Fn(&Path) -> B>(criterion: &mut Criterion, name: &str, prepared: &Prepared<B, O>) {
    let Prepared { runtime, scale, backend, .. } = prepared;
    if !backend.descriptor().claims(Capability::Embeddings) {
        return;
    }
    for vectors in scale.vectors {
        let (backend, _directory) = prepared.another();
        runtime.block_on(async {
            let mut session =
                backend.begin_index_session(SessionRequest::full(RuleSet::default())).await.expect("the writer lock is free");
            for number in 0..vectors.div_ceil(VECTORS_PER_FILE) {
                session.put_file(embedded(number, VECTORS_PER_FILE.min(vectors))).await.expect("made files break no rule");
            }
            session.commit().await.expect("there is room for the commit");
        });
        let reader = runtime.block_on(backend.open_reader()).expect("there is an index");
        let request = CandidateRequest::new(Owners::Symbols, spec(), vector(usize::MAX / 2), LIMIT);
        let mut group = criterion.benchmark_group("candidates");
        group.sample_size(10);
        group.bench_function(BenchmarkId::new(name, vectors), |bencher| {
            bencher.to_async(runtime).iter(async || reader.candidates(&request).await.expect("the index answers"));
        });
    }
}
