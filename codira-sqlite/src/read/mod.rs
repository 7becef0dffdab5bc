//! The questions.
//!
//! Inverted lists lead from what is asked to files; what is said of these decides ([`index`]). Files come by path, so that
//! a limit ends the walk. Each other file answers one kind of question. Every statement is a constant beside the code that runs it,
//! with the question that it answers above it; a test looks at the plans.

pub(crate) mod documentation;
pub(crate) mod documents;
mod edges;
pub(crate) mod embeddings;
pub(crate) mod files;
mod filter;
mod imports;
pub(crate) mod index;
pub(crate) mod inventory;
mod reader;
mod rows;
pub(crate) mod states;
mod symbols;
mod text;

pub(crate) use documents::{Document, documents};
pub(crate) use embeddings::{pending, reusable, specs};
pub use reader::SqliteReader;
