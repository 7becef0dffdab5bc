//! Scopes and calls: sessions that start from, keep or lose what they should not.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
};

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    fault::{Answer, Fault},
    judge::mutants,
    sessions::failure,
};

mutants! {
    full_scope_counts_anew: FullCountsAnew, "a full session starts counting commits again",
        "sessions::the_first_commit_is_number_one";
    full_scope_keeps_old_files: FullKeepsFiles, "a full session keeps the files that it does not put",
        "sessions::a_dropped_commit_publishes_all_or_nothing";
    little_memory_begins_anew: BeginsAnewWithLittle, "an incremental session with little memory starts empty",
        "sessions::memory_changes_no_answer";
    full_scope_keeps_the_inventory: FullKeepsInventory, "a full session keeps the inventory that it does not write",
        "sessions::full_scope_replaces_everything";
    full_scope_keeps_embeddings: FullKeepsEmbeddings, "a full session keeps the embeddings of a file that it puts without",
        "sessions::full_scope_replaces_everything";
    incremental_scope_drops_the_inventory: IncrementalDropsInventory, "a session without an inventory deletes the one that was there",
        "sessions::incremental_scope_replaces_what_it_names";
    the_first_put_wins: FirstPutWins, "of two puts of a path in one session, the first stays",
        "sessions::the_last_call_about_a_path_wins";
    removals_come_last: RemovalsComeLast, "what a session removes is gone, although it was put again afterwards",
        "sessions::the_last_call_about_a_path_wins";
    removing_the_unknown_fails: RefusesTheUnknown, "removing an unknown path is an error",
        "sessions::removing_an_unknown_path_succeeds";
    a_session_that_is_blind: BlindToItself, "a session lists the rows that waited when it began",
        "sessions::a_session_sees_its_own_writes";
    one_failure_ends_it_all: FailsForEver, "after a call that failed, every call of a session fails",
        "sessions::a_failed_call_leaves_the_session_usable";
    a_refused_inventory_is_half_written: WritesRefusedInventory, "a refused inventory has deleted the one written before",
        "sessions::a_failed_call_leaves_the_session_usable";
}

/// Commits are numbered from the last one of full scope.
#[derive(Default)]
struct FullCountsAnew {
    before: AtomicU64,
    full: AtomicBool,
}

#[async_trait]
impl Fault for FullCountsAnew {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        self.full.store(request.scope == WriteScope::Full, SeqCst);
        base.begin_index_session(request.clone()).await
    }

    async fn commit(&self, _base: &DynBackend, session: DynSession) -> Answer<Commit> {
        let commit = session.commit().await?;
        if self.full.load(SeqCst) {
            self.before.store(commit.generation - 1, SeqCst);
        }
        Ok(Commit { generation: commit.generation - self.before.load(SeqCst), ..commit })
    }
}

#[derive(Default)]
struct FullKeepsFiles;

#[async_trait]
impl Fault for FullKeepsFiles {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        base.begin_index_session(SessionRequest { scope: WriteScope::Incremental, ..request }).await
    }
}

#[derive(Default)]
struct BeginsAnewWithLittle;

#[async_trait]
impl Fault for BeginsAnewWithLittle {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        let is_little = request.memory < MemoryBudget::default();
        let scope = if is_little { WriteScope::Full } else { request.scope };
        base.begin_index_session(SessionRequest { scope, ..request }).await
    }
}

#[derive(Default)]
struct FullKeepsInventory;

#[async_trait]
impl Fault for FullKeepsInventory {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        let mut session = base.begin_index_session(request.clone()).await?;
        if let Ok(reader) = base.open_reader().await {
            let RuntimeInventory { coverage, analyzers, .. } = reader.inventory().await?;
            session.write_inventory(RunInventory { coverage, analyzers }).await?;
        }
        Ok(session)
    }
}

#[derive(Default)]
struct FullKeepsEmbeddings {
    /// The last commit, while a session of full scope is open.
    replaced: tokio::sync::Mutex<Option<DynReader>>,
}

#[async_trait]
impl Fault for FullKeepsEmbeddings {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        let session = base.begin_index_session(request.clone()).await?;
        let full = request.scope == WriteScope::Full;
        *self.replaced.lock().await = if full { base.open_reader().await.ok() } else { None };
        Ok(session)
    }

    async fn put_file(&self, session: &mut DynSession, mut file: FileSnapshot) -> Answer<()> {
        let old = match &*self.replaced.lock().await {
            Some(replaced) if file.embeddings.is_empty() => replaced.file(file.path()).await?,
            _ => None,
        };
        let before = file.clone();
        file.embeddings = old.map(|old| old.embeddings).unwrap_or_default();
        let kept = if file.validate().is_ok() && before.embeddings.is_empty() { file } else { before };
        session.put_file(kept).await
    }
}

