//! The session.
//!
//! [`session`] is the handle that callers hold: it sends work to a thread of its own, where a [`writer::Writer`] owns the draft.
//! [`open`] and [`commit`] are its two ends. Files are gathered in a [`queue`] and written in chunks: [`clear`] removes
//! what was there, [`put`] appends them, [`derive`] resolves by [`facts`] and keeps what came out with the [`numbers`] of symbols,
//! [`embeddings`] keeps vectors, [`sketches`] what searches them quickly, [`maintenance`] removes what is not wanted any more.

mod clear;
mod commit;
mod derive;
mod embeddings;
mod facts;
mod maintenance;
mod numbers;
mod open;
mod put;
mod queue;
mod resolving;
mod session;
pub(crate) mod sketches;
mod writer;

pub use session::DuckdbSession;
