//! Readers that are disturbed: by questions, commits and other readers at the same time.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use async_trait::async_trait;
use codira_contracts::*;
use tokio::sync::RwLock;

use crate::{
    fault::{Answer, Fault},
    judge::mutants,
    sessions::failure,
};

const ASKED_AT_ONCE: &str = "isolation::readers_answer_together_as_alone";
const COMMIT: &str = "isolation::readers_never_wait_for_a_commit";

mutants! {
    one_request_at_a_time: OneRequestAtATime, "a reader keeps the symbols that it is asked for where the next one to ask puts its own", ASKED_AT_ONCE;
    one_path_at_a_time: OnePathAtATime, "a reader keeps the file that it is asked for where the next one to ask puts its own", ASKED_AT_ONCE;
    a_second_question_is_refused: RefusesASecondQuestion, "a reader that is asked is busy to others", ASKED_AT_ONCE;
    a_second_question_is_empty: SecondQuestionIsEmpty, "edges that are asked for while others are read are none", ASKED_AT_ONCE;
    a_second_opening_is_refused: RefusesASecondOpening, "a reader cannot be opened while another one is", ASKED_AT_ONCE;
    answers_go_to_the_wrong_task: SwapsAnswers, "of questions about documentation that are asked at once, answers are given out as they come", ASKED_AT_ONCE;
    eight_readers_are_open_at_most: EightReaders, "the ninth reader that is opened after a commit cannot be", ASKED_AT_ONCE;

    an_opening_waits_for_the_commit: WaitsToOpen, "opening a reader waits for a commit that goes on", COMMIT;
    a_question_waits_for_the_commit: WaitsToAnswer, "a question waits for a commit that goes on", COMMIT;
    an_opening_waits_for_a_thread_that_commits: OpensAfterTheThread, "opening a reader waits for a commit that another thread writes", COMMIT;
    a_question_waits_for_a_thread_that_commits: AnswersAfterTheThread, "a question waits for a commit that another thread writes", COMMIT;
    a_commit_locks_readers_out: LocksReadersOut, "no reader opens while a commit is written", COMMIT;
}

#[derive(Default)]
struct OneRequestAtATime(Mutex<Option<SymbolRequest>>);

#[async_trait]
impl Fault for OneRequestAtATime {
    async fn symbols(&self, reader: &dyn IndexReader, request: &SymbolRequest) -> Answer<Vec<SymbolEntry>> {
        *self.0.lock().unwrap() = Some(request.clone());
        tokio::task::yield_now().await;
        let asked = self.0.lock().unwrap().clone();
        reader.symbols(&asked.unwrap_or(request.clone())).await
    }
}

#[derive(Default)]
struct OnePathAtATime(Mutex<Option<RepoPath>>);

#[async_trait]
impl Fault for OnePathAtATime {
    async fn file(&self, reader: &dyn IndexReader, path: &RepoPath) -> Answer<Option<FileSnapshot>> {
        *self.0.lock().unwrap() = Some(path.clone());
        tokio::task::yield_now().await;
        let asked = self.0.lock().unwrap().clone();
        reader.file(&asked.unwrap_or(path.clone())).await
    }
}

#[derive(Default)]
struct RefusesASecondQuestion(tokio::sync::Mutex<()>);

#[async_trait]
impl Fault for RefusesASecondQuestion {
    async fn symbol_inventory(
        &self,
        reader: &dyn IndexReader,
        request: &SymbolInventoryRequest,
    ) -> Answer<Vec<SymbolInventoryEntry>> {
        let Ok(_asking) = self.0.try_lock() else { return Err(failure("the connection is busy")) };
        tokio::task::yield_now().await;
        reader.symbol_inventory(request).await
    }
}

#[derive(Default)]
struct SecondQuestionIsEmpty(tokio::sync::Mutex<()>);

#[async_trait]
impl Fault for SecondQuestionIsEmpty {
    async fn edges(&self, reader: &dyn IndexReader, request: &EdgeRequest) -> Answer<Vec<EdgeEntry>> {
        let Ok(_asking) = self.0.try_lock() else { return Ok(Vec::new()) };
        tokio::task::yield_now().await;
        reader.edges(request).await
    }
}

#[derive(Default)]
struct RefusesASecondOpening(tokio::sync::Mutex<()>);

#[async_trait]
impl Fault for RefusesASecondOpening {
    async fn open_reader(&self, base: &DynBackend) -> Answer<DynReader> {
        let Ok(_opening) = self.0.try_lock() else { return Err(failure("a reader is being opened")) };
        tokio::task::yield_now().await;
        base.open_reader().await
    }
}

