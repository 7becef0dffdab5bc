//! The session: what every store does between begin and commit.
//!
//! [`handle`] is what callers hold: it sends work to a thread of its own, where a [`writer`] owns
//! the draft. Files stand in a [`queue`], where there is [`room`]: [`encode`] makes blobs and keys
//! of them in the pool, while [`put`] writes those before them. [`derive`] resolves by [`facts`],
//! [`lists`] keeps what leads to files, [`embeddings`] keeps vectors, [`maintenance`] removes what
//! is not wanted any more. [`commit`] ends it.

mod commit;
mod derive;
mod embeddings;
mod encode;
mod facts;
mod handle;
mod lists;
mod maintenance;
mod put;
mod queue;
mod room;
mod writer;

pub use handle::Session;
pub(crate) use writer::run_of;
