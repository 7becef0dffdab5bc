//! Everything that an index answers, as lines of JSON: to compare two indexes to the byte, or to
//! take an index elsewhere.

use std::io::{self, Write};

use codira_contracts::{
    BackendError, DocIssueRequest, DocumentationRequest, EdgeCounts, EdgeEnd, EdgeRequest, ImportEnd, ImportRequest,
    IndexReader, PathPrefix, RuntimeInventory, SymbolInventoryRequest, UseKind,
};
use serde::Serialize;

/// Why a dump ended early.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// The index could not answer.
    #[error(transparent)]
    Index(#[from] BackendError),
    /// The dump could not be written.
    #[error("the dump cannot be written")]
    Write(#[from] io::Error),
}

/// Writes one line for each record that is stored or derived, in one order. Two indexes of the
/// same files by the same analyzers have equal dumps, whatever their backends, histories and
/// thread counts.
///
/// What depends on the history of an index is left out: the generation, the backend, modification
/// times.
///
/// # Errors
///
/// [`DumpError`], when the reader fails or `out` does; what was written until then is a prefix of
/// the dump.
pub async fn dump(reader: &impl IndexReader, out: &mut impl Write) -> Result<(), DumpError> {
    let RuntimeInventory { coverage, rules, analyzers, .. } = reader.inventory().await?;
    line(out, "coverage", &coverage)?;
    for row in rules {
        line(out, "rules", &row)?;
    }
    for analyzer in analyzers {
        line(out, "analyzer", &analyzer)?;
    }
    line(out, "totals", &reader.totals().await?)?;
    for state in reader.file_states(&PathPrefix::root()).await? {
        let Some(mut file) = reader.file(&state.path).await? else { continue };
        file.state.modified = 0;
        line(out, "file", &file)?;
        for import in reader.imports(&ImportRequest::new(ImportEnd::FromFile(state.path))).await? {
            line(out, "import", &import)?;
        }
    }
    for entry in reader.symbol_inventory(&SymbolInventoryRequest::default()).await? {
        line(out, "symbol", &entry)?;
        for (kind, counts) in [(UseKind::Call, entry.calls), (UseKind::Reference, entry.references)] {
            let EdgeCounts { incoming, outgoing_resolved, outgoing_other } = counts;
            if outgoing_resolved + outgoing_other > 0 {
                for edge in reader.edges(&EdgeRequest::new(kind, EdgeEnd::From(entry.symbol.key.clone()))).await? {
                    line(out, "edge", &edge)?;
                }
            }
            if incoming > 0 {
                for edge in reader.edges(&EdgeRequest::new(kind, EdgeEnd::To(entry.symbol.key.clone()))).await? {
                    line(out, "incoming", &edge)?;
                }
            }
        }
    }
    for unit in reader.documentation(&DocumentationRequest::default()).await? {
        line(out, "documentation", &unit)?;
    }
    for issue in reader.doc_issues(&DocIssueRequest::default()).await? {
        line(out, "doc-issue", &issue)?;
    }
    Ok(())
}

/// One line: an object with one field.
fn line(out: &mut impl Write, what: &str, value: &impl Serialize) -> io::Result<()> {
    write!(out, "{{\"{what}\":")?;
    serde_json::to_writer(&mut *out, value).map_err(io::Error::from)?;
    out.write_all(b"}\n")
}
