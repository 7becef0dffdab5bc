//! Removes what is no longer wanted although no file changed.

use codira_contracts::{AuditPolicy, BackendError, EmbeddingSpec, Language};

use super::{embeddings::SPEC_BITS, writer::Writer};
use crate::{errors::At, read};

/// The languages of which there are issues.
pub(crate) const LANGUAGES: &str = "SELECT DISTINCT f.language, t.value FROM file f CROSS JOIN text t ON t.id = f.language
    WHERE f.doc_issues > 0";

impl Writer {
    /// Removes what a policy does not keep.
    pub(super) async fn purge_doc_issues(&mut self, policy: AuditPolicy) -> Result<u64, BackendError> {
        self.flush().await?;
        let mut purged = 0;
        for (language, name) in self.rows::<(i64, String)>(LANGUAGES.to_owned()).await? {
            if policy.keeps(&Language::new(name)) {
                continue;
            }
            let of = format!("language = {language} AND doc_issues > 0");
            purged += self.run(format!("DELETE FROM doc_issue WHERE file IN (SELECT id FROM file WHERE {of})")).await?;
            self.run(format!("UPDATE file SET doc_issues = 0 WHERE {of}")).await?;
        }
        Ok(purged)
    }

    /// Removes the embeddings of other specs.
    pub(super) async fn prune_embeddings(&mut self, keep: Vec<EmbeddingSpec>) -> Result<u64, BackendError> {
        self.embeddings_touched = true;
        self.flush().await?;
        let mut pruned = 0;
        for (id, spec) in read::specs(&mut self.connection, At(&self.location)).await? {
            if !keep.contains(&spec) {
                let (first, end) = (id << SPEC_BITS, (id + 1) << SPEC_BITS);
                pruned += self.run(format!("DELETE FROM vector WHERE id >= {first} AND id < {end}")).await?;
                pruned += self.run(format!("DELETE FROM pending WHERE spec = {id}")).await?;
            }
        }
        Ok(pruned)
    }
}