#[derive(Default)]
struct EightReaders(AtomicUsize);

#[async_trait]
impl Fault for EightReaders {
    async fn open_reader(&self, base: &DynBackend) -> Answer<DynReader> {
        if self.0.fetch_add(1, SeqCst) >= 8 {
            return Err(failure("there is no connection left"));
        }
        base.open_reader().await
    }

    fn ended(&self) {
        self.0.store(0, SeqCst);
    }
}

/// Answers that were not fetched yet.
#[derive(Default)]
struct SwapsAnswers(Mutex<Vec<Vec<DocumentationEntry>>>);

#[async_trait]
impl Fault for SwapsAnswers {
    async fn documentation(&self, reader: &dyn IndexReader, request: &DocumentationRequest) -> Answer<Vec<DocumentationEntry>> {
        let answer = reader.documentation(request).await?;
        self.0.lock().unwrap().push(answer);
        tokio::task::yield_now().await;
        Ok(self.0.lock().unwrap().pop().unwrap_or_default())
    }
}

/// A lock that a commit holds while it is written.
#[derive(Default)]
struct Writing(Arc<RwLock<()>>);

/// How often a commit leaves its turn to others.
const TURNS: usize = 16;

/// How long a thread writes.
const LONG: Duration = Duration::from_millis(200);

impl Writing {
    async fn commit(&self, session: DynSession) -> Answer<Commit> {
        let _writing = self.0.write().await;
        for _ in 0..TURNS {
            tokio::task::yield_now().await;
        }
        session.commit().await
    }

    /// The commit goes on whether or not it is waited for.
    async fn commit_on_a_thread(&self, session: DynSession) -> Answer<Commit> {
        let writing = Arc::clone(&self.0).write_owned().await;
        let committed = tokio::spawn(async move {
            tokio::time::sleep(LONG).await;
            let committed = session.commit().await;
            drop(writing);
            committed
        });
        committed.await.map_err(|error| failure(&error.to_string()))?
    }
}

#[derive(Default)]
struct WaitsToOpen(Writing);

#[async_trait]
impl Fault for WaitsToOpen {
    async fn open_reader(&self, base: &DynBackend) -> Answer<DynReader> {
        let _reading = self.0.0.read().await;
        base.open_reader().await
    }

    async fn commit(&self, _base: &DynBackend, session: DynSession) -> Answer<Commit> {
        self.0.commit(session).await
    }
}

#[derive(Default)]
struct WaitsToAnswer(Writing);

#[async_trait]
impl Fault for WaitsToAnswer {
    async fn file_states(&self, reader: &dyn IndexReader, prefix: &PathPrefix) -> Answer<Vec<FileState>> {
        let _reading = self.0.0.read().await;
        reader.file_states(prefix).await
    }

    async fn commit(&self, _base: &DynBackend, session: DynSession) -> Answer<Commit> {
        self.0.commit(session).await
    }
}

#[derive(Default)]
struct OpensAfterTheThread(Writing);

#[async_trait]
impl Fault for OpensAfterTheThread {
    async fn open_reader(&self, base: &DynBackend) -> Answer<DynReader> {
        let _reading = self.0.0.read().await;
        base.open_reader().await
    }

    async fn commit(&self, _base: &DynBackend, session: DynSession) -> Answer<Commit> {
        self.0.commit_on_a_thread(session).await
    }
}

#[derive(Default)]
struct AnswersAfterTheThread(Writing);

#[async_trait]
impl Fault for AnswersAfterTheThread {
    async fn symbols(&self, reader: &dyn IndexReader, request: &SymbolRequest) -> Answer<Vec<SymbolEntry>> {
        let _reading = self.0.0.read().await;
        reader.symbols(request).await
    }

    async fn commit(&self, _base: &DynBackend, session: DynSession) -> Answer<Commit> {
        self.0.commit_on_a_thread(session).await
    }
}

#[derive(Default)]
struct LocksReadersOut {
    writing: AtomicBool,
}

#[async_trait]
impl Fault for LocksReadersOut {
    async fn open_reader(&self, base: &DynBackend) -> Answer<DynReader> {
        if self.writing.load(SeqCst) { Err(failure("the database is locked")) } else { base.open_reader().await }
    }

    async fn commit(&self, _base: &DynBackend, session: DynSession) -> Answer<Commit> {
        self.writing.store(true, SeqCst);
        tokio::task::yield_now().await;
        let committed = session.commit().await;
        self.writing.store(false, SeqCst);
        committed
    }

    fn ended(&self) {
        self.writing.store(false, SeqCst);
    }
}
