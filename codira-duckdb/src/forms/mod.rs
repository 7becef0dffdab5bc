//! How what is said of a file lies in blobs, and how it comes back. Changing a form, here or in the contract's model, takes a migration.
//!
//! A [`document`] is what was put: the source text in one blob, and everything else in another that is compressed with the source as
//! a dictionary, since most of what it says stands there. The [`ResolvedUses`](codira_store::compact::ResolvedUses) hold what came of
//! resolving, and are written anew whenever that is.

pub(crate) mod document;
