//! The command `codira` with one more backend and one more language in it.

use std::process::ExitCode;

use codira_contracts::DynBackend;
use codira_indexer::{BackendFactory, IndexerError, Registries, cli};
use demo_backend::{FILE_NAME, NAME};

fn main() -> ExitCode {
    cli::run(registries())
}

/// What codira brings, and what this program adds; its tests look at them.
pub(crate) fn registries() -> Result<Registries, IndexerError> {
    let mut registries = Registries::first_party();
    registries.backends.register(BackendFactory::new(NAME, "demo-backend", Some(FILE_NAME), |location| {
        Ok(DynBackend::new(demo_backend::in_directory(location.state.path())))
    }))?;
    registries.languages.register(toy_language::brook())?;
    Ok(registries)
}
