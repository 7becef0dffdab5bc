//! Calls that happen in part, only once, or are refused without a word on what is wrong.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    fault::{Answer, Fault},
    judge::mutants,
    sessions::failure,
};

mutants! {
    rows_are_queued_up_to_the_first_without_an_owner: QueuesTheFirst, "rows before one without an owner are queued although the call is refused",
        "embeddings::a_row_without_owner_is_refused";
    rows_without_an_owner_are_left_out: QueuesTheKnown, "rows without an owner are left out, and the others queued",
        "embeddings::a_row_without_owner_is_refused";
    a_refused_row_has_no_name: RefusesWithoutAName, "a refused vector or row is not named",
        "embeddings::a_row_without_owner_is_refused";
    a_removal_in_two_steps: RemovesInTwoSteps, "a removal empties the file, waits, and removes it",
        "sessions::a_dropped_call_happens_whole_or_not_at_all";
    derived_state_is_made_once: DerivesOnce, "derived state cannot be brought up to date twice in a session",
        "graph::deriving_early_changes_no_answer";
}

#[derive(Default)]
struct QueuesTheFirst;

#[async_trait]
impl Fault for QueuesTheFirst {
    async fn queue_embeddings(&self, session: &mut DynSession, rows: Vec<PendingEmbedding>) -> Answer<()> {
        for row in rows {
            session.queue_embeddings(vec![row]).await?;
        }
        Ok(())
    }
}

#[derive(Default)]
struct QueuesTheKnown;

#[async_trait]
impl Fault for QueuesTheKnown {
    async fn queue_embeddings(&self, session: &mut DynSession, rows: Vec<PendingEmbedding>) -> Answer<()> {
        for row in rows {
            match session.queue_embeddings(vec![row]).await {
                Err(BackendError::InvalidInput { .. }) => {}
                other => other?,
            }
        }
        Ok(())
    }
}

#[derive(Default)]
struct RefusesWithoutAName;

fn nameless(error: BackendError) -> BackendError {
    match error {
        BackendError::InvalidInput { problem, .. } => BackendError::invalid("an embedding", problem),
        other => other,
    }
}

#[async_trait]
impl Fault for RefusesWithoutAName {
    async fn queue_embeddings(&self, session: &mut DynSession, rows: Vec<PendingEmbedding>) -> Answer<()> {
        session.queue_embeddings(rows).await.map_err(nameless)
    }

    async fn store_embeddings(&self, session: &mut DynSession, rows: Vec<ComputedEmbedding>) -> Answer<Stored> {
        session.store_embeddings(rows).await.map_err(nameless)
    }
}

#[derive(Default)]
struct RemovesInTwoSteps;

#[async_trait]
impl Fault for RemovesInTwoSteps {
    async fn remove_file(&self, session: &mut DynSession, path: &RepoPath) -> Answer<()> {
        let analyzer = Tool::new("kit", "1");
        let state = FileState { path: path.clone(), hash: ContentHash::of(b""), size: 0, modified: 0, analyzer };
        let analysis = FileAnalysis::new(Language::from_static("toy"), "");
        session.put_file(FileSnapshot { state, analysis, embeddings: Vec::new() }).await?;
        tokio::task::yield_now().await;
        session.remove_file(path).await
    }
}

/// Derives once in a session, as if nothing came after it.
#[derive(Default)]
struct DerivesOnce(AtomicBool);

#[async_trait]
impl Fault for DerivesOnce {
    async fn rebuild_derived(&self, session: &mut DynSession) -> Answer<Derivation> {
        if self.0.swap(true, SeqCst) {
            return Err(failure("derived state is there"));
        }
        session.rebuild_derived().await
    }

    fn ended(&self) {
        self.0.store(false, SeqCst);
    }
}
