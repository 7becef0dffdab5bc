//! What every listing can be narrowed by, as the first four parameters of a statement.

use codira_contracts::PathPrefix;
use sqlx::{SqlSafeStr, Sqlite, query::Query, sqlite::SqliteArguments};

/// Files inside the prefix, of what other conditions found: `?1` is the prefix, `?2` what follows everything below it, `?3` what
/// everything below begins with. Not for looking files up: see [`range`].
macro_rules! inside {
    () => {
        "+f.path >= ?1 AND +f.path < ?2 AND (+f.path = ?1 OR +f.path >= ?3)"
    };
}
pub(super) use inside;

/// The same for statements that begin with the files, by path.
macro_rules! range {
    () => {
        "f.path >= ?1 AND f.path < ?2 AND (f.path = ?1 OR f.path >= ?3)"
    };
}
pub(super) use range;

pub(super) type Statement<'q> = Query<'q, Sqlite, SqliteArguments>;

/// A statement with its first three parameters, and a limit as the fourth.
pub(super) fn narrowed<'q>(sql: impl SqlSafeStr, prefix: &PathPrefix, limit: Option<usize>) -> Statement<'q> {
    let limit = limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
    let query = sqlx::query(sql).bind(prefix.as_str().to_owned());
    match prefix.below() {
        Some((below, end)) => query.bind(end).bind(below).bind(limit),
        // Every text comes before every blob.
        None => query.bind(Vec::<u8>::new()).bind(String::new()).bind(limit),
    }
}
