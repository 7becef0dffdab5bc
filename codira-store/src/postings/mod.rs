//! What leads from a key to files: an inverted index.
//!
//! A [`key`] is anything by which files are found: a word of their text, the name of a symbol, a
//! key that they offer or asked for, what their edges lead to. It is kept as a digest of four
//! bytes. A list may hold files that do not have the key, or are gone: digests meet, and files
//! change. It never lacks one that has it. So a file that is found by a list is looked into.
//!
//! Lists lie in segments, which are never changed: a session writes one at its end, and merges it
//! with smaller ones before it, so that there are few. A segment is a run of [`block`]s, sorted by
//! key.

pub(crate) mod block;
pub(crate) mod key;
pub(crate) mod sort;

use codira_contracts::BackendError;

pub(crate) use key::Key;

use crate::tables::Tables;

/// A digest of a key, and the number of a file that has it: one number, so that sorting sorts by
/// key, then file.
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

/// The pairs of these keys that are stored, sorted, each once.
pub(crate) async fn pairs_of(tables: &mut impl Tables, keys: &[u32]) -> Result<Vec<Pair>, BackendError> {
    let mut keys = keys.to_vec();
    keys.sort_unstable();
    keys.dedup();
    let mut pairs = Vec::new();
    if keys.is_empty() {
        return Ok(pairs);
    }
    for block in tables.blocks(&keys).await? {
        let read = block::read(&block, |key| keys.binary_search(&key).is_ok(), &mut pairs);
        read.ok_or_else(|| tables.at().unreadable("a list of files"))?;
    }
    sort::sort(&mut pairs);
    Ok(pairs)
}
