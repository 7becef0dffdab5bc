//! The engine by every clause of the contract, over tables that are maps in memory: what it does
//! wrong is no database's fault.

mod maps;

use std::path::Path;

use async_trait::async_trait;
use codira_contracts::{BackendError, Capability, Tool};
use codira_store::Backend;
use maps::MapStore;

struct OfMaps;

#[async_trait]
impl codira_conformance::Fixture for OfMaps {
    /// Of maps, which live as long as its value.
    type Backend = Backend<MapStore>;

    async fn open(&self, dir: &Path) -> Result<Self::Backend, BackendError> {
        let store = MapStore::in_directory(dir.to_owned());
        Ok(Backend::new(store, Tool::new("maps", "1"), vec![Capability::Embeddings]))
    }
}

codira_conformance::conformance_tests!(OfMaps);
