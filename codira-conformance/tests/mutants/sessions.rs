//! Sessions: writer locks that are kept or shared, endings that do something else, and scopes that
//! are not kept to.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
    task::{Context, Waker},
};

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    fault::{Answer, Fault, asking},
    judge::mutants,
};

mutants! {
    two_sessions_at_once: AllowsTwoSessions, "a second session is open beside the first",
        "sessions::only_one_session_is_open";
    a_second_session_is_queued: QueuesTheSecond, "a second session waits for the first to end",
        "sessions::only_one_session_is_open";
    a_refusal_that_names_another_holder: NamesAnother, "a refused session is told another holder",
        "sessions::only_one_session_is_open";
    a_session_commits_when_dropped: CommitsOnDrop, "dropping a session commits it",
        "sessions::dropping_a_session_changes_nothing";
    a_session_commits_when_aborted: CommitsOnAbort, "aborting a session commits it",
        "sessions::aborting_a_session_changes_nothing";
    a_dropped_session_lingers: LingersWhenDropped, "a dropped session holds the writer lock until another is begun",
        "sessions::a_dropped_commit_publishes_all_or_nothing";
    an_aborted_session_lingers: LingersWhenAborted, "an aborted session holds the writer lock until another is begun",
        "sessions::aborting_a_session_changes_nothing";
    a_committed_session_lingers: LingersWhenCommitted, "a commit without changes holds the writer lock until a session is begun",
        "sessions::committing_releases_the_writer_lock";
    a_lock_that_a_dropped_beginning_keeps: LeaksLockWhenDropped, "a dropped beginning keeps the writer lock",
        "sessions::a_dropped_beginning_leaves_no_session";
    a_put_in_two_steps: PutsInTwoSteps, "a put removes the old file, waits, and puts the new one",
        "sessions::a_dropped_put_leaves_nothing_half_done";
    a_commit_in_two_parts: CommitsInTwoParts, "a commit publishes its last file after a pause",
        "embeddings::a_stale_vector_is_not_kept";
    a_session_that_borrows: NeedsItsBackend, "a session cannot be committed after its backend was dropped",
        "sessions::a_session_owns_what_it_needs";
    an_empty_commit_does_not_count: SkipsEmptyCommits, "a commit without changes is left out",
        "sessions::an_empty_commit_is_a_commit";
    nothing_was_replaced: SaysItReplaced, "a commit says that it replaced something unreadable",
        "sessions::the_first_commit_is_number_one";
}

#[derive(Default)]
struct AllowsTwoSessions;

#[async_trait]
impl Fault for AllowsTwoSessions {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        match base.begin_index_session(request.clone()).await {
            Err(BackendError::SessionBusy { .. }) => self.base("".as_ref()).begin_index_session(request.clone()).await,
            session => session,
        }
    }
}

#[derive(Default)]
struct QueuesTheSecond;

#[async_trait]
impl Fault for QueuesTheSecond {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        loop {
            match base.begin_index_session(request.clone()).await {
                Err(BackendError::SessionBusy { .. }) => tokio::task::yield_now().await,
                session => return session,
            }
        }
    }
}

#[derive(Default)]
struct NamesAnother;

#[async_trait]
impl Fault for NamesAnother {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        base.begin_index_session(request.clone()).await.map_err(|error| match error {
            BackendError::SessionBusy { location, .. } => {
                BackendError::SessionBusy { location, holder: Holder::new("another program", 0) }
            }
            other => other,
        })
    }
}

/// Commits a session of the reference, which never waits, from where nothing can be awaited.
fn commit_now(session: DynSession) {
    let mut commit = session.commit();
    let _ = commit.as_mut().poll(&mut Context::from_waker(Waker::noop()));
}

#[derive(Default)]
struct CommitsOnDrop;

#[async_trait]
impl Fault for CommitsOnDrop {
    fn dropped(&self, session: DynSession) {
        commit_now(session);
    }
}

#[derive(Default)]
struct CommitsOnAbort;

#[async_trait]
impl Fault for CommitsOnAbort {
    async fn abort(&self, session: DynSession) -> Answer<()> {
        session.commit().await.map(drop)
    }
}

/// A session that has ended, and holds the writer lock until the next beginning was refused.
#[derive(Default)]
struct Lingering(Mutex<Option<DynSession>>);

impl Lingering {
    fn keep(&self, session: DynSession) {
        *self.0.lock().unwrap() = Some(session);
    }

    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        let session = base.begin_index_session(request.clone()).await;
        drop(self.0.lock().unwrap().take());
        session
    }
}

#[derive(Default)]
struct LingersWhenDropped(Lingering);

#[async_trait]
impl Fault for LingersWhenDropped {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        self.0.begin(base, request.clone()).await
    }

    fn dropped(&self, session: DynSession) {
        self.0.keep(session);
    }
}

#[derive(Default)]
struct LingersWhenAborted(Lingering);

#[async_trait]
impl Fault for LingersWhenAborted {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        self.0.begin(base, request.clone()).await
    }

    async fn abort(&self, session: DynSession) -> Answer<()> {
        self.0.keep(session);
        Ok(())
    }
}

/// Whether the open session was asked to change anything.
#[derive(Default)]
struct Changed(AtomicBool);

