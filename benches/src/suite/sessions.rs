//! What it takes to begin: to open, to begin a session, and to commit nothing.

use std::path::Path;

use codira_contracts::{Capability, IndexBackend, IndexReader, IndexWriteSession, SessionRequest, resolve::RuleSet};
use criterion::Criterion;

use super::prepared::Prepared;

pub(super) fn bench<B: IndexBackend, O: Fn(&Path) -> B>(criterion: &mut Criterion, name: &str, prepared: &Prepared<B, O>) {
    let Prepared { runtime, backend, .. } = prepared;
    criterion.benchmark_group("open-reader").bench_function(name, |bencher| {
        bencher.to_async(runtime).iter(async || backend.open_reader().await.expect("there is an index"));
    });
    if backend.descriptor().claims(Capability::Durable) {
        criterion.benchmark_group("reopen").bench_function(name, |bencher| {
            bencher.to_async(runtime).iter(async || {
                let reader = prepared.reopen().open_reader().await.expect("there is an index");
                reader.totals().await.expect("the index answers")
            });
        });
    }
    criterion.benchmark_group("empty-commit").bench_function(name, |bencher| {
        bencher.to_async(runtime).iter(async || {
            let session = backend
                .begin_index_session(SessionRequest::incremental(RuleSet::default()))
                .await
                .expect("the writer lock is free");
            session.commit().await.expect("nothing is in the way")
        });
    });
}
