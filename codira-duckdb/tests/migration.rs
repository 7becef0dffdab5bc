//! Migrations, while there is one schema: the backend with one migration more, over a store of the
//! present schema.

use std::path::Path;

use codira_contracts::BackendError;
use codira_duckdb::{DuckdbBackend, DuckdbStore};

struct Next;

#[async_trait::async_trait]
impl codira_conformance::Fixture for Next {
    type Backend = DuckdbBackend;

    async fn open(&self, dir: &Path) -> Result<DuckdbBackend, BackendError> {
        Ok(DuckdbBackend::of(DuckdbStore::of_next_schema(dir)))
    }
}

codira_conformance::conformance_tests!(Next, chapter "schemas", stores "migration-stores");
