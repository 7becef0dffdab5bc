//! Faults, and what stays right in spite of them.

#![allow(clippy::unwrap_used)]

mod support;

use std::{
    fs,
    sync::{Arc, Mutex, mpsc},
};

use async_trait::async_trait;
use codira_contracts::{
    BackendDescriptor, BackendError, ErrorKind, IndexBackend, IndexWriteSession, SessionRequest, Tool, WriteScope,
    resolve::RuleSet,
};
use codira_indexer::{IndexEvent, Indexer, IndexerError, IndexerOptions, Outcome, Rebuild, RepoRoot};
use codira_memory::{MemoryBackend, MemoryReader, MemorySession};
use support::{CHANGED, Counting, Repo, Toy, decisions, run, try_run};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn an_analyzer_that_panics_fails_its_file_only() {
    let repo = Repo::of([("a.toy", "def a\npanic\n"), ("b.toy", "def b\n")]);
    let backend = Counting::default();
    let report = run(&repo, &backend, Toy::new(), CHANGED()).await;
    assert_eq!(decisions(&report), ["a.toy: failed", "b.toy: new"]);
    assert_eq!(report.failures[0].message, "the analyzer toy 1 panicked: line 2 says so");
    assert_eq!((report.counts.failed, report.counts.removed, report.counts.indexed), (1, 0, 1));
    let report = run(&repo, &backend, Toy::new(), CHANGED()).await;
    assert!(matches!(report.outcome, Outcome::UpToDate { .. }), "what fails again asks for no session");
    assert_eq!(report.failures.len(), 1);
}

#[tokio::test]
async fn a_file_that_begins_to_fail_leaves_the_index() {
    let repo = Repo::of([("a.toy", "def a\n"), ("b.toy", "def b\n")]);
    let backend = Counting::default();
    run(&repo, &backend, Toy::new(), CHANGED()).await;
    repo.write("a.toy", "def a\npanic\n");
    let report = run(&repo, &backend, Toy::new(), CHANGED()).await;
    assert_eq!((report.counts.failed, report.counts.removed), (1, 1));
    assert_eq!(backend.files().len(), 1);
}

#[tokio::test]
async fn an_analysis_that_breaks_a_rule_fails_its_file_only() {
    let repo = Repo::of([("a.toy", "def a\n"), ("b.toy", "def b\n")]);
    let backend = Counting::default();
    run(&repo, &backend, Toy::new(), CHANGED()).await;
    repo.write("a.toy", "twice a\n");
    let report = run(&repo, &backend, Toy::new(), CHANGED()).await;
    assert_eq!(decisions(&report), ["a.toy: failed", "b.toy: unchanged"]);
    assert!(report.failures[0].message.starts_with("a.toy#module: "), "{}", report.failures[0].message);
    assert_eq!(backend.files().len(), 1);
}

#[tokio::test]
async fn a_file_that_vanishes_while_the_run_goes_on_is_a_failure() {
    let repo = Repo::of([("a.toy", "vanish\n"), ("b.toy", "def b\n")]);
    let victim = repo.path().join("b.toy");
    let toy = Toy::with_hook(move |_, line| {
        if line == "vanish" {
            fs::remove_file(&victim).unwrap();
        }
    });
    let one = codira_indexer::IndexRequest { jobs: std::num::NonZeroUsize::MIN, ..CHANGED() };
    let report = run(&repo, &Counting::default(), toy, one).await;
    assert_eq!(decisions(&report), ["a.toy: new", "b.toy: failed"]);
}

#[tokio::test]
async fn partial_files_are_indexed_and_reported() {
    let repo = Repo::of([("a.toy", "def a\npartial\n")]);
    let report = run(&repo, &Counting::default(), Toy::new(), CHANGED()).await;
    assert_eq!(decisions(&report), ["a.toy: new"]);
    assert_eq!((report.partial[0].path.as_str(), report.partial[0].diagnostics), ("a.toy", 1));
}

