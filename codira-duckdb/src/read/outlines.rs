//! Documents as answers need them.

use std::sync::Arc;

use codira_contracts::{BackendError, Import, RepoPath, SymbolKey};
use codira_store::{
    FileOutline,
    compact::{self, ResolvedUses},
    parallel,
    questions::{Documents, FileEdges},
};
use rustc_hash::FxHashMap;

use super::{
    filter::Which,
    snapshot::{Name, Snapshot},
};
use crate::{
    codec,
    forms::document::{self, Outline, Records},
};

/// How many documents one statement reads.
const BATCH_FILES: usize = 512;

/// An outline whose symbols have numbers.
#[derive(Debug)]
pub(super) struct Numbered {
    pub(super) file: u32,
    pub(super) outline: Arc<FileOutline>,
    /// Of each symbol.
    numbers: Vec<u32>,
}

/// The two blobs of a document, and the number of its file.
pub(super) type Blobs = (u32, Vec<u8>, Vec<u8>);

impl Numbered {
    fn new(file: u32, Name { path, module }: Name, outline: Outline<'_>) -> Option<Self> {
        let numbers = outline.numbers()?;
        let (symbols, documentation) = (outline.symbols.into_owned(), outline.documentation.into_owned());
        let outline = Arc::new(FileOutline::new(path, module.to_string(), symbols, documentation));
        Some(Self { file, outline, numbers })
    }

    /// The index of the symbol of this number.
    pub(super) fn index_of(&self, number: u32) -> Option<usize> {
        // Most symbols have their index for a number.
        let index = usize::try_from(number).ok()?;
        if self.numbers.get(index) == Some(&number) {
            return Some(index);
        }
        self.numbers.iter().position(|other| *other == number)
    }

    /// The number of a symbol.
    pub(super) fn number(&self, index: usize) -> u32 {
        self.numbers[index]
    }
}

impl Documents for Snapshot {
    const OUTLINES: usize = BATCH_FILES;

    async fn file_number(&mut self, path: &RepoPath) -> Result<Option<u32>, BackendError> {
        self.number(path)
    }

    async fn outlines(&mut self, files: &[u32]) -> Result<Vec<Arc<FileOutline>>, BackendError> {
        let numbered = self.numbered(files.iter().copied())?;
        Ok(files.iter().map(|file| numbered[file].outline.clone()).collect())
    }

    fn unreadable(&self, what: &str) -> BackendError {
        self.database.at().unreadable(what)
    }
}

impl Snapshot {
    /// The outlines of these files, by number.
    pub(super) fn numbered(&self, files: impl IntoIterator<Item = u32>) -> Result<FxHashMap<u32, Numbered>, BackendError> {
        let read = self.read_documents(files, |file, name, records| Numbered::new(file, name, records.outline()?))?;
        Ok(read.into_iter().map(|numbered| (numbered.file, numbered)).collect())
    }

    /// The imports of these files, by number.
    pub(super) fn imports_of(&self, files: impl IntoIterator<Item = u32>) -> Result<FxHashMap<u32, Vec<Import>>, BackendError> {
        let read = self.read_documents(files, |file, _, records| Some((file, records.imports()?)))?;
        Ok(read.into_iter().collect())
    }

    /// The numbers of a symbol and of its file.
    pub(super) fn symbol(&self, key: &SymbolKey) -> Result<Option<(u32, u32)>, BackendError> {
        let Some(file) = self.number(&key.path)? else { return Ok(None) };
        let numbered = self.numbered([file])?.remove(&file);
        Ok(numbered.and_then(|of| of.outline.index_of(&key.id).map(|index| (file, of.number(index)))))
    }

    /// The edges of these files, by number, with the outlines.
    pub(super) fn edges_of(&self, files: &[u32]) -> Result<FxHashMap<u32, FileEdges>, BackendError> {
        let resolved_uses = self.select("file, meanings", "resolution", &Which::among("file", files), |row| {
            Ok((row.get::<u32>(0)?, row.get::<Vec<u8>>(1)?))
        })?;
        let resolved_uses: FxHashMap<u32, Vec<u8>> = resolved_uses.into_iter().collect();
        let read = self.read_documents(files.iter().copied(), |file, name, records| {
            let (outline, uses) = records.outline_and_uses()?;
            let resolved_uses = codec::decompress(resolved_uses.get(&file)?, b"")?;
            let edges = compact::edges(&uses, &codec::unpack_borrowed::<ResolvedUses<'_>>(&resolved_uses)?)?;
            let Numbered { outline, .. } = Numbered::new(file, name, outline)?;
            let sound = edges.iter().all(|edge| edge.owner < outline.symbols.len());
            sound.then(|| (file, FileEdges { outline, edges: edges.into() }))
        })?;
        Ok(read.into_iter().collect())
    }

    /// What `read` makes of the documents of these files: number, name and records of each. In no order.
    fn read_documents<T: Send>(
        &self,
        files: impl IntoIterator<Item = u32>,
        read: impl Fn(u32, Name, Records) -> Option<T> + Sync,
    ) -> Result<Vec<T>, BackendError> {
        let mut files: Vec<u32> = files.into_iter().collect();
        files.sort_unstable();
        files.dedup();
        let mut made = Vec::with_capacity(files.len());
        for some in files.chunks(BATCH_FILES) {
            let blobs = self.blobs(&Which::among("file", some))?;
            let names = self.names(some.iter().copied())?;
            let named = blobs.into_iter().map(|blobs| (names[&blobs.0].clone(), blobs)).collect();
            let read = parallel::map(named, |(name, (file, source, records))| {
                let source = document::source(&source)?;
                let records = Records::read(&records, &source)?;
                read(file, name, records)
            });
            for one in read {
                made.push(one.ok_or_else(|| self.database.at().unreadable("a document"))?);
            }
        }
        if made.len() < files.len() {
            return Err(self.database.at().unreadable("the document of a file"));
        }
        Ok(made)
    }

    /// The blobs of documents.
    pub(super) fn blobs(&self, which: &Which) -> Result<Vec<Blobs>, BackendError> {
        self.select("file, source, records", "document", which, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
    }
}
