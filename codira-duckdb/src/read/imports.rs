//! Imports and includes, from either end.

use codira_contracts::{BackendError, ImportEnd, ImportEntry, ImportRequest, ImportTarget};

use super::filter::{inside, narrowed};
use crate::{
    codec,
    engine::{Cells, Database},
};

/// The import leads into a file.
pub(crate) const RESOLVED: u8 = 0;
/// It leads out of the repository.
pub(crate) const EXTERNAL: u8 = 1;
/// No one can tell where it leads.
pub(crate) const UNRESOLVED: u8 = 2;

/// What an entry needs, of imports `i` in files `f`; a condition finds them.
macro_rules! entries {
    ($where:literal) => {
        concat!(
            "SELECT f.path, f.module, i.body, i.reach, t.path
            FROM import i JOIN file f ON f.id = i.file LEFT JOIN file t ON t.id = i.target
            WHERE ",
            $where,
            " AND ",
            inside!(),
            " ORDER BY f.path, i.ordinal LIMIT $4"
        )
    };
}

/// What does this file import?
const FROM_FILE: &str = entries!("f.path = $5");
/// What do files of this module import?
const FROM_MODULE: &str = entries!("f.module = $5");
/// What lands in this file?
const TO_FILE: &str = entries!("t.path = $5");
/// What lands in a file of this module, or nowhere and names it?
const TO_MODULE: &str = entries!("((i.reach = 0 AND t.module = $5) OR (i.reach > 0 AND i.module = $5))");

pub(super) fn imports(database: &Database, request: &ImportRequest) -> Result<Vec<ImportEntry>, BackendError> {
    let (sql, text) = match &request.end {
        ImportEnd::FromFile(path) => (FROM_FILE, path.as_str()),
        ImportEnd::FromModule(module) => (FROM_MODULE, &**module),
        ImportEnd::ToFile(path) => (TO_FILE, path.as_str()),
        ImportEnd::ToModule(module) => (TO_MODULE, &**module),
    };
    database.rows(sql, narrowed(&request.prefix, request.limit, [text.to_owned().into()]), entry)
}

fn entry(row: &Cells<'_>) -> Result<ImportEntry, BackendError> {
    let target = match row.get(3)? {
        RESOLVED => ImportTarget::Resolved(row.path(4)?),
        EXTERNAL => ImportTarget::External,
        _ => ImportTarget::Unresolved,
    };
    Ok(ImportEntry { path: row.path(0)?, module: row.get(1)?, import: row.blob(2, "an import", codec::unpack)?, target })
}
