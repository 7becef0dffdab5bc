//! Imports and includes, from either end.

use codira_contracts::{BackendError, ImportEnd, ImportEntry, ImportRequest, ImportTarget};
use sqlx::{SqliteConnection, sqlite::SqliteRow};

use super::{
    entries::{get, path, sound},
    filter::{inside, narrowed},
};
use crate::{codec, errors::At};

/// What an entry needs, of imports `i` in files `f`: the given tables and conditions find them.
macro_rules! entries {
    ($from:literal, $where:literal) => {
        concat!(
            "SELECT f.path, m.value, i.body, i.target, t.path
            FROM ",
            $from,
            "
            CROSS JOIN text m ON m.id = f.module
            LEFT JOIN file t ON i.target > 0 AND t.id = i.target
            WHERE ",
            $where,
            " AND ",
            inside!(),
            "
            ORDER BY f.path, i.ordinal LIMIT ?4"
        )
    };
}

/// What does this file import?
pub(crate) const FROM_FILE: &str = entries!("file f CROSS JOIN import i ON i.file = f.id", "f.path = ?5");
/// What do files of this module import?
pub(crate) const FROM_MODULE: &str =
    entries!("file f CROSS JOIN import i ON i.file = f.id", "f.module = (SELECT id FROM text WHERE value = ?5)");
/// What lands in this file?
pub(crate) const TO_FILE: &str = entries!(
    "import i CROSS JOIN file f ON f.id = i.file",
    "i.target = (SELECT id FROM file WHERE path = ?5) AND i.target > 0"
);
/// What lands in a file of this module, or nowhere and names it?
pub(crate) const TO_MODULE: &str = entries!(
    "(SELECT file, ordinal FROM import
        WHERE target IN (SELECT id FROM file WHERE module = (SELECT id FROM text WHERE value = ?5)) AND target > 0
      UNION ALL SELECT file, ordinal FROM import WHERE module = (SELECT id FROM text WHERE value = ?5) AND target <= 0) h
     CROSS JOIN import i ON i.file = h.file AND i.ordinal = h.ordinal CROSS JOIN file f ON f.id = i.file",
    "TRUE"
);

pub(super) async fn imports(
    connection: &mut SqliteConnection,
    request: &ImportRequest,
    at: At<'_>,
) -> Result<Vec<ImportEntry>, BackendError> {
    let (sql, text) = match &request.end {
        ImportEnd::FromFile(path) => (FROM_FILE, path.as_str()),
        ImportEnd::FromModule(module) => (FROM_MODULE, &**module),
        ImportEnd::ToFile(path) => (TO_FILE, path.as_str()),
        ImportEnd::ToModule(module) => (TO_MODULE, &**module),
    };
    let query = narrowed(sql, &request.prefix, request.limit).bind(text.to_owned());
    let rows = query.fetch_all(connection).await.map_err(|error| at.failed("read", error))?;
    rows.iter().map(|row| entry(row, at)).collect()
}

fn entry(row: &SqliteRow, at: At<'_>) -> Result<ImportEntry, BackendError> {
    let target = match get::<i64>(row, 3, at)? {
        0 => ImportTarget::External,
        ..0 => ImportTarget::Unresolved,
        _ => ImportTarget::Resolved(path(row, 4, at)?),
    };
    let import = sound(codec::unpack(get(row, 2, at)?), "an import", at)?;
    Ok(ImportEntry { path: path(row, 0, at)?, module: get(row, 1, at)?, import, target })
}
