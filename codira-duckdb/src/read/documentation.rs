//! Documentation units and documentation issues.

use codira_contracts::{
    BackendError, DocIssue, DocIssueEntry, DocIssueRequest, Documentation, DocumentationEntry, DocumentationRequest, Severity,
};
use duckdb::types::Value;

use super::{
    filter::Which,
    snapshot::{Name, OWN, Snapshot, Table},
};
use crate::{codec, engine::Cells};

const UNITS: Table = Table { name: "documentation", order: "first, last, stable_id", columns: "body" };
const ISSUES: Table = Table { name: "doc_issue", order: "ordinal, 0::UINTEGER, ''", columns: "body" };

/// What [`body`] reads, from its column on.
pub(super) const UNIT: &str = UNITS.columns;

pub(super) fn units(snapshot: &Snapshot, request: &DocumentationRequest) -> Result<Vec<DocumentationEntry>, BackendError> {
    let which = match &request.owner {
        None => Which::all(),
        Some(owner) => match snapshot.symbol(owner)? {
            Some((file, number)) => Which::is("file", file).and_is("owner", Some(number)),
            None => return Ok(Vec::new()),
        },
    };
    let found = snapshot.listed(UNITS, which, &request.prefix, request.limit, |row| body(row, OWN))?;
    Ok(found.into_iter().map(unit).collect())
}

/// A documentation unit.
pub(super) fn body(row: &Cells<'_>, column: usize) -> Result<Documentation, BackendError> {
    row.blob(column, "a documentation unit", codec::unpack)
}

/// An entry of its parts.
pub(super) fn unit((Name { path, .. }, unit): (Name, Documentation)) -> DocumentationEntry {
    DocumentationEntry { path, unit }
}

pub(super) fn issues(snapshot: &Snapshot, request: &DocIssueRequest) -> Result<Vec<DocIssueEntry>, BackendError> {
    let mut which = Which::all().and_is("rule", request.rule.clone());
    if let Some(severity) = &request.at_least {
        which = which.and("severity >= ?", [codec::code(Severity::ALL, severity).into()]);
    }
    if let Some(language) = &request.language {
        let of_language = "file IN (SELECT id FROM file WHERE language = ?)";
        which = which.and(of_language, [Value::from(language.as_str().to_owned())]);
    }
    let found = snapshot.listed(ISSUES, which, &request.prefix, request.limit, |row| {
        row.blob::<DocIssue>(OWN, "a documentation issue", codec::unpack)
    })?;
    Ok(found.into_iter().map(|(Name { path, .. }, issue)| DocIssueEntry { path, issue }).collect())
}
