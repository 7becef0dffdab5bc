//! What the stores take for the same work, side by side: `cargo bench -p codira-benches`.

#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, reason = "a benchmark that fails should stop")]

use std::path::Path;

use codira_benches::corpus;
use codira_contracts::{
    EdgeEnd, EdgeRequest, IndexBackend, IndexReader, IndexWriteSession, SymbolRequest, UseKind, WriteScope,
};
use codira_memory::MemoryBackend;
use codira_sqlite::SqliteBackend;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use tokio::runtime::Runtime;

const FILES: usize = 200;

async fn commit<B: IndexBackend>(backend: &B, scope: WriteScope, files: Vec<codira_contracts::FileSnapshot>) {
    let mut session = backend.begin_index_session(scope).await.unwrap();
    for file in files {
        session.put_file(file).await.unwrap();
    }
    session.commit().await.unwrap();
}

/// Every measurement of one store; `open` gives it a directory of its own.
fn bench_backend<B: IndexBackend>(criterion: &mut Criterion, name: &str, open: impl Fn(&Path) -> B) {
    let runtime = Runtime::new().unwrap();
    let files = corpus::files(FILES).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let backend = open(directory.path());
    runtime.block_on(commit(&backend, WriteScope::Full, files.clone()));

    let mut group = criterion.benchmark_group(name);
    group.sample_size(20);
    group.bench_function(format!("full/{FILES}"), |bencher| {
        bencher.to_async(&runtime).iter_batched(
            || files.clone(),
            |files| commit(&backend, WriteScope::Full, files),
            BatchSize::PerIteration,
        );
    });
    group.bench_function("one-file", |bencher| {
        bencher.to_async(&runtime).iter_batched(
            || vec![files[0].clone()],
            |files| commit(&backend, WriteScope::Incremental, files),
            BatchSize::PerIteration,
        );
    });
    group.bench_function("open-reader", |bencher| {
        bencher.to_async(&runtime).iter(async || backend.open_reader().await.unwrap().generation());
    });
    let reader = runtime.block_on(backend.open_reader()).unwrap();
    let named = SymbolRequest::named("function_01_07");
    group.bench_function("symbols-by-name", |bencher| {
        bencher.to_async(&runtime).iter(async || reader.symbols(&named).await.unwrap().len());
    });
    let callers = EdgeRequest::new(UseKind::Call, EdgeEnd::ToNamed("function_01_07".to_owned()));
    group.bench_function("callers-by-name", |bencher| {
        bencher.to_async(&runtime).iter(async || reader.edges(&callers).await.unwrap().len());
    });
    group.finish();
}

fn backends(criterion: &mut Criterion) {
    bench_backend(criterion, "memory", |_directory| MemoryBackend::default());
    bench_backend(criterion, "sqlite", |directory| SqliteBackend::in_directory(directory));
}

criterion_group!(benches, backends);
criterion_main!(benches);
