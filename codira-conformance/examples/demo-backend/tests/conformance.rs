//! The demo meets the contract.

use std::path::Path;

use codira_contracts::BackendError;
use demo_backend::DemoBackend;

struct Demo;

#[async_trait::async_trait]
impl codira_conformance::Fixture for Demo {
    type Backend = DemoBackend;

    async fn open(&self, dir: &Path) -> Result<DemoBackend, BackendError> {
        Ok(demo_backend::in_directory(dir))
    }
}

codira_conformance::conformance_tests!(Demo);
