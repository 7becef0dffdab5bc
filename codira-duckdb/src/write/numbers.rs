//! The numbers of symbols in their files: what edges are kept by.

use std::hash::BuildHasher;

use codira_contracts::{BackendError, StableId};
use codira_store::parallel;
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::{engine::Database, read::documents::documents};

/// How many are remembered before the memory starts anew: eight bytes each.
const CACHED_NUMBERS: usize = 8_000_000;
/// How many files are read together.
const BATCH_FILES: usize = 512;

/// Numbers by file and id; of a file that is known, all of them.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    files: FxHashMap<u32, OfFile>,
    count: usize,
}

/// The numbers of a file's symbols. Edges lead to any file, so that all of them are remembered where that is possible.
#[derive(Debug)]
enum OfFile {
    /// By digests of their ids, sorted.
    Digests(Box<[(u32, u32)]>),
    /// By their ids, where digests meet.
    Ids(FxHashMap<StableId, u32>),
}

impl OfFile {
    fn new(symbols: FxHashMap<StableId, u32>) -> Self {
        let mut digests: Vec<(u32, u32)> = symbols.iter().map(|(id, number)| (digest(id), *number)).collect();
        digests.sort_unstable();
        let meet = digests.windows(2).any(|pair| pair[0].0 == pair[1].0);
        if meet { Self::Ids(symbols) } else { Self::Digests(digests.into()) }
    }

    fn of(&self, id: &StableId) -> Option<u32> {
        match self {
            Self::Digests(digests) => {
                let place = digests.binary_search_by_key(&digest(id), |(digest, _)| *digest).ok()?;
                Some(digests[place].1)
            }
            Self::Ids(ids) => ids.get(id).copied(),
        }
    }
}

/// One of a few under test, so that they meet.
fn digest(id: &StableId) -> u32 {
    let digest = (FxBuildHasher.hash_one(id) >> 32) as u32;
    if cfg!(test) { digest % 4 } else { digest }
}

impl Numbers {
    /// Starts anew where too much is remembered.
    pub(super) fn relieve(&mut self) {
        if self.count > CACHED_NUMBERS {
            *self = Self::default();
        }
    }

    /// The symbols of a file, as they are stored now.
    pub(super) fn set(&mut self, file: u32, symbols: FxHashMap<StableId, u32>) {
        self.count += symbols.len();
        self.files.insert(file, OfFile::new(symbols));
    }

    /// Makes the symbols of these files known.
    pub(super) fn learn(&mut self, files: impl IntoIterator<Item = u32>, database: &Database) -> Result<(), BackendError> {
        let mut unknown: Vec<u32> = files.into_iter().filter(|file| !self.files.contains_key(file)).collect();
        unknown.sort_unstable();
        unknown.dedup();
        for some in unknown.chunks(BATCH_FILES) {
            let read = parallel::map(documents(database, some)?, |document| {
                let outline = document.records()?.outline()?;
                let ids = outline.symbols.iter().map(|symbol| symbol.id.clone());
                Some((document.file, ids.zip(outline.numbers()?).collect()))
            });
            for symbols in read {
                let (file, symbols) = symbols.ok_or_else(|| database.at().unreadable("a file"))?;
                self.set(file, symbols);
            }
        }
        Ok(())
    }

    /// The number of a symbol in a file that was learnt. For ids that the file has: another one may have the same digest.
    pub(super) fn of(&self, file: u32, id: &StableId) -> Option<u32> {
        self.files.get(&file)?.of(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_symbol_has_its_number_though_digests_meet() {
        for count in 0..20 {
            let ids: FxHashMap<StableId, u32> =
                (0..count).map(|number| (StableId::new(format!("f{number}")), 7 * number)).collect();
            let mut numbers = Numbers::default();
            numbers.set(3, ids.clone());
            assert!(ids.iter().all(|(id, number)| numbers.of(3, id) == Some(*number)), "{count} symbols");
            assert_eq!(numbers.of(4, &"f0".into()), None);
        }
    }
}
