//! The backend that is the reference except for its [`Fault`].

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use codira_conformance::Fixture;
use codira_contracts::*;

use crate::fault::{Answer, Fault};

/// Opens backends with this fault. The type of the fault is erased, so that the clauses are
/// compiled once for all of them.
pub struct Mutant(pub fn() -> Arc<dyn Fault>);

impl Mutant {
    pub fn with<F: Fault + Default>() -> Self {
        Self(|| Arc::new(F::default()))
    }
}

#[async_trait]
impl Fixture for Mutant {
    type Backend = Faulty;

    async fn open(&self, dir: &Path) -> Answer<Faulty> {
        Ok(Faulty::new((self.0)(), dir))
    }
}

pub struct Faulty {
    base: DynBackend,
    fault: Arc<dyn Fault>,
    descriptor: BackendDescriptor,
}

impl Faulty {
    pub fn new(fault: Arc<dyn Fault>, dir: &Path) -> Self {
        let base = fault.base(dir);
        let mut descriptor = base.descriptor().clone();
        fault.describe(&mut descriptor);
        Self { base, fault, descriptor }
    }
}

impl Drop for Faulty {
    fn drop(&mut self) {
        self.fault.closed();
    }
}

pub struct Reader {
    pub base: Arc<dyn IndexReader>,
    pub fault: Arc<dyn Fault>,
}

pub struct Session {
    pub base: DynBackend,
    pub fault: Arc<dyn Fault>,
    /// Taken by whatever ends it.
    pub session: Option<DynSession>,
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            self.fault.dropped(session);
        }
        self.fault.ended();
    }
}

#[async_trait]
impl IndexBackend for Faulty {
    type Reader = Reader;
    type Session = Session;

    fn descriptor(&self) -> &BackendDescriptor {
        &self.descriptor
    }

    async fn open_reader(&self) -> Answer<Reader> {
        let base = Arc::from(self.fault.open_reader(&self.base).await?);
        Ok(Reader { base, fault: Arc::clone(&self.fault) })
    }

    async fn begin_index_session(&self, request: SessionRequest) -> Answer<Session> {
        let session = self.fault.begin(&self.base, request).await?;
        Ok(Session { base: self.base.clone(), fault: Arc::clone(&self.fault), session: Some(session) })
    }
}
