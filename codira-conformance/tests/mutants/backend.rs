//! The backend that is the reference except for its [`Fault`].

use std::{marker::PhantomData, path::Path, sync::Arc};

use async_trait::async_trait;
use codira_conformance::Fixture;
use codira_contracts::*;

use crate::fault::{Answer, Fault};

/// Opens backends with this fault.
pub struct Mutant<F>(PhantomData<fn() -> F>);

impl<F> Default for Mutant<F> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

#[async_trait]
impl<F: Fault> Fixture for Mutant<F> {
    type Backend = Faulty<F>;

    async fn open(&self, dir: &Path) -> Answer<Faulty<F>> {
        Ok(Faulty::open(dir))
    }
}

pub struct Faulty<F: Fault> {
    base: DynBackend,
    fault: Arc<F>,
    descriptor: BackendDescriptor,
}

impl<F: Fault> Faulty<F> {
    pub fn open(dir: &Path) -> Self {
        let fault = Arc::new(F::default());
        let base = fault.base(dir);
        let mut descriptor = base.descriptor().clone();
        fault.describe(&mut descriptor);
        Self { base, fault, descriptor }
    }
}

impl<F: Fault> Drop for Faulty<F> {
    fn drop(&mut self) {
        self.fault.closed();
    }
}

pub struct Reader<F: Fault> {
    pub base: Arc<dyn IndexReader>,
    pub fault: Arc<F>,
}

pub struct Session<F: Fault> {
    pub base: DynBackend,
    pub fault: Arc<F>,
    /// Taken by whatever ends it.
    pub session: Option<DynSession>,
}

impl<F: Fault> Drop for Session<F> {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            self.fault.dropped(session);
        }
        self.fault.ended();
    }
}

#[async_trait]
impl<F: Fault> IndexBackend for Faulty<F> {
    type Reader = Reader<F>;
    type Session = Session<F>;

    fn descriptor(&self) -> &BackendDescriptor {
        &self.descriptor
    }

    async fn open_reader(&self) -> Answer<Reader<F>> {
        let base = Arc::from(self.fault.open_reader(&self.base).await?);
        Ok(Reader { base, fault: Arc::clone(&self.fault) })
    }

    async fn begin_index_session(&self, scope: WriteScope) -> Answer<Session<F>> {
        let session = self.fault.begin(&self.base, scope).await?;
        Ok(Session { base: self.base.clone(), fault: Arc::clone(&self.fault), session: Some(session) })
    }
}
