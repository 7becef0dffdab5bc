//! What a run does and does not do: warm runs, edits, reasons, and that nothing depends on how it
//! is run.

#![allow(clippy::unwrap_used)]

#[path = "support/cases.rs"]
mod cases;

mod support;

use std::{
    num::NonZeroUsize,
    sync::{Arc, atomic::Ordering},
    time::{Duration, SystemTime},
};

use codira_contracts::{
    ContentHash, Coverage, EmbeddingRow, EmbeddingSpec, FileSnapshot, IndexBackend, IndexReader, IndexWriteSession, Precision,
    Retention, SessionRequest, WriteScope, resolve::RuleSet,
};
use codira_indexer::{
    IndexEvent, IndexRequest, Indexer, IndexerOptions, Outcome, Rebuild,
    plan::{Reason, Trust},
};
use proptest::prelude::*;
use support::{CHANGED, Counting, Repo, Toy, decisions, full, reason, run};
use tokio_util::sync::CancellationToken;

const A: &str = "def a\ncall b\n";
const B: &str = "def b\n";

#[tokio::test]
async fn a_first_run_indexes_everything() {
    let repo = Repo::of([("a.toy", A), ("lib/b.toy", B), ("README.md", "no source")]);
    let backend = Counting::default();
    let report = run(&repo, &backend, Toy::new(), CHANGED()).await;
    assert_eq!(decisions(&report), ["a.toy: new", "lib/b.toy: new"]);
    assert_eq!(report.rebuild, Some(Rebuild::First));
    assert_eq!(report.coverage, Coverage::Complete);
    let Outcome::Committed { generation: 1, totals, .. } = report.outcome else { panic!("{:?}", report.outcome) };
    assert_eq!((totals.files, totals.symbols, totals.calls), (2, 4, 1));
}

#[tokio::test]
async fn an_unchanged_repository_begins_no_session_and_writes_nothing() {
    let repo = Repo::of([("a.toy", A), ("lib/b.toy", B)]);
    let backend = Counting::default();
    run(&repo, &backend, Toy::new(), CHANGED()).await;
    let (before, listing) = (backend.inner.state(), repo.listing());
    let toy = Toy::new();
    let analyzed = toy.counter();
    let report = run(&repo, &backend, toy, CHANGED()).await;
    assert_eq!(report.outcome, Outcome::UpToDate { generation: 1 });
    assert_eq!(decisions(&report), ["a.toy: unchanged", "lib/b.toy: unchanged"]);
    assert_eq!(backend.sessions(), 1);
    assert_eq!(analyzed.load(Ordering::SeqCst), 0);
    assert_eq!((backend.inner.state(), repo.listing()), (before, listing));
}

#[tokio::test]
async fn an_empty_repository_is_indexed() {
    let (repo, backend) = (Repo::new(), Counting::default());
    let report = run(&repo, &backend, Toy::new(), CHANGED()).await;
    assert!(matches!(report.outcome, Outcome::Committed { generation: 1, .. }));
    let report = run(&repo, &backend, Toy::new(), CHANGED()).await;
    assert_eq!(report.outcome, Outcome::UpToDate { generation: 1 });
}

#[tokio::test]
async fn only_an_edited_file_is_analyzed() {
    let repo = Repo::of([("a.toy", A), ("b.toy", B), ("c.toy", "def c\n")]);
    let backend = Counting::default();
    run(&repo, &backend, Toy::new(), CHANGED()).await;
    repo.write("b.toy", "def other\n");
    let toy = Toy::new();
    let analyzed = toy.counter();
    let report = run(&repo, &backend, toy, CHANGED()).await;
    assert_eq!(decisions(&report), ["a.toy: unchanged", "b.toy: content-changed", "c.toy: unchanged"]);
    assert_eq!(analyzed.load(Ordering::SeqCst), 1);
    assert_eq!((report.counts.indexed, report.counts.analyzed, report.counts.kept), (3, 1, 2));
}

#[tokio::test]
async fn a_touched_file_is_kept_by_its_hash() {
    let repo = Repo::of([("a.toy", A)]);
    let backend = Counting::default();
    run(&repo, &backend, Toy::new(), CHANGED()).await;
    repo.write_at("a.toy", A, SystemTime::UNIX_EPOCH);
    let report = run(&repo, &backend, Toy::new(), CHANGED()).await;
    assert_eq!(decisions(&report), ["a.toy: same-content"]);
    assert_eq!(backend.sessions(), 1);
}

