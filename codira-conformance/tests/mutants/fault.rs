//! A backend with one fault: the reference, except where the fault answers or acts for it.
//!
//! A [`Fault`] has a method for everything that a caller can ask of a backend, a reader or a
//! session. Each hands on to the reference, so that a fault is written by overriding the few calls
//! that it gets wrong.

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use codira_contracts::*;
use codira_memory::MemoryBackend;

use crate::backend::{Reader, Session};

pub type Answer<T> = Result<T, BackendError>;

/// Asks for a session with the rules of the kit.
pub fn asking(scope: WriteScope) -> SessionRequest {
    SessionRequest::new(scope, codira_conformance::toy_rules())
}

/// Lookups that are one request to every reader, as faults and their tests speak of them.
#[async_trait]
pub trait Lookups: IndexReader {
    async fn symbol(&self, key: &SymbolKey) -> Answer<Option<SymbolEntry>> {
        Ok(self.symbols(&SymbolRequest::of(key.clone())).await?.pop())
    }

    async fn children(&self, parent: &SymbolKey) -> Answer<Vec<SymbolEntry>> {
        self.symbols(&SymbolRequest::children_of(parent.clone())).await
    }

    async fn overloads(&self, symbol: &SymbolKey) -> Answer<Vec<SymbolEntry>> {
        self.symbols(&SymbolRequest::overloads_of(symbol.clone())).await
    }
}

impl<R: IndexReader + ?Sized> Lookups for R {}

/// Declares the trait and the backend that consults it, from the contract's lists of questions and
/// calls.
macro_rules! hooks {
    (
        [$($hook:ident: $call:ident($($given:ident: $given_type:ty),*) -> $result:ty;)*]
        $(fn $question:ident($($asked:ident: $asked_type:ty),*) -> $answer:ty;)*
    ) => {
        /// What is wrong with a backend. One value lives as long as one index is open.
        #[async_trait]
        pub trait Fault: Send + Sync + 'static {
            /// The sound backend underneath.
            fn base(&self, _dir: &Path) -> DynBackend {
                DynBackend::new(MemoryBackend::default())
            }

            /// Changes what the backend says of itself.
            fn describe(&self, _descriptor: &mut BackendDescriptor) {}

            async fn open_reader(&self, base: &DynBackend) -> Answer<DynReader> {
                base.open_reader().await
            }

            async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
                base.begin_index_session(request).await
            }

            /// The reader that answers the next question to `opened`.
            async fn answering(&self, opened: &Arc<dyn IndexReader>) -> Answer<Arc<dyn IndexReader>> {
                Ok(Arc::clone(opened))
            }

            $(async fn $question(&self, reader: &dyn IndexReader, $($asked: $asked_type),*) -> Answer<$answer> {
                reader.$question($($asked),*).await
            })*

            /// Comes before every call of a session.
            async fn called(&self) {}

            $(async fn $hook(&self, session: &mut DynSession, $($given: $given_type),*) -> Answer<$result> {
                session.$call($($given),*).await
            })*

            async fn commit(&self, _base: &DynBackend, session: DynSession) -> Answer<Commit> {
                session.commit().await
            }

            async fn abort(&self, session: DynSession) -> Answer<()> {
                session.abort().await
            }

            /// A session is dropped without an end.
            fn dropped(&self, session: DynSession) {
                drop(session);
            }

            /// A session has ended, in whatever way.
            fn ended(&self) {}

            /// The backend is dropped; readers and sessions may still be there.
            fn closed(&self) {}
        }

        #[async_trait]
        impl IndexWriteSession for Session {
            $(async fn $call(&mut self, $($given: $given_type),*) -> Answer<$result> {
                let session = self.session.as_mut().expect("the session is open until it is consumed");
                self.fault.called().await;
                self.fault.$hook(session, $($given),*).await
            })*

            async fn commit(mut self) -> Answer<Commit> {
                let session = self.session.take().expect("the session is open until it is consumed");
                self.fault.commit(&self.base, session).await
            }

            async fn abort(mut self) -> Answer<()> {
                let session = self.session.take().expect("the session is open until it is consumed");
                self.fault.abort(session).await
            }
        }
    };
}

// What readers are asked, too, has a name of its own here.
for_each_question! {
    hooks,
    put_file: put_file(file: FileSnapshot) -> ();
    remove_file: remove_file(path: &RepoPath) -> ();
    maintain: maintain(retention: &Retention) -> Maintenance;
    reusable_in_session: reusable_embeddings(request: &ReuseRequest) -> Vec<ReusableEmbedding>;
    pending_in_session: pending_embeddings(request: &PendingRequest) -> Vec<PendingEmbedding>;
    queue_embeddings: queue_embeddings(rows: Vec<PendingEmbedding>) -> ();
    store_embeddings: store_embeddings(rows: Vec<ComputedEmbedding>) -> Stored;
    rebuild_derived: rebuild_derived() -> Derivation;
    write_inventory: write_inventory(inventory: RunInventory) -> ();
}

macro_rules! answer_through_the_fault {
    ([] $(fn $question:ident($($asked:ident: $asked_type:ty),*) -> $answer:ty;)*) => {
        #[async_trait]
        impl IndexReader for Reader {
            $(async fn $question(&self, $($asked: $asked_type),*) -> Answer<$answer> {
                let base = self.fault.answering(&self.base).await?;
                self.fault.$question(&*base, $($asked),*).await
            })*
        }
    };
}
for_each_question!(answer_through_the_fault);
