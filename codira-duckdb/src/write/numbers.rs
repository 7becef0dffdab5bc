//! The numbers of symbols in their files: what edges are kept by.

use codira_contracts::{BackendError, StableId, cores::on_every_core};
use rustc_hash::FxHashMap;

use crate::{engine::Database, read::documents::documents};

/// How many are remembered before the memory starts anew.
const REMEMBERED: usize = 1_000_000;
/// How many files are read together.
const TOGETHER: usize = 512;

/// Numbers by file and id; of a file that is known, all of them.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    files: FxHashMap<u32, FxHashMap<StableId, u32>>,
    count: usize,
}

impl Numbers {
    /// Starts anew where too much is remembered.
    pub(super) fn relieve(&mut self) {
        if self.count > REMEMBERED {
            *self = Self::default();
        }
    }

    /// The symbols of a file, as they are stored now.
    pub(super) fn set(&mut self, file: u32, symbols: FxHashMap<StableId, u32>) {
        self.count += symbols.len();
        self.files.insert(file, symbols);
    }

    /// Makes the symbols of these files known.
    pub(super) fn learn(&mut self, files: impl IntoIterator<Item = u32>, database: &Database) -> Result<(), BackendError> {
        let mut unknown: Vec<u32> = files.into_iter().filter(|file| !self.files.contains_key(file)).collect();
        unknown.sort_unstable();
        unknown.dedup();
        for some in unknown.chunks(TOGETHER) {
            let read = on_every_core(documents(database, some)?, |document| {
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

    /// The number of a symbol in a file that was learnt.
    pub(super) fn of(&self, file: u32, id: &StableId) -> Option<u32> {
        self.files.get(&file)?.get(id).copied()
    }
}
