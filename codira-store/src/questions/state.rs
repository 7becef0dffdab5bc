//! Questions about a state as a whole.

use codira_contracts::{EmbeddingInventory, Language, Maintenance, Retention, RuntimeInventory, Totals};

use super::Answer;

/// What is true of a state as a whole.
pub trait StateQuestions: Send {
    /// What the session said that wrote the state: its inventory, but for embeddings.
    fn head(&self) -> &RuntimeInventory;

    /// How much there is, but for embeddings.
    fn counts(&mut self) -> impl Answer<Totals>;

    /// How many documentation issues there are in each language, in any order.
    fn doc_issue_counts(&mut self) -> impl Answer<Vec<(Language, u64)>>;

    /// How many embeddings there are of each spec, by spec, but for specs that have none.
    fn embedding_counts(&mut self) -> impl Answer<Vec<EmbeddingInventory>>;

    /// Who wrote the state, and what is true of it as a whole.
    fn inventory(&mut self) -> impl Answer<RuntimeInventory> {
        async {
            let embeddings = self.embedding_counts().await?;
            Ok(RuntimeInventory { embeddings, ..self.head().clone() })
        }
    }

    /// How much is stored.
    fn totals(&mut self) -> impl Answer<Totals> {
        async {
            let embeddings = self.embedding_counts().await?;
            Ok(Totals {
                embeddings: embeddings.iter().map(|row| row.computed).sum(),
                pending_embeddings: embeddings.iter().map(|row| row.pending).sum(),
                ..self.counts().await?
            })
        }
    }

    /// What `retention` does not keep.
    fn maintenance(&mut self, Retention { policy, specs }: &Retention) -> impl Answer<Maintenance> {
        async {
            let stale = self.doc_issue_counts().await?.into_iter().filter(|(language, _)| !policy.keeps(language));
            let orphaned = self.embedding_counts().await?.into_iter().filter(|row| !specs.contains(&row.spec));
            Ok(Maintenance {
                stale_doc_issues: stale.map(|(_, count)| count).sum(),
                orphaned_embeddings: orphaned.map(|row| row.computed + row.pending).sum(),
            })
        }
    }
}
