//! A backend that counts what is asked of the one inside: cost without a clock.

use std::{
    ops::AddAssign,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use codira_contracts::*;

type Answer<T> = Result<T, BackendError>;

/// Hands everything on to a backend, and counts it. Clones share backend and counts.
///
/// It is erased, so that the indexer above it is compiled once, and not for every backend that the
/// kit meets.
#[derive(Clone)]
pub(crate) struct Counting {
    backend: DynBackend,
    counts: Arc<Mutex<Counts>>,
}

/// What was asked so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) readers: u64,
    pub(crate) questions: u64,
    pub(crate) sessions: u64,
    pub(crate) files_put: u64,
    pub(crate) files_removed: u64,
    /// Embedding rows put with files, queued or stored.
    pub(crate) rows: u64,
    /// All calls of sessions but those that end them.
    pub(crate) calls: u64,
}

impl Counting {
    #[cfg(feature = "indexer")]
    pub(crate) fn new(backend: impl IndexBackend) -> Self {
        Self { backend: DynBackend::new(backend), counts: Arc::default() }
    }

    /// The same where others count, too.
    pub(crate) fn sharing(backend: DynBackend, counts: Arc<Mutex<Counts>>) -> Self {
        Self { backend, counts }
    }

    /// What was asked since the last time that this was called.
    #[cfg(feature = "indexer")]
    pub(crate) fn take(&self) -> Counts {
        std::mem::take(&mut *self.counts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A reader or a session, and where its calls are counted.
pub(crate) struct Counted<T> {
    inner: T,
    counts: Arc<Mutex<Counts>>,
}

fn count(counts: &Mutex<Counts>, of: impl FnOnce(&mut Counts) -> &mut u64, by: u64) {
    of(&mut counts.lock().unwrap_or_else(PoisonError::into_inner)).add_assign(by);
}

#[async_trait]
impl IndexBackend for Counting {
    type Reader = Counted<DynReader>;
    type Session = Counted<DynSession>;

    fn descriptor(&self) -> &BackendDescriptor {
        self.backend.descriptor()
    }

    async fn open_reader(&self) -> Answer<Self::Reader> {
        count(&self.counts, |counts| &mut counts.readers, 1);
        Ok(Counted { inner: self.backend.open_reader().await?, counts: Arc::clone(&self.counts) })
    }

    async fn begin_index_session(&self, request: SessionRequest) -> Answer<Self::Session> {
        count(&self.counts, |counts| &mut counts.sessions, 1);
        Ok(Counted { inner: self.backend.begin_index_session(request).await?, counts: Arc::clone(&self.counts) })
    }
}

/// Hands questions on, and counts each.
macro_rules! count_questions {
    ([] $(fn $question:ident($($given:ident: $given_type:ty),*) -> $answer:ty;)*) => {
        #[async_trait]
        impl IndexReader for Counted<DynReader> {
            $(async fn $question(&self, $($given: $given_type),*) -> Answer<$answer> {
                count(&self.counts, |counts| &mut counts.questions, 1);
                self.inner.$question($($given),*).await
            })*
        }
    };
}
for_each_question!(count_questions);

/// What a call counts as, beside a call.
trait Weighed {
    fn count(&self, _counts: &mut Counts) {}
}

impl Weighed for FileSnapshot {
    fn count(&self, counts: &mut Counts) {
        counts.files_put += 1;
        counts.rows += self.embeddings.len() as u64;
    }
}

impl Weighed for &RepoPath {
    fn count(&self, counts: &mut Counts) {
        counts.files_removed += 1;
    }
}

impl<T> Weighed for Vec<T> {
    fn count(&self, counts: &mut Counts) {
        counts.rows += self.len() as u64;
    }
}

impl Weighed for &Retention {}
impl Weighed for &ReuseRequest {}
impl Weighed for &PendingRequest {}
impl Weighed for RunInventory {}

/// Hands calls of a session on, and counts each with what it brings.
macro_rules! count_calls {
    ([] $(fn $call:ident($($given:ident: $given_type:ty),*) -> $answer:ty;)*) => {
        #[async_trait]
        impl IndexWriteSession for Counted<DynSession> {
            $(async fn $call(&mut self, $($given: $given_type),*) -> Answer<$answer> {
                count(&self.counts, |counts| &mut counts.calls, 1);
                $($given.count(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner));)*
                self.inner.$call($($given),*).await
            })*

            async fn commit(self) -> Answer<Commit> {
                self.inner.commit().await
            }

            async fn abort(self) -> Answer<()> {
                self.inner.abort().await
            }
        }
    };
}
for_each_call!(count_calls);
