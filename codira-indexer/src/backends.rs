//! The first-party backends: the one file that names them.

use crate::{BackendFactory, registry::KnownBackend};

/// Every backend of this workspace that was compiled in.
pub(crate) fn first_party() -> Vec<BackendFactory> {
    vec![]
}

/// Every backend of this workspace that a feature brings.
pub(crate) const KNOWN: &[KnownBackend] =
    &[KnownBackend { name: "sqlite", feature: "sqlite" }, KnownBackend { name: "duckdb", feature: "duckdb" }];
