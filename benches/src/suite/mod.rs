//! What a backend takes for each thing that the contract asks of it: one function for any backend, so that all are on the same
//! plots. Groups are named after the work, and hold one line for each backend and for each floor.

mod floors;
mod prepared;
mod putting;
mod questions;
mod sessions;
mod vectors;
mod writing;

use std::path::Path;

use codira_contracts::IndexBackend;
use criterion::Criterion;
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
    /// What `cargo bench` measures: `CODIRA_BENCH_FILES` files, else a thousand, and ten thousand and a hundred thousand vectors.
    /// Without it, as under `cargo test`, everything is tried once on a few.
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

/// Puts a backend on the plots: the whole benchmark target of its crate, with `harness = false`.
///
/// ```no_run
/// use std::path::Path;
///
/// use codira_memory::MemoryBackend;
///
/// codira_benches::bench_backend!("mine", |_directory: &Path| MemoryBackend::default());
/// ```
#[macro_export]
macro_rules! bench_backend {
    ($name:expr, $open:expr) => {
        fn __bench_backend(criterion: &mut $crate::criterion::Criterion) {
            $crate::suite::bench(criterion, $name, $open);
        }
        $crate::criterion::criterion_group!(__benches, __bench_backend);
        $crate::criterion::criterion_main!(__benches);
    };
}
