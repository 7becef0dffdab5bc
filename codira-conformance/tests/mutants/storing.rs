//! Storing: traces of what is gone, identities that are shared, rules that are not kept, and what
//! is true of the run as a whole.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    commits::Commits,
    fault::{Answer, Fault},
    judge::mutants,
};

mutants! {
    removing_forgets_nothing: RemovesNothing, "a removed file stays",
        "sessions::incremental_scope_replaces_what_it_names",
        "history::sessions_side_by_side_are_in_some_order";
    a_refused_file_takes_the_former_one_along: RefusesAndRemoves, "a refused put has removed what was there",
        "storing::a_file_that_breaks_a_rule_is_refused";
    a_file_that_breaks_a_rule_is_dropped: DropsSilently, "a file that breaks a rule is left out without an error",
        "sessions::a_failed_call_leaves_the_session_usable";
    a_refusal_names_nothing: RefusesWithoutNames, "a refusal names neither path nor id",
        "storing::a_file_that_breaks_a_rule_is_refused";
    a_refusal_is_a_failure: RefusesAsFailure, "a file that breaks a rule is answered by a failure",
        "sessions::a_failed_call_leaves_the_session_usable";
    a_file_is_refused_at_the_commit: RefusesAtCommit, "a file that breaks a rule is refused by the commit",
        "sessions::a_failed_call_leaves_the_session_usable";
    analyzers_are_unsorted: AnalyzersUnsorted, "analyzers are listed backwards",
        "storing::inventories_read_back_as_written";
    globs_are_a_set: GlobsAreASet, "the globs of an analyzer are sorted, each once",
        "storing::inventories_read_back_as_written";
    inventories_are_written_at_once: InventoryOutsideTheCommit, "an inventory is written outside the commit",
        "isolation::a_session_shows_nothing_before_its_commit";
    coverage_is_forgotten: CoverageForgotten, "a session that says nothing of coverage resets it",
        "storing::inventories_read_back_as_written";
    purging_removes_too_much: PurgesTooMuch, "purging removes the issues of every language, once one is stale",
        "storing::purging_removes_what_policy_skips";
    purging_counts_files: PurgeCountsFiles, "purging says how many files had issues",
        "storing::purging_removes_what_policy_skips";
    maintenance_counts_files: MaintenanceCountsFiles, "maintenance counts files with stale issues",
        "storing::maintenance_is_counted_until_it_is_done";
    maintenance_is_never_done: MaintenanceOfTheLastCommit, "maintenance is counted on the commit before",
        "storing::maintenance_is_counted_until_it_is_done";
}

#[derive(Default)]
pub struct RemovesNothing;

#[async_trait]
impl Fault for RemovesNothing {
    async fn remove_file(&self, _session: &mut DynSession, _path: &RepoPath) -> Answer<()> {
        Ok(())
    }
}

#[derive(Default)]
struct RefusesAndRemoves;

#[async_trait]
impl Fault for RefusesAndRemoves {
    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        session.remove_file(file.path()).await?;
        session.put_file(file).await
    }
}

#[derive(Default)]
struct DropsSilently;

#[async_trait]
impl Fault for DropsSilently {
    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        if file.validate().is_ok() { session.put_file(file).await } else { Ok(()) }
    }
}

#[derive(Default)]
struct RefusesWithoutNames;

#[async_trait]
impl Fault for RefusesWithoutNames {
    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        session.put_file(file).await.map_err(|_| BackendError::invalid("a file", "breaks a rule"))
    }
}

#[derive(Default)]
struct RefusesAsFailure;

#[async_trait]
impl Fault for RefusesAsFailure {
    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        let path = file.path().clone();
        let put = session.put_file(file).await;
        put.map_err(|error| BackendError::io("memory", "put", path, std::io::Error::other(error)))
    }
}

#[derive(Default)]
struct RefusesAtCommit {
    refused: AtomicBool,
}

#[async_trait]
impl Fault for RefusesAtCommit {
    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        if session.put_file(file).await.is_err() {
            self.refused.store(true, SeqCst);
        }
        Ok(())
    }

    async fn commit(&self, _base: &DynBackend, session: DynSession) -> Answer<Commit> {
        match self.refused.load(SeqCst) {
            true => Err(BackendError::invalid("a file", "breaks a rule")),
            false => session.commit().await,
        }
    }

    fn ended(&self) {
        self.refused.store(false, SeqCst);
    }
}

#[derive(Default)]
struct AnalyzersUnsorted;

#[async_trait]
impl Fault for AnalyzersUnsorted {
    async fn inventory(&self, reader: &dyn IndexReader) -> Answer<RuntimeInventory> {
        let mut inventory = reader.inventory().await?;
        inventory.analyzers.reverse();
        Ok(inventory)
    }
}

