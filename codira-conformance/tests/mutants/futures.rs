//! Calls of sessions that are dropped half-way, and leave something half done or taken.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    task::{Context, Waker},
};

use async_trait::async_trait;
use codira_contracts::*;
use codira_memory::MemoryBackend;

use crate::{
    fault::{Answer, Fault},
    judge::mutants,
    sessions::failure,
    specs::fault,
};

const CALL: &str = "sessions::a_dropped_call_happens_whole_or_not_at_all";
const ABORT: &str = "sessions::a_dropped_abort_ends_the_session";
const BEGINNING: &str = "sessions::a_dropped_beginning_does_not_end_an_open_session";

mutants! {
    rows_are_queued_in_two_steps: QueuesInTwoSteps, "rows are queued one after the other, with a pause in between", CALL;
    vectors_are_stored_in_two_steps: StoresInTwoSteps, "vectors are stored one after the other, with a pause in between", CALL;
    maintenance_in_two_steps: MaintainsInTwoSteps, "issues are removed first, and embeddings after a pause", CALL;
    an_inventory_in_two_steps: WritesInTwoSteps, "the coverage is written first, and the analyzers after a pause", CALL;
    a_dropped_question_of_a_session_blocks_it: SessionIsLeftAsked, "a session whose question for pending rows was dropped answers no more", CALL;
    a_dropped_reuse_blocks_the_session: SessionIsLeftSeeking, "a session whose question for vectors to reuse was dropped finds none", CALL;
    a_dropped_derivation_blocks_the_session: SessionIsLeftDeriving, "a session whose deriving was dropped derives no more", CALL;
    a_dropped_call_cannot_be_made_again: QueuesOnce, "rows whose queuing was dropped cannot be queued again", CALL;

    an_abort_that_keeps_the_session: AbortKeepsTheSession, "an abort that is dropped keeps the session", ABORT;
    an_abort_that_commits: AbortCommits, "an abort that is dropped commits the session", ABORT;

    a_refused_beginning_releases_the_lock: RefusedBeginningReleases, "a refused beginning that is dropped releases the writer lock of the open session", BEGINNING;
    a_refused_beginning_is_the_holder: RefusedBeginningHolds, "a refused beginning that is dropped is named as the holder", BEGINNING;
}

fault!(QueuesInTwoSteps {
    async fn queue_embeddings(&self, session: &mut DynSession, rows: Vec<PendingEmbedding>) -> Answer<()> {
        for row in rows {
            session.queue_embeddings(vec![row]).await?;
            tokio::task::yield_now().await;
        }
        Ok(())
    }
});

fault!(StoresInTwoSteps {
    async fn store_embeddings(&self, session: &mut DynSession, rows: Vec<ComputedEmbedding>) -> Answer<Stored> {
        let mut all = Stored::default();
        for row in rows {
            let Stored { stored, stale } = session.store_embeddings(vec![row]).await?;
            all = Stored { stored: all.stored + stored, stale: all.stale + stale };
            tokio::task::yield_now().await;
        }
        Ok(all)
    }
});

#[derive(Default)]
struct MaintainsInTwoSteps {
    specs: tokio::sync::Mutex<Vec<EmbeddingSpec>>,
}

#[async_trait]
impl Fault for MaintainsInTwoSteps {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        let session = base.begin_index_session(request).await?;
        if let Ok(reader) = base.open_reader().await {
            *self.specs.lock().await = reader.inventory().await?.embeddings.into_iter().map(|row| row.spec).collect();
        }
        Ok(session)
    }

    async fn maintain(&self, session: &mut DynSession, retention: &Retention) -> Answer<Maintenance> {
        let specs = self.specs.lock().await.iter().chain(&retention.specs).cloned().collect();
        let Maintenance { stale_doc_issues, .. } =
            session.maintain(&Retention { policy: retention.policy.clone(), specs }).await?;
        tokio::task::yield_now().await;
        let Maintenance { orphaned_embeddings, .. } = session.maintain(retention).await?;
        Ok(Maintenance { stale_doc_issues, orphaned_embeddings })
    }
}

fault!(WritesInTwoSteps {
    async fn write_inventory(&self, session: &mut DynSession, inventory: RunInventory) -> Answer<()> {
        inventory.clone().normalize()?;
        session.write_inventory(RunInventory { analyzers: Vec::new(), ..inventory.clone() }).await?;
        tokio::task::yield_now().await;
        session.write_inventory(inventory).await
    }
});

/// Something that is taken for the time of a call, and given back at its end.
#[derive(Default)]
pub struct Taken(AtomicBool);

impl Taken {
    /// Takes it over a pause, and fails where it was not given back.
    pub async fn pause(&self) -> Answer<()> {
        self.check()?;
        self.0.store(true, SeqCst);
        tokio::task::yield_now().await;
        self.0.store(false, SeqCst);
        Ok(())
    }