#[derive(Default)]
struct IncrementalDropsInventory {
    written: AtomicBool,
}

#[async_trait]
impl Fault for IncrementalDropsInventory {
    async fn write_inventory(&self, session: &mut DynSession, inventory: RunInventory) -> Answer<()> {
        session.write_inventory(inventory).await?;
        self.written.store(true, SeqCst);
        Ok(())
    }

    async fn commit(&self, _base: &DynBackend, mut session: DynSession) -> Answer<Commit> {
        if !self.written.load(SeqCst) {
            session.write_inventory(RunInventory::default()).await?;
        }
        session.commit().await
    }

    fn ended(&self) {
        self.written.store(false, SeqCst);
    }
}

#[derive(Default)]
struct FirstPutWins {
    put: Mutex<BTreeSet<RepoPath>>,
}

#[async_trait]
impl Fault for FirstPutWins {
    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        file.validate()?;
        if self.put.lock().unwrap().insert(file.path().clone()) {
            return session.put_file(file).await;
        }
        Ok(())
    }

    async fn remove_file(&self, session: &mut DynSession, path: &RepoPath) -> Answer<()> {
        self.put.lock().unwrap().remove(path);
        session.remove_file(path).await
    }

    fn ended(&self) {
        self.put.lock().unwrap().clear();
    }
}

#[derive(Default)]
struct RemovalsComeLast {
    removed: Mutex<BTreeSet<RepoPath>>,
}

#[async_trait]
impl Fault for RemovalsComeLast {
    async fn remove_file(&self, session: &mut DynSession, path: &RepoPath) -> Answer<()> {
        self.removed.lock().unwrap().insert(path.clone());
        session.remove_file(path).await
    }

    async fn commit(&self, _base: &DynBackend, mut session: DynSession) -> Answer<Commit> {
        let removed = std::mem::take(&mut *self.removed.lock().unwrap());
        for path in removed {
            session.remove_file(&path).await?;
        }
        session.commit().await
    }

    fn ended(&self) {
        self.removed.lock().unwrap().clear();
    }
}

#[derive(Default)]
struct RefusesTheUnknown {
    known: Mutex<BTreeSet<RepoPath>>,
}

#[async_trait]
impl Fault for RefusesTheUnknown {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        let session = base.begin_index_session(request.clone()).await?;
        let states = match (request.scope, base.open_reader().await) {
            (WriteScope::Incremental, Ok(reader)) => reader.file_states(&PathPrefix::root()).await?,
            _ => Vec::new(),
        };
        *self.known.lock().unwrap() = states.into_iter().map(|state| state.path).collect();
        Ok(session)
    }

    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        let path = file.path().clone();
        session.put_file(file).await?;
        self.known.lock().unwrap().insert(path);
        Ok(())
    }

    async fn remove_file(&self, session: &mut DynSession, path: &RepoPath) -> Answer<()> {
        if !self.known.lock().unwrap().remove(path) {
            return Err(BackendError::invalid(path, "there is no such file"));
        }
        session.remove_file(path).await
    }
}

#[derive(Default)]
struct BlindToItself {
    began: tokio::sync::Mutex<Option<DynReader>>,
}

#[async_trait]
impl Fault for BlindToItself {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        let session = base.begin_index_session(request.clone()).await?;
        let full = request.scope == WriteScope::Full;
        *self.began.lock().await = if full { None } else { base.open_reader().await.ok() };
        Ok(session)
    }

    async fn pending_in_session(&self, _session: &mut DynSession, request: &PendingRequest) -> Answer<Vec<PendingEmbedding>> {
        match &*self.began.lock().await {
            Some(began) => began.pending_embeddings(request).await,
            None => Ok(Vec::new()),
        }
    }
}

#[derive(Default)]
struct FailsForEver {
    failed: AtomicBool,
}

#[async_trait]
impl Fault for FailsForEver {
    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        if self.failed.load(SeqCst) {
            return Err(failure("the transaction is aborted"));
        }
        let put = session.put_file(file).await;
        self.failed.store(put.is_err(), SeqCst);
        put
    }

    fn ended(&self) {
        self.failed.store(false, SeqCst);
    }
}

#[derive(Default)]
struct WritesRefusedInventory;

#[async_trait]
impl Fault for WritesRefusedInventory {
    async fn write_inventory(&self, session: &mut DynSession, inventory: RunInventory) -> Answer<()> {
        session.write_inventory(RunInventory::default()).await?;
        session.write_inventory(inventory).await
    }
}
