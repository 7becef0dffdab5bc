//! Files that are no index, or no longer.

use std::{fs, path::Path};

use codira_contracts::{
    BackendError, ErrorKind, IndexBackend, IndexReader, IndexWriteSession, SessionRequest, WriteScope, resolve::RuleSet,
};
use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};

use super::samples::{ask_everything, commit};
use crate::{FILE_NAME, SqliteBackend};

const PAGE: usize = 4096;

/// Opening says so, an incremental session says so, a full one replaces it and says so.
async fn is_replaced(directory: &Path, what: &str) {
    let backend = SqliteBackend::in_directory(directory);
    let error = backend.open_reader().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt, "{what}: {error}");
    assert!(error.to_string().contains(FILE_NAME), "{error}");
    let Err(error) = backend.begin_index_session(SessionRequest::incremental(RuleSet::default())).await else {
        panic!("{what}")
    };
    assert_eq!(error.kind(), ErrorKind::Corrupt, "{what}: {error}");
    let session = backend.begin_index_session(SessionRequest::full(RuleSet::default())).await.unwrap();
    let replaced = session.commit().await.unwrap();
    assert_eq!(replaced.generation, 1, "{what}");
    assert!(replaced.replaced.is_some(), "{what}");
    assert_eq!(backend.open_reader().await.unwrap().inventory().await.unwrap().generation, 1, "{what}");
}

#[tokio::test]
async fn foreign_files_are_refused_and_replaced() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(FILE_NAME);
    for bytes in [&b""[..], b"not a database", &[0; 5000], &b"SQLite format 3\0".repeat(400)] {
        fs::write(&path, bytes).unwrap();
        is_replaced(directory.path(), &format!("{} bytes", bytes.len())).await;
    }
    fs::remove_file(&path).unwrap();
    let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut foreign = options.connect().await.unwrap();
    sqlx::raw_sql("CREATE TABLE bookmarks (url TEXT)").execute(&mut foreign).await.unwrap();
    foreign.close().await.unwrap();
    is_replaced(directory.path(), "bookmarks").await;
}

#[tokio::test]
async fn truncated_files_are_refused_and_replaced() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(FILE_NAME);
    commit(&SqliteBackend::in_directory(directory.path()), WriteScope::Full, 20, 1).await;
    let whole = fs::read(&path).unwrap();
    for length in (0..whole.len()).step_by(PAGE).flat_map(|length| [length, length + 50, length + 1000]) {
        fs::write(&path, &whole[..length.min(whole.len() - 1)]).unwrap();
        let error = SqliteBackend::in_directory(directory.path()).open_reader().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{length}: {error}");
    }
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    is_replaced(directory.path(), "half").await;
}

/// Damage inside is noticed, or leaves an answer; it is never a crash, and never another kind of
/// failure.
#[tokio::test]
async fn overwritten_pages_are_never_a_crash() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(FILE_NAME);
    let backend = SqliteBackend::in_directory(directory.path());
    commit(&backend, WriteScope::Full, 20, 1).await;
    let whole = fs::read(&path).unwrap();
    let answers = ask_everything(&backend.open_reader().await.unwrap()).await.unwrap();
    let mut noticed = 0;
    for page in 0..whole.len() / PAGE {
        for fill in [0x00, 0xa5] {
            let mut damaged = whole.clone();
            // Of the first page the header stays: a foreign one is another test.
            let from = if page == 0 { 100 } else { page * PAGE };
            damaged[from..(page + 1) * PAGE].fill(fill);
            fs::write(&path, &damaged).unwrap();
            let asked = match backend.open_reader().await {
                Ok(reader) => ask_everything(&reader).await,
                Err(error) => Err(error),
            };
            match asked {
                Ok(text) => assert_eq!(text, answers, "page {page} is damaged, and the answers differ"),
                Err(BackendError::Corrupt { .. }) => noticed += 1,
                Err(error) => panic!("page {page}: {error:?}"),
            }
            if page % 5 == 0 {
                let session = backend.begin_index_session(SessionRequest::full(RuleSet::default())).await.unwrap();
                session.commit().await.unwrap();
                assert_eq!(backend.open_reader().await.unwrap().totals().await.unwrap().files, 0);
            }
        }
    }
    assert!(noticed > whole.len() / PAGE, "{noticed}");
}
