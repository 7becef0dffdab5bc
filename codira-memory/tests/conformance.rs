//! The reference meets the contract, like every other backend.

use std::path::Path;

use codira_contracts::BackendError;
use codira_memory::MemoryBackend;

struct Memory;

#[async_trait::async_trait]
impl codira_conformance::Fixture for Memory {
    type Backend = MemoryBackend;

    async fn open(&self, _dir: &Path) -> Result<MemoryBackend, BackendError> {
        Ok(MemoryBackend::default())
    }
}

codira_conformance::conformance_tests!(Memory);
