//! What listings can be narrowed by, as the first three parameters of a statement.

use codira_contracts::PathPrefix;
use sqlx::{SqlSafeStr, Sqlite, query::Query, sqlite::SqliteArguments};

/// Files inside the prefix, by path: `?1` is the prefix, `?2` what follows everything below it,
/// `?3` what everything below begins with.
macro_rules! range {
    () => {
        "f.path >= ?1 AND f.path < ?2 AND (f.path = ?1 OR f.path >= ?3)"
    };
}
pub(crate) use range;

/// A statement with its first three parameters.
pub(crate) fn narrowed<'q>(sql: impl SqlSafeStr, prefix: &PathPrefix) -> Query<'q, Sqlite, SqliteArguments> {
    let query = sqlx::query(sql).bind(prefix.as_str().to_owned());
    match prefix.below() {
        Some((below, end)) => query.bind(end).bind(below),
        // Every text comes before every blob.
        None => query.bind(Vec::<u8>::new()).bind(String::new()),
    }
}
