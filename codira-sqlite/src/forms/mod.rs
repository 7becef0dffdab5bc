//! How what is said of a file lies in blobs, and how it comes back. Changing a form, here or in the contract's model, takes a migration.
//!
//! A file has three blobs. The [`outline`] holds what is asked for most: symbols and documentation. The [`content`] holds everything
//! else that was put, from the source text to the uses; it is compressed with the outline's bytes as a dictionary, since most of
//! what those say is in the source, and so needs them to be read. The [`ResolvedUses`](codira_store::compact::ResolvedUses) hold what came of
//! resolving, and are written anew whenever that is. A [`graph`] is the three read together: edges and where imports lead. A [`vector`] has a blob of its own, and the
//! [`sketches`] of many lie in one.

pub(crate) mod content;
pub(crate) mod graph;
pub(crate) mod outline;
pub(crate) mod sketches;
pub(crate) mod vector;

/// The number of a word of the contract: its place in the list of all.
pub(crate) fn code<T: PartialEq>(all: &[T], word: &T) -> i64 {
    all.iter().position(|other| other == word).expect("the list of all words holds each of them") as i64
}

/// The word of a number.
pub(crate) fn word<T: Copy>(all: &[T], code: i64) -> Option<T> {
    usize::try_from(code).ok().and_then(|place| all.get(place)).copied()
}
