//! Indexes of older and newer programs.

use std::path::Path;

use codira_contracts::{
    BackendError, ContentHash, IndexBackend, IndexReader, IndexWriteSession, ReuseRequest, SessionRequest, WriteScope,
    resolve::RuleSet,
};

use super::samples::{ask_everything, bytes, commit, spec};
use crate::{
    DuckdbBackend, FILE_NAME,
    engine::Database,
    instance::Use,
    schema::{self, Schema, Step},
};

/// The current schema, and one that a newer program might have.
fn newer() -> Schema {
    let mut steps = schema::CURRENT.steps().to_vec();
    steps.push(Step { sql: "CREATE TABLE note (file UINTEGER);", then: |_| Ok(()) });
    Schema::new(Box::leak(steps.into_boxed_slice()))
}

fn mismatch(error: BackendError) -> (u32, u32) {
    match error {
        BackendError::SchemaMismatch { found, expected, .. } => (found, expected),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_older_schema_is_migrated_when_a_session_commits() {
    let newer = newer();
    let directory = tempfile::tempdir().unwrap();
    let old = DuckdbBackend::in_directory(directory.path());
    let new = DuckdbBackend::with_schema(directory.path().to_owned(), newer);
    commit(&old, WriteScope::Full, 3, 1).await;
    let before = bytes(directory.path());
    assert_eq!(mismatch(new.open_reader().await.unwrap_err()), (schema::CURRENT.number(), newer.number()));
    assert_eq!(bytes(directory.path()), before, "opening migrates nothing");
    // Given up, nothing is migrated.
    new.begin_index_session(SessionRequest::incremental(RuleSet::default())).await.unwrap().abort().await.unwrap();
    assert_eq!(bytes(directory.path())[FILE_NAME], before[FILE_NAME]);
    let mut session = new.begin_index_session(SessionRequest::incremental(RuleSet::default())).await.unwrap();
    let request = ReuseRequest { spec: spec(), texts: vec![ContentHash::of(b"Feeds 1.")] };
    assert_eq!(session.reusable_embeddings(&request).await.unwrap().len(), 1);
    assert!(ask_everything(&old.open_reader().await.unwrap()).await.is_ok(), "not before the commit");
    assert_eq!(session.commit().await.unwrap().generation, 2);
    assert_eq!(bytes(directory.path()).keys().collect::<Vec<_>>(), [FILE_NAME, "index.duckdb.lock"]);
    let reader = new.open_reader().await.unwrap();
    assert_eq!(reader.inventory().await.unwrap().schema, newer.number());
    assert_eq!(reader.totals().await.unwrap().files, 3);
}

/// Only the program that wrote a schema knows what it wrote: the conformance kit migrates these.
#[test]
fn of_every_older_schema_there_is_a_store() {
    let stores = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance-stores");
    for number in 1..schema::CURRENT.number() {
        let index = stores.join(format!("older-{number}")).join(FILE_NAME);
        let database = Database::open(&index, &index, Use::Read).unwrap();
        assert_eq!(schema::number_of(&database).unwrap(), number, "{}", index.display());
    }
}

#[tokio::test]
async fn a_full_session_over_an_older_schema_goes_on_from_it() {
    let directory = tempfile::tempdir().unwrap();
    let old = DuckdbBackend::in_directory(directory.path());
    let new = DuckdbBackend::with_schema(directory.path().to_owned(), newer());
    commit(&old, WriteScope::Full, 3, 1).await;
    let mut session = new.begin_index_session(SessionRequest::full(RuleSet::default())).await.unwrap();
    let request = ReuseRequest { spec: spec(), texts: vec![ContentHash::of(b"Feeds 1.")] };
    assert_eq!(session.reusable_embeddings(&request).await.unwrap().len(), 1);
    let committed = session.commit().await.unwrap();
    assert_eq!((committed.generation, committed.replaced), (2, None));
    assert_eq!(new.open_reader().await.unwrap().totals().await.unwrap().files, 0);
}

#[tokio::test]
async fn a_newer_schema_is_refused_by_readers_and_sessions() {
    let newer = newer();
    let directory = tempfile::tempdir().unwrap();
    let old = DuckdbBackend::in_directory(directory.path());
    let new = DuckdbBackend::with_schema(directory.path().to_owned(), newer);
    let told = (newer.number(), schema::CURRENT.number());
    let mut session = new.begin_index_session(SessionRequest::full(RuleSet::default())).await.unwrap();
    session.write_inventory(Default::default()).await.unwrap();
    session.commit().await.unwrap();
    let before = bytes(directory.path());
    assert_eq!(mismatch(old.open_reader().await.unwrap_err()), told);
    for scope in [WriteScope::Full, WriteScope::Incremental] {
        let Err(error) = old.begin_index_session(SessionRequest { scope, rules: RuleSet::default() }).await else {
            panic!("{scope:?} begins")
        };
        assert_eq!(mismatch(error), told);
    }
    assert_eq!(bytes(directory.path())[FILE_NAME], before[FILE_NAME]);
    assert_eq!(new.open_reader().await.unwrap().inventory().await.unwrap().generation, 1);
}

#[tokio::test]
#[ignore = "writes the store of a newer schema for the conformance kit, after a change of the schema"]
async fn write_the_store_of_a_newer_schema() {
    let newer = newer();
    let stores = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance-stores");
    let store = stores.join(format!("newer-{}", newer.number()));
    std::fs::create_dir_all(&store).unwrap();
    let backend = DuckdbBackend::with_schema(store.clone(), newer);
    backend.begin_index_session(SessionRequest::full(RuleSet::default())).await.unwrap().commit().await.unwrap();
    std::fs::remove_file(store.join(format!("{FILE_NAME}.lock"))).unwrap();
}

#[tokio::test]
#[ignore = "writes the store of another version for the conformance kit, after a change of the schema"]
async fn write_the_store_of_another_version() {
    let stores = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance-stores");
    let store = stores.join(format!("same-{}", schema::CURRENT.number()));
    std::fs::create_dir_all(&store).unwrap();
    codira_conformance::write_sample(&DuckdbBackend::in_directory(store.clone()).of_version("0.0.1")).await.unwrap();
    std::fs::remove_file(store.join(format!("{FILE_NAME}.lock"))).unwrap();
}
