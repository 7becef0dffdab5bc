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
    judge::mutants,
};

mutants! {
    files_are_published_one_by_one: PublishesFileByFile, "each put is published at once",
        "isolation::readers_never_wait_for_a_session";
    readers_follow_commits: ReadersFollowCommits, "a reader shows the last commit, not the one it was opened on",
        "isolation::readers_see_whole_commits";
    nothing_is_an_empty_index: NothingIsEmpty, "a reader opens where nothing is indexed, and shows no files",
        "sessions::a_dropped_beginning_leaves_no_session";
    a_reader_is_refused_beside_a_session: LockedBySessions, "no reader opens while a session is open",
        "isolation::readers_never_wait_for_a_session";
    totals_follow_commits: TotalsFollow, "the totals of a reader are those of the last commit",
        "isolation::a_reader_shows_one_state_for_ever";
    a_reader_is_one_commit_late: OpensTheCommitBefore, "a reader opens the commit before the last",
        "storing::maintenance_is_counted_until_it_is_done";
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
