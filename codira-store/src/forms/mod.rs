//! How what is said of a file lies in blobs, and how it comes back. Changing a form, here or in the
//! contract's model, takes a migration.
//!
//! A file has three blobs. The [`outline`] holds what is asked for most: symbols and documentation.
//! The [`content`] holds everything else that was put, from the source text to the uses; it is
//! compressed with the outline's bytes as a dictionary, since most of what those say is in the
//! source, and so needs them to be read. The [`ResolvedUses`](crate::compact::ResolvedUses) hold
//! what came of resolving, and are written anew whenever that is. A [`graph`] is the three read
//! together: edges and where imports lead. A [`document`] is a file as the tables tell it. The
//! [`embeddings`] of a file and a spec lie together, vectors apart from the rest.

pub(crate) mod content;
pub(crate) mod document;
pub(crate) mod embeddings;
pub(crate) mod graph;
pub(crate) mod outline;
