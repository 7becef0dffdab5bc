//! Removes what is no longer wanted although no file changed.

use codira_contracts::{AuditPolicy, BackendError, EmbeddingSpec, Language, Maintenance, PathPrefix, Retention};

use super::writer::Writer;
use crate::{
    Draft,
    tables::{Having, Removed, Tables as _, WhichFiles},
};

impl<D: Draft> Writer<D> {
    /// Removes what is not kept any more.
    pub(super) async fn maintain(&mut self, Retention { policy, specs }: Retention) -> Result<Maintenance, BackendError> {
        self.flush().await?;
        let maintained = async {
            Ok(Maintenance {
                stale_doc_issues: self.purge_doc_issues(policy).await?,
                orphaned_embeddings: self.prune_embeddings(specs).await?,
            })
        };
        let maintained = maintained.await;
        self.whole(maintained)
    }

    /// Removes what a policy does not keep.
    async fn purge_doc_issues(&mut self, policy: AuditPolicy) -> Result<u64, BackendError> {
        let mut files = self.draft.tables().files(WhichFiles::Inside(PathPrefix::root(), Having::DocIssues)).await?;
        files.retain(|file| !policy.keeps(&Language::new(file.language.clone())));
        let numbers: Vec<u32> = files.iter().map(|file| file.number).collect();
        if !numbers.is_empty() {
            self.draft.remove(&numbers, Removed::DocIssues).await?;
        }
        Ok(files.iter().map(|file| u64::from(file.doc_issues)).sum())
    }

    /// Removes the embeddings of other specs.
    async fn prune_embeddings(&mut self, keep: Vec<EmbeddingSpec>) -> Result<u64, BackendError> {
        let mut others = self.draft.tables().specs().await?;
        others.retain(|row| !keep.contains(&row.spec));
        let numbers: Vec<u32> = others.iter().map(|row| row.number).collect();
        if !numbers.is_empty() {
            self.touched = None;
            self.draft.remove_specs(&numbers).await?;
            self.specs().await?.retain(|spec, _| keep.contains(spec));
        }
        Ok(others.iter().map(|row| row.computed + row.pending).sum())
    }
}
