//! Removes what is no longer wanted although no file changed.

use codira_contracts::{AuditPolicy, BackendError, EmbeddingSpec, Language, Maintenance, Retention};
use duckdb::params_from_iter;

use super::writer::Writer;
use crate::engine::{list, marks};

/// The languages of which there are issues.
const LANGUAGES: &str = "SELECT DISTINCT language FROM file WHERE doc_issues > 0";

impl Writer {
    /// Removes what is not kept any more.
    pub(super) fn maintain(&mut self, Retention { policy, specs }: &Retention) -> Result<Maintenance, BackendError> {
        Ok(Maintenance { stale_doc_issues: self.purge_doc_issues(policy)?, orphaned_embeddings: self.prune_embeddings(specs)? })
    }

    /// Removes the documentation issues that a policy does not keep.
    fn purge_doc_issues(&mut self, policy: &AuditPolicy) -> Result<u64, BackendError> {
        self.flush()?;
        let mut languages = self.database.rows(LANGUAGES, [], |row| row.get::<String>(0))?;
        languages.retain(|language| !policy.keeps(&Language::new(language.clone())));
        if languages.is_empty() {
            return Ok(0);
        }
        self.whole(|writer| {
            let of = format!("language IN ({}) AND doc_issues > 0", marks(languages.len()));
            let sql = format!("DELETE FROM doc_issue WHERE file IN (SELECT id FROM file WHERE {of})");
            let purged = writer.database.run(&sql, params_from_iter(&languages))?;
            writer.database.run(&format!("UPDATE file SET doc_issues = 0 WHERE {of}"), params_from_iter(&languages))?;
            Ok(purged)
        })
    }

    /// Removes the embeddings of other specs.
    fn prune_embeddings(&mut self, keep: &[EmbeddingSpec]) -> Result<u64, BackendError> {
        self.flush()?;
        let others: Vec<u32> = self.specs.iter().filter(|(spec, _)| !keep.contains(spec)).map(|(_, number)| *number).collect();
        if others.is_empty() {
            return Ok(0);
        }
        let others = list(others);
        self.whole(|writer| {
            let vectors = writer.database.run(&format!("DELETE FROM vector WHERE spec IN ({others})"), [])?;
            let pending = writer.database.run(&format!("DELETE FROM pending WHERE spec IN ({others})"), [])?;
            writer.database.run(&format!("DELETE FROM sketch WHERE spec IN ({others})"), [])?;
            Ok(vectors + pending)
        })
    }
}
