//! Questions about a state as a whole.

use codira_contracts::{BackendError, EmbeddingInventory, Maintenance, Retention, RuntimeInventory, Totals};

use super::index::Index;
use crate::tables::Tables;

impl<T: Tables> Index<'_, T> {
    /// Who wrote the state, and what is true of it as a whole.
    pub(super) async fn inventory(&mut self) -> Result<RuntimeInventory, BackendError> {
        Ok(RuntimeInventory { embeddings: self.embedding_counts().await?, ..self.head.clone() })
    }

    /// How much is stored.
    pub(super) async fn totals(&mut self) -> Result<Totals, BackendError> {
        let embeddings = self.embedding_counts().await?;
        Ok(Totals {
            embeddings: embeddings.iter().map(|row| row.computed).sum(),
            pending_embeddings: embeddings.iter().map(|row| row.pending).sum(),
            ..self.tables.totals().await?
        })
    }

    /// What `retention` does not keep.
    pub(super) async fn maintenance(&mut self, Retention { policy, specs }: &Retention) -> Result<Maintenance, BackendError> {
        let stale = self.tables.doc_issue_counts().await?.into_iter().filter(|(language, _)| !policy.keeps(language));
        let orphaned = self.embedding_counts().await?.into_iter().filter(|row| !specs.contains(&row.spec));
        Ok(Maintenance {
            stale_doc_issues: stale.map(|(_, count)| count).sum(),
            orphaned_embeddings: orphaned.map(|row| row.computed + row.pending).sum(),
        })
    }

    /// How many embeddings there are of each spec, by spec, but for specs that have none.
    async fn embedding_counts(&mut self) -> Result<Vec<EmbeddingInventory>, BackendError> {
        let rows = self.specs().await?.iter().filter(|row| row.computed + row.pending > 0);
        let inventory =
            rows.map(|row| EmbeddingInventory { spec: row.spec.clone(), computed: row.computed, pending: row.pending });
        let mut inventory: Vec<EmbeddingInventory> = inventory.collect();
        inventory.sort_by(|a, b| a.spec.cmp(&b.spec));
        Ok(inventory)
    }
}
