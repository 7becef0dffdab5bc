//! The first-party backends and the floors beneath them: `cargo bench -p codira-benches`.

#![allow(missing_docs, reason = "criterion's macros make public items")]

use codira_benches::suite;
use codira_memory::MemoryBackend;
use codira_sqlite::SqliteBackend;
use criterion::{Criterion, criterion_group, criterion_main};

fn backends(criterion: &mut Criterion) {
    suite::bench_floors(criterion);
    suite::bench(criterion, "memory", |_directory| MemoryBackend::default());
    suite::bench(criterion, "sqlite", |directory| SqliteBackend::in_directory(directory));
    #[cfg(feature = "duckdb")]
    suite::bench(criterion, "duckdb", |directory| codira_duckdb::DuckdbBackend::in_directory(directory));
}

criterion_group!(benches, backends);
criterion_main!(benches);
