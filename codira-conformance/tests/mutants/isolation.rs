//! Isolation: readers that see too early, too late, or a mixture.

use std::{
    io,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

use async_trait::async_trait;
use codira_contracts::*;
use codira_memory::MemoryReader;

use crate::{
    fault::{Answer, Fault, asking},
    judge::{EVERY, SMALL, mutants},
};

mutants! {
    files_are_published_one_by_one: PublishesFileByFile, "each put is published at once", [
        "sessions::dropping_a_session_changes_nothing",
        "sessions::aborting_a_session_changes_nothing",
        "sessions::a_session_owns_what_it_needs",
        "sessions::the_first_commit_is_number_one",
        "sessions::an_empty_commit_is_a_commit",
        "isolation::nothing_is_indexed_at_first",
        "isolation::a_session_shows_nothing_before_its_commit",
        "isolation::readers_never_wait_for_a_session",
        "isolation::readers_see_whole_commits",
        "storing::a_replaced_file_leaves_no_trace",
        "storing::a_removed_file_leaves_no_trace",
        "rules::edges_are_those_of_the_session",
        "rules::other_rules_derive_anew",
        "rules::a_session_given_up_leaves_the_rules",
        "graph::edges_are_those_of_the_resolver",
        "graph::edges_follow_every_change",
        "embeddings::a_text_keeps_its_vector_when_it_moves",
        SMALL,
        EVERY,
    ];
    readers_follow_commits: ReadersFollowCommits, "a reader shows the last commit, not the one it was opened on", [
        "sessions::a_session_owns_what_it_needs",
        "isolation::a_reader_shows_one_state_for_ever",
        "isolation::readers_see_whole_commits",
        "rules::other_rules_derive_anew",
        "rules::a_session_given_up_leaves_the_rules",
        "graph::edges_follow_every_change",
        SMALL,
        EVERY,
    ];
    nothing_is_an_empty_index: NothingIsEmpty, "a reader opens where nothing is indexed, and shows no files", [
        "sessions::a_dropped_beginning_leaves_no_session",
        "isolation::nothing_is_indexed_at_first",
        "rules::edges_are_those_of_the_session",
        "rules::other_rules_derive_anew",
        "rules::a_session_given_up_leaves_the_rules",
        "graph::edges_are_those_of_the_resolver",
        "graph::edges_follow_every_change",
    ];
    a_reader_is_refused_beside_a_session: LockedBySessions, "no reader opens while a session is open", [
        "isolation::nothing_is_indexed_at_first",
        "isolation::a_session_shows_nothing_before_its_commit",
        "isolation::readers_never_wait_for_a_session",
    ];
    totals_follow_commits: TotalsFollow, "the totals of a reader are those of the last commit", [
        "isolation::a_reader_shows_one_state_for_ever",
        "rules::other_rules_derive_anew",
        "rules::a_session_given_up_leaves_the_rules",
        "graph::edges_follow_every_change",
        SMALL,
    ];
    a_reader_is_one_commit_late: OpensTheCommitBefore, "a reader opens the commit before the last", [
        "sessions::a_dropped_call_has_happened_or_has_not",
        "sessions::a_dropped_commit_publishes_all_or_nothing",
        "sessions::the_first_commit_is_number_one",
        "sessions::full_scope_replaces_everything",
        "sessions::incremental_scope_replaces_what_it_names",
        "isolation::a_reader_shows_one_state_for_ever",
        "storing::a_replaced_file_leaves_no_trace",
        "storing::a_removed_file_leaves_no_trace",
        "storing::a_file_that_breaks_a_rule_is_refused",
        "storing::inventories_read_back_as_written",
        "storing::purging_removes_what_policy_skips",
        "storing::maintenance_is_counted_until_it_is_done",
        "rules::other_rules_derive_anew",
        "rules::a_session_given_up_leaves_the_rules",
        "rules::the_inventory_names_the_rules",
        "graph::edges_follow_every_change",
        "embeddings::pending_rows_wait_until_they_are_stored",
        "embeddings::a_text_keeps_its_vector_when_it_moves",
        "embeddings::many_vectors_are_all_compared",
        "embeddings::pruning_removes_orphans",
        SMALL,
    ];
}

#[derive(Default)]
struct PublishesFileByFile {
    base: OnceLock<DynBackend>,
}

#[async_trait]
impl Fault for PublishesFileByFile {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        self.base.get_or_init(|| base.clone());
        base.begin_index_session(request.clone()).await
    }

    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        session.put_file(file).await?;
        let Some(base) = self.base.get() else { return Ok(()) };
        // Another backend's, only to have the session replaced while it is committed.
        let other = self.base("".as_ref()).begin_index_session(asking(WriteScope::Full)).await?;
        std::mem::replace(session, other).commit().await?;
        *session = base.begin_index_session(asking(WriteScope::Incremental)).await?;
        Ok(())
    }
}

#[derive(Default)]
struct ReadersFollowCommits {
    base: OnceLock<DynBackend>,
}

#[async_trait]
impl Fault for ReadersFollowCommits {
    async fn open_reader(&self, base: &DynBackend) -> Answer<DynReader> {
        self.base.get_or_init(|| base.clone());
        base.open_reader().await
    }

    async fn answering(&self, opened: &Arc<dyn IndexReader>) -> Answer<Arc<dyn IndexReader>> {
        match self.base.get() {
            Some(base) => Ok(Arc::from(base.open_reader().await?)),
            None => Ok(Arc::clone(opened)),
        }
    }
}

#[derive(Default)]
struct NothingIsEmpty;

#[async_trait]
impl Fault for NothingIsEmpty {
    async fn open_reader(&self, base: &DynBackend) -> Answer<DynReader> {
        match base.open_reader().await {
            Err(BackendError::NotIndexed { .. }) => Ok(Box::new(MemoryReader::new(&Arc::default()))),
            opened => opened,
        }
    }
}

#[derive(Default)]
struct LockedBySessions {
    open: AtomicBool,
}

#[async_trait]
impl Fault for LockedBySessions {
    async fn open_reader(&self, base: &DynBackend) -> Answer<DynReader> {
        match self.open.load(SeqCst) {
            true => Err(BackendError::io("memory", "open", "memory", io::Error::other("the database is locked"))),
            false => base.open_reader().await,
        }
    }

    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        let session = base.begin_index_session(request.clone()).await?;
        self.open.store(true, SeqCst);
        Ok(session)
    }

    fn ended(&self) {
        self.open.store(false, SeqCst);
    }
}

#[derive(Default)]
struct TotalsFollow {
    base: OnceLock<DynBackend>,
}

#[async_trait]
impl Fault for TotalsFollow {
    async fn open_reader(&self, base: &DynBackend) -> Answer<DynReader> {
        self.base.get_or_init(|| base.clone());
        base.open_reader().await
    }

    async fn totals(&self, reader: &dyn IndexReader) -> Answer<Totals> {
        match self.base.get() {
            Some(base) => base.open_reader().await?.totals().await,
            None => reader.totals().await,
        }
    }
}

#[derive(Default)]
struct OpensTheCommitBefore {
    before: tokio::sync::Mutex<Option<DynReader>>,
}

#[async_trait]
impl Fault for OpensTheCommitBefore {
    async fn commit(&self, base: &DynBackend, session: DynSession) -> Answer<Commit> {
        *self.before.lock().await = base.open_reader().await.ok();
        session.commit().await
    }

    async fn open_reader(&self, base: &DynBackend) -> Answer<DynReader> {
        match self.before.lock().await.take() {
            Some(before) => Ok(before),
            None => base.open_reader().await,
        }
    }
}
