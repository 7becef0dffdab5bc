//! The content of a file: source text, imports, status and uses.

use std::borrow::Cow;

use crate::{codec, compact::Uses};
use codira_contracts::{AnalysisStatus, FileAnalysis, Import};
use serde::{Deserialize, Serialize};

/// What files say beside their outline and source.
#[derive(Debug, Serialize, Deserialize)]
struct Records<'a> {
    imports: Cow<'a, [Import]>,
    status: Cow<'a, AnalysisStatus>,
}

/// The bytes of a content before compression. Every owner is one of the analysis' symbols.
pub(crate) fn to_bytes(analysis: &FileAnalysis) -> Vec<u8> {
    let FileAnalysis { imports, status, source, .. } = analysis;
    let records = codec::pack(&Records { imports: imports.into(), status: Cow::Borrowed(status) });
    let uses = codec::pack(&Uses::of(analysis).expect("files are validated, so every owner is there"));
    let mut bytes = Vec::with_capacity(source.len() + records.len() + uses.len() + 10);
    codec::push_section(&mut bytes, source.as_bytes());
    codec::push_section(&mut bytes, &records);
    bytes.extend_from_slice(&uses);
    bytes
}

/// The bytes of a content, divided.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Content<'a> {
    source: &'a [u8],
    records: &'a [u8],
    uses: &'a [u8],
}

impl<'a> Content<'a> {
    /// Divides the bytes of a content.
    pub(crate) fn read(mut bytes: &'a [u8]) -> Option<Self> {
        let source = codec::take_section(&mut bytes)?;
        let records = codec::take_section(&mut bytes)?;
        Some(Self { source, records, uses: bytes })
    }

    /// The text.
    pub(crate) fn source(&self) -> Option<&'a str> {
        std::str::from_utf8(self.source).ok()
    }

    /// Imports and status.
    pub(crate) fn records(&self) -> Option<(Vec<Import>, AnalysisStatus)> {
        let Records { imports, status } = codec::unpack(self.records)?;
        Some((imports.into_owned(), status.into_owned()))
    }

    /// The uses.
    pub(crate) fn uses(&self) -> Option<Uses<'a>> {
        codec::unpack(self.uses)
    }
}
