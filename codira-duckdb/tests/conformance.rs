//! The contract, clause by clause.

use std::path::Path;

use codira_contracts::BackendError;
use codira_duckdb::DuckdbBackend;

struct Duckdb;

#[async_trait::async_trait]
impl codira_conformance::Fixture for Duckdb {
    type Backend = DuckdbBackend;

    async fn open(&self, dir: &Path) -> Result<DuckdbBackend, BackendError> {
        Ok(DuckdbBackend::in_directory(dir))
    }
}

codira_conformance::conformance_tests!(Duckdb);
