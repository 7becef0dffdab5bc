//! Documents as answers need them.

use std::cell::OnceCell;

use codira_contracts::{
    BackendError, Documentation, FileAnalysis, Import, Language, StableId, Symbol, SymbolEntry, SymbolKey, SymbolSummary,
};
use codira_store::{
    compact::{self, FileEdge, Meanings},
    parallel,
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
const TOGETHER: usize = 512;

/// What a document says beside source and uses.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) file: u32,
    pub(super) name: Name,
    /// In the order of the analysis.
    pub(super) symbols: Vec<Symbol>,
    /// Of each symbol.
    pub(super) logical_names: Vec<String>,
    pub(super) documentation: Vec<Documentation>,
    numbers: Vec<u32>,
    places: OnceCell<FxHashMap<StableId, usize>>,
}

/// The two blobs of a document, and the number of its file.
pub(super) type Blobs = (u32, Vec<u8>, Vec<u8>);

impl Sheet {
    fn new(file: u32, name: Name, outline: Outline<'_>) -> Option<Self> {
        let numbers = outline.numbers()?;
        // Logical names follow from the symbols alone.
        let analysis =
            FileAnalysis { symbols: outline.symbols.into_owned(), ..FileAnalysis::new(Language::new(""), String::new()) };
        Some(Self {
            file,
            name,
            logical_names: analysis.logical_names(),
            symbols: analysis.symbols,
            documentation: outline.documentation.into_owned(),
            numbers,
            places: OnceCell::new(),
        })
    }

    /// The place of the symbol of this number.
    pub(super) fn numbered(&self, number: u32) -> Option<usize> {
        // Most symbols have their place for a number.
        let place = usize::try_from(number).ok()?;
        if self.numbers.get(place) == Some(&number) {
            return Some(place);
        }
        self.numbers.iter().position(|other| *other == number)
    }

    /// The number of the symbol at a place.
    pub(super) fn number(&self, place: usize) -> u32 {
        self.numbers[place]
    }

    /// The place of the symbol of this id.
    pub(super) fn place(&self, id: &StableId) -> Option<usize> {
        let places = self.places.get_or_init(|| self.symbols.iter().map(|symbol| symbol.id.clone()).zip(0..).collect());
        places.get(id).copied()
    }

    /// The symbol at a place.
    pub(super) fn entry(&self, place: usize) -> SymbolEntry {
        SymbolEntry {
            path: self.name.path.clone(),
            module: self.name.module.to_string(),
            logical_name: self.logical_names[place].clone(),
            symbol: self.symbols[place].clone(),
        }
    }

    /// The symbol at a place, in short.
    pub(super) fn summary(&self, place: usize) -> SymbolSummary {
        let symbol = &self.symbols[place];
        SymbolSummary {
            key: SymbolKey { path: self.name.path.clone(), id: symbol.id.clone() },
            kind: symbol.kind,
            name: symbol.name.clone(),
            logical_name: self.logical_names[place].clone(),
            span: symbol.span,
        }
    }
}

impl Snapshot {
    /// The sheets of these files, by number.
    pub(super) fn sheets(&self, files: impl IntoIterator<Item = u32>) -> Result<FxHashMap<u32, Sheet>, BackendError> {
        let read = self.read_documents(files, |file, name, records| Sheet::new(file, name, records.outline()?))?;
        Ok(read.into_iter().map(|sheet| (sheet.file, sheet)).collect())
    }

    /// The imports of these files, by number.
    pub(super) fn imports_of(&self, files: impl IntoIterator<Item = u32>) -> Result<FxHashMap<u32, Vec<Import>>, BackendError> {
        let read = self.read_documents(files, |file, _, records| Some((file, records.imports()?)))?;
        Ok(read.into_iter().collect())
    }

    /// The sheet of the file that has this key's path, and the place of the symbol in it.
    pub(super) fn symbol(&self, key: &SymbolKey) -> Result<Option<(Sheet, usize)>, BackendError> {
        let Some(file) = self.number(&key.path)? else { return Ok(None) };
        let sheet = self.sheets([file])?.remove(&file);
        Ok(sheet.and_then(|sheet| sheet.place(&key.id).map(|place| (sheet, place))))
    }

    /// The sheets of these files with their edges, in no order.
    pub(super) fn edges_of(&self, files: &[u32]) -> Result<Vec<(Sheet, Vec<FileEdge>)>, BackendError> {
        let meanings = self.select("file, meanings", "resolution", &Which::among("file", files), |row| {
            Ok((row.get::<u32>(0)?, row.get::<Vec<u8>>(1)?))
        })?;
        let meanings: FxHashMap<u32, Vec<u8>> = meanings.into_iter().collect();
        self.read_documents(files.iter().copied(), |file, name, records| {
            let (outline, uses) = records.outline_and_uses()?;
            let meanings = codec::expand(meanings.get(&file)?, b"")?;
            let edges = compact::edges(&uses, &codec::unpack_borrowed::<Meanings<'_>>(&meanings)?)?;
            Some((Sheet::new(file, name, outline)?, edges))
        })
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
        for some in files.chunks(TOGETHER) {
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