#[tokio::test]
async fn a_file_written_while_it_is_indexed_is_not_trusted() {
    let (repo, backend) = (Repo::new(), Counting::default());
    // A minute ahead, so that the file is read within the instant of its time however slow the
    // machine is.
    let modified = SystemTime::now() + Duration::from_secs(60);
    repo.write_at("a.toy", "def a\n", modified);
    run(&repo, &backend, Toy::new(), CHANGED()).await;
    // The same size at the same time.
    repo.write_at("a.toy", "def b\n", modified);
    let report = run(&repo, &backend, Toy::new(), CHANGED()).await;
    assert_eq!(decisions(&report), ["a.toy: content-changed"]);
}

#[tokio::test]
async fn verifying_hashes_what_size_and_time_would_hide() {
    let (repo, backend) = (Repo::new(), Counting::default());
    repo.write_at("a.toy", "def a\n", SystemTime::UNIX_EPOCH);
    run(&repo, &backend, Toy::new(), CHANGED()).await;
    repo.write_at("a.toy", "def b\n", SystemTime::UNIX_EPOCH);
    let report = run(&repo, &backend, Toy::new(), CHANGED()).await;
    assert_eq!(decisions(&report), ["a.toy: unchanged"]);
    let verify = IndexRequest { trust: Trust::Hash, ..CHANGED() };
    let report = run(&repo, &backend, Toy::new(), verify).await;
    assert_eq!(decisions(&report), ["a.toy: content-changed"]);
    let report = run(&repo, &backend, Toy::new(), verify).await;
    assert_eq!(decisions(&report), ["a.toy: same-content"]);
    assert_eq!(backend.sessions(), 2);
}

#[tokio::test]
async fn what_is_gone_is_removed() {
    let repo = Repo::of([("a.toy", A), ("b.toy", B), ("c.toy", "def c\n")]);
    let backend = Counting::default();
    run(&repo, &backend, Toy::new(), CHANGED()).await;
    repo.remove("a.toy");
    repo.write(".gitignore", "b.toy\n");
    let report = run(&repo, &backend, Toy::new(), CHANGED()).await;
    assert_eq!(decisions(&report), ["a.toy: gone", "b.toy: gone", "c.toy: unchanged"]);
    assert_eq!(report.counts.removed, 2);
    assert_eq!(backend.files().len(), 1);
}

#[tokio::test]
async fn another_analyzer_version_reads_its_files_again() {
    let repo = Repo::of([("a.toy", A)]);
    let backend = Counting::default();
    run(&repo, &backend, Toy::new(), CHANGED()).await;
    let report = run(&repo, &backend, Toy::new().tool("toy", "2"), CHANGED()).await;
    assert_eq!(decisions(&report), ["a.toy: analyzer-changed"]);
    let stored = backend.open_reader().await.unwrap().inventory().await.unwrap().analyzers;
    assert_eq!(stored.iter().map(|analyzer| analyzer.tool.to_string()).collect::<Vec<_>>(), ["toy 2"]);
}

#[tokio::test]
async fn an_analyzer_that_owns_nothing_is_still_in_the_inventory() {
    let repo = Repo::of([("a.toy", A)]);
    let backend = Counting::default();
    run(&repo, &backend, Toy::new(), CHANGED()).await;
    let analyzers = || -> Vec<Arc<dyn codira_languages::LanguageAnalyzer>> {
        vec![Arc::new(Toy::new()), Arc::new(Toy::new().tool("other", "1").globs(vec!["*.other"]))]
    };
    for outcome in [2, 2] {
        let indexer = Indexer::new(backend.clone(), repo.root(), analyzers(), IndexerOptions::default());
        let report = indexer.run(CHANGED(), &|_| {}, &CancellationToken::new()).await.unwrap();
        assert_eq!(decisions(&report), ["a.toy: unchanged"]);
        assert_eq!(backend.sessions(), outcome);
    }
}

#[tokio::test]
async fn a_full_run_says_that_it_was_asked_for() {
    let repo = Repo::of([("a.toy", A), ("b.toy", B)]);
    let backend = Counting::default();
    run(&repo, &backend, Toy::new(), CHANGED()).await;
    repo.remove("b.toy");
    let report = run(&repo, &backend, Toy::new(), full()).await;
    assert_eq!(decisions(&report), ["a.toy: requested", "b.toy: gone"]);
    assert_eq!(report.rebuild, Some(Rebuild::Requested));
    assert_eq!(backend.files().len(), 1);
}

