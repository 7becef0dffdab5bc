//! Looks keys up in all segments.

use codira_contracts::BackendError;
use sqlx::{AssertSqlSafe, SqliteConnection};

use super::{Pair, block, sort::sort};
use crate::errors::{At, Failed as _};
#[cfg(test)]
use crate::plans::Statement;

/// In which blocks are these keys, if anywhere? Digests stand for the mark.
const BLOCKS: &str = "SELECT id, body FROM posting WHERE id IN (
    SELECT (SELECT max(p.id) FROM posting p WHERE p.id BETWEEN s.id << 32 AND (s.id << 32) + w.column1)
    FROM segment s CROSS JOIN (VALUES /*keys*/) w)";

/// The statements of this file, for [`plans`](crate::plans).
#[cfg(test)]
pub(crate) const STATEMENTS: &[Statement] = &[Statement::of(BLOCKS).walking(&["s"])];

/// How many keys one statement looks for.
const BATCH_KEYS: usize = 500;

/// The pairs of these keys, sorted, each once.
pub(crate) async fn pairs(connection: &mut SqliteConnection, keys: &[u32], at: At<'_>) -> Result<Vec<Pair>, BackendError> {
    let mut keys = keys.to_vec();
    keys.sort_unstable();
    keys.dedup();
    let mut pairs = Vec::new();
    for some in keys.chunks(BATCH_KEYS) {
        let list: Vec<String> = some.iter().map(|key| format!("({key})")).collect();
        let sql = AssertSqlSafe(BLOCKS.replace("/*keys*/", &list.join(",")));
        let blocks = sqlx::query_as(sql).persistent(false).fetch_all(&mut *connection).await;
        let blocks: Vec<(i64, Vec<u8>)> = blocks.map_err(|error| at.failed("read", error))?;
        for (id, body) in blocks {
            let read = block::read(id as u32, &body, |key| some.binary_search(&key).is_ok(), &mut pairs);
            read.ok_or_else(|| at.corrupt("a list of files cannot be read", None))?;
        }
    }
    sort(&mut pairs);
    Ok(pairs)
}