    pub fn check(&self) -> Answer<()> {
        if self.0.load(SeqCst) { Err(failure("the connection is gone")) } else { Ok(()) }
    }

    pub fn give_back(&self) {
        self.0.store(false, SeqCst);
    }
}

#[derive(Default)]
struct SessionIsLeftAsked(Taken);

#[async_trait]
impl Fault for SessionIsLeftAsked {
    async fn pending_in_session(&self, session: &mut DynSession, request: &PendingRequest) -> Answer<Vec<PendingEmbedding>> {
        self.0.pause().await?;
        session.pending_embeddings(request).await
    }

    fn ended(&self) {
        self.0.give_back();
    }
}

#[derive(Default)]
struct SessionIsLeftSeeking(Taken);

#[async_trait]
impl Fault for SessionIsLeftSeeking {
    async fn reusable_in_session(&self, session: &mut DynSession, request: &ReuseRequest) -> Answer<Vec<ReusableEmbedding>> {
        self.0.pause().await?;
        session.reusable_embeddings(request).await
    }

    fn ended(&self) {
        self.0.give_back();
    }
}

#[derive(Default)]
struct SessionIsLeftDeriving(Taken);

#[async_trait]
impl Fault for SessionIsLeftDeriving {
    async fn rebuild_derived(&self, session: &mut DynSession) -> Answer<Derivation> {
        self.0.pause().await?;
        session.rebuild_derived().await
    }

    fn ended(&self) {
        self.0.give_back();
    }
}

#[derive(Default)]
struct QueuesOnce(Taken);

#[async_trait]
impl Fault for QueuesOnce {
    async fn queue_embeddings(&self, session: &mut DynSession, rows: Vec<PendingEmbedding>) -> Answer<()> {
        self.0.pause().await?;
        session.queue_embeddings(rows).await
    }

    fn ended(&self) {
        self.0.give_back();
    }
}

/// Keeps the session in the backend while it is given up.
#[derive(Default)]
struct AbortKeepsTheSession(Mutex<Option<DynSession>>);

#[async_trait]
impl Fault for AbortKeepsTheSession {
    async fn abort(&self, session: DynSession) -> Answer<()> {
        *self.0.lock().unwrap() = Some(session);
        tokio::task::yield_now().await;
        let session = self.0.lock().unwrap().take();
        match session {
            Some(session) => session.abort().await,
            None => Ok(()),
        }
    }
}

/// Commits a session of the reference, which never waits, where it is not taken out before.
struct CommittedWhenDropped(Option<DynSession>);

impl Drop for CommittedWhenDropped {
    fn drop(&mut self) {
        if let Some(session) = self.0.take() {
            let _ = session.commit().as_mut().poll(&mut Context::from_waker(Waker::noop()));
        }
    }
}

fault!(AbortCommits {
    async fn abort(&self, session: DynSession) -> Answer<()> {
        let mut kept = CommittedWhenDropped(Some(session));
        tokio::task::yield_now().await;
        match kept.0.take() {
            Some(session) => session.abort().await,
            None => Ok(()),
        }
    }
});

/// Notes when it is dropped.
struct NotesDrop<'a>(&'a AtomicBool, bool);

impl Drop for NotesDrop<'_> {
    fn drop(&mut self) {
        if self.1 {
            self.0.store(true, SeqCst);
        }
    }
}

#[derive(Default)]
struct RefusedBeginningReleases {
    released: AtomicBool,
}

#[async_trait]
impl Fault for RefusedBeginningReleases {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        match base.begin_index_session(request.clone()).await {
            Err(BackendError::SessionBusy { .. }) if self.released.load(SeqCst) => {
                DynBackend::new(MemoryBackend::default()).begin_index_session(request).await
            }
            Err(busy) => {
                let mut dropped = NotesDrop(&self.released, true);
                tokio::task::yield_now().await;
                dropped.1 = false;
                Err(busy)
            }
            begun => begun,
        }
    }

    fn ended(&self) {
        self.released.store(false, SeqCst);
    }
}

#[derive(Default)]
struct RefusedBeginningHolds {
    signed: AtomicBool,
}

#[async_trait]
impl Fault for RefusedBeginningHolds {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        match base.begin_index_session(request).await {
            Err(BackendError::SessionBusy { location, holder }) => {
                if self.signed.load(SeqCst) {
                    return Err(BackendError::SessionBusy { location, holder: Holder::new("another program", 0) });
                }
                let mut dropped = NotesDrop(&self.signed, true);
                tokio::task::yield_now().await;
                dropped.1 = false;
                Err(BackendError::SessionBusy { location, holder })
            }
            begun => begun,
        }
    }

    fn ended(&self) {
        self.signed.store(false, SeqCst);
    }
}
