//! Readers beside sessions, and logs that killed sessions left.

use std::fs;

use codira_contracts::{IndexBackend, IndexReader, IndexWriteSession, SessionRequest, WriteScope, resolve::RuleSet};
use sqlx::Connection;
use tempfile::TempDir;

use super::samples::{ask_everything, bytes, commit, copy, file, names};
use crate::{FILE_NAME, SqliteBackend, connection};

const PAGE: usize = 4096;

#[tokio::test]
async fn readers_keep_their_states_while_commits_follow() {
    let directory = tempfile::tempdir().unwrap();
    let backend = SqliteBackend::in_directory(directory.path());
    commit(&backend, WriteScope::Full, 4, 1).await;
    let mut readers = Vec::new();
    for mark in 2..8 {
        let reader = backend.open_reader().await.unwrap();
        let answers = ask_everything(&reader).await.unwrap();
        readers.push((reader, answers));
        let scope = if mark == 5 { WriteScope::Full } else { WriteScope::Incremental };
        assert_eq!(commit(&backend, scope, 4, mark).await, mark);
        assert_eq!(names(directory.path()), [FILE_NAME, "index.db.lock"]);
        assert_eq!(backend.open_reader().await.unwrap().inventory().await.unwrap().generation, mark);
        // The header says that the file is written through a log: no session has to change that
        // under readers.
        assert_eq!(fs::read(directory.path().join(FILE_NAME)).unwrap()[18..20], [2, 2]);
    }
    for (generation, (reader, answers)) in (1..).zip(&readers) {
        assert_eq!(reader.inventory().await.unwrap().generation, generation);
        assert_eq!(ask_everything(reader).await.unwrap(), *answers);
    }
}

#[tokio::test]
async fn reading_changes_no_byte_beside_an_open_session() {
    let directory = tempfile::tempdir().unwrap();
    let backend = SqliteBackend::in_directory(directory.path());
    commit(&backend, WriteScope::Full, 4, 1).await;
    let answers = ask_everything(&backend.open_reader().await.unwrap()).await.unwrap();
    let mut session = backend.begin_index_session(SessionRequest::incremental(RuleSet::default())).await.unwrap();
    session.put_file(file("pkg/f0.py", 2)).await.unwrap();
    session.rebuild_derived().await.unwrap();
    let before = bytes(directory.path());
    for _ in 0..3 {
        let reader = backend.open_reader().await.unwrap();
        assert_eq!(ask_everything(&reader).await.unwrap(), answers);
        assert_eq!(bytes(directory.path()), before);
    }
    assert_eq!(bytes(directory.path()), before);
    drop(session);
    assert_eq!(names(directory.path()), [FILE_NAME, "index.db.lock"]);
    assert_eq!(ask_everything(&backend.open_reader().await.unwrap()).await.unwrap(), answers);
}

#[tokio::test]
async fn an_index_moves_with_its_directory() {
    let directory = tempfile::tempdir().unwrap();
    let (old, new) = (directory.path().join("old"), directory.path().join("new"));
    commit(&SqliteBackend::in_directory(&old), WriteScope::Full, 2, 1).await;
    fs::rename(&old, &new).unwrap();
    let backend = SqliteBackend::in_directory(&new);
    assert_eq!(backend.open_reader().await.unwrap().inventory().await.unwrap().generation, 1);
    assert_eq!(commit(&backend, WriteScope::Incremental, 2, 2).await, 2);
}

/// What a session leaves that is killed when its commit is in the log and nowhere else: the
/// directory, the main file as it is after the log was moved, and the answers of both states.
async fn killed_after_commit() -> (TempDir, Vec<u8>, String) {
    let directory = tempfile::tempdir().unwrap();
    let (work, left) = (directory.path().join("work"), directory.path().join("left"));
    let backend = SqliteBackend::in_directory(&work);
    commit(&backend, WriteScope::Full, 30, 1).await;
    // What a commit does, but for the end: the files are copied before the log is moved.
    let mut writer = connection::in_place(&work.join(FILE_NAME)).await.unwrap();
    sqlx::raw_sql(
        "BEGIN IMMEDIATE; UPDATE state SET generation = 2; UPDATE file SET size = 77;
         CREATE TABLE grown (x BLOB); INSERT INTO grown VALUES (zeroblob(100000)); COMMIT",
    )
    .execute(&mut writer)
    .await
    .unwrap();
    copy(&work, &left);
    writer.close().await.unwrap();
    let answers = ask_everything(&backend.open_reader().await.unwrap()).await.unwrap();
    (directory, fs::read(work.join(FILE_NAME)).unwrap(), answers)
}

