//! Measurements of codira's backends, and of the floors beneath them: what the same work takes
//! without an index.
//!
//! `cargo bench -p codira-benches` measures each operation of the contract with criterion; the
//! program `report` measures whole runs on made and real repositories, and writes
//! `docs/performance/`.
//!
//! A backend of another crate is measured together with ours by one line in a target of its own,
//! with `harness = false`. [`compare!`](crate::compare) measures the operations, and `report!`,
//! with the feature `report`, whole runs. Without that feature, which is a default one, this crate
//! brings none of the parsers, drivers and plots that only floors and report need.

#[cfg(feature = "report")]
pub mod code;
pub mod corpus;
#[cfg(feature = "duckdb")]
pub mod duckdb;
#[cfg(feature = "report")]
pub mod parse;
#[cfg(feature = "report")]
pub mod processes;
#[cfg(feature = "report")]
pub mod report;
#[cfg(feature = "report")]
pub mod retrieval;
#[cfg(feature = "report")]
pub mod sqlite;
pub mod suite;

pub use criterion;
#[cfg(all(feature = "report", target_os = "linux"))]
#[doc(hidden)]
pub use tikv_jemallocator::Jemalloc as __Jemalloc;
