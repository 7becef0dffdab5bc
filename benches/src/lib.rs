//! Measurements of codira's backends, and of the floors beneath them: what the same work takes without an index.
//!
//! The program `report` measures whole runs on made and real repositories, and writes `docs/benchmarks/`.
//! `cargo bench -p codira-benches` measures each operation with criterion. A backend from elsewhere joins the plots with one line in
//! a benchmark target of its own crate: [`bench_backend!`](crate::bench_backend).

pub mod code;
pub mod corpus;
#[cfg(feature = "duckdb")]
pub mod duckdb;
pub mod parse;
pub mod processes;
pub mod report;
pub mod retrieval;
pub mod sqlite;
pub mod suite;

pub use criterion;
