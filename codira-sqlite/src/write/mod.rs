//! The session.
//!
//! [`session`] is the handle that callers hold: it sends work to a thread of its own, where a [`writer::Writer`] owns the
//! connection. So no future that a caller drops interrupts a statement, and dropping the session can wait, briefly, until the
//! connection is gone. [`open`] and [`commit`] are its two ends. Files are gathered in a [`queue`]; when there are many, they are
//! [`in_flight`]: [`encode`] makes blobs and keys of them on all [`cores`], while [`put`] writes those before them. [`derive`] resolves
//! by [`facts`], [`postings`] keeps what leads to files, [`embeddings`] keeps vectors, [`embedding_rows`] those of files that are
//! put, [`sketches`] what searches them quickly, [`maintenance`] removes what is not wanted any more. [`rows`] writes many rows at
//! once.

mod commit;
mod derive;
mod embedding_rows;
pub(crate) mod embeddings;
mod encode;
pub(crate) mod facts;
mod in_flight;
pub(crate) mod maintenance;
pub(crate) mod open;
pub(crate) mod postings;
pub(crate) mod put;
mod queue;
pub(crate) mod rows;
mod session;
pub(crate) mod sketches;
mod writer;

pub use session::SqliteSession;
