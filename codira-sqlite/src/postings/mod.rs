//! What leads from a key to files: inverted lists.
//!
//! A [`key`] is anything by which files are found: a word of their text, the name of a symbol, a key that they offer or asked for,
//! what their edges lead to. It is kept as a digest of four bytes. A list may hold files that do not have the key, or are gone:
//! digests meet, and files change. It never lacks one that has it. So whoever finds a file by a list looks into it.
//!
//! Lists lie in segments, which are never changed: a session writes one at its end, and merges it with smaller ones before it, so
//! that there are few. A segment is a run of [`block`]s, sorted by key.

pub(crate) mod block;
pub(crate) mod key;
pub(crate) mod lookup;
pub(crate) mod sort;

pub(crate) use key::Key;

/// A digest of a key, and the number of a file that has it: one number, so that sorting sorts by key, then file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Pair(u64);

impl Pair {
    pub(crate) fn new(key: u32, file: u32) -> Self {
        Self(u64::from(key) << 32 | u64::from(file))
    }

    pub(crate) fn key(self) -> u32 {
        (self.0 >> 32) as u32
    }

    pub(crate) fn file(self) -> u32 {
        self.0 as u32
    }
}