#[tokio::test]
async fn cancelling_leaves_the_last_state() {
    let repo = Repo::of([("a.toy", "def a\n")]);
    let backend = Counting::default();
    run(&repo, &backend, Toy::new(), CHANGED()).await;
    let before = backend.inner.state();
    repo.write("a.toy", "def other\n");
    repo.write("b.toy", "stop\n");
    let cancel = CancellationToken::new();
    let toy = Toy::with_hook({
        let cancel = cancel.clone();
        move |_, line| {
            if line == "stop" {
                cancel.cancel();
            }
        }
    });
    let indexer = Indexer::new(backend.clone(), repo.root(), vec![Arc::new(toy)], IndexerOptions::default());
    let error = indexer.run(CHANGED(), &|_| {}, &cancel).await.unwrap_err();
    assert!(matches!(error, IndexerError::Cancelled));
    assert_eq!(backend.inner.state(), before);
    let report = run(&repo, &backend, Toy::new(), CHANGED()).await;
    assert_eq!(decisions(&report), ["a.toy: content-changed", "b.toy: new"]);
}

#[tokio::test]
async fn a_run_that_is_cancelled_before_it_begins_does_nothing() {
    let repo = Repo::of([("a.toy", "def a\n")]);
    let backend = Counting::default();
    let cancel = CancellationToken::new();
    cancel.cancel();
    let indexer = Indexer::new(backend.clone(), repo.root(), vec![Arc::new(Toy::new())], IndexerOptions::default());
    assert!(matches!(indexer.run(CHANGED(), &|_| {}, &cancel).await, Err(IndexerError::Cancelled)));
    assert_eq!(backend.sessions(), 0);
}

