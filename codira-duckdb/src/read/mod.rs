//! The questions.
//!
//! Each file answers one kind of question. Every statement is a constant beside the code that runs it, with the question that it
//! answers above it. DuckDB plans a statement anew each time, which takes longer than running most of them: so there
//! are few, and none asks about one row of many.

mod documentation;
pub(crate) mod edges;
pub(crate) mod embeddings;
pub(crate) mod files;
mod filter;
pub(crate) mod imports;
pub(crate) mod inventory;
mod reader;
mod symbols;
mod text;

pub use reader::DuckdbReader;
