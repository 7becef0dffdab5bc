//! Symbols: by key, name, logical name, module and parent; and the inventory.

use codira_contracts::{
    BackendError, EdgeCounts, SymbolEntry, SymbolInventoryEntry, SymbolInventoryRequest, SymbolKey, SymbolKind, SymbolMatch,
    SymbolRequest,
};
use sqlx::SqliteConnection;

use super::{
    entries::{Runs, get, summary},
    filter::{Statement, inside, narrowed, range},
};
use crate::{errors::At, records};

/// What an entry needs, of symbols `s` in files `f`: the given tables and conditions find them. The runs come in after sorting.
macro_rules! entries {
    ($from:expr, $where:expr) => {
        concat!(
            "SELECT h.path, h.module, h.logical_name, h.file, h.ordinal, d.body FROM (
                SELECT f.path, m.value AS module, l.value AS logical_name, s.file, s.ordinal, s.first, s.last, i.value AS id
                FROM ",
            $from,
            "
                CROSS JOIN text m ON m.id = f.module
                CROSS JOIN text l ON l.id = s.logical_name
                CROSS JOIN text i ON i.id = s.stable_id
                WHERE ",
            $where,
            "
                ORDER BY f.path, s.first, s.last, i.value LIMIT ?4) h
            CROSS JOIN detail d ON d.id = (h.file << 20) + (h.ordinal >> 5)
            ORDER BY h.path, h.first, h.last, h.id"
        )
    };
}
pub(super) use entries;

/// The number of the symbol whose path and id are the fifth and sixth parameter.
macro_rules! symbol_number {
    () => {
        "(SELECT p.id FROM file pf CROSS JOIN symbol p ON p.file = pf.id
          WHERE pf.path = ?5 AND p.stable_id = (SELECT id FROM text WHERE value = ?6))"
    };
}
pub(super) use symbol_number;

/// Which symbol has this key?
pub(crate) const BY_KEY: &str = entries!(
    "file f CROSS JOIN symbol s ON s.file = f.id",
    concat!("f.path = ?5 AND s.stable_id = (SELECT id FROM text WHERE value = ?6) AND ", inside!())
);
/// Which symbols have this name?
pub(crate) const BY_NAME: &str = entries!(
    "symbol s CROSS JOIN file f ON f.id = s.file",
    concat!("s.name = (SELECT id FROM text WHERE value = ?5) AND (?6 IS NULL OR s.kind = ?6) AND ", inside!())
);
/// Which symbols have this logical name?
pub(crate) const BY_LOGICAL_NAME: &str = entries!(
    "symbol s CROSS JOIN file f ON f.id = s.file",
    concat!("s.logical_name = (SELECT id FROM text WHERE value = ?5) AND (?6 IS NULL OR s.kind = ?6) AND ", inside!())
);
/// Which symbols are in files of this module?
pub(crate) const BY_MODULE: &str = entries!(
    "file f CROSS JOIN symbol s ON s.file = f.id",
    concat!("f.module = (SELECT id FROM text WHERE value = ?5) AND (?6 IS NULL OR s.kind = ?6) AND ", inside!())
);
/// Which symbols have this parent?
pub(crate) const CHILDREN: &str =
    entries!("symbol s CROSS JOIN file f ON f.id = s.file", concat!("s.parent = ", symbol_number!(), " AND ", inside!()));
