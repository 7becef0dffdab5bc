//! Symbols: by key, name, logical name, module and parent; and the inventory.

use codira_contracts::{
    BackendError, EdgeCounts, PathPrefix, SymbolEntry, SymbolInventoryEntry, SymbolInventoryRequest, SymbolKey, SymbolKind,
    SymbolMatch, SymbolRequest,
};

use super::filter::{inside, narrowed, optional};
use crate::{
    codec,
    engine::{Cells, Database},
};

/// What an entry needs, of symbols `s` in files `f`; a condition finds them.
macro_rules! entries {
    ($where:expr) => {
        concat!(
            "SELECT f.path, f.module, s.logical_name, s.body FROM symbol s JOIN file f ON f.id = s.file WHERE ",
            $where,
            " AND ",
            inside!(),
            " ORDER BY f.path, s.first, s.last, s.stable_id LIMIT $4"
        )
    };
}

/// File and number of the symbol whose path and id are `$5` and `$6`.
macro_rules! symbol_of_key {
    () => {
        "(SELECT struct_pack(file := p.file, number := p.number) FROM symbol p JOIN file pf ON pf.id = p.file
          WHERE pf.path = $5 AND p.stable_id = $6)"
    };
}
pub(super) use symbol_of_key;

/// Which symbol has this key?
const BY_KEY: &str = entries!("f.path = $5 AND s.stable_id = $6");
/// Which symbols have this name?
const BY_NAME: &str = entries!("s.name = $5 AND ($6 IS NULL OR s.kind = $6::UTINYINT)");
/// Which symbols have this logical name?
const BY_LOGICAL_NAME: &str = entries!("s.logical_name = $5 AND ($6 IS NULL OR s.kind = $6::UTINYINT)");
/// Which symbols are in files of this module?
const BY_MODULE: &str = entries!("f.module = $5 AND ($6 IS NULL OR s.kind = $6::UTINYINT)");
/// Which symbols have this parent?
const CHILDREN: &str = entries!(concat!("struct_pack(file := s.file, number := s.parent) = ", symbol_of_key!()));
/// Which overloads are there in the file of this symbol, with its parent and name?
const OVERLOADS: &str = entries!(
    "s.kind = $7::UTINYINT AND s.stable_id <> $6 AND f.path = $5 AND struct_pack(name := s.name, parent := coalesce(s.parent, -1)) =
    (SELECT struct_pack(name := p.name, parent := coalesce(p.parent, -1)) FROM symbol p JOIN file pf ON pf.id = p.file
     WHERE pf.path = $5 AND p.stable_id = $6)"
);
/// Which symbols are there, and how many edges has each? Calls are of kind 0.
const INVENTORY: &str = concat!(
    "SELECT f.path, s.stable_id, s.kind, s.name, s.logical_name, s.first, s.last,
        coalesce(i.calls, 0)::UBIGINT, coalesce(o.calls, 0)::UBIGINT, coalesce(o.other_calls, 0)::UBIGINT,
        coalesce(i.refs, 0)::UBIGINT, coalesce(o.refs, 0)::UBIGINT, coalesce(o.other_refs, 0)::UBIGINT
    FROM symbol s JOIN file f ON f.id = s.file
    LEFT JOIN (SELECT file, owner, count(*) FILTER (kind = 0 AND reach = 0) AS calls,
            count(*) FILTER (kind = 0 AND reach > 0) AS other_calls, count(*) FILTER (kind = 1 AND reach = 0) AS refs,
            count(*) FILTER (kind = 1 AND reach > 0) AS other_refs
        FROM edge GROUP BY file, owner) o ON o.file = s.file AND o.owner = s.number
    LEFT JOIN (SELECT target_file, target, count(*) FILTER (kind = 0) AS calls, count(*) FILTER (kind = 1) AS refs
        FROM edge WHERE reach = 0 GROUP BY target_file, target) i ON i.target_file = s.file AND i.target = s.number
    WHERE ",
    inside!(),
    " AND ($5 IS NULL OR s.kind = $5::UTINYINT)
    ORDER BY f.path, s.first, s.last, s.stable_id LIMIT $4"
);

/// Reads a row of a statement that is made of [`entries`].
pub(super) fn entry(row: &Cells<'_>) -> Result<SymbolEntry, BackendError> {
    Ok(SymbolEntry {
        path: row.path(0)?,
        module: row.get(1)?,
        logical_name: row.get(2)?,
        symbol: row.blob(3, "a symbol", codec::unpack)?,
    })
}

pub(super) fn symbol(database: &Database, key: &SymbolKey) -> Result<Option<SymbolEntry>, BackendError> {
    Ok(of_key(database, BY_KEY, key)?.pop())
}

pub(super) fn symbols(database: &Database, request: &SymbolRequest) -> Result<Vec<SymbolEntry>, BackendError> {
    let (sql, text) = match &request.matching {
        SymbolMatch::Name(name) => (BY_NAME, name),
        SymbolMatch::LogicalName(name) => (BY_LOGICAL_NAME, name),
        SymbolMatch::Module(name) => (BY_MODULE, name),
    };
    let kind = optional(request.kind.map(|kind| codec::code(SymbolKind::ALL, &kind)));
    database.rows(sql, narrowed(&request.prefix, request.limit, [text.clone().into(), kind]), entry)
}

pub(super) fn children(database: &Database, parent: &SymbolKey) -> Result<Vec<SymbolEntry>, BackendError> {
    of_key(database, CHILDREN, parent)
}

pub(super) fn overloads(database: &Database, key: &SymbolKey) -> Result<Vec<SymbolEntry>, BackendError> {
    let overload = codec::code(SymbolKind::ALL, &SymbolKind::Overload);
    let (path, id) = (key.path.as_str().to_owned(), key.id.as_str().to_owned());
    database.rows(OVERLOADS, narrowed(&PathPrefix::root(), None, [path.into(), id.into(), overload.into()]), entry)
}

fn of_key(database: &Database, sql: &str, key: &SymbolKey) -> Result<Vec<SymbolEntry>, BackendError> {
    let (path, id) = (key.path.as_str().to_owned(), key.id.as_str().to_owned());
    database.rows(sql, narrowed(&PathPrefix::root(), None, [path.into(), id.into()]), entry)
}

pub(super) fn inventory(
    database: &Database,
    request: &SymbolInventoryRequest,
) -> Result<Vec<SymbolInventoryEntry>, BackendError> {
    let kind = optional(request.kind.map(|kind| codec::code(SymbolKind::ALL, &kind)));
    database.rows(INVENTORY, narrowed(&request.prefix, request.limit, [kind]), |row| {
        let counts = |first: usize| {
            Ok(EdgeCounts {
                incoming: row.get(first)?,
                outgoing_resolved: row.get(first + 1)?,
                outgoing_other: row.get(first + 2)?,
            })
        };
        Ok(SymbolInventoryEntry { symbol: row.summary(0)?, calls: counts(7)?, references: counts(10)? })
    })
}
