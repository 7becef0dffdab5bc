//! Edges, from either end.

use codira_contracts::{BackendError, EdgeEnd, EdgeEntry, EdgeRequest, EdgeTarget, ExternalKind};
use sqlx::{SqliteConnection, sqlite::SqliteRow};

use super::{
    entries::{get, sound, summary},
    filter::{inside, narrowed},
    symbols::symbol_number,
};
use crate::{errors::At, records};

/// What an entry needs, of edges `e` with owners `o` in files `f`: the given tables and conditions find them.
macro_rules! entries {
    ($from:literal, $where:expr) => {
        concat!(
            "SELECT f.path, oi.value, o.kind, on_.value, ol.value, o.first, o.last, e.sites, x.kind, xt.value,
                tf.path, ti.value, t.kind, tn.value, tl.value, t.first, t.last
            FROM ",
            $from,
            "
            CROSS JOIN file f ON f.id = o.file
            CROSS JOIN text oi ON oi.id = o.stable_id
            CROSS JOIN text on_ ON on_.id = o.name
            CROSS JOIN text ol ON ol.id = o.logical_name
            LEFT JOIN outside x ON e.target < 0 AND x.id = (-1 - e.target) >> 1
            LEFT JOIN text xt ON xt.id = x.text
            LEFT JOIN symbol t ON e.target >= 0 AND t.id = e.target >> 1
            LEFT JOIN file tf ON tf.id = t.file
            LEFT JOIN text ti ON ti.id = t.stable_id
            LEFT JOIN text tn ON tn.id = t.name
            LEFT JOIN text tl ON tl.id = t.logical_name
            WHERE ",
            $where,
            " AND ",
            inside!(),
            "
            ORDER BY f.path, oi.value, e.target < 0, tf.path, ti.value, x.kind, xt.value LIMIT ?4"
        )
    };
}

/// Edges of the kind that the seventh parameter is the code of: it is the last bit of the target, turned round where that is no
/// symbol.
macro_rules! of_kind {
    () => {
        "(e.target & 1 = ?7) = (e.target >= 0)"
    };
}

/// What does this symbol use?
pub(crate) const FROM: &str =
    entries!("edge e CROSS JOIN symbol o ON o.id = e.owner", concat!("e.owner = ", symbol_number!(), " AND ", of_kind!()));
/// What uses this symbol?
pub(crate) const TO: &str =
    entries!("edge e CROSS JOIN symbol o ON o.id = e.owner", concat!("e.target = ", symbol_number!(), " * 2 + ?7"));
/// What do symbols of this name use?
pub(crate) const FROM_NAMED: &str = entries!(
    "symbol o CROSS JOIN edge e ON e.owner = o.id",
    concat!("o.name = (SELECT id FROM text WHERE value = ?5) AND ", of_kind!())
);
/// What uses things of this name, resolved or not?
pub(crate) const TO_NAMED: &str = entries!(
    "edge e CROSS JOIN symbol o ON o.id = e.owner",
    "e.target IN (
        SELECT id * 2 + ?7 FROM symbol WHERE name = (SELECT id FROM text WHERE value = ?5)
        UNION ALL SELECT -1 - (id * 2 + ?7) FROM outside WHERE name = (SELECT id FROM text WHERE value = ?5))"
);
/// What uses the external thing of this full name?
pub(crate) const TO_EXTERNAL: &str = entries!(
    "edge e CROSS JOIN symbol o ON o.id = e.owner",
    "e.target IN (SELECT -1 - (id * 2 + ?7) FROM outside WHERE text = (SELECT id FROM text WHERE value = ?5) AND kind < ?6)"
);

pub(super) async fn edges(
    connection: &mut SqliteConnection,
    request: &EdgeRequest,
    at: At<'_>,
) -> Result<Vec<EdgeEntry>, BackendError> {
    let query = |sql| narrowed(sql, &request.prefix, request.limit);
    let query = match &request.end {
        EdgeEnd::From(key) => query(FROM).bind(key.path.as_str().to_owned()).bind(key.id.as_str().to_owned()),
        EdgeEnd::To(key) => query(TO).bind(key.path.as_str().to_owned()).bind(key.id.as_str().to_owned()),
        EdgeEnd::FromNamed(name) => query(FROM_NAMED).bind(name.clone()).bind(None::<i64>),
        EdgeEnd::ToNamed(name) => query(TO_NAMED).bind(name.clone()).bind(None::<i64>),
        EdgeEnd::ToExternal(name) => query(TO_EXTERNAL).bind(name.clone()).bind(ExternalKind::ALL.len() as i64),
    };
    let query = query.bind(records::kind_code(request.kind));
    let rows = query.fetch_all(connection).await.map_err(|error| at.failed("read", error))?;
    rows.iter().map(|row| entry(row, at)).collect()
}

fn entry(row: &SqliteRow, at: At<'_>) -> Result<EdgeEntry, BackendError> {
    let target = match get::<Option<i64>>(row, 8, at)? {
        // A target without a row is damage, and the columns of its symbol say so.
        None => EdgeTarget::Resolved(summary(row, 10, at)?),
        Some(kind) => match records::word(ExternalKind::ALL, kind) {
            Some(kind) => EdgeTarget::External { kind, name: get(row, 9, at)? },
            None => EdgeTarget::Unresolved { text: get(row, 9, at)? },
        },
    };
    let sites = sound(records::unpack_sites(get(row, 7, at)?), "the sites of an edge", at)?;
    Ok(EdgeEntry { owner: summary(row, 0, at)?, target, sites })
}
