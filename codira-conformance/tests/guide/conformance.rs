//! The test of the guide.

use std::path::Path;

use codira_contracts::BackendError;
use codira_memory::StoredBackend;

use super::store as my_backend;

use my_backend::Store;

pub struct Mine;

#[async_trait::async_trait]
impl codira_conformance::Fixture for Mine {
    type Backend = StoredBackend<Store>;

    async fn open(&self, dir: &Path) -> Result<Self::Backend, BackendError> {
        Ok(StoredBackend::new(Store::in_directory(dir)))
    }
}

codira_conformance::conformance_tests!(Mine);
