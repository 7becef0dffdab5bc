//! Isolation: readers that see too early, too late, or a mixture.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    fault::{Answer, Fault},
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
        "isolation::a_reader_shows_one_state_for_ever",
        "isolation::readers_never_wait_for_a_session",
        "isolation::readers_see_whole_commits",
        "storing::a_replaced_file_leaves_no_trace",
        "storing::a_removed_file_leaves_no_trace",
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
        "graph::edges_follow_every_change",
        SMALL,
        EVERY,
    ];
}

#[derive(Default)]
struct PublishesFileByFile {
    base: OnceLock<DynBackend>,
}

#[async_trait]
impl Fault for PublishesFileByFile {
    async fn begin(&self, base: &DynBackend, scope: WriteScope) -> Answer<DynSession> {
        self.base.get_or_init(|| base.clone());
        base.begin_index_session(scope).await
    }

    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        session.put_file(file).await?;
        let Some(base) = self.base.get() else { return Ok(()) };
        // Another backend's, only to have the session replaced while it is committed.
        let other = self.base("".as_ref()).begin_index_session(WriteScope::Full).await?;
        std::mem::replace(session, other).commit().await?;
        *session = base.begin_index_session(WriteScope::Incremental).await?;
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
