//! The contract, clause by clause.

use std::path::Path;

use codira_contracts::BackendError;
use codira_sqlite::SqliteBackend;

struct Sqlite;

#[async_trait::async_trait]
impl codira_conformance::Fixture for Sqlite {
    type Backend = SqliteBackend;

    async fn open(&self, dir: &Path) -> Result<SqliteBackend, BackendError> {
        Ok(SqliteBackend::in_directory(dir))
    }
}

codira_conformance::conformance_tests!(Sqlite);
