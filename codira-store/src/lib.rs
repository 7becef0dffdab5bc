//! What stores share beneath the contract, so that it is written once.
//!
//! - [`FileOutline`]: one file's symbols and documentation units, as answers are made of them.
//! - [`compact`]: uses, what they resolve to, and embeddings in few bytes.
//! - [`RunFacts`]: what files offer each other while many are resolved, all of it in little memory where it is at hand.
//! - [`for_resolution`]: an analysis without the texts that resolving does not look at.
//! - [`reusable_of`]: the vectors of files that are gathered and not written yet.
//! - [`vectors`]: vectors in few bytes, and sketches by which an exact search passes most of them over.
//! - [`parallel`]: pure computation on all cores.
//! - [`WriterLock`]: one session for each index of local files.
//! - [`At`]: where something failed, for errors.
//! - [`questions`]: what every store makes of its tables when it is asked.
//!
//! A store may use what it likes of this, and owes it nothing: the contract is `codira-contracts` alone.

pub mod compact;
mod errors;
mod lock;
mod offers;
mod outline;
pub mod parallel;
pub mod questions;
mod resolving;
mod reuse;
pub mod vectors;

pub use errors::{At, again};
pub use lock::WriterLock;
pub use offers::{AllOffers, PackedOffers, RunFacts};
pub use outline::FileOutline;
pub use resolving::for_resolution;
pub use reuse::reusable_of;
