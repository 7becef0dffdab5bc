//! The questions.
//!
//! Each file answers one kind of question. Every statement is a constant beside the code that runs it, with the question that it
//! answers above it. Loops are nested in the order that `CROSS JOIN` writes down, from what is narrow to what is looked up, so
//! that no plan depends on statistics; a test looks at the plans.

pub(crate) mod documentation;
pub(crate) mod edges;
pub(crate) mod embeddings;
mod entries;
pub(crate) mod files;
mod filter;
pub(crate) mod imports;
pub(crate) mod inventory;
mod reader;
pub(crate) mod symbols;
pub(crate) mod text;

pub(crate) use embeddings::{pending, reusable, specs};
pub(crate) use files::{analyses, file_state};
pub use reader::SqliteReader;
