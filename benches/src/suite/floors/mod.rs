//! The floors beneath the plots: what the same work takes without a backend.

mod putting;

use std::{fs, hint::black_box, path::Path};

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};
use ignore::WalkBuilder;

use super::{
    Scale,
    prepared::{DIMENSION, vector},
};
use crate::{corpus::Corpus, parse::parse_tree, sqlite};

/// Measures the floors: walking, reading and hashing, parsing, SQLite's own driver, and a plain
/// scan of floats.
pub fn bench_floors(criterion: &mut Criterion) {
    let scale = Scale::of_this_run();
    let directory = tempfile::tempdir().expect("there is room for a directory");
    Corpus::new(scale.files).write_to(directory.path()).expect("there is room for the made repository");
    trees(criterion, directory.path());
    driver(criterion, scale);
    putting::bench(criterion, &Corpus::new(scale.files).snapshots().expect("made files are well formed"));
    floats(criterion, scale);
}

/// Work on files alone.
fn trees(criterion: &mut Criterion, root: &Path) {
    let files = || {
        let walk = WalkBuilder::new(root).require_git(false).build().filter_map(Result::ok);
        walk.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
    };
    let mut group = criterion.benchmark_group("floor");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.bench_function("walk-and-stat", |bencher| {
        bencher.iter(|| files().filter_map(|entry| entry.metadata().ok()).map(|metadata| metadata.len()).sum::<u64>());
    });
    group.bench_function("read-and-hash", |bencher| {
        let hash = |bytes: Vec<u8>| codira_contracts::ContentHash::of(&bytes);
        bencher.iter(|| {
            files().filter_map(|entry| fs::read(entry.path()).ok()).map(hash).for_each(|hash| {
                black_box(hash);
            })
        });
    });
    group.bench_function("parse-only", |bencher| bencher.iter(|| parse_tree(root, 1)));
}

/// SQLite through its raw driver.
fn driver(criterion: &mut Criterion, scale: Scale) {
    let directory = tempfile::tempdir().expect("there is room for a directory");
    let rows = scale.files * 20;
    let tables = [sqlite::rows(rows)];
    let path = directory.path().join("driver.db");
    let mut group = criterion.benchmark_group("full");
    group.sample_size(10).sampling_mode(SamplingMode::Flat).throughput(Throughput::Elements(rows as u64));
    group.bench_function("raw-sqlite", |bencher| bencher.iter(|| sqlite::load(&path, &tables).expect("there is room")));
    group.finish();
    sqlite::load(&path, &tables).expect("there is room");
    criterion.benchmark_group("open-reader").bench_function("raw-sqlite", |bencher| {
        bencher.iter(|| sqlite::open_and_read_one(&path).expect("the row is there"));
    });
    let connection = sqlite::open(&path).expect("the file is there");
    criterion.benchmark_group("question/symbol").bench_function(BenchmarkId::new("raw-sqlite", 1), |bencher| {
        bencher.iter(|| sqlite::read_one(&connection).expect("the row is there"));
    });
}

/// The floats of so many vectors, in memory.
fn floats(criterion: &mut Criterion, scale: Scale) {
    let mut group = criterion.benchmark_group("candidates");
    group.sample_size(10);
    for vectors in scale.vectors {
        let floats: Vec<f32> = (0..vectors).flat_map(|number| vector(number).as_slice().to_vec()).collect();
        let query = vector(usize::MAX / 2);
        group.bench_function(BenchmarkId::new("scan-of-floats", vectors), |bencher| {
            bencher.iter(|| {
                let products =
                    floats.chunks_exact(DIMENSION as usize).map(|of| codira_contracts::score::dot(of, query.as_slice()));
                products.fold(f64::MIN, f64::max)
            });
        });
    }
}
