//! What is true of the state as a whole.

use codira_contracts::{
    BackendError, Coverage, EmbeddingInventory, Language, RulesInventory, RunInventory, RuntimeInventory, Tool, Totals,
};
use codira_store::questions::StateQuestions;

use super::{embeddings, snapshot::Snapshot};
use crate::{codec, engine::Database};

/// Who wrote the state, and what was the run?
const STATE: &str = "SELECT generation, backend, version, coverage, analyzers, rules FROM state";
/// How much is there?
const COUNTS: &str = "SELECT count(*)::UBIGINT, coalesce(sum(symbols), 0)::UBIGINT, coalesce(sum(imports), 0)::UBIGINT,
        coalesce(sum(calls), 0)::UBIGINT, coalesce(sum(\"references\"), 0)::UBIGINT,
        coalesce(sum(documentation), 0)::UBIGINT, coalesce(sum(doc_issues), 0)::UBIGINT
    FROM file";
/// How much was resolved?
const RESOLVED: &str = "SELECT coalesce(sum(edges), 0)::UBIGINT, coalesce(sum(resolved), 0)::UBIGINT FROM resolution";
/// How many documentation issues are there in each language?
const ISSUES: &str = "SELECT language, sum(doc_issues)::UBIGINT FROM file WHERE doc_issues > 0 GROUP BY language";

/// What a reader learns when it opens: the inventory without what is counted.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) runtime: RuntimeInventory,
    pub(crate) inventory: RunInventory,
    /// Nothing where an older schema did not say.
    pub(crate) rules: Option<Vec<RulesInventory>>,
}

/// What the state row says, in an index of this schema.
pub(crate) fn head(database: &Database, schema: u32) -> Result<Head, BackendError> {
    let heads = database.rows(STATE, [], |row| {
        let coverage = row.word(3, Coverage::ALL)?;
        let analyzers = row.blob(4, "the inventory", codec::unpack)?;
        let backend = Tool::new(row.get::<String>(1)?, row.get::<String>(2)?);
        let rules: Option<Vec<RulesInventory>> = match row.get::<Option<Vec<u8>>>(5)? {
            Some(_) => Some(row.blob(5, "the inventory of rules", codec::unpack)?),
            None => None,
        };
        let inventory = RunInventory { coverage, analyzers };
        let runtime = RuntimeInventory {
            backend,
            schema,
            coverage,
            generation: row.get(0)?,
            rules: rules.clone().unwrap_or_default(),
            analyzers: inventory.analyzers.clone(),
            embeddings: Vec::new(),
        };
        Ok(Head { runtime, inventory, rules })
    })?;
    heads.into_iter().next().ok_or_else(|| database.at().unreadable("the state"))
}

impl StateQuestions for Snapshot {
    fn head(&self) -> &RuntimeInventory {
        &self.head
    }

    async fn counts(&mut self) -> Result<Totals, BackendError> {
        let database = &self.database;
        let missing = || database.at().unreadable("the totals");
        let resolved = database.rows(RESOLVED, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let (edges, resolved_edges) = resolved.into_iter().next().ok_or_else(missing)?;
        let counts = database.rows(COUNTS, [], |row| {
            Ok(Totals {
                files: row.get(0)?,
                symbols: row.get(1)?,
                imports: row.get(2)?,
                calls: row.get(3)?,
                references: row.get(4)?,
                documentation: row.get(5)?,
                doc_issues: row.get(6)?,
                edges,
                resolved_edges,
                ..Totals::default()
            })
        })?;
        counts.into_iter().next().ok_or_else(missing)
    }

    async fn doc_issue_counts(&mut self) -> Result<Vec<(Language, u64)>, BackendError> {
        self.database.rows(ISSUES, [], |row| Ok((Language::new(row.get::<String>(0)?), row.get::<u64>(1)?)))
    }

    async fn embedding_counts(&mut self) -> Result<Vec<EmbeddingInventory>, BackendError> {
        embeddings::inventory(self)
    }
}
