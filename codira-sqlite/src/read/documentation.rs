//! Documentation units and documentation issues.

use codira_contracts::{BackendError, DocIssueEntry, DocIssueRequest, DocumentationEntry, DocumentationRequest, Severity};
use sqlx::{SqliteConnection, sqlite::SqliteRow};

use super::{
    entries::{get, path, sound},
    filter::{inside, narrowed, range},
    symbols::symbol_number,
};
use crate::{codec, errors::At, records};

/// Which documentation units are there?
pub(crate) const UNITS: &str = concat!(
    "SELECT f.path, d.body FROM file f CROSS JOIN documentation d ON d.file = f.id CROSS JOIN text i ON i.id = d.stable_id
    WHERE f.documentation > 0 AND ",
    range!(),
    " ORDER BY f.path, d.first, d.last, i.value LIMIT ?4"
);
/// Which documentation units belong to this symbol?
pub(crate) const UNITS_OF: &str = concat!(
    "SELECT f.path, d.body FROM documentation d CROSS JOIN file f ON f.id = d.file CROSS JOIN text i ON i.id = d.stable_id
    WHERE d.owner = ",
    symbol_number!(),
    " AND ",
    inside!(),
    " ORDER BY f.path, d.first, d.last, i.value LIMIT ?4"
);

/// What an entry needs, of issues `d` in files `f`: the given tables and conditions find them. Rule, severity and language narrow.
macro_rules! issues {
    ($from:literal, $where:expr) => {
        concat!(
            "SELECT f.path, d.body FROM ",
            $from,
            " WHERE ",
            $where,
            "
                AND (?5 IS NULL OR d.rule = (SELECT id FROM text WHERE value = ?5)) AND (?6 IS NULL OR d.severity >= ?6)
                AND (?7 IS NULL OR f.language = (SELECT id FROM text WHERE value = ?7))
            ORDER BY f.path, d.ordinal LIMIT ?4"
        )
    };
}
/// Which documentation issues are there?
pub(crate) const ISSUES: &str =
    issues!("file f CROSS JOIN doc_issue d ON d.file = f.id", concat!("f.doc_issues > 0 AND ", range!()));
/// Which documentation issues are there of this rule?
pub(crate) const ISSUES_OF_RULE: &str = issues!(
    "doc_issue d CROSS JOIN file f ON f.id = d.file",
    concat!("d.rule = (SELECT id FROM text WHERE value = ?5) AND ", inside!())
);
/// Which documentation issues are there at least so severe?
pub(crate) const ISSUES_OF_SEVERITY: &str =
    issues!("doc_issue d CROSS JOIN file f ON f.id = d.file", concat!("d.severity >= ?6 AND ", inside!()));

pub(super) async fn units(
    connection: &mut SqliteConnection,
    request: &DocumentationRequest,
    at: At<'_>,
) -> Result<Vec<DocumentationEntry>, BackendError> {
    let query = match &request.owner {
        None => narrowed(UNITS, &request.prefix, request.limit),
        Some(owner) => narrowed(UNITS_OF, &request.prefix, request.limit)
            .bind(owner.path.as_str().to_owned())
            .bind(owner.id.as_str().to_owned()),
    };
    let rows = query.fetch_all(connection).await.map_err(|error| at.failed("read", error))?;
    rows.iter().map(|row| unit(row, at)).collect()
}

/// Two columns: path and body.
pub(super) fn unit(row: &SqliteRow, at: At<'_>) -> Result<DocumentationEntry, BackendError> {
    let unit = sound(codec::unpack_squeezed(get(row, 1, at)?), "a documentation unit", at)?;
    Ok(DocumentationEntry { path: path(row, 0, at)?, unit })
}

pub(super) async fn issues(
    connection: &mut SqliteConnection,
    request: &DocIssueRequest,
    at: At<'_>,
) -> Result<Vec<DocIssueEntry>, BackendError> {
    let sql = match (&request.rule, request.at_least) {
        (Some(_), _) => ISSUES_OF_RULE,
        (None, Some(severity)) if severity > Severity::Info => ISSUES_OF_SEVERITY,
        (None, _) => ISSUES,
    };
    let query = narrowed(sql, &request.prefix, request.limit)
        .bind(request.rule.clone())
        .bind(request.at_least.map(|severity| records::code(Severity::ALL, &severity)))
        .bind(request.language.as_ref().map(|language| language.as_str().to_owned()));
    let rows = query.fetch_all(connection).await.map_err(|error| at.failed("read", error))?;
    let entry = |row| {
        let issue = sound(codec::unpack_squeezed(get(row, 1, at)?), "a documentation issue", at)?;
        Ok(DocIssueEntry { path: path(row, 0, at)?, issue })
    };
    rows.iter().map(entry).collect()
}
