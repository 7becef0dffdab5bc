//! How what is said of a file lies in blobs, and how it comes back. Changing a form, here or in the contract's model, takes a migration.
//!
//! A [`document`] is what was put: the source text in one blob, and everything else in another that is compressed with the source as
//! a dictionary, since most of what it says stands there. Its [`uses`] have a form of their own. The [`meanings`] hold what came of
//! resolving, and are written anew whenever that is. A [`graph`] is the two read together: the edges.

pub(crate) mod document;
pub(crate) mod graph;
pub(crate) mod meanings;
pub(crate) mod uses;
