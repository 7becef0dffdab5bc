//! Edges, from either end.

use codira_contracts::{BackendError, EdgeEnd, EdgeEntry, EdgeRequest, EdgeTarget, ExternalKind, UseKind};
use duckdb::types::Value;

use super::{
    filter::{inside, narrowed},
    symbols::symbol_of_key,
};
use crate::{
    codec,
    engine::{Cells, Database},
};

/// An edge leads to a symbol.
pub(crate) const RESOLVED: u8 = 0;
/// An edge leads nowhere that is known. External kinds lie between the two.
pub(crate) const UNRESOLVED: u8 = ExternalKind::ALL.len() as u8 + 1;

/// What an entry needs, of edges `e` of kind `$7`; a condition finds them. Order: owner, then resolved, external and
/// unresolved targets.
macro_rules! entries {
    ($where:expr) => {
        concat!(
            "SELECT f.path, o.stable_id, o.kind, o.name, o.logical_name, o.first, o.last, e.sites, e.reach, e.text,
                tf.path, t.stable_id, t.kind, t.name, t.logical_name, t.first, t.last
            FROM edge e
            JOIN symbol o ON o.file = e.file AND o.number = e.owner
            JOIN file f ON f.id = e.file
            LEFT JOIN symbol t ON t.file = e.target_file AND t.number = e.target
            LEFT JOIN file tf ON tf.id = e.target_file
            WHERE e.kind = $7::UTINYINT AND ",
            $where,
            " AND ",
            inside!(),
            " ORDER BY f.path, o.stable_id, e.reach, tf.path, t.stable_id, e.text LIMIT $4"
        )
    };
}

/// What does this symbol use?
const FROM: &str = entries!(concat!("struct_pack(file := e.file, number := e.owner) = ", symbol_of_key!()));
/// What uses this symbol?
const TO: &str = entries!(concat!("struct_pack(file := e.target_file, number := e.target) = ", symbol_of_key!()));
/// What do symbols of this name use?
const FROM_NAMED: &str = entries!("o.name = $5 AND $6 IS NULL");
/// What uses things of this name, resolved or not?
const TO_NAMED: &str = entries!("(t.name = $5 OR e.name = $5) AND $6 IS NULL");
/// What uses the external thing of this full name?
const TO_EXTERNAL: &str = entries!("e.text = $5 AND e.reach < $6::UTINYINT");

pub(super) fn edges(database: &Database, request: &EdgeRequest) -> Result<Vec<EdgeEntry>, BackendError> {
    let text = |text: &str| Value::from(text.to_owned());
    let (sql, first, second) = match &request.end {
        EdgeEnd::From(key) => (FROM, text(key.path.as_str()), text(key.id.as_str())),
        EdgeEnd::To(key) => (TO, text(key.path.as_str()), text(key.id.as_str())),
        EdgeEnd::FromNamed(name) => (FROM_NAMED, text(name), Value::Null),
        EdgeEnd::ToNamed(name) => (TO_NAMED, text(name), Value::Null),
        EdgeEnd::ToExternal(name) => (TO_EXTERNAL, text(name), UNRESOLVED.into()),
    };
    let kind = codec::code(UseKind::ALL, &request.kind);
    database.rows(sql, narrowed(&request.prefix, request.limit, [first, second, kind.into()]), entry)
}

fn entry(row: &Cells<'_>) -> Result<EdgeEntry, BackendError> {
    let target = match row.get(8)? {
        // A target without a row is damage, and the columns of its symbol say so.
        RESOLVED => EdgeTarget::Resolved(row.summary(10)?),
        reach @ UNRESOLVED.. => {
            debug_assert_eq!(reach, UNRESOLVED);
            EdgeTarget::Unresolved { text: row.get(9)? }
        }
        external => EdgeTarget::External { kind: ExternalKind::ALL[usize::from(external) - 1], name: row.get(9)? },
    };
    Ok(EdgeEntry { owner: row.summary(0)?, target, sites: row.blob(7, "the sites of an edge", codec::unpack_sites)? })
}
