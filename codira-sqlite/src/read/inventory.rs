//! What is true of the state as a whole.

use codira_contracts::{BackendError, Coverage, EmbeddingInventory, Language, RuntimeInventory, Tool, Totals};
use codira_store::questions::StateQuestions;
use sqlx::SqliteConnection;

use super::{
    embeddings,
    index::Index,
    rows::{get, ok_or_corrupt},
};
#[cfg(test)]
use crate::plans::Statement;
use crate::{
    codec,
    errors::{At, Failed as _},
    forms,
};

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
    let rules = rules.map(|rules| ok_or_corrupt(codec::unpack(rules), "the inventory of rules", at)).transpose()?;
    Ok(RuntimeInventory {
        backend: Tool::new(get::<String>(&row, 1, at)?, get::<String>(&row, 2, at)?),
        schema,
        coverage: ok_or_corrupt(forms::word(Coverage::ALL, get(&row, 3, at)?), "the coverage", at)?,
        generation: get::<i64>(&row, 0, at)? as u64,
        rules: rules.unwrap_or_default(),
        analyzers: ok_or_corrupt(codec::unpack(get(&row, 4, at)?), "the inventory", at)?,
        embeddings: Vec::new(),
    })
}

impl StateQuestions for Index<'_> {
    fn head(&self) -> &RuntimeInventory {
        self.head
    }

    async fn counts(&mut self) -> Result<Totals, BackendError> {
        let at = self.at;
        let row = sqlx::query(TOTALS).fetch_one(&mut *self.connection).await.map_err(|error| at.failed("read", error))?;
        let count = |column| get::<i64>(&row, column, at).map(|count| count as u64);
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
            ..Totals::default()
        })
    }

    async fn doc_issue_counts(&mut self) -> Result<Vec<(Language, u64)>, BackendError> {
        let rows = sqlx::query_as(ISSUES).fetch_all(&mut *self.connection).await;
        let counts: Vec<(String, i64)> = rows.map_err(|error| self.at.failed("read", error))?;
        Ok(counts.into_iter().map(|(language, count)| (Language::new(language), count as u64)).collect())
    }

    async fn embedding_counts(&mut self) -> Result<Vec<EmbeddingInventory>, BackendError> {
        embeddings::inventory(self.connection, self.at).await
    }
}
