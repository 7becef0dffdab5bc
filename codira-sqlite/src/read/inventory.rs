//! What is true of the state as a whole.

use codira_contracts::{BackendError, Coverage, Language, Maintenance, Retention, RuntimeInventory, Tool, Totals};
use sqlx::SqliteConnection;

use super::{
    embeddings,
    index::Index,
    rows::{get, sound},
};
#[cfg(test)]
use crate::plans::Statement;
use crate::{codec, errors::At, forms};

/// Who wrote the state, and what was the run?
const STATE: &str = "SELECT generation, backend, version, coverage, analyzers, rules FROM state WHERE id = 1";
/// How much is there?
const TOTALS: &str = "SELECT files, symbols, imports, calls, \"references\", documentation, doc_issues, edges, resolved
    FROM total WHERE id = 1";
/// How many documentation issues are there in each language? Files without any are not looked at.
const ISSUES: &str = "SELECT language, sum(doc_issues) FROM file WHERE doc_issues > 0 GROUP BY language";

/// The statements of this file, for [`plans`](crate::plans).
#[cfg(test)]
pub(crate) const STATEMENTS: &[Statement] =
    &[Statement::of(STATE), Statement::of(TOTALS), Statement::of(ISSUES).walking(&["file"])];

/// What a reader learns when it opens: the inventory without what is counted.
pub(super) async fn head(connection: &mut SqliteConnection, schema: u32, at: At<'_>) -> Result<RuntimeInventory, BackendError> {
    let row = sqlx::query(STATE).fetch_one(connection).await.map_err(|error| at.failed("read", error))?;
    let rules = get::<Option<&[u8]>>(&row, 5, at)?;
    let rules = rules.map(|rules| sound(codec::unpack(rules), "the inventory of rules", at)).transpose()?;
    Ok(RuntimeInventory {
        backend: Tool::new(get::<String>(&row, 1, at)?, get::<String>(&row, 2, at)?),
        schema,
        coverage: sound(forms::word(Coverage::ALL, get(&row, 3, at)?), "the coverage", at)?,
        generation: get::<i64>(&row, 0, at)? as u64,
        rules: rules.unwrap_or_default(),
        analyzers: sound(codec::unpack(get(&row, 4, at)?), "the inventory", at)?,
        embeddings: Vec::new(),
    })
}

pub(super) async fn inventory(index: &mut Index<'_>, head: &RuntimeInventory) -> Result<RuntimeInventory, BackendError> {
    let embeddings = embeddings::inventory(index.connection, index.at).await?;
    Ok(RuntimeInventory { embeddings, ..head.clone() })
}

pub(super) async fn totals(index: &mut Index<'_>) -> Result<Totals, BackendError> {
    let (connection, at) = (&mut *index.connection, index.at);
    let row = sqlx::query(TOTALS).fetch_one(&mut *connection).await.map_err(|error| at.failed("read", error))?;
    let count = |column| get::<i64>(&row, column, at).map(|count| count as u64);
    let embeddings = embeddings::inventory(connection, at).await?;
    Ok(Totals {
        files: count(0)?,
        symbols: count(1)?,
        imports: count(2)?,
        calls: count(3)?,
        references: count(4)?,
        documentation: count(5)?,
        doc_issues: count(6)?,
        edges: count(7)?,
        resolved_edges: count(8)?,
        embeddings: embeddings.iter().map(|row| row.computed).sum(),
        pending_embeddings: embeddings.iter().map(|row| row.pending).sum(),
    })
}

pub(super) async fn maintenance(
    index: &mut Index<'_>,
    Retention { policy, specs }: &Retention,
) -> Result<Maintenance, BackendError> {
    let (connection, at) = (&mut *index.connection, index.at);
    let issues: Vec<(String, i64)> =
        sqlx::query_as(ISSUES).fetch_all(&mut *connection).await.map_err(|error| at.failed("read", error))?;
    let stale = issues.into_iter().filter(|(language, _)| !policy.keeps(&Language::new(language.clone())));
    let orphaned = embeddings::inventory(connection, at).await?.into_iter().filter(|row| !specs.contains(&row.spec));
    Ok(Maintenance {
        stale_doc_issues: stale.map(|(_, count)| count as u64).sum(),
        orphaned_embeddings: orphaned.map(|row| row.computed + row.pending).sum(),
    })
}
