//! What it takes to put, remove, derive and commit.

use std::{hint::black_box, path::Path};

use codira_contracts::{IndexBackend, IndexWriteSession, PendingRequest, SessionRequest, WriteScope, resolve::RuleSet};
use codira_indexer::dump;
use criterion::{BatchSize, Criterion, SamplingMode, Throughput};

use super::prepared::{Prepared, commit};

pub(super) fn bench<B: IndexBackend, O: Fn(&Path) -> B>(criterion: &mut Criterion, name: &str, prepared: &Prepared<B, O>) {
    let Prepared { runtime, files, .. } = prepared;
    let (backend, _directory) = prepared.another();
    let rows: usize = files.iter().map(|file| file.analysis.symbols.len() + file.analysis.uses.len()).sum();

    let mut group = criterion.benchmark_group("full");
    group.sample_size(10).sampling_mode(SamplingMode::Flat).throughput(Throughput::Elements(rows as u64));
    group.bench_function(name, |bencher| {
        bencher.to_async(runtime).iter_batched(
            || files.clone(),
            |files| commit(&backend, WriteScope::Full, files),
            BatchSize::PerIteration,
        );
    });
    group.finish();

    let mut group = criterion.benchmark_group("derive");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.bench_function(name, |bencher| {
        let begin = || {
            runtime.block_on(async {
                let mut session = backend
                    .begin_index_session(SessionRequest::full(RuleSet::default()))
                    .await
                    .expect("the writer lock is free");
                for file in files.clone() {
                    session.put_file(file).await.expect("made files break no rule");
                }
                // A question waits for everything that was put.
                black_box(session.pending_embeddings(&PendingRequest::default()).await.expect("the session answers"));
                session
            })
        };
        bencher.iter_batched(
            begin,
            |mut session| {
                runtime.block_on(session.rebuild_derived()).expect("there is room for it");
                session
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();

    let half = prepared.edited(2, 1);
    let tenth = prepared.edited(10, 1);
    for (what, edited) in [("one-file", &tenth[1..2]), ("ten-percent", &tenth), ("switch-branch", &half)] {
        let mut group = criterion.benchmark_group(what);
        group.sample_size(10).sampling_mode(SamplingMode::Flat);
        let originals: Vec<_> = edited.iter().map(|file| original(files, file)).collect();
        let mut there = false;
        group.bench_function(name, |bencher| {
            bencher.to_async(runtime).iter_batched(
                || {
                    there = !there;
                    if there { edited.to_vec() } else { originals.clone() }
                },
                |files| commit(&backend, WriteScope::Incremental, files),
                BatchSize::PerIteration,
            );
        });
    }

    let mut group = criterion.benchmark_group("remove-one");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    let removed = &files[files.len() / 2];
    group.bench_function(name, |bencher| {
        bencher.iter_batched(
            || runtime.block_on(commit(&backend, WriteScope::Incremental, vec![removed.clone()])),
            |()| {
                runtime.block_on(async {
                    let mut session = backend
                        .begin_index_session(SessionRequest::incremental(RuleSet::default()))
                        .await
                        .expect("the writer lock is free");
                    session.remove_file(removed.path()).await.expect("the session answers");
                    session.commit().await.expect("there is room for the commit");
                });
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();

    let mut group = criterion.benchmark_group("dump");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    let reader = runtime.block_on(prepared.backend.open_reader()).expect("there is an index");
    group.bench_function(name, |bencher| {
        bencher.to_async(runtime).iter(async || dump(&reader, &mut std::io::sink()).await.expect("the index answers"));
    });
}

/// The file as it was before it was edited.
fn original(
    files: &[codira_contracts::FileSnapshot],
    edited: &codira_contracts::FileSnapshot,
) -> codira_contracts::FileSnapshot {
    files.iter().find(|file| file.path() == edited.path()).expect("only what is there is edited").clone()
}
