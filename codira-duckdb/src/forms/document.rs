//! A file as it was put, but for documentation issues and embeddings.

use std::borrow::Cow;

use codira_contracts::{AnalysisStatus, Documentation, FileAnalysis, Import, Symbol};
use codira_store::compact::Uses;
use serde::{Deserialize, Serialize};

use crate::codec;

/// What questions look at most.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Outline<'a> {
    /// First, so that they can be read alone. In the order of the analysis, as everything here.
    pub(crate) imports: Cow<'a, [Import]>,
    /// The number of each symbol, where that is not its place.
    numbers: Option<Cow<'a, [u32]>>,
    pub(crate) symbols: Cow<'a, [Symbol]>,
    pub(crate) documentation: Cow<'a, [Documentation]>,
}

impl Outline<'_> {
    /// The number of each symbol.
    pub(crate) fn numbers(&self) -> Option<Vec<u32>> {
        let count = self.symbols.len();
        match &self.numbers {
            None => Some((0..u32::try_from(count).ok()?).collect()),
            Some(numbers) => (numbers.len() == count).then(|| numbers.to_vec()),
        }
    }
}

/// The two blobs of a valid analysis, whose symbols have these numbers.
pub(crate) fn to_blobs(analysis: &FileAnalysis, numbers: &[u32]) -> (Vec<u8>, Vec<u8>) {
    let FileAnalysis { symbols, documentation, imports, status, source, .. } = analysis;
    let are_places = numbers.iter().zip(0..).all(|(number, place)| *number == place);
    let numbers = (!are_places).then_some(Cow::Borrowed(numbers));
    let (symbols, documentation, imports) = (Cow::from(symbols), Cow::from(documentation), Cow::from(imports));
    let outline = Outline { imports, numbers, symbols, documentation };
    let uses = Uses::of(analysis).expect("files are validated, so every owner is there");
    let records = codec::pack_after(codec::pack(&outline), &(status, uses));
    (codec::compress(source.as_bytes(), b""), codec::compress(&records, source.as_bytes()))
}

/// The source text, of its blob.
pub(crate) fn source(blob: &[u8]) -> Option<String> {
    String::from_utf8(codec::decompress(blob, b"")?).ok()
}

/// The records of a file, of both blobs.
#[derive(Debug)]
pub(crate) struct Records(Vec<u8>);

impl Records {
    /// Expands the blob of records; `source` is the text.
    pub(crate) fn read(blob: &[u8], source: &str) -> Option<Self> {
        codec::decompress(blob, source.as_bytes()).map(Self)
    }

    /// Imports.
    pub(crate) fn imports(&self) -> Option<Vec<Import>> {
        codec::unpack_first(&self.0).map(|(imports, _)| imports)
    }

    /// Imports, symbols and documentation.
    pub(crate) fn outline(&self) -> Option<Outline<'static>> {
        self.divided().map(|(outline, _)| outline)
    }

    /// The outline, and the uses.
    pub(crate) fn outline_and_uses(&self) -> Option<(Outline<'static>, Uses<'_>)> {
        let (outline, rest) = self.divided()?;
        let (_, uses) = codec::unpack_borrowed::<(AnalysisStatus, Uses<'_>)>(rest)?;
        Some((outline, uses))
    }

    /// Reads them into an analysis that says nothing but language and module; its documentation is left out where it is not wanted.
    pub(crate) fn fill(&self, analysis: &mut FileAnalysis, documented: bool) -> Option<Vec<u32>> {
        let (outline, rest) = self.divided()?;
        let (status, uses) = codec::unpack_borrowed::<(AnalysisStatus, Uses<'_>)>(rest)?;
        let numbers = outline.numbers()?;
        let Outline { symbols, documentation, imports, .. } = outline;
        analysis.uses = uses.records(&symbols)?;
        analysis.symbols = symbols.into_owned();
        analysis.imports = imports.into_owned();
        analysis.status = status;
        if documented {
            analysis.documentation = documentation.into_owned();
        }
        Some(numbers)
    }

    fn divided(&self) -> Option<(Outline<'static>, &[u8])> {
        codec::unpack_first(&self.0)
    }
}
