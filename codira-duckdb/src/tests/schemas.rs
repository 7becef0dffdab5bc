//! Indexes of older and newer programs.

use codira_contracts::{BackendError, ContentHash, IndexBackend, IndexReader, IndexWriteSession, ReuseRequest, WriteScope};

use super::samples::{ask_everything, bytes, commit, spec};
use crate::{
    DuckdbBackend, FILE_NAME,
    schema::{self, Schema},
};

/// The current schema, and one that a newer program might have.
fn newer() -> Schema {
    let mut steps = schema::CURRENT.steps().to_vec();
    steps.push("CREATE TABLE note (file UINTEGER);");
    Schema::new(Box::leak(steps.into_boxed_slice()))
}

fn mismatch(error: BackendError) -> (u32, u32) {
    match error {
        BackendError::SchemaMismatch { found, expected, .. } => (found, expected),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_older_schema_is_migrated_when_a_session_commits() {
    let newer = newer();
    for number in 1..newer.number() {
        let directory = tempfile::tempdir().unwrap();
        let older = Schema::new(&newer.steps()[..number as usize]);
        let old = DuckdbBackend::with_schema(directory.path().to_owned(), older);
        let new = DuckdbBackend::with_schema(directory.path().to_owned(), newer);
        commit(&old, WriteScope::Full, 3, 1).await;
        let before = bytes(directory.path());
        assert_eq!(mismatch(new.open_reader().await.unwrap_err()), (number, newer.number()));
        assert_eq!(bytes(directory.path()), before, "opening migrates nothing");
        // Given up, nothing is migrated.
        new.begin_index_session(WriteScope::Incremental).await.unwrap().abort().await.unwrap();
        assert_eq!(bytes(directory.path())[FILE_NAME], before[FILE_NAME]);
        let mut session = new.begin_index_session(WriteScope::Incremental).await.unwrap();
        let request = ReuseRequest { spec: spec(), texts: vec![ContentHash::of(b"Feeds 1.")] };
        assert_eq!(session.reusable_embeddings(&request).await.unwrap().len(), 1);
        assert!(ask_everything(&old.open_reader().await.unwrap()).await.is_ok(), "not before the commit");
        assert_eq!(session.commit().await.unwrap().generation, 2);
        assert_eq!(bytes(directory.path()).keys().collect::<Vec<_>>(), [FILE_NAME, "index.duckdb.lock"]);
        let reader = new.open_reader().await.unwrap();
        assert_eq!(reader.runtime_inventory().await.unwrap().schema, newer.number());
        assert_eq!(reader.totals().await.unwrap().files, 3);
    }
}

#[tokio::test]
async fn a_full_session_over_an_older_schema_goes_on_from_it() {
    let directory = tempfile::tempdir().unwrap();
    let old = DuckdbBackend::in_directory(directory.path());
    let new = DuckdbBackend::with_schema(directory.path().to_owned(), newer());
    commit(&old, WriteScope::Full, 3, 1).await;
    let mut session = new.begin_index_session(WriteScope::Full).await.unwrap();
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
    let mut session = new.begin_index_session(WriteScope::Full).await.unwrap();
    session.write_inventory(Default::default()).await.unwrap();
    session.commit().await.unwrap();
    let before = bytes(directory.path());
    assert_eq!(mismatch(old.open_reader().await.unwrap_err()), told);
    for scope in [WriteScope::Full, WriteScope::Incremental] {
        let Err(error) = old.begin_index_session(scope).await else { panic!("{scope:?} begins") };
        assert_eq!(mismatch(error), told);
    }
    assert_eq!(bytes(directory.path())[FILE_NAME], before[FILE_NAME]);
    assert_eq!(new.open_reader().await.unwrap().generation(), 1);
}
