//! Removes what is no longer wanted although no file changed.

use codira_contracts::{AuditPolicy, BackendError, EmbeddingSpec, Language, Maintenance, Retention};

use super::{embeddings::SPEC_BITS, rows::list, writer::Writer};
#[cfg(test)]
use crate::plans::Statement;
use crate::{errors::at, read};

/// Which files have issues, and how many, in which language? Others are not looked at.
const ISSUES: &str = "SELECT id, language, doc_issues FROM file WHERE doc_issues > 0";

/// The statements of this file, for [`plans`](crate::plans).
#[cfg(test)]
pub(crate) const STATEMENTS: &[Statement] = &[Statement::of(ISSUES).walking(&["file"])];

impl Writer {
    /// Removes what is not kept any more.
    pub(super) async fn maintain(&mut self, Retention { policy, specs }: Retention) -> Result<Maintenance, BackendError> {
        Ok(Maintenance {
            stale_doc_issues: self.purge_doc_issues(policy).await?,
            orphaned_embeddings: self.prune_embeddings(specs).await?,
        })
    }

    /// Removes what a policy does not keep.
    async fn purge_doc_issues(&mut self, policy: AuditPolicy) -> Result<u64, BackendError> {
        self.flush().await?;
        let mut files: Vec<(i64, String, i64)> = self.rows(ISSUES.to_owned()).await?;
        files.retain(|(_, language, _)| !policy.keeps(&Language::new(language.clone())));
        let numbers = list(files.iter().map(|(file, ..)| *file));
        self.run(format!("DELETE FROM doc_issue WHERE file IN ({numbers})")).await?;
        self.run(format!("UPDATE file SET doc_issues = 0 WHERE id IN ({numbers})")).await?;
        Ok(files.iter().map(|(.., issues)| *issues as u64).sum())
    }

    /// Removes the embeddings of other specs.
    async fn prune_embeddings(&mut self, keep: Vec<EmbeddingSpec>) -> Result<u64, BackendError> {
        self.embeddings_touched = true;
        self.flush().await?;
        self.sketches.forget();
        let mut pruned = 0;
        for (id, spec) in read::specs(&mut self.connection, at(&self.location)).await? {
            if !keep.contains(&spec) {
                let (first, end) = (id << SPEC_BITS, (id + 1) << SPEC_BITS);
                pruned += self.run(format!("DELETE FROM vector WHERE id >= {first} AND id < {end}")).await?;
                pruned += self.run(format!("DELETE FROM pending WHERE spec = {id}")).await?;
            }
        }
        Ok(pruned)
    }
}