#[tokio::test]
async fn a_commit_in_the_log_is_read_from_there() {
    let (directory, moved, answers) = killed_after_commit().await;
    let left = directory.path().join("left");
    assert_ne!(fs::read(left.join(FILE_NAME)).unwrap(), moved);
    let backend = SqliteBackend::in_directory(&left);
    let before = bytes(&left);
    let reader = backend.open_reader().await.unwrap();
    assert_eq!(reader.inventory().await.unwrap().generation, 2);
    assert_eq!(ask_everything(&reader).await.unwrap(), answers);
    assert_eq!(bytes(&left), before);
    // The next session moves it, even though the reader lives.
    let session = backend.begin_index_session(SessionRequest::incremental(RuleSet::default())).await.unwrap();
    drop(session);
    assert_eq!(names(&left), [FILE_NAME, "index.db.lock"]);
    assert_eq!(ask_everything(&backend.open_reader().await.unwrap()).await.unwrap(), answers);
    assert_eq!(ask_everything(&reader).await.unwrap(), answers);
}

#[tokio::test]
async fn a_log_that_is_moved_halfway_is_read_whole() {
    let (directory, moved, answers) = killed_after_commit().await;
    let left = directory.path().join("left");
    let main = fs::read(left.join(FILE_NAME)).unwrap();
    let pages = moved.len() / PAGE;
    for page in 0..=pages {
        // Pages are moved in order; the file grows as the last ones come.
        let mut torn = moved[..page * PAGE].to_vec();
        torn.extend_from_slice(main.get(page * PAGE..).unwrap_or_default());
        let copied = directory.path().join(page.to_string());
        copy(&left, &copied);
        fs::write(copied.join(FILE_NAME), &torn).unwrap();
        let backend = SqliteBackend::in_directory(&copied);
        let before = bytes(&copied);
        let reader = backend.open_reader().await.unwrap();
        assert_eq!(reader.inventory().await.unwrap().generation, 2, "{page}");
        assert_eq!(bytes(&copied), before);
        if page % 7 == 0 {
            assert_eq!(ask_everything(&reader).await.unwrap(), answers, "{page}");
            assert_eq!(commit(&backend, WriteScope::Incremental, 1, 3).await, 3);
        }
    }
}

#[tokio::test]
async fn a_torn_commit_in_the_log_is_none() {
    let (directory, _, _) = killed_after_commit().await;
    let left = directory.path().join("left");
    let log = left.join("index.db-wal");
    let length = fs::metadata(&log).unwrap().len();
    // The last page of the last frame is missing: the commit never became durable.
    fs::OpenOptions::new().write(true).open(&log).unwrap().set_len(length - 100).unwrap();
    let backend = SqliteBackend::in_directory(&left);
    assert_eq!(backend.open_reader().await.unwrap().inventory().await.unwrap().generation, 1);
    assert_eq!(commit(&backend, WriteScope::Incremental, 1, 2).await, 2);
}

#[tokio::test]
async fn a_full_session_replaces_an_index_with_a_commit_in_its_log() {
    let (directory, _, _) = killed_after_commit().await;
    let left = directory.path().join("left");
    let backend = SqliteBackend::in_directory(&left);
    let reader = backend.open_reader().await.unwrap();
    assert_eq!(commit(&backend, WriteScope::Full, 2, 5).await, 3);
    assert_eq!(names(&left), [FILE_NAME, "index.db.lock"]);
    assert_eq!(reader.totals().await.unwrap().files, 30);
    assert_eq!(backend.open_reader().await.unwrap().totals().await.unwrap().files, 2);
}
