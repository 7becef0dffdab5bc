//! How the parts of an analysis lie in blobs, and how they come back.
//!
//! Uses name their owners by place instead of id. Changing a form, here or in the contract's model, takes a migration.

use std::{borrow::Cow, collections::HashMap};

use codira_contracts::{AnalysisStatus, Import, Site, StableId, Symbol, UseForm, UseKind, UseRecord};
use serde::{Deserialize, Serialize};

use crate::codec;

/// How many symbols lie in one blob of `detail`: few enough to read one fast, enough to compress.
pub(crate) const RUN: usize = 32;
/// By how many bits a file's number is shifted in the ids of `detail`.
pub(crate) const RUN_BITS: u32 = 20;

/// Everything of an analysis that is neither symbol, documentation nor source.
#[derive(Debug)]
pub(crate) struct Records {
    pub(crate) imports: Vec<Import>,
    pub(crate) uses: Vec<UseRecord>,
    pub(crate) status: AnalysisStatus,
}

#[derive(Serialize, Deserialize)]
struct StoredRecords<'a> {
    imports: Cow<'a, [Import]>,
    uses: Vec<StoredUse<'a>>,
    status: Cow<'a, AnalysisStatus>,
}

#[derive(Serialize, Deserialize)]
struct StoredUse<'a> {
    kind: UseKind,
    form: UseForm,
    owner: u32,
    text: Cow<'a, str>,
    line: u32,
    column: u32,
}

/// The blob of imports, uses and status; `symbols` are those of the file, and hold every owner.
pub(crate) fn pack_records(symbols: &[Symbol], imports: &[Import], uses: &[UseRecord], status: &AnalysisStatus) -> Vec<u8> {
    let places: HashMap<&StableId, u32> = symbols.iter().map(|symbol| &symbol.id).zip(0..).collect();
    let stored = |record: &'_ UseRecord| {
        let owner = places.get(&record.owner).copied().unwrap_or(u32::MAX);
        (record.kind, record.form, owner, record.site)
    };
    let uses = uses.iter().map(|record| {
        let (kind, form, owner, Site { line, column }) = stored(record);
        StoredUse { kind, form, owner, text: Cow::Borrowed(&record.text), line, column }
    });
    codec::pack_squeezed(&StoredRecords { imports: imports.into(), uses: uses.collect(), status: Cow::Borrowed(status) })
}

/// Reads what [`pack_records`] wrote.
pub(crate) fn unpack_records(symbols: &[Symbol], blob: &[u8]) -> Option<Records> {
    let stored: StoredRecords<'static> = codec::unpack_squeezed(blob)?;
    let uses = stored.uses.into_iter().map(|StoredUse { kind, form, owner, text, line, column }| {
        let owner = symbols.get(owner as usize)?.id.clone();
        Some(UseRecord { kind, owner, form, text: text.into_owned(), site: Site::new(line, column) })
    });
    let uses = uses.collect::<Option<_>>()?;
    Some(Records { imports: stored.imports.into_owned(), uses, status: stored.status.into_owned() })
}

/// The blobs of the symbols, a run in each.
pub(crate) fn pack_symbols(symbols: &[Symbol]) -> impl Iterator<Item = Vec<u8>> {
    symbols.chunks(RUN).map(codec::pack_squeezed)
}

/// Reads one run.
pub(crate) fn unpack_symbols(blob: &[u8]) -> Option<Vec<Symbol>> {
    codec::unpack_squeezed(blob)
}

/// Sites as lines and columns, each line as the difference to the one before it.
pub(crate) fn pack_sites(sites: &[Site]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(sites.len() * 3);
    let mut before = 0;
    for site in sites {
        codec::push_number(&mut bytes, i64::from(site.line) - before);
        codec::push_number(&mut bytes, i64::from(site.column));
        before = i64::from(site.line);
    }
    bytes
}

/// Reads what [`pack_sites`] wrote.
pub(crate) fn unpack_sites(mut bytes: &[u8]) -> Option<Vec<Site>> {
    let mut sites = Vec::new();
    let mut line = 0_i64;
    while !bytes.is_empty() {
        line = line.checked_add(codec::take_number(&mut bytes)?)?;
        let column = codec::take_number(&mut bytes)?;
        sites.push(Site::new(line.try_into().ok()?, column.try_into().ok()?));
    }
    Some(sites)
}

/// The target of an edge as one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A symbol, by its number.
    Symbol(i64),
    /// A row of `outside`, by its number.
    Outside(i64),
}

impl Target {
    /// The number in column `target`, which holds the kind of the edge, too.
    pub(crate) fn code(self, kind: UseKind) -> i64 {
        let bit = kind_code(kind);
        match self {
            Self::Symbol(id) => id * 2 + bit,
            Self::Outside(id) => -1 - (id * 2 + bit),
        }
    }
}

/// The kind of an edge in its target's number.
pub(crate) fn kind_code(kind: UseKind) -> i64 {
    match kind {
        UseKind::Call => 0,
        UseKind::Reference => 1,
    }
}

/// The number of a word of the contract: its place in the list of all.
pub(crate) fn code<T: PartialEq>(all: &[T], word: &T) -> i64 {
    all.iter().position(|other| other == word).expect("the list of all words holds each of them") as i64
}

/// The word of a number.
pub(crate) fn word<T: Copy>(all: &[T], code: i64) -> Option<T> {
    usize::try_from(code).ok().and_then(|place| all.get(place)).copied()
}
