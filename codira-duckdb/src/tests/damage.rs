//! Files that are no index, or no longer.

use std::{collections::BTreeSet, fs, path::Path};

use codira_contracts::{
    BackendError, ErrorKind, IndexBackend, IndexReader, IndexWriteSession, SessionRequest, WriteScope, resolve::RuleSet,
};

use super::samples::{ask_everything, commit};
use crate::{DuckdbBackend, FILE_NAME};

/// The unit in which damage is done.
const PAGE: usize = 4096;
/// How many pages the headers have, and each block after them.
const HEADERS: usize = 3;
const BLOCK: usize = 8;

/// Opening says so, an incremental session says so, a full one replaces it and says so.
async fn is_replaced(directory: &Path, what: &str) {
    let backend = DuckdbBackend::in_directory(directory);
    let error = backend.open_reader().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt, "{what}: {error}");
    assert!(error.to_string().contains(FILE_NAME), "{error}");
    let Err(error) = backend.begin_index_session(SessionRequest::incremental(RuleSet::default())).await else {
        panic!("{what}")
    };
    assert_eq!(error.kind(), ErrorKind::Corrupt, "{what}: {error}");
    let committed =
        backend.begin_index_session(SessionRequest::full(RuleSet::default())).await.unwrap().commit().await.unwrap();
    assert_eq!(committed.generation, 1, "{what}");
    assert!(committed.replaced.is_some(), "{what}");
    assert_eq!(backend.open_reader().await.unwrap().inventory().await.unwrap().generation, 1, "{what}");
}

#[tokio::test]
async fn foreign_files_are_refused_and_replaced() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(FILE_NAME);
    for bytes in [&b""[..], b"no database", &[0; 20_000], &b"SQLite format 3\0".repeat(2000)] {
        fs::write(&path, bytes).unwrap();
        is_replaced(directory.path(), &format!("{} bytes", bytes.len())).await;
    }
    fs::remove_file(&path).unwrap();
    let foreign = duckdb::Connection::open(&path).unwrap();
    foreign.execute_batch("CREATE TABLE bookmarks (url VARCHAR)").unwrap();
    foreign.close().unwrap();
    is_replaced(directory.path(), "bookmarks").await;
}

/// An index may come from anywhere; a view in it would be asked as if it were a table, and can read
/// any file.
#[tokio::test]
async fn views_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(FILE_NAME);
    let backend = DuckdbBackend::in_directory(directory.path());
    commit(&backend, WriteScope::Full, 2, 1).await;
    let forged = duckdb::Connection::open(&path).unwrap();
    let view = "ALTER TABLE document RENAME TO other; CREATE VIEW document AS SELECT * FROM other";
    forged.execute_batch(view).unwrap();
    forged.close().unwrap();
    is_replaced(directory.path(), "a view").await;
}

#[tokio::test]
async fn quotes_in_a_path_are_part_of_it() {
    let directory = tempfile::tempdir().unwrap();
    let backend = DuckdbBackend::in_directory(directory.path().join("it's; a 'directory'"));
    commit(&backend, WriteScope::Full, 2, 1).await;
    assert_eq!(backend.open_reader().await.unwrap().inventory().await.unwrap().generation, 1);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[tokio::test]
async fn a_path_that_is_no_text_is_an_error() {
    use std::os::unix::ffi::OsStrExt;

    let directory = tempfile::tempdir().unwrap();
    let backend = DuckdbBackend::in_directory(directory.path().join(std::ffi::OsStr::from_bytes(b"\xff")));
    let Err(error) = backend.begin_index_session(SessionRequest::full(RuleSet::default())).await else { panic!("it began") };
    assert!(std::error::Error::source(&error).is_some_and(|why| why.to_string().contains("UTF-8")), "{error}");
}

#[tokio::test]
async fn truncated_files_are_refused_and_replaced() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(FILE_NAME);
    let backend = DuckdbBackend::in_directory(directory.path());
    commit(&backend, WriteScope::Full, 20, 1).await;
    // A second session leaves free blocks behind, which are part of the file, too.
    commit(&backend, WriteScope::Incremental, 1, 2).await;
    let whole = fs::read(&path).unwrap();
    for length in (0..whole.len()).step_by(PAGE).flat_map(|length| [length, length + 50]) {
        fs::write(&path, &whole[..length.min(whole.len() - 1)]).unwrap();
        let error = backend.open_reader().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{length}: {error}");
    }
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    is_replaced(directory.path(), "half").await;
}

/// Damage inside is noticed, or leaves the answers as they were; it is never a crash, and never
/// another kind of failure.
#[tokio::test]
async fn overwritten_pages_are_never_a_crash() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(FILE_NAME);
    let backend = DuckdbBackend::in_directory(directory.path());
    commit(&backend, WriteScope::Full, 5, 1).await;
    let whole = fs::read(&path).unwrap();
    let answers = ask_everything(&backend.open_reader().await.unwrap()).await.unwrap();
    // What small tables leave of their blocks is never read.
    let mut noticed = BTreeSet::new();
    for (page, fill) in (0..whole.len() / PAGE).zip([0x00, 0xa5].into_iter().cycle()) {
        let mut damaged = whole.clone();
        let bytes = &mut damaged[page * PAGE..(page + 1) * PAGE];
        // What is there already is no damage.
        bytes.fill(if bytes.iter().all(|byte| *byte == fill) { !fill } else { fill });
        fs::write(&path, &damaged).unwrap();
        let asked = match backend.open_reader().await {
            Ok(reader) => ask_everything(&reader).await,
            Err(error) => Err(error),
        };
        match asked {
            Ok(told) => assert!(told == answers, "page {page} is damaged, and the answers differ"),
            Err(BackendError::Corrupt { .. }) => {
                noticed.insert(page.checked_sub(HEADERS).map(|page| page / BLOCK));
            }
            Err(error) => panic!("page {page}: {error:?}"),
        }
        if page % 7 == 0 {
            backend.begin_index_session(SessionRequest::full(RuleSet::default())).await.unwrap().commit().await.unwrap();
            assert_eq!(backend.open_reader().await.unwrap().totals().await.unwrap().files, 0);
        }
    }
    let blocks = whole.len() / PAGE / BLOCK;
    assert!(noticed.len() * 4 > blocks * 3, "{noticed:?} of {blocks}");
}