#[derive(Default)]
struct GlobsAreASet;

#[async_trait]
impl Fault for GlobsAreASet {
    async fn inventory(&self, reader: &dyn IndexReader) -> Answer<RuntimeInventory> {
        let mut inventory = reader.inventory().await?;
        for analyzer in &mut inventory.analyzers {
            analyzer.globs.sort();
            analyzer.globs.dedup();
        }
        Ok(inventory)
    }
}

#[derive(Default)]
struct InventoryOutsideTheCommit {
    written: Mutex<Option<RunInventory>>,
}

#[async_trait]
impl Fault for InventoryOutsideTheCommit {
    async fn write_inventory(&self, session: &mut DynSession, mut inventory: RunInventory) -> Answer<()> {
        session.write_inventory(inventory.clone()).await?;
        inventory.normalize()?;
        *self.written.lock().unwrap() = Some(inventory);
        Ok(())
    }

    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        let session = base.begin_index_session(request.clone()).await?;
        if request.scope == WriteScope::Full {
            *self.written.lock().unwrap() = None;
        }
        Ok(session)
    }

    async fn inventory(&self, reader: &dyn IndexReader) -> Answer<RuntimeInventory> {
        let inventory = reader.inventory().await?;
        let written = self.written.lock().unwrap().clone();
        match written {
            Some(RunInventory { analyzers, .. }) => Ok(RuntimeInventory { analyzers, ..inventory }),
            None => Ok(inventory),
        }
    }
}

#[derive(Default)]
struct CoverageForgotten {
    said: AtomicBool,
}

#[async_trait]
impl Fault for CoverageForgotten {
    async fn write_inventory(&self, session: &mut DynSession, inventory: RunInventory) -> Answer<()> {
        self.said.store(true, SeqCst);
        session.write_inventory(inventory).await
    }

    async fn commit(&self, base: &DynBackend, mut session: DynSession) -> Answer<Commit> {
        if !self.said.load(SeqCst)
            && let Ok(reader) = base.open_reader().await
        {
            let analyzers = reader.inventory().await?.analyzers;
            session.write_inventory(RunInventory { coverage: Coverage::Unknown, analyzers }).await?;
        }
        session.commit().await
    }

    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        let session = base.begin_index_session(request.clone()).await?;
        self.said.store(request.scope == WriteScope::Full, SeqCst);
        Ok(session)
    }
}

#[derive(Default)]
struct PurgesTooMuch;

#[async_trait]
impl Fault for PurgesTooMuch {
    async fn maintain(&self, session: &mut DynSession, retention: &Retention) -> Answer<Maintenance> {
        let removed = session.maintain(retention).await?;
        if removed.stale_doc_issues > 0 {
            session.maintain(&Retention { policy: AuditPolicy::default(), ..retention.clone() }).await?;
        }
        Ok(removed)
    }
}

#[derive(Default)]
struct PurgeCountsFiles;

#[async_trait]
impl Fault for PurgeCountsFiles {
    async fn maintain(&self, session: &mut DynSession, retention: &Retention) -> Answer<Maintenance> {
        let removed = session.maintain(retention).await?;
        Ok(Maintenance { stale_doc_issues: removed.stale_doc_issues.min(1), ..removed })
    }
}

#[derive(Default)]
struct MaintenanceCountsFiles;

#[async_trait]
impl Fault for MaintenanceCountsFiles {
    async fn maintenance(&self, reader: &dyn IndexReader, retention: &Retention) -> Answer<Maintenance> {
        let maintenance = reader.maintenance(retention).await?;
        let mut files = BTreeSet::new();
        for issue in reader.doc_issues(&DocIssueRequest::default()).await? {
            if let Some(file) = reader.file(&issue.path).await?
                && !retention.policy.keeps(&file.analysis.language)
            {
                files.insert(issue.path);
            }
        }
        Ok(Maintenance { stale_doc_issues: files.len() as u64, ..maintenance })
    }
}

#[derive(Default)]
struct MaintenanceOfTheLastCommit(Commits);

#[async_trait]
impl Fault for MaintenanceOfTheLastCommit {
    async fn commit(&self, base: &DynBackend, session: DynSession) -> Answer<Commit> {
        self.0.commit(base, session).await
    }

    async fn maintenance(&self, reader: &dyn IndexReader, retention: &Retention) -> Answer<Maintenance> {
        let own = reader.maintenance(retention).await?;
        match self.0.of(reader.inventory().await?.generation - 1) {
            Some(before) => {
                let before = before.maintenance(retention).await?;
                Ok(Maintenance { stale_doc_issues: own.stale_doc_issues.max(before.stale_doc_issues), ..own })
            }
            None => Ok(own),
        }
    }
}
