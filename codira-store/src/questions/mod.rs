//! The questions of the contract, over the tables of a store.
//!
//! A [`reader`] has the tables of one committed state. Posting lists lead from what is asked to
//! files; what is said of these decides ([`index`]). Files come by path, so that a limit ends the
//! walk ([`batches`]). Each other file answers one kind of question, by the names that the
//! questions have in [`IndexReader`](codira_contracts::IndexReader).

mod batches;
mod documentation;
mod edges;
mod embeddings;
mod files;
mod imports;
mod index;
mod prefetch;
mod reader;
mod state;
mod symbols;
mod text;

pub(crate) use embeddings::{VectorsOfTexts, pending, vectors_of_files};
pub use reader::Reader;
