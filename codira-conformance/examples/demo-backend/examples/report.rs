//! Whole runs of the indexer on the demo beside codira's own stores, as tables and plots:
//! `cargo run --release --features report --example report -- --sizes 100,1000 --out target/report`.

use codira_contracts::DynBackend;
use codira_indexer::{BackendFactory, BackendRegistry};
use demo_backend::{FILE_NAME, NAME};

codira_benches::report!(registry());

fn registry() -> BackendRegistry {
    let mut registry = BackendRegistry::first_party();
    let demo = BackendFactory::new(NAME, env!("CARGO_PKG_NAME"), Some(FILE_NAME), |location| {
        Ok(DynBackend::new(demo_backend::in_directory(location.state.path())))
    });
    registry.register(demo).expect("no other backend has this name");
    registry
}
