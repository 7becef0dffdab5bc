//! What a backend takes for each thing that the contract asks of it: one function for any backend,
//! so that all are on the same plots. Groups are named after the work, and hold one line for each
//! backend and for each floor.

#[cfg(feature = "report")]
mod floors;
mod prepared;
mod putting;
mod questions;
mod sessions;
mod vectors;
mod writing;

use std::path::Path;

use codira_contracts::IndexBackend;
use codira_memory::MemoryBackend;
use codira_sqlite::SqliteBackend;
use criterion::Criterion;
#[cfg(feature = "report")]
pub use floors::bench_floors;
use prepared::Prepared;

/// How much is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// Files of the made repository.
    pub files: usize,
    /// The numbers of vectors that are searched.
    pub vectors: [usize; 2],
}

impl Scale {
    /// What `cargo bench` measures: `CODIRA_BENCH_FILES` files, else a thousand, and ten thousand
    /// and a hundred thousand vectors. Without it, as under `cargo test`, everything is tried once
    /// on a few.
    pub fn of_this_run() -> Self {
        if !std::env::args().any(|argument| argument == "--bench") {
            return Self { files: 40, vectors: [20, 50] };
        }
        let files = std::env::var("CODIRA_BENCH_FILES").ok().and_then(|files| files.parse().ok());
        Self { files: files.unwrap_or(1000), vectors: [10_000, 100_000] }
    }
}

/// Measures everything that is asked of a backend; `open` opens it in a directory of its own.
pub fn bench<B: IndexBackend>(criterion: &mut Criterion, name: &str, open: impl Fn(&Path) -> B) {
    let scale = Scale::of_this_run();
    let prepared = Prepared::new(scale, open);
    sessions::bench(criterion, name, &prepared);
    putting::bench(criterion, name, &prepared);
    writing::bench(criterion, name, &prepared);
    questions::bench(criterion, name, &prepared);
    vectors::bench(criterion, name, &prepared);
}

/// Measures our backends, and beneath them the floors where the feature `report` is on.
pub fn bench_first_party(criterion: &mut Criterion) {
    #[cfg(feature = "report")]
    bench_floors(criterion);
    bench(criterion, "memory", |_directory| MemoryBackend::default());
    bench(criterion, "sqlite", |directory| SqliteBackend::in_directory(directory));
    #[cfg(feature = "duckdb")]
    bench(criterion, "duckdb", |directory| codira_duckdb::DuckdbBackend::in_directory(directory));
}

/// Measures a backend together with ours: the whole benchmark target of its crate, with
/// `harness = false`. More than one is compared with more pairs of a name and a function that
/// opens the backend in a directory.
///
/// ```no_run
/// use codira_memory::MemoryBackend;
///
/// codira_benches::compare!("mine", |_directory| MemoryBackend::default());
/// ```
#[macro_export]
macro_rules! compare {
    ($($name:expr, $open:expr),+ $(,)?) => {
        fn main() {
            let mut criterion = $crate::criterion::Criterion::default().configure_from_args();
            $crate::suite::bench_first_party(&mut criterion);
            $($crate::suite::bench(&mut criterion, $name, $open);)+
            criterion.final_summary();
        }
    };
}
