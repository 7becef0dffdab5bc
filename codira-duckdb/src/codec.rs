//! The forms of blobs: records in postcard, numbers of variable length. DuckDB compresses the columns that hold them.
//!
//! What is read back is never trusted: every function that reads answers `None` to bytes that it cannot have written.

use std::{borrow::Cow, collections::HashMap};

use codira_contracts::{AnalysisStatus, FileAnalysis, Import, Site, StableId, Symbol, UseForm, UseKind, UseRecord};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// A record as bytes.
pub(crate) fn pack<T: Serialize + ?Sized>(record: &T) -> Vec<u8> {
    postcard::to_stdvec(record).expect("the model has no type that postcard refuses")
}

/// Reads what [`pack`] wrote.
pub(crate) fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    match postcard::take_from_bytes(bytes) {
        Ok((record, [])) => Some(record),
        _ => None,
    }
}

/// Reads the list of bytes that [`pack`] wrote.
pub(crate) fn unpack_sections(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    match postcard::take_from_bytes(bytes) {
        Ok((sections, [])) => Some(sections),
        _ => None,
    }
}

/// What an analysis says that no question matches: everything but symbols, documentation and source.
#[derive(Serialize, Deserialize)]
struct Rest<'a> {
    imports: Cow<'a, [Import]>,
    uses: Vec<Use<'a>>,
    status: Cow<'a, AnalysisStatus>,
}

/// A use, whose owner is told by its place in the list of symbols.
#[derive(Serialize, Deserialize)]
struct Use<'a> {
    kind: UseKind,
    form: UseForm,
    owner: usize,
    text: Cow<'a, str>,
    line: u32,
    column: u32,
}

/// Imports, uses and status of a valid analysis.
pub(crate) fn pack_rest(analysis: &FileAnalysis) -> Vec<u8> {
    let places: HashMap<&StableId, usize> = analysis.symbols.iter().map(|symbol| &symbol.id).zip(0..).collect();
    let uses = analysis.uses.iter().map(|record| Use {
        kind: record.kind,
        form: record.form,
        owner: *places.get(&record.owner).expect("the owners of a valid analysis are its symbols"),
        text: Cow::Borrowed(&record.text),
        line: record.site.line,
        column: record.site.column,
    });
    pack(&Rest { uses: uses.collect(), imports: Cow::from(&analysis.imports), status: Cow::Borrowed(&analysis.status) })
}

/// Reads what [`pack_rest`] wrote into an analysis that has its symbols already.
pub(crate) fn unpack_rest(bytes: &[u8], analysis: &mut FileAnalysis) -> Option<()> {
    let Rest { imports, uses, status } = unpack(bytes)?;
    let symbols: &[Symbol] = &analysis.symbols;
    let record = |Use { kind, form, owner, text, line, column }: Use<'_>| {
        let owner = symbols.get(owner)?.id.clone();
        Some(UseRecord { kind, owner, form, text: text.into_owned(), site: Site::new(line, column) })
    };
    analysis.uses = uses.into_iter().map(record).collect::<Option<_>>()?;
    analysis.imports = imports.into_owned();
    analysis.status = status.into_owned();
    Some(())
}

/// The sites of an edge: lines as differences, for they are sorted.
pub(crate) fn pack_sites(sites: &[Site]) -> Vec<u8> {
    let mut before = 0;
    let pairs = sites.iter().map(|site| {
        let step = site.line.wrapping_sub(before);
        before = site.line;
        (step, site.column)
    });
    pack(&pairs.collect::<Vec<_>>())
}

/// Reads what [`pack_sites`] wrote.
pub(crate) fn unpack_sites(bytes: &[u8]) -> Option<Vec<Site>> {
    let pairs: Vec<(u32, u32)> = unpack(bytes)?;
    let mut line = 0_u32;
    let sites = pairs.into_iter().map(|(step, column)| {
        line = line.wrapping_add(step);
        Site::new(line, column)
    });
    Some(sites.collect())
}

/// The number of a word of the contract: its place in the list of all.
pub(crate) fn code<T: PartialEq>(all: &[T], word: &T) -> u8 {
    let place = all.iter().position(|other| other == word).and_then(|place| u8::try_from(place).ok());
    place.expect("the list of all words holds each of them, and none has hundreds")
}

/// The word of a number.
pub(crate) fn word<T: Copy>(all: &[T], code: u8) -> Option<T> {
    all.get(usize::from(code)).copied()
}
