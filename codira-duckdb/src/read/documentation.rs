//! Documentation units and documentation issues.

use codira_contracts::{BackendError, DocIssueEntry, DocIssueRequest, DocumentationEntry, DocumentationRequest, Severity};

use super::filter::{inside, narrowed, optional};
use crate::{
    codec,
    engine::{Cells, Database},
};

/// Which documentation units are there, perhaps of one symbol?
const UNITS: &str = concat!(
    "SELECT f.path, d.body FROM documentation d JOIN file f ON f.id = d.file
    LEFT JOIN symbol o ON o.file = d.file AND o.number = d.owner
    WHERE ($5 IS NULL OR (f.path = $5 AND o.stable_id = $6)) AND ",
    inside!(),
    " ORDER BY f.path, d.first, d.last, d.stable_id LIMIT $4"
);
/// Which documentation issues are there, perhaps of one rule, severity or language?
const ISSUES: &str = concat!(
    "SELECT f.path, d.body FROM doc_issue d JOIN file f ON f.id = d.file
    WHERE ($5 IS NULL OR d.rule = $5) AND ($6 IS NULL OR d.severity >= $6::UTINYINT) AND ($7 IS NULL OR f.language = $7) AND ",
    inside!(),
    " ORDER BY f.path, d.ordinal LIMIT $4"
);

pub(super) fn units(database: &Database, request: &DocumentationRequest) -> Result<Vec<DocumentationEntry>, BackendError> {
    let owner = request.owner.as_ref();
    let path = optional(owner.map(|owner| owner.path.as_str().to_owned()));
    let id = optional(owner.map(|owner| owner.id.as_str().to_owned()));
    database.rows(UNITS, narrowed(&request.prefix, request.limit, [path, id]), unit)
}

/// Two columns: path and body.
pub(super) fn unit(row: &Cells<'_>) -> Result<DocumentationEntry, BackendError> {
    Ok(DocumentationEntry { path: row.path(0)?, unit: row.blob(1, "a documentation unit", codec::unpack)? })
}

pub(super) fn issues(database: &Database, request: &DocIssueRequest) -> Result<Vec<DocIssueEntry>, BackendError> {
    let rule = optional(request.rule.clone());
    let severity = optional(request.at_least.map(|severity| codec::code(Severity::ALL, &severity)));
    let language = optional(request.language.as_ref().map(|language| language.as_str().to_owned()));
    database.rows(ISSUES, narrowed(&request.prefix, request.limit, [rule, severity, language]), |row| {
        Ok(DocIssueEntry { path: row.path(0)?, issue: row.blob(1, "a documentation issue", codec::unpack)? })
    })
}
