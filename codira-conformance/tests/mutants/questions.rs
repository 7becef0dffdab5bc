//! Questions to readers, and openings of them, that are dropped half-way and leave something taken.

use std::sync::Mutex;

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    fault::{Answer, Fault},
    futures::Taken,
    judge::mutants,
    sessions::failure,
};

const QUESTION: &str = "isolation::a_dropped_question_leaves_the_reader_usable";
const OPENING: &str = "isolation::a_dropped_opening_leaves_the_backend_usable";

mutants! {
    a_dropped_question_keeps_the_connection: SymbolsKeepTheConnection, "a reader has no connection left when a question for symbols was dropped", QUESTION;
    a_dropped_search_keeps_the_connection: CandidatesKeepTheConnection, "a reader has no connection left when a question for candidates was dropped", QUESTION;
    a_dropped_file_keeps_the_connection: FileKeepsTheConnection, "a reader has no connection left when a question for a file was dropped", QUESTION;
    a_dropped_inventory_keeps_the_connection: InventoryKeepsTheConnection, "a reader has no connection left when a question for the inventory was dropped", QUESTION;
    a_dropped_question_is_answered_later: AnswersTheDropped, "the answer to a question for edges that was dropped is given to the next one", QUESTION;
    a_dropped_question_is_cut: CutsTheDropped, "the rest of documentation that a dropped question has left is the answer to the next one", QUESTION;

    a_dropped_opening_keeps_writers_out: OpeningKeepsWritersOut, "no session begins once an opening was dropped", OPENING;
    a_dropped_opening_keeps_readers_out: OpeningKeepsReadersOut, "no reader opens once an opening was dropped", OPENING;
    a_dropped_opening_is_what_the_next_opens: OpeningIsKept, "a reader is what an opening that was dropped has left", OPENING;
}

/// Declares a fault of a reader that has one connection, which a dropped question takes along:
/// totals need it, too.
macro_rules! keeps_the_connection {
    ($name:ident: $question:ident($($given:ident: $type:ty),*) -> $answer:ty) => {
        #[derive(Default)]
        struct $name(Taken);

        #[async_trait]
        impl Fault for $name {
            async fn $question(&self, reader: &dyn IndexReader, $($given: $type),*) -> Answer<$answer> {
                self.0.pause().await?;
                reader.$question($($given),*).await
            }

            async fn totals(&self, reader: &dyn IndexReader) -> Answer<Totals> {
                self.0.check()?;
                reader.totals().await
            }
        }
    };
}
keeps_the_connection!(SymbolsKeepTheConnection: symbols(request: &SymbolRequest) -> Vec<SymbolEntry>);
keeps_the_connection!(CandidatesKeepTheConnection: candidates(request: &CandidateRequest) -> Vec<Candidate>);
keeps_the_connection!(FileKeepsTheConnection: file(path: &RepoPath) -> Option<FileSnapshot>);
keeps_the_connection!(InventoryKeepsTheConnection: inventory() -> RuntimeInventory);

/// Questions that wait for their answers, first come, first served.
#[derive(Default)]
struct AnswersTheDropped(Mutex<Vec<EdgeRequest>>);

#[async_trait]
impl Fault for AnswersTheDropped {
    async fn edges(&self, reader: &dyn IndexReader, request: &EdgeRequest) -> Answer<Vec<EdgeEntry>> {
        self.0.lock().unwrap().push(request.clone());
        tokio::task::yield_now().await;
        let waiting = self.0.lock().unwrap().len();
        let first = self.0.lock().unwrap().remove(0);
        let answer = reader.edges(&first).await?;
        // As many entries are missing as questions were dropped before.
        Ok(answer.into_iter().skip(waiting - 1).collect())
    }
}

/// Entries that were read and not given out.
#[derive(Default)]
struct CutsTheDropped(Mutex<Vec<DocumentationEntry>>);

#[async_trait]
impl Fault for CutsTheDropped {
    async fn documentation(&self, reader: &dyn IndexReader, request: &DocumentationRequest) -> Answer<Vec<DocumentationEntry>> {
        if self.0.lock().unwrap().is_empty() {
            *self.0.lock().unwrap() = reader.documentation(request).await?;
        }
        let mut answer = Vec::new();
        loop {
            let next = self.0.lock().unwrap().pop();
            let Some(next) = next else { break };
            answer.insert(0, next);
            tokio::task::yield_now().await;
        }
        Ok(answer)
    }
}

#[derive(Default)]
struct OpeningKeepsWritersOut(Taken);

#[async_trait]
impl Fault for OpeningKeepsWritersOut {
    async fn open_reader(&self, base: &DynBackend) -> Answer<DynReader> {
        self.0.give_back();
        self.0.pause().await?;
        base.open_reader().await
    }

    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        self.0.check()?;
        base.begin_index_session(request).await
    }
}

#[derive(Default)]
struct OpeningKeepsReadersOut(Taken);

#[async_trait]
impl Fault for OpeningKeepsReadersOut {
    async fn open_reader(&self, base: &DynBackend) -> Answer<DynReader> {
        self.0.pause().await?;
        base.open_reader().await
    }
}

#[derive(Default)]
struct OpeningIsKept(Mutex<Option<DynReader>>);

#[async_trait]
impl Fault for OpeningIsKept {
    async fn open_reader(&self, base: &DynBackend) -> Answer<DynReader> {
        let left = self.0.lock().unwrap().take();
        if let Some(left) = left {
            return Ok(left);
        }
        let opened = base.open_reader().await?;
        *self.0.lock().unwrap() = Some(opened);
        tokio::task::yield_now().await;
        self.0.lock().unwrap().take().ok_or_else(|| failure("the reader is gone"))
    }
}
