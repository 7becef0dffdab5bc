//! The document store under every backend with a database.
//!
//! A backend brings its tables, and how a session's draft begins and becomes the index: [`Store`],
//! [`Draft`] and [`Tables`], some thirty primitives over rows. The engine is everything else,
//! once for all: [`Backend`] is what runs choose, [`Session`] gathers, encodes, resolves and
//! writes, [`Reader`] answers the questions.
//!
//! What a store of another kind may use alone:
//!
//! - [`FileOutline`]: one file's symbols and documentation units, as answers are made of them.
//! - [`compact`]: uses, and what they resolve to, in few bytes.
//! - [`RunFacts`]: what files offer each other while many are resolved, all of it in little memory
//!   where it is at hand.
//! - [`for_resolution`]: an analysis without the texts that resolving does not look at.
//! - [`parallel`]: pure computation on all cores.
//! - [`vectors`]: vectors in few bytes, and quantized vectors by which an exact search passes most
//!   of them over.
//! - [`IndexFiles`]: the files of an index in a directory, and how one takes the place of another.
//! - [`WriterLock`]: one session for each index of local files.
//! - [`At`]: where something failed, for errors.
//!
//! A store may use what it likes of this, and owes it nothing: the contract is `codira-contracts`
//! alone.

mod backend;
mod cancel;
mod codec;
pub mod compact;
mod errors;
pub mod files;
mod forms;
mod lock;
mod offers;
mod outline;
pub mod parallel;
mod postings;
mod questions;
mod resolving;
mod session;
pub mod tables;
#[cfg(test)]
mod tests;
pub mod vectors;

pub use backend::{Backend, LocalStore};
pub use cancel::Cancel;
pub use errors::{At, again};
pub use files::IndexFiles;
pub use lock::WriterLock;
pub use offers::{AllOffers, PackedOffers, RunFacts};
pub use outline::FileOutline;
pub use questions::Reader;
pub use resolving::for_resolution;
pub use session::Session;
pub use tables::{Begun, Draft, Store, Tables};
