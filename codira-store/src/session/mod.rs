//! The session: what every store does between begin and commit.
//!
//! [`handle`] is what callers hold: it sends work to a thread of its own, where a [`writer`] owns the draft. Files are gathered in a
//! [`queue`]; when there are many, they are [`in_flight`]: [`encode`] makes blobs and keys of them on all cores, while [`put`] writes
//! those before them. [`derive`] resolves by [`facts`], [`lists`] keeps what leads to files, [`embeddings`] keeps vectors,
//! [`maintenance`] removes what is not wanted any more. [`commit`] ends it.

mod commit;
mod derive;
mod embeddings;
mod encode;
mod facts;
mod handle;
mod in_flight;
mod lists;
mod maintenance;
mod put;
mod queue;
mod writer;

pub use handle::Session;
pub(crate) use writer::run_of;
