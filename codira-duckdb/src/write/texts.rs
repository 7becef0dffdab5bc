//! Which files have vectors of which texts. DuckDB has no index that tells: it looks at all texts, each time that it is asked.

use std::collections::BTreeSet;

use codira_contracts::{BackendError, ContentHash};
use rustc_hash::FxHashMap;

use crate::{engine::Database, read::embeddings::OF_ALL};

/// Files by the beginnings of the hashes of their texts: some of them may not have the text, and none is missing that has it.
#[derive(Debug, Default)]
pub(super) struct Texts {
    first: FxHashMap<u32, u32>,
    /// Of texts that recur, and of those that only begin alike.
    others: FxHashMap<u32, Vec<u32>>,
}

impl Texts {
    /// Of every vector that a database holds.
    pub(super) fn of(database: &Database) -> Result<Self, BackendError> {
        let mut texts = Self::default();
        database.rows_once(OF_ALL, [], |row| {
            let (hash, file): (Vec<u8>, u32) = (row.get(0)?, row.get(1)?);
            texts.add(&hash, file);
            Ok(())
        })?;
        Ok(texts)
    }

    /// Notes that a file has a vector of the text with this hash.
    pub(super) fn add(&mut self, hash: &[u8], file: u32) {
        let text = beginning(hash);
        let first = *self.first.entry(text).or_insert(file);
        if first != file {
            let others = self.others.entry(text).or_default();
            // The vectors of a file come together.
            if others.last() != Some(&file) {
                others.push(file);
            }
        }
    }

    /// The files that may have vectors of some of these texts.
    pub(super) fn files(&self, texts: &[ContentHash]) -> BTreeSet<u32> {
        let mut files = BTreeSet::new();
        for text in texts {
            let text = beginning(text.as_bytes());
            files.extend(self.first.get(&text));
            files.extend(self.others.get(&text).into_iter().flatten());
        }
        files
    }
}

/// The first four bytes of a hash.
fn beginning(hash: &[u8]) -> u32 {
    hash.first_chunk().map_or(0, |first| u32::from_le_bytes(*first))
}
