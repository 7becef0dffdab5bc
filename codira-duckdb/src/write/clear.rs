//! Removes what is stored of files, and remembers what must stay the same when a file is put again.

use std::collections::HashMap;

use codira_contracts::{BackendError, StableId, resolve::Offer};

use super::writer::Writer;
use crate::{codec, engine::list};

/// The tables whose rows belong to a file.
const STORED: [&str; 8] = ["content", "symbol", "offer", "documentation", "doc_issue", "vector", "sketch", "pending"];
/// Those that follow from them.
const DERIVED: [&str; 4] = ["edge", "import", "resolution", "asked"];

/// What was stored of a file.
#[derive(Debug, Default)]
pub(super) struct Former {
    /// The numbers of its symbols.
    pub(super) symbols: HashMap<StableId, u32>,
    /// What it offered.
    pub(super) offers: Vec<Offer>,
}

impl Writer {
    /// Removes everything that is stored of these files, and tells what it was.
    pub(super) fn clear(&mut self, files: &[u32]) -> Result<HashMap<u32, Former>, BackendError> {
        let mut former: HashMap<u32, Former> = HashMap::new();
        if files.is_empty() {
            return Ok(former);
        }
        let numbers = list(files);
        let sql = format!("SELECT file, stable_id, number FROM symbol WHERE file IN ({numbers})");
        for (file, id, number) in self.database.rows_once(&sql, [], |row| Ok((row.get(0)?, row.id(1)?, row.get(2)?)))? {
            former.entry(file).or_default().symbols.insert(id, number);
        }
        let sql = format!("SELECT file, offers FROM content WHERE file IN ({numbers})");
        let read = |row: &crate::engine::Cells<'_>| Ok((row.get(0)?, row.blob(1, "what a file offers", codec::unpack)?));
        for (file, offers) in self.database.rows_once(&sql, [], read)? {
            former.entry(file).or_default().offers = offers;
        }
        self.clear_derived(files)?;
        self.delete(&STORED, files)?;
        self.database.batch(&format!("DELETE FROM file WHERE id IN ({numbers})"))?;
        for file in files {
            self.analyses.remove(file);
        }
        Ok(former)
    }

    /// Removes what follows from these files.
    pub(super) fn clear_derived(&mut self, files: &[u32]) -> Result<(), BackendError> {
        self.delete(&DERIVED, files)
    }

    fn delete(&self, tables: &[&str], files: &[u32]) -> Result<(), BackendError> {
        let files = list(files);
        let statements = tables.iter().map(|table| format!("DELETE FROM {table} WHERE file IN ({files});"));
        self.database.batch(&statements.collect::<String>())
    }
}