#[derive(Default)]
struct LingersWhenCommitted {
    lingering: Lingering,
    changed: Changed,
}

#[async_trait]
impl Fault for LingersWhenCommitted {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        self.changed.0.store(request.scope == WriteScope::Full, SeqCst);
        self.lingering.begin(base, request.clone()).await
    }

    async fn called(&self) {
        self.changed.0.store(true, SeqCst);
    }

    async fn commit(&self, base: &DynBackend, session: DynSession) -> Answer<Commit> {
        let commit = session.commit().await?;
        if !self.changed.0.load(SeqCst) {
            self.lingering.keep(base.begin_index_session(asking(WriteScope::Incremental)).await?);
        }
        Ok(commit)
    }
}

#[derive(Default)]
struct LeaksLockWhenDropped {
    taken: AtomicBool,
}

#[async_trait]
impl Fault for LeaksLockWhenDropped {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        if self.taken.swap(true, SeqCst) {
            return Err(BackendError::SessionBusy { location: "memory".to_owned(), holder: Holder::current() });
        }
        // Dropped here, the lock stays taken.
        tokio::task::yield_now().await;
        base.begin_index_session(request.clone()).await
    }

    fn ended(&self) {
        self.taken.store(false, SeqCst);
    }
}

#[derive(Default)]
struct PutsInTwoSteps;

#[async_trait]
impl Fault for PutsInTwoSteps {
    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        file.validate()?;
        session.remove_file(file.path()).await?;
        tokio::task::yield_now().await;
        session.put_file(file).await
    }
}

/// Every commit is two of the reference, so that numbers can be told from theirs.
#[derive(Default)]
struct CommitsInTwoParts {
    last: Mutex<Option<FileSnapshot>>,
    opened: AtomicU64,
}

/// So long a commit waits for a reader to open between its parts.
const BETWEEN: usize = 2_000;

#[async_trait]
impl Fault for CommitsInTwoParts {
    async fn open_reader(&self, base: &DynBackend) -> Answer<DynReader> {
        let reader = base.open_reader().await;
        self.opened.fetch_add(1, SeqCst);
        reader
    }

    async fn inventory(&self, reader: &dyn IndexReader) -> Answer<RuntimeInventory> {
        let inventory = reader.inventory().await?;
        Ok(RuntimeInventory { generation: inventory.generation.div_ceil(2), ..inventory })
    }

    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        session.put_file(file.clone()).await?;
        *self.last.lock().unwrap() = Some(file);
        Ok(())
    }

    async fn remove_file(&self, session: &mut DynSession, path: &RepoPath) -> Answer<()> {
        self.last.lock().unwrap().take_if(|file| file.path() == path);
        session.remove_file(path).await
    }

    async fn commit(&self, base: &DynBackend, mut session: DynSession) -> Answer<Commit> {
        let last = self.last.lock().unwrap().take();
        if let Some(last) = &last {
            session.remove_file(last.path()).await?;
        }
        session.commit().await?;
        let opened = self.opened.load(SeqCst);
        for _ in 0..BETWEEN {
            // To other tasks of this thread, and to the other threads of a busy machine.
            tokio::task::yield_now().await;
            std::thread::yield_now();
            if self.opened.load(SeqCst) > opened {
                break;
            }
        }
        let mut session = base.begin_index_session(asking(WriteScope::Incremental)).await?;
        if let Some(last) = last {
            session.put_file(last).await?;
        }
        let commit = session.commit().await?;
        Ok(Commit { generation: commit.generation / 2, ..commit })
    }

    fn ended(&self) {
        *self.last.lock().unwrap() = None;
    }
}

#[derive(Default)]
struct NeedsItsBackend {
    closed: AtomicBool,
}

#[async_trait]
impl Fault for NeedsItsBackend {
    async fn commit(&self, _base: &DynBackend, session: DynSession) -> Answer<Commit> {
        if self.closed.load(SeqCst) {
            return Err(failure("the connection is closed"));
        }
        session.commit().await
    }

    fn closed(&self) {
        self.closed.store(true, SeqCst);
    }
}

pub fn failure(what: &str) -> BackendError {
    let source = std::io::Error::other(what.to_owned());
    BackendError::io("memory", "do", "what it was asked", source)
}

#[derive(Default)]
struct SkipsEmptyCommits {
    changed: Changed,
}

#[async_trait]
impl Fault for SkipsEmptyCommits {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        self.changed.0.store(request.scope == WriteScope::Full, SeqCst);
        base.begin_index_session(request.clone()).await
    }

    async fn called(&self) {
        self.changed.0.store(true, SeqCst);
    }

    async fn commit(&self, base: &DynBackend, session: DynSession) -> Answer<Commit> {
        match base.open_reader().await {
            Ok(reader) if !self.changed.0.load(SeqCst) => {
                Ok(Commit { generation: reader.inventory().await?.generation, replaced: None })
            }
            _ => session.commit().await,
        }
    }
}

#[derive(Default)]
struct SaysItReplaced;

#[async_trait]
impl Fault for SaysItReplaced {
    async fn commit(&self, _base: &DynBackend, session: DynSession) -> Answer<Commit> {
        let commit = session.commit().await?;
        Ok(Commit { replaced: Some("something".to_owned()), ..commit })
    }
}
