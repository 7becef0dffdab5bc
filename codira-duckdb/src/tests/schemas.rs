//! Indexes of older and newer programs.

use std::path::Path;

use codira_contracts::{
    BackendError, ContentHash, IndexBackend, IndexReader, IndexWriteSession, ReuseRequest, SessionRequest, WriteScope,
    resolve::RuleSet,
};

use super::samples::{ask_everything, bytes, commit, spec};
use crate::{DuckdbBackend, DuckdbStore, FILE_NAME, schema};

fn mismatch(error: BackendError) -> (u32, u32) {
    match error {
        BackendError::SchemaMismatch { found, expected, .. } => (found, expected),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_older_schema_is_migrated_when_a_session_commits() {
    let newer = schema::NEXT;
    let directory = tempfile::tempdir().unwrap();
    let old = DuckdbBackend::in_directory(directory.path());
    let new = DuckdbBackend::of(DuckdbStore::with_schema(directory.path().to_owned(), newer));
    commit(&old, WriteScope::Full, 3, 1).await;
    let before = bytes(directory.path());
    assert_eq!(mismatch(new.open_reader().await.unwrap_err()), (schema::CURRENT.number(), newer.number()));
    assert_eq!(bytes(directory.path()), before, "opening migrates nothing");
    // Given up, nothing is migrated.
    new.begin_index_session(SessionRequest::incremental(RuleSet::default())).await.unwrap().abort().await.unwrap();
    assert_eq!(bytes(directory.path())[FILE_NAME], before[FILE_NAME]);
    let mut session = new.begin_index_session(SessionRequest::incremental(RuleSet::default())).await.unwrap();
    let request = ReuseRequest { spec: spec(), texts: vec![ContentHash::of(b"commit 1")] };
    assert_eq!(session.reusable_embeddings(&request).await.unwrap().len(), 1);
    assert!(ask_everything(&old.open_reader().await.unwrap()).await.is_ok(), "not before the commit");
    assert_eq!(session.commit().await.unwrap().generation, 2);
    assert_eq!(bytes(directory.path()).keys().collect::<Vec<_>>(), [FILE_NAME, "index.duckdb.lock"]);
    let reader = new.open_reader().await.unwrap();
    assert_eq!(reader.inventory().await.unwrap().schema, newer.number());
    assert_eq!(reader.totals().await.unwrap().files, 3);
}

#[tokio::test]
async fn a_full_session_over_an_older_schema_goes_on_from_it() {
    let directory = tempfile::tempdir().unwrap();
    let old = DuckdbBackend::in_directory(directory.path());
    let new = DuckdbBackend::of(DuckdbStore::with_schema(directory.path().to_owned(), schema::NEXT));
    commit(&old, WriteScope::Full, 3, 1).await;
    let mut session = new.begin_index_session(SessionRequest::full(RuleSet::default())).await.unwrap();
    let request = ReuseRequest { spec: spec(), texts: vec![ContentHash::of(b"commit 1")] };
    assert_eq!(session.reusable_embeddings(&request).await.unwrap().len(), 1);
    let committed = session.commit().await.unwrap();
    assert_eq!((committed.generation, committed.replaced), (2, None));
    assert_eq!(new.open_reader().await.unwrap().totals().await.unwrap().files, 0);
}

#[tokio::test]
async fn a_newer_schema_is_refused_by_readers_and_sessions() {
    let newer = schema::NEXT;
    let directory = tempfile::tempdir().unwrap();
    let old = DuckdbBackend::in_directory(directory.path());
    let new = DuckdbBackend::of(DuckdbStore::with_schema(directory.path().to_owned(), newer));
    let told = (newer.number(), schema::CURRENT.number());
    let mut session = new.begin_index_session(SessionRequest::full(RuleSet::default())).await.unwrap();
    session.write_inventory(Default::default()).await.unwrap();
    session.commit().await.unwrap();
    let before = bytes(directory.path());
    assert_eq!(mismatch(old.open_reader().await.unwrap_err()), told);
    for scope in [WriteScope::Full, WriteScope::Incremental] {
        let Err(error) = old.begin_index_session(SessionRequest::new(scope, RuleSet::default())).await else {
            panic!("{scope:?} begins")
        };
        assert_eq!(mismatch(error), told);
    }
    assert_eq!(bytes(directory.path())[FILE_NAME], before[FILE_NAME]);
    assert_eq!(new.open_reader().await.unwrap().inventory().await.unwrap().generation, 1);
}

#[tokio::test]
#[ignore = "writes the stores of other schemas and versions for the conformance kit, after a change of the schema"]
async fn write_the_stores_of_others() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let own = schema::CURRENT.number();
    let stores = [
        (format!("conformance-stores/newer-{}", own + 1), schema::NEXT, env!("CARGO_PKG_VERSION")),
        (format!("conformance-stores/same-{own}"), schema::CURRENT, "0.0.1"),
        (format!("migration-stores/older-{own}"), schema::CURRENT, env!("CARGO_PKG_VERSION")),
    ];
    for (name, schema, version) in stores {
        let store = tests.join(name);
        let _ = std::fs::remove_dir_all(&store);
        std::fs::create_dir_all(&store).unwrap();
        let backend = DuckdbBackend::of(DuckdbStore::with_schema(store.clone(), schema)).of_version(version);
        codira_conformance::write_sample(&backend).await.unwrap();
        std::fs::remove_file(store.join(format!("{FILE_NAME}.lock"))).unwrap();
    }
}
