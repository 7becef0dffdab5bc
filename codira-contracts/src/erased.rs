//! Choosing a backend at run time.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{
    BackendDescriptor, BackendError, Commit, IndexBackend, IndexReader, IndexWriteSession, SessionRequest, for_each_call,
    for_each_question,
};

/// Any backend, chosen at run time.
///
/// It is itself an [`IndexBackend`], so that code written against the trait runs unchanged over a
/// backend that a configuration file names; and it is cheap to clone.
///
/// ```
/// use codira_contracts::{BackendError, DynBackend, IndexBackend, IndexReader};
///
/// async fn generation(backend: &impl IndexBackend) -> Result<u64, BackendError> {
///     Ok(backend.open_reader().await?.inventory().await?.generation)
/// }
///
/// async fn of_whichever(backend: impl IndexBackend) -> Result<u64, BackendError> {
///     generation(&DynBackend::new(backend)).await
/// }
/// ```
#[derive(Clone)]
pub struct DynBackend(Arc<dyn ErasedBackend>);

impl DynBackend {
    /// Erases the type of `backend`.
    pub fn new(backend: impl IndexBackend) -> Self {
        Self(Arc::new(backend))
    }
}

/// Any reader.
pub type DynReader = Box<dyn IndexReader>;

/// Any session.
pub struct DynSession(Box<dyn ErasedSession>);

#[async_trait]
impl IndexBackend for DynBackend {
    type Reader = DynReader;
    type Session = DynSession;

    fn descriptor(&self) -> &BackendDescriptor {
        self.0.descriptor()
    }

    async fn open_reader(&self) -> Result<DynReader, BackendError> {
        self.0.open_reader().await
    }

    async fn begin_index_session(&self, request: SessionRequest) -> Result<DynSession, BackendError> {
        self.0.begin_index_session(request).await
    }
}

macro_rules! erase_reader {
    ([] $(fn $question:ident($($given:ident: $given_type:ty),*) -> $answer:ty;)*) => {
        #[async_trait]
        impl<R: IndexReader + ?Sized> IndexReader for Box<R> {
            $(async fn $question(&self, $($given: $given_type),*) -> Result<$answer, BackendError> {
                (**self).$question($($given),*).await
            })*
        }
    };
}
for_each_question!(erase_reader);

// The twins that can be made into objects. Private: only this file implements them.

#[async_trait]
trait ErasedBackend: Send + Sync {
    fn descriptor(&self) -> &BackendDescriptor;
    async fn open_reader(&self) -> Result<DynReader, BackendError>;
    async fn begin_index_session(&self, request: SessionRequest) -> Result<DynSession, BackendError>;
}

#[async_trait]
impl<B: IndexBackend> ErasedBackend for B {
    fn descriptor(&self) -> &BackendDescriptor {
        IndexBackend::descriptor(self)
    }

    async fn open_reader(&self) -> Result<DynReader, BackendError> {
        Ok(Box::new(IndexBackend::open_reader(self).await?))
    }

    async fn begin_index_session(&self, request: SessionRequest) -> Result<DynSession, BackendError> {
        Ok(DynSession(Box::new(IndexBackend::begin_index_session(self, request).await?)))
    }
}

macro_rules! erase_session {
    ([] $(fn $call:ident($($given:ident: $given_type:ty),*) -> $answer:ty;)*) => {
        #[async_trait]
        trait ErasedSession: Send {
            $(async fn $call(&mut self, $($given: $given_type),*) -> Result<$answer, BackendError>;)*
            async fn commit(self: Box<Self>) -> Result<Commit, BackendError>;
            async fn abort(self: Box<Self>) -> Result<(), BackendError>;
        }

        #[async_trait]
        impl<S: IndexWriteSession> ErasedSession for S {
            $(async fn $call(&mut self, $($given: $given_type),*) -> Result<$answer, BackendError> {
                IndexWriteSession::$call(self, $($given),*).await
            })*

            async fn commit(self: Box<Self>) -> Result<Commit, BackendError> {
                IndexWriteSession::commit(*self).await
            }

            async fn abort(self: Box<Self>) -> Result<(), BackendError> {
                IndexWriteSession::abort(*self).await
            }
        }

        #[async_trait]
        impl IndexWriteSession for DynSession {
            $(async fn $call(&mut self, $($given: $given_type),*) -> Result<$answer, BackendError> {
                self.0.$call($($given),*).await
            })*

            async fn commit(self) -> Result<Commit, BackendError> {
                self.0.commit().await
            }

            async fn abort(self) -> Result<(), BackendError> {
                self.0.abort().await
            }
        }
    };
}
for_each_call!(erase_session);