#[tokio::test]
async fn maintenance_asks_for_a_session_and_is_gone_after_it() {
    let repo = Repo::of([("a.toy", A)]);
    let backend = Counting::default();
    run(&repo, &backend, Toy::new(), CHANGED()).await;
    let spec = EmbeddingSpec {
        engine: "none".to_owned(),
        engine_version: "1".to_owned(),
        model: "none".to_owned(),
        model_version: "1".to_owned(),
        dimension: 1,
        precision: Precision::F32,
    };
    let mut session = backend.inner.begin_index_session(SessionRequest::incremental(RuleSet::default())).await.unwrap();
    let mut file: FileSnapshot = backend.files().remove(0);
    file.embeddings = vec![EmbeddingRow::pending("a".into(), spec, "text")];
    session.put_file(file).await.unwrap();
    session.commit().await.unwrap();

    let report = run(&repo, &backend, Toy::new(), CHANGED()).await;
    assert_eq!(report.maintenance.orphaned_embeddings, 1);
    assert_eq!(decisions(&report), ["a.toy: unchanged"]);
    let reader = backend.open_reader().await.unwrap();
    assert!(!reader.maintenance(&Retention::default()).await.unwrap().is_needed());
    let report = run(&repo, &backend, Toy::new(), CHANGED()).await;
    assert!(matches!(report.outcome, Outcome::UpToDate { .. }));
}

#[tokio::test]
async fn events_tell_the_run_in_order() {
    let repo = Repo::of([("a.toy", A), ("b.toy", B)]);
    let events = std::sync::Mutex::new(Vec::new());
    let indexer = Indexer::new(Counting::default(), repo.root(), vec![Arc::new(Toy::new())], IndexerOptions::default());
    let one = IndexRequest { jobs: NonZeroUsize::MIN, ..CHANGED() };
    indexer.run(one, &|event| events.lock().unwrap().push(event), &CancellationToken::new()).await.unwrap();
    let analyzed = |path: &str, done| IndexEvent::Analyzed { path: path.parse().unwrap(), done, total: 2 };
    assert_eq!(
        events.into_inner().unwrap(),
        [
            IndexEvent::ScanFinished { files: 2 },
            IndexEvent::Planned { scope: WriteScope::Full, read: 2, kept: 0, removed: 0 },
            analyzed("a.toy", 1),
            analyzed("b.toy", 2),
            IndexEvent::Deriving,
            IndexEvent::Committing,
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_of_threads_changes_nothing() {
    let texts: Vec<_> =
        (0..60).map(|n| (format!("d{}/f{n}.toy", n % 7), format!("def f{n}\ncall f{}\npartial\n", n + 1))).collect();
    let repo = Repo::of(texts.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let mut seen = Vec::new();
    for jobs in [1, 2, 13] {
        let backend = Counting::default();
        let request = IndexRequest { jobs: NonZeroUsize::new(jobs).unwrap(), ..CHANGED() };
        let report = run(&repo, &backend, Toy::new(), request).await;
        seen.push((serde_json::to_string(&report).unwrap(), backend.inner.state()));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0], seen[2]);
}

/// An edit of the repository.
#[derive(Clone, Debug)]
enum Edit {
    Write { file: u8, text: String },
    Remove { file: u8 },
    Index,
}

fn edit() -> impl Strategy<Value = Edit> {
    let line = prop_oneof!["def [a-c]", "call [a-c]", Just("partial".to_owned()), Just("twice a".to_owned())];
    let text = prop::collection::vec(line, 0..4).prop_map(|lines| lines.join("\n"));
    prop_oneof![
        4 => (0..4_u8, text).prop_map(|(file, text)| Edit::Write { file, text }),
        1 => (0..4_u8).prop_map(|file| Edit::Remove { file }),
        2 => Just(Edit::Index),
    ]
}

proptest! {
    #![proptest_config(cases::costly("tests/regressions/running.txt", 6))]

    #[test]
    fn incremental_equals_full(edits in prop::collection::vec(edit(), 0..12)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (repo, backend, fresh) = (Repo::new(), Counting::default(), Counting::default());
        let path = |file: u8| format!("{}/{file}.toy", file % 2);
        runtime.block_on(async {
            for edit in edits {
                match edit {
                    Edit::Write { file, text } => repo.write(&path(file), text),
                    Edit::Remove { file } => drop(std::fs::remove_file(repo.path().join(path(file)))),
                    Edit::Index => drop(run(&repo, &backend, Toy::new(), CHANGED()).await),
                }
            }
            run(&repo, &backend, Toy::new(), CHANGED()).await;
            run(&repo, &fresh, Toy::new(), full()).await;
        });
        prop_assert_eq!(backend.files(), fresh.files());
    }
}

#[tokio::test]
async fn the_stored_state_is_that_of_the_bytes() {
    let (repo, backend) = (Repo::new(), Counting::default());
    repo.write("a.toy", "\u{feff}def a\n");
    let report = run(&repo, &backend, Toy::new(), CHANGED()).await;
    assert_eq!(reason(&report, "a.toy"), Some(Reason::New));
    let file = backend.files().remove(0);
    assert_eq!(file.state.hash, ContentHash::of("\u{feff}def a\n".as_bytes()));
    assert_eq!((file.state.size, file.analysis.source.as_str()), (9, "def a\n"));
}
