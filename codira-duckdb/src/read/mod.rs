//! The questions.
//!
//! Each file answers one kind of question.
//!
//! DuckDB keeps no plan of a statement that has parameters and reads a table, so each is planned anew, and planning takes
//! longer than running: a join or an order costs as much again as a statement without. So statements read one table, in no
//! order, and say nothing that the question does not ask. What they find is joined and put into order here; the names of
//! files, which every answer has, are remembered by the [`Snapshot`](snapshot::Snapshot). Rows tell which symbols, edges and imports are
//! meant; what they are stands in the [documents](outlines) of their files.

mod documentation;
pub(crate) mod documents;
pub(crate) mod edges;
pub(crate) mod embeddings;
pub(crate) mod files;
mod filter;
pub(crate) mod imports;
pub(crate) mod inventory;
mod outlines;
mod prefetch;
mod reader;
mod sketches;
pub(crate) mod snapshot;
pub(crate) mod symbols;
mod text;

pub use reader::DuckdbReader;
