//! Coverage: what counts as a gap, where, and what follows when there may be none.

#![allow(clippy::unwrap_used)]

mod support;

use std::num::NonZeroUsize;

use codira_contracts::{Coverage, IndexBackend, IndexReader};
use codira_indexer::{
    CoverageDemand, CoverageReport, IndexReport, IndexRequest, Indexer, IndexerError, IndexerOptions, PathPatterns,
};
use support::{CHANGED, Counting, Repo, Toy};
use tokio_util::sync::CancellationToken;

const FILES: [(&str, &str); 6] = [
    ("src/a.toy", "def a\n"),
    ("src/b.go", ""),
    ("src/logo.png", "\0"),
    ("web/c.js", ""),
    ("web/lib/d.js", ""),
    ("web/binary.toy", "\0"),
];

fn indexer(repo: &Repo, backend: &Counting, roots: &[&str]) -> Indexer<Counting> {
    let options =
        IndexerOptions { coverage_roots: PathPatterns::new(roots.iter().copied()).unwrap(), ..IndexerOptions::default() };
    Indexer::new(backend.clone(), repo.root(), vec![std::sync::Arc::new(Toy::new())], options)
}

async fn run(indexer: &Indexer<Counting>, coverage: CoverageDemand) -> Result<IndexReport, IndexerError> {
    let request = IndexRequest { coverage, ..CHANGED() };
    indexer.run(request, &|_| {}, &CancellationToken::new()).await
}

async fn coverage(indexer: &Indexer<Counting>) -> CoverageReport {
    indexer.coverage(NonZeroUsize::MIN, &CancellationToken::new()).await.unwrap()
}

#[tokio::test]
async fn gaps_are_told_by_extension_and_file() {
    let (repo, backend) = (Repo::of(FILES), Counting::default());
    let indexer = indexer(&repo, &backend, &[]);
    run(&indexer, CoverageDemand::Any).await.unwrap();
    let report = coverage(&indexer).await;
    assert_eq!((report.coverage, report.stored, report.covered), (Coverage::Incomplete, Coverage::Incomplete, 1));
    let uncovered: Vec<_> =
        report.uncovered.iter().map(|found| (&*found.extension, found.language, found.files, &*found.example)).collect();
    let expected =
        [("go", Some("go"), 1, "src/b.go"), ("js", Some("javascript"), 2, "web/c.js"), ("png", None, 1, "src/logo.png")];
    assert_eq!(uncovered, expected);
    assert_eq!(report.left_out.iter().map(|file| &*file.path).collect::<Vec<_>>(), ["web/binary.toy"]);
}

#[tokio::test]
async fn only_files_in_the_roots_count() {
    let (repo, backend) = (Repo::of(FILES), Counting::default());
    let report = run(&indexer(&repo, &backend, &["src/"]), CoverageDemand::Any).await.unwrap();
    assert_eq!(report.uncovered.iter().map(|gap| gap.language).collect::<Vec<_>>(), ["go"]);
    repo.remove("src/b.go");
    let inside = indexer(&repo, &backend, &["src/"]);
    let report = run(&inside, CoverageDemand::Full).await.unwrap();
    assert_eq!(report.coverage, Coverage::Complete);
    let report = coverage(&inside).await;
    assert_eq!((report.coverage, report.stored, report.left_out.len()), (Coverage::Complete, Coverage::Complete, 0));
}

/// The state is kept: other roots make another state, though no file changed.
#[tokio::test]
async fn other_roots_write_another_state() {
    let (repo, backend) = (Repo::of([("src/a.toy", ""), ("web/c.js", "")]), Counting::default());
    let stored = async || backend.open_reader().await.unwrap().inventory().await.unwrap().coverage;
    run(&indexer(&repo, &backend, &["src/"]), CoverageDemand::Any).await.unwrap();
    assert_eq!(stored().await, Coverage::Complete);
    let report = run(&indexer(&repo, &backend, &[]), CoverageDemand::Any).await.unwrap();
    assert_eq!((stored().await, report.counts.analyzed), (Coverage::Incomplete, 0));
    assert_eq!(backend.sessions(), 2);
}

#[tokio::test]
async fn full_coverage_is_demanded_before_anything_is_committed() {
    let (repo, backend) = (Repo::of([("a.toy", "def a\n")]), Counting::default());
    let indexer = indexer(&repo, &backend, &[]);
    run(&indexer, CoverageDemand::Full).await.unwrap();
    let before = backend.inner.state();
    // One gap that the scan sees, and one that only reading shows.
    for (path, text, gap) in [("b.go", "", "go: no analyzer for 1 of its files"), ("b.toy", "\0", "b.toy: binary")] {
        repo.write("a.toy", "def changed\n");
        repo.write(path, text);
        let error = run(&indexer, CoverageDemand::Full).await.unwrap_err();
        let IndexerError::IncompleteCoverage { gaps } = error else { panic!("{error}") };
        assert_eq!(gaps, [gap]);
        assert_eq!(backend.inner.state(), before);
        repo.remove(path);
    }
    assert_eq!(run(&indexer, CoverageDemand::Full).await.unwrap().counts.analyzed, 1);
}