/// Which overloads are there of this symbol?
pub(crate) const OVERLOADS: &str = entries!(
    "symbol g CROSS JOIN symbol s ON s.name = g.name AND s.file = g.file CROSS JOIN file f ON f.id = s.file",
    concat!("g.id = ", symbol_number!(), " AND s.kind = ?7 AND s.id <> g.id AND s.parent IS g.parent AND ", inside!())
);
/// Which symbols are there, and how many edges has each? Targets of calls are even where they are symbols, odd elsewhere.
pub(crate) const INVENTORY: &str = concat!(
    "SELECT f.path, i.value, s.kind, n.value, l.value, s.first, s.last,
        (SELECT count(*) FROM edge e WHERE e.target = s.id * 2),
        (SELECT count(*) FROM edge e WHERE e.owner = s.id AND e.target >= 0 AND e.target & 1 = 0),
        (SELECT count(*) FROM edge e WHERE e.owner = s.id AND e.target < 0 AND e.target & 1 = 1),
        (SELECT count(*) FROM edge e WHERE e.target = s.id * 2 + 1),
        (SELECT count(*) FROM edge e WHERE e.owner = s.id AND e.target >= 0 AND e.target & 1 = 1),
        (SELECT count(*) FROM edge e WHERE e.owner = s.id AND e.target < 0 AND e.target & 1 = 0)
    FROM file f
    CROSS JOIN symbol s ON s.file = f.id
    CROSS JOIN text i ON i.id = s.stable_id
    CROSS JOIN text n ON n.id = s.name
    CROSS JOIN text l ON l.id = s.logical_name
    WHERE ",
    range!(),
    " AND (?5 IS NULL OR s.kind = ?5)
    ORDER BY f.path, s.first, s.last, i.value LIMIT ?4"
);

/// Runs a statement that is made of [`entries`].
pub(super) async fn fetch(
    connection: &mut SqliteConnection,
    query: Statement<'_>,
    at: At<'_>,
) -> Result<Vec<SymbolEntry>, BackendError> {
    let rows = query.fetch_all(connection).await.map_err(|error| at.failed("read", error))?;
    let mut runs = Runs::default();
    rows.iter().map(|row| runs.entry(row, at)).collect()
}

pub(super) async fn symbol(
    connection: &mut SqliteConnection,
    key: &SymbolKey,
    at: At<'_>,
) -> Result<Option<SymbolEntry>, BackendError> {
    Ok(fetch(connection, of_key(BY_KEY, key), at).await?.pop())
}

pub(super) async fn symbols(
    connection: &mut SqliteConnection,
    request: &SymbolRequest,
    at: At<'_>,
) -> Result<Vec<SymbolEntry>, BackendError> {
    let (sql, text) = match &request.matching {
        SymbolMatch::Name(name) => (BY_NAME, name),
        SymbolMatch::LogicalName(name) => (BY_LOGICAL_NAME, name),
        SymbolMatch::Module(name) => (BY_MODULE, name),
    };
    let kind = request.kind.map(|kind| records::code(SymbolKind::ALL, &kind));
    fetch(connection, narrowed(sql, &request.prefix, request.limit).bind(text.clone()).bind(kind), at).await
}

pub(super) async fn children(
    connection: &mut SqliteConnection,
    parent: &SymbolKey,
    at: At<'_>,
) -> Result<Vec<SymbolEntry>, BackendError> {
    fetch(connection, of_key(CHILDREN, parent), at).await
}

pub(super) async fn overloads(
    connection: &mut SqliteConnection,
    key: &SymbolKey,
    at: At<'_>,
) -> Result<Vec<SymbolEntry>, BackendError> {
    let overload = records::code(SymbolKind::ALL, &SymbolKind::Overload);
    fetch(connection, of_key(OVERLOADS, key).bind(overload), at).await
}

pub(super) async fn inventory(
    connection: &mut SqliteConnection,
    request: &SymbolInventoryRequest,
    at: At<'_>,
) -> Result<Vec<SymbolInventoryEntry>, BackendError> {
    let kind = request.kind.map(|kind| records::code(SymbolKind::ALL, &kind));
    let query = narrowed(INVENTORY, &request.prefix, request.limit).bind(kind);
    let rows = query.fetch_all(connection).await.map_err(|error| at.failed("read", error))?;
    let entry = |row| {
        let count = |column| get::<i64>(row, column, at).map(|count| count as u64);
        let counts = |first| {
            Ok(EdgeCounts { incoming: count(first)?, outgoing_resolved: count(first + 1)?, outgoing_other: count(first + 2)? })
        };
        Ok(SymbolInventoryEntry { symbol: summary(row, 0, at)?, calls: counts(7)?, references: counts(10)? })
    };
    rows.iter().map(entry).collect()
}

/// A statement about one symbol.
fn of_key<'q>(sql: &'static str, key: &SymbolKey) -> Statement<'q> {
    let query = narrowed(sql, &codira_contracts::PathPrefix::root(), None);
    query.bind(key.path.as_str().to_owned()).bind(key.id.as_str().to_owned())
}
