//! The engine by every clause of the contract, over tables that are maps in memory: what it does wrong is no database's fault.

mod maps;

use std::path::Path;

use async_trait::async_trait;
use codira_contracts::{BackendDescriptor, BackendError, Capability, IndexBackend, SessionRequest, Tool};
use codira_store::{Reader, Session};
use maps::{MapStore, MapTables};

/// A backend of maps, which live as long as its value.
struct Maps {
    store: MapStore,
    descriptor: BackendDescriptor,
}

#[async_trait]
impl IndexBackend for Maps {
    type Reader = Reader<MapTables>;
    type Session = Session<MapStore>;

    fn descriptor(&self) -> &BackendDescriptor {
        &self.descriptor
    }

    async fn open_reader(&self) -> Result<Self::Reader, BackendError> {
        Reader::new(self.store.committed()?, 1).await
    }

    async fn begin_index_session(&self, request: SessionRequest) -> Result<Self::Session, BackendError> {
        Session::begin(self.store.clone(), self.descriptor.tool.clone(), request).await
    }
}

struct OfMaps;

#[async_trait]
impl codira_conformance::Fixture for OfMaps {
    type Backend = Maps;

    async fn open(&self, dir: &Path) -> Result<Maps, BackendError> {
        let descriptor =
            BackendDescriptor { tool: Tool::new("maps", "1"), schema: 1, capabilities: vec![Capability::Embeddings] };
        Ok(Maps { store: MapStore::in_directory(dir.to_owned()), descriptor })
    }
}

codira_conformance::conformance_tests!(OfMaps);
