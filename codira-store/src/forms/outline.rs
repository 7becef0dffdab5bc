//! The outline of a file: symbols and documentation units.

use std::borrow::Cow;

use codira_contracts::{Documentation, FileAnalysis, Symbol};
use serde::{Deserialize, Serialize};

use crate::codec;

/// What the blob holds.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Outline<'a> {
    /// In the order of the analysis.
    pub(crate) symbols: Cow<'a, [Symbol]>,
    /// In the order of the analysis.
    pub(crate) documentation: Cow<'a, [Documentation]>,
}

impl<'a> Outline<'a> {
    /// The outline of an analysis.
    pub(crate) fn of(analysis: &'a FileAnalysis) -> Self {
        Self { symbols: Cow::Borrowed(&analysis.symbols), documentation: Cow::Borrowed(&analysis.documentation) }
    }

    /// The bytes before compression, which are the dictionary of the content.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        codec::pack(self)
    }
}

/// The bytes of an outline's blob.
pub(crate) fn decompress(blob: &[u8]) -> Option<Vec<u8>> {
    codec::decompress(blob, b"")
}

/// Reads the bytes of an outline.
pub(crate) fn read(bytes: &[u8]) -> Option<Outline<'static>> {
    codec::unpack(bytes)
}
