//! The session.
//!
//! [`session`] is the handle that callers hold: it sends work to a thread of its own, where a [`writer::Writer`] owns the
//! connection. So no future that a caller drops interrupts a statement, and dropping the session can wait, briefly, until the
//! connection is gone. [`open`] and [`commit`] are its two ends. Files are gathered in a [`queue`] and written in chunks:
//! [`put`] writes them, [`clear`] removes what was there, [`derive`] resolves by [`facts`], [`embeddings`] keeps vectors, [`maintenance`]
//! removes what is not wanted any more. [`rows`], [`texts`], [`postings`] and [`outside`] are their tools.

pub(crate) mod clear;
mod commit;
pub(crate) mod derive;
pub(crate) mod embeddings;
pub(crate) mod facts;
pub(crate) mod maintenance;
pub(crate) mod open;
pub(crate) mod outside;
mod postings;
pub(crate) mod put;
mod queue;
pub(crate) mod rows;
mod session;
pub(crate) mod texts;
mod writer;

pub use session::SqliteSession;
