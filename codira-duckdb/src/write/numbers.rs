//! The numbers of symbols in their files: what edges are kept by.

use std::collections::HashMap;

use codira_contracts::{BackendError, StableId};

use crate::engine::{Database, list};

/// How many are remembered before the memory starts anew.
const REMEMBERED: usize = 1_000_000;

/// Numbers by file and id; of a file that is known, all of them.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    files: HashMap<u32, HashMap<StableId, u32>>,
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
    pub(super) fn set(&mut self, file: u32, symbols: HashMap<StableId, u32>) {
        self.count += symbols.len();
        self.files.insert(file, symbols);
    }

    /// Makes the symbols of these files known.
    pub(super) fn learn(&mut self, files: impl IntoIterator<Item = u32>, database: &Database) -> Result<(), BackendError> {
        let mut unknown: Vec<u32> = files.into_iter().filter(|file| !self.files.contains_key(file)).collect();
        unknown.sort_unstable();
        unknown.dedup();
        if unknown.is_empty() {
            return Ok(());
        }
        let mut found: HashMap<u32, HashMap<StableId, u32>> = unknown.iter().map(|file| (*file, HashMap::new())).collect();
        // Which symbols have these files?
        let sql = format!("SELECT file, stable_id, number FROM symbol WHERE file IN ({})", list(unknown));
        for (file, id, number) in database.rows_once(&sql, [], |row| Ok((row.get::<u32>(0)?, row.id(1)?, row.get(2)?)))? {
            found.entry(file).or_default().insert(id, number);
        }
        found.into_iter().for_each(|(file, symbols)| self.set(file, symbols));
        Ok(())
    }

    /// The number of a symbol in a file that was learnt.
    pub(super) fn of(&self, file: u32, id: &StableId) -> Option<u32> {
        self.files.get(&file)?.get(id).copied()
    }
}
