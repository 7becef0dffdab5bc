//! The session.
//!
//! [`session`] is the handle that callers hold: it sends work to a thread of its own, where a [`writer::Writer`] owns the draft.
//! [`open`] and [`commit`] are its two ends. Files are gathered in a [`queue`] and written in chunks: [`clear`] removes
//! what was there, [`put`] appends what [`encode`] makes of them, [`derive`] resolves by [`facts`] and keeps what came out, which
//! [`resolved`] makes with the [`numbers`] of symbols. Encoding and resolving need no database: both run on every core while DuckDB
//! takes the rows before. [`embeddings`] keeps vectors, and [`texts`] which file has which; [`sketches`] are what searches them quickly;
//! [`maintenance`] removes what is not wanted any more.

mod clear;
mod commit;
mod derive;
mod embeddings;
pub(crate) mod encode;
mod facts;
mod maintenance;
mod numbers;
mod open;
mod put;
mod queue;
mod resolved;
mod session;
pub(crate) mod sketches;
mod texts;
mod writer;

pub use session::DuckdbSession;
