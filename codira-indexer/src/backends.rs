//! The first-party backends: the one file that names them.

#[cfg(any(feature = "sqlite", feature = "duckdb-installed"))]
use codira_contracts::DynBackend;

use crate::{BackendFactory, NotCompiled};

/// Every backend of this workspace that was compiled in.
pub(crate) fn first_party() -> Vec<BackendFactory> {
    vec![
        #[cfg(feature = "sqlite")]
        BackendFactory::new(codira_sqlite::NAME, "codira-sqlite", Some(codira_sqlite::FILE_NAME), |location| {
            Ok(DynBackend::new(codira_sqlite::SqliteBackend::in_directory(location.state.path())))
        }),
        #[cfg(feature = "duckdb-installed")]
        BackendFactory::new(codira_duckdb::NAME, "codira-duckdb", Some(codira_duckdb::FILE_NAME), |location| {
            Ok(DynBackend::new(codira_duckdb::DuckdbBackend::in_directory(location.state.path())))
        }),
    ]
}

/// Every backend of this workspace that a feature brings.
pub(crate) const KNOWN: &[NotCompiled] =
    &[NotCompiled { name: "sqlite", feature: "sqlite" }, NotCompiled { name: "duckdb", feature: "duckdb" }];