#[tokio::test]
async fn dropping_a_run_frees_the_writer_lock() {
    let repo = Repo::of([("a.toy", "def a\n"), ("b.toy", "wait\n")]);
    let (release, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let toy = Toy::with_hook(move |_, line| {
        if line == "wait" {
            // Until the run is dropped.
            let _ = wait.lock().unwrap().recv();
        }
    });
    let backend = Counting::default();
    let indexer = Indexer::new(backend.clone(), repo.root(), vec![Arc::new(toy)], IndexerOptions::default());
    let analyzed = Notify::new();
    let events = |event| {
        if let IndexEvent::Analyzed { .. } = event {
            analyzed.notify_one();
        }
    };
    let cancel = CancellationToken::new();
    tokio::select! {
        _ = indexer.run(CHANGED(), &events, &cancel) => panic!("the run waits for a file"),
        () = analyzed.notified() => {}
    }
    assert_eq!(backend.sessions(), 1);
    drop(release);
    backend.inner.begin_index_session(SessionRequest::full(RuleSet::default())).await.unwrap().abort().await.unwrap();
    assert_eq!(backend.files().len(), 0);
}

#[tokio::test]
async fn a_second_run_is_refused_naming_the_first() {
    let repo = Repo::of([("a.toy", "def a\n")]);
    let backend = Counting::default();
    let session = backend.inner.begin_index_session(SessionRequest::full(RuleSet::default())).await.unwrap();
    let error = try_run(&repo, &backend, Toy::new(), IndexerOptions::default(), CHANGED()).await.unwrap_err();
    let IndexerError::Backend(BackendError::SessionBusy { holder, .. }) = error else { panic!("{error}") };
    assert_eq!(holder.process, std::process::id());
    drop(session);
    run(&repo, &backend, Toy::new(), CHANGED()).await;
}

#[tokio::test]
async fn a_root_that_is_gone_is_an_error() {
    let root = Repo::new().root();
    let indexer = Indexer::new(MemoryBackend::default(), root, vec![Arc::new(Toy::new())], IndexerOptions::default());
    let error = indexer.run(CHANGED(), &|_| {}, &CancellationToken::new()).await.unwrap_err();
    assert!(matches!(error, IndexerError::Io { operation: "read", .. }), "{error}");
}

#[tokio::test]
async fn a_glob_that_is_none_is_an_error() {
    let repo = Repo::new();
    let toy = Toy::new().globs(vec!["*.{toy"]);
    let error = try_run(&repo, &Counting::default(), toy, IndexerOptions::default(), CHANGED()).await.unwrap_err();
    assert!(error.to_string().starts_with("the analyzer toy 1: `*.{toy` is no glob: "), "{error}");
}

/// A store whose reader does not open.
#[derive(Clone)]
struct Unreadable {
    inner: MemoryBackend,
    error: fn() -> BackendError,
}

#[async_trait]
impl IndexBackend for Unreadable {
    type Reader = MemoryReader;
    type Session = MemorySession;

    fn descriptor(&self) -> &BackendDescriptor {
        self.inner.descriptor()
    }

    async fn open_reader(&self) -> Result<MemoryReader, BackendError> {
        // After the commit it does.
        if self.inner.state().generation() == 0 { Err((self.error)()) } else { self.inner.open_reader().await }
    }

    async fn begin_index_session(&self, request: SessionRequest) -> Result<MemorySession, BackendError> {
        assert_eq!(request.scope, WriteScope::Full);
        self.inner.begin_index_session(request).await
    }
}

fn mismatch(found: u32, expected: u32) -> BackendError {
    BackendError::SchemaMismatch { location: "index.db".to_owned(), found, expected }
}

#[tokio::test]
async fn a_damaged_index_is_replaced() {
    let corrupt = || BackendError::Corrupt { location: "index.db".to_owned(), problem: "it is short".to_owned(), source: None };
    let repo = Repo::of([("a.toy", "def a\n")]);
    let report = run(&repo, &Unreadable { inner: MemoryBackend::default(), error: corrupt }, Toy::new(), CHANGED()).await;
    assert_eq!(decisions(&report), ["a.toy: index-unreadable"]);
    assert_eq!(report.rebuild, Some(Rebuild::Unreadable { problem: corrupt().to_string() }));
}

#[tokio::test]
async fn an_older_schema_is_replaced_and_a_newer_one_refused() {
    let repo = Repo::of([("a.toy", "def a\n")]);
    let older = Unreadable { inner: MemoryBackend::default(), error: || mismatch(1, 2) };
    let report = run(&repo, &older, Toy::new(), CHANGED()).await;
    assert_eq!(report.rebuild, Some(Rebuild::BackendChanged));
    let newer = Unreadable { inner: MemoryBackend::default(), error: || mismatch(3, 2) };
    let error = try_run(&repo, &newer, Toy::new(), IndexerOptions::default(), CHANGED()).await.unwrap_err();
    let IndexerError::Backend(error) = error else { panic!("{error}") };
    assert_eq!(error.kind(), ErrorKind::SchemaMismatch);
}

/// The reference backend under another version.
#[derive(Clone)]
struct Renamed(MemoryBackend, BackendDescriptor);

#[async_trait]
impl IndexBackend for Renamed {
    type Reader = MemoryReader;
    type Session = MemorySession;

    fn descriptor(&self) -> &BackendDescriptor {
        &self.1
    }

    async fn open_reader(&self) -> Result<MemoryReader, BackendError> {
        self.0.open_reader().await
    }

    async fn begin_index_session(&self, request: SessionRequest) -> Result<MemorySession, BackendError> {
        self.0.begin_index_session(request).await
    }
}

#[tokio::test]
async fn an_index_of_another_backend_version_is_written_again() {
    let repo = Repo::of([("a.toy", "def a\n")]);
    let inner = MemoryBackend::default();
    run(&repo, &inner, Toy::new(), CHANGED()).await;
    let descriptor = BackendDescriptor { tool: Tool::new("memory", "another"), ..inner.descriptor().clone() };
    let report = run(&repo, &Renamed(inner, descriptor), Toy::new(), CHANGED()).await;
    assert_eq!(decisions(&report), ["a.toy: backend-changed"]);
    assert_eq!(report.rebuild, Some(Rebuild::BackendChanged));
}

#[test]
fn a_root_is_absolute() {
    assert!(RepoRoot::new("relative").is_err());
}
