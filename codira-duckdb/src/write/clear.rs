//! Removes what is stored of files, and remembers what must stay the same when a file is put again.

use codira_contracts::{
    BackendError, StableId,
    resolve::{Offer, RuleSet},
};
use codira_store::parallel;
use rustc_hash::FxHashMap;

use super::writer::Writer;
use crate::{
    engine::list,
    read::documents::{Document, documents},
};

/// The tables whose rows belong to a file.
const STORED: [&str; 7] = ["document", "symbol", "offer", "doc_issue", "vector", "sketch", "pending"];
/// Those that follow from them.
const DERIVED: [&str; 4] = ["edge", "import", "resolution", "asked"];

/// What was stored of a file.
#[derive(Debug, Default)]
pub(super) struct Former {
    /// The numbers of its symbols.
    pub(super) symbols: FxHashMap<StableId, u32>,
    /// What it offered.
    pub(super) offers: Vec<Offer>,
}

impl Writer {
    /// Removes everything that is stored of these files, and tells what it was.
    pub(super) fn clear(&mut self, files: &[u32]) -> Result<FxHashMap<u32, Former>, BackendError> {
        if files.is_empty() {
            return Ok(FxHashMap::default());
        }
        let rules = &self.rules;
        let formers =
            parallel::map(documents(&self.database, files)?, |document| Some((document.file, former(&document, rules)?)));
        let formers: Option<FxHashMap<u32, Former>> = formers.into_iter().collect();
        let formers = formers.ok_or_else(|| self.database.at().unreadable("a file"))?;
        self.clear_derived(files)?;
        self.delete(&STORED, files)?;
        self.database.batch(&format!("DELETE FROM file WHERE id IN ({})", list(files)))?;
        for file in files {
            self.analyses.remove(file);
        }
        // What is gathered is no longer what is stored.
        self.offers = None;
        Ok(formers)
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

fn former(document: &Document, rules: &RuleSet) -> Option<Former> {
    let outline = document.records()?.outline()?;
    let symbols = outline.symbols.iter().map(|symbol| symbol.id.clone()).zip(outline.numbers()?).collect();
    let offers = rules.offers(&document.path, &document.for_offers(outline));
    Some(Former { symbols, offers })
}
