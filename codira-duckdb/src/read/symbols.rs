//! Symbols: by key, name, logical name, module and parent; and the inventory.

use codira_contracts::{
    BackendError, EdgeCounts, LineSpan, PathPrefix, Symbol, SymbolEntry, SymbolInventoryEntry, SymbolInventoryRequest,
    SymbolKey, SymbolKind, SymbolMatch, SymbolRequest, SymbolSummary,
};
use duckdb::types::Value;

use super::{
    filter::Which,
    snapshot::{Name, OWN, Snapshot, Table},
};
use crate::{codec, engine::Cells};

/// What entries are made of.
const SYMBOLS: Table = Table { name: "symbol", order: "first, last, stable_id", columns: "logical_name, body" };
/// The same with the counts of edges beside it: incoming, outgoing, and outgoing to what is no symbol. Calls are of kind 0.
const INVENTORY: Table = Table {
    name: "symbol
        LEFT JOIN (SELECT file AS its_file, owner, count(*) FILTER (kind = 0 AND reach = 0) AS calls,
                count(*) FILTER (kind = 0 AND reach > 0) AS other_calls, count(*) FILTER (kind = 1 AND reach = 0) AS refs,
                count(*) FILTER (kind = 1 AND reach > 0) AS other_refs
            FROM edge GROUP BY file, owner) o ON o.its_file = file AND o.owner = number
        LEFT JOIN (SELECT target_file, target, count(*) FILTER (kind = 0) AS calls, count(*) FILTER (kind = 1) AS refs
            FROM edge WHERE reach = 0 GROUP BY target_file, target) i ON i.target_file = file AND i.target = number",
    order: SYMBOLS.order,
    columns: "kind, name, logical_name,
        coalesce(i.calls, 0)::UBIGINT, coalesce(o.calls, 0)::UBIGINT, coalesce(o.other_calls, 0)::UBIGINT,
        coalesce(i.refs, 0)::UBIGINT, coalesce(o.refs, 0)::UBIGINT, coalesce(o.other_refs, 0)::UBIGINT",
};
/// What do overloads of this symbol share with it?
const NAME_AND_PARENT: &str = "name, parent";

/// What [`entry`] reads, from its column on.
pub(super) const ENTRY: &str = SYMBOLS.columns;

/// Two columns: logical name and body.
pub(super) fn parts(row: &Cells<'_>, column: usize) -> Result<(String, Symbol), BackendError> {
    Ok((row.get(column)?, row.blob(column + 1, "a symbol", codec::unpack)?))
}

/// An entry of its parts.
pub(super) fn entry((Name { path, module }, (logical_name, symbol)): (Name, (String, Symbol))) -> SymbolEntry {
    SymbolEntry { path, module: module.to_string(), logical_name, symbol }
}

fn listed(
    snapshot: &Snapshot,
    which: Which,
    prefix: &PathPrefix,
    limit: Option<usize>,
) -> Result<Vec<SymbolEntry>, BackendError> {
    let found = snapshot.listed(SYMBOLS, which, prefix, limit, |row| parts(row, OWN))?;
    Ok(found.into_iter().map(entry).collect())
}

fn all(snapshot: &Snapshot, which: Which) -> Result<Vec<SymbolEntry>, BackendError> {
    listed(snapshot, which, &PathPrefix::root(), None)
}

/// The symbol of this id in a file.
fn of_id(file: u32, key: &SymbolKey) -> Which {
    Which::is("file", file).and_is("stable_id", Some(key.id.as_str().to_owned()))
}

pub(super) fn symbol(snapshot: &Snapshot, key: &SymbolKey) -> Result<Option<SymbolEntry>, BackendError> {
    let Some(file) = snapshot.number(&key.path)? else { return Ok(None) };
    Ok(all(snapshot, of_id(file, key))?.pop())
}

pub(super) fn symbols(snapshot: &Snapshot, request: &SymbolRequest) -> Result<Vec<SymbolEntry>, BackendError> {
    let which = match &request.matching {
        SymbolMatch::Name(name) => Which::is("name", name.clone()),
        SymbolMatch::LogicalName(name) => Which::is("logical_name", name.clone()),
        SymbolMatch::Module(name) => {
            let files = snapshot.of_module(name)?;
            if files.is_empty() {
                return Ok(Vec::new());
            }
            Which::among("file", files)
        }
    };
    let kind = request.kind.map(|kind| codec::code(SymbolKind::ALL, &kind));
    listed(snapshot, which.and_is("kind", kind), &request.prefix, request.limit)
}

pub(super) fn children(snapshot: &Snapshot, parent: &SymbolKey) -> Result<Vec<SymbolEntry>, BackendError> {
    let Some((file, number)) = snapshot.symbol(parent)? else { return Ok(Vec::new()) };
    all(snapshot, Which::is("file", file).and_is("parent", Some(number)))
}

pub(super) fn overloads(snapshot: &Snapshot, key: &SymbolKey) -> Result<Vec<SymbolEntry>, BackendError> {
    let Some(file) = snapshot.number(&key.path)? else { return Ok(Vec::new()) };
    let read = |row: &Cells<'_>| Ok((row.get::<String>(0)?, row.get::<Option<u32>>(1)?));
    let Some((name, parent)) = snapshot.select(NAME_AND_PARENT, "symbol", &of_id(file, key), read)?.pop() else {
        return Ok(Vec::new());
    };
    let overload = codec::code(SymbolKind::ALL, &SymbolKind::Overload);
    let which = Which::is("file", file).and_is("kind", Some(overload)).and_is("name", Some(name));
    let which = match parent {
        Some(parent) => which.and_is("parent", Some(parent)),
        None => which.and("parent IS NULL", []),
    };
    all(snapshot, which.and("stable_id <> ?", [Value::from(key.id.as_str().to_owned())]))
}

pub(super) fn inventory(
    snapshot: &Snapshot,
    request: &SymbolInventoryRequest,
) -> Result<Vec<SymbolInventoryEntry>, BackendError> {
    let kind = request.kind.map(|kind| codec::code(SymbolKind::ALL, &kind));
    let which = Which::all().and_is("kind", kind);
    let found = snapshot.listed(INVENTORY, which, &request.prefix, request.limit, |row| {
        let counts = |first: usize| {
            Ok(EdgeCounts {
                incoming: row.get(first)?,
                outgoing_resolved: row.get(first + 1)?,
                outgoing_other: row.get(first + 2)?,
            })
        };
        let names: (SymbolKind, String, String) = (row.word(OWN, SymbolKind::ALL)?, row.get(OWN + 1)?, row.get(OWN + 2)?);
        let span = LineSpan::new(row.get(1)?, row.get(2)?);
        Ok((row.id(3)?, span, names, counts(OWN + 3)?, counts(OWN + 6)?))
    })?;
    let entry = |(Name { path, .. }, (id, span, (kind, name, logical_name), calls, references))| {
        let key = SymbolKey { path, id };
        SymbolInventoryEntry { symbol: SymbolSummary { key, kind, name, logical_name, span }, calls, references }
    };
    Ok(found.into_iter().map(entry).collect())
}
