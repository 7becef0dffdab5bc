//! What follows when the policy of audits changes: which files are analyzed again, and what
//! becomes of stored issues.

#![cfg(feature = "languages")]
#![allow(clippy::unwrap_used)]

mod support;

use codira_contracts::{DocIssueRequest, IndexBackend, IndexReader, Language};
use codira_indexer::{
    AuditOptions, Auditing, Inclusion, IndexReport, Indexer, IndexerOptions, Outcome, PathPatterns, plan::Reason,
};
use support::{CHANGED, Counting, Repo, decisions};
use tokio_util::sync::CancellationToken;

const PYTHON: &str = "\"\"\"A module.\"\"\"\n\ndef open():\n    def nested(): ...\n\ndef _closed(): ...\n";
const RUST: &str = "pub fn open() {}\n\n#[cfg(test)]\nmod tests {\n    pub fn tested() {}\n}\n";

fn repo() -> Repo {
    Repo::of([("app.py", PYTHON), ("lib/other.py", PYTHON), ("tests/test_app.py", PYTHON), ("native.rs", RUST)])
}

fn python() -> AuditOptions {
    AuditOptions { languages: [Language::from_static("python")].into(), ..AuditOptions::default() }
}

async fn run(repo: &Repo, backend: &Counting, options: AuditOptions) -> IndexReport {
    let indexer = Indexer::new(backend.clone(), repo.root(), codira_languages::analyzers(), IndexerOptions::default());
    let indexer = indexer.with_auditing(Auditing::new(codira_languages::auditors(), options));
    indexer.run(CHANGED(), &|_| {}, &CancellationToken::new()).await.unwrap()
}

/// The issues in the index: where, and about what.
async fn issues(backend: &Counting) -> Vec<String> {
    let issues = backend.open_reader().await.unwrap().doc_issues(&DocIssueRequest::default()).await.unwrap();
    issues.into_iter().map(|entry| format!("{} {}", entry.path, entry.issue.owner.unwrap())).collect()
}

fn audited_again(report: &IndexReport) -> Vec<&str> {
    let again = report.files.iter().filter(|file| file.reason == Reason::AuditChanged);
    again.map(|file| file.path.as_str()).collect()
}

#[tokio::test]
async fn nothing_is_audited_unless_it_is_asked_for() {
    let (repo, backend) = (repo(), Counting::default());
    run(&repo, &backend, AuditOptions::default()).await;
    assert!(issues(&backend).await.is_empty());
}

#[tokio::test]
async fn a_language_that_is_audited_now_is_analyzed_again_and_no_other() {
    let (repo, backend) = (repo(), Counting::default());
    run(&repo, &backend, AuditOptions::default()).await;
    let report = run(&repo, &backend, python()).await;
    // Tests are not audited, and keep what they have.
    assert_eq!(audited_again(&report), ["app.py", "lib/other.py"]);
    assert_eq!(issues(&backend).await, ["app.py open", "lib/other.py open"]);
    let report = run(&repo, &backend, python()).await;
    assert!(matches!(report.outcome, Outcome::UpToDate { .. }), "{:?}", decisions(&report));
}

#[tokio::test]
async fn issues_of_a_language_that_is_not_audited_any_more_go_though_no_file_changed() {
    let (repo, backend) = (repo(), Counting::default());
    let both = AuditOptions {
        languages: [Language::from_static("python"), Language::from_static("rust")].into(),
        ..AuditOptions::default()
    };
    run(&repo, &backend, both).await;
    assert_eq!(issues(&backend).await, ["app.py open", "lib/other.py open", "native.rs open"]);
    let report = run(&repo, &backend, python()).await;
    assert_eq!((report.counts.analyzed, report.maintenance.stale_doc_issues), (0, 1));
    assert_eq!(issues(&backend).await, ["app.py open", "lib/other.py open"]);
    let report = run(&repo, &backend, AuditOptions::default()).await;
    assert_eq!((report.counts.analyzed, report.maintenance.stale_doc_issues), (0, 2));
    assert!(issues(&backend).await.is_empty());
    let report = run(&repo, &backend, AuditOptions::default()).await;
    assert!(matches!(report.outcome, Outcome::UpToDate { .. }));
}

#[tokio::test]
async fn another_policy_audits_again() {
    let (repo, backend) = (repo(), Counting::default());
    run(&repo, &backend, python()).await;
    let everything = AuditOptions { private: Inclusion::Audit, nested: Inclusion::Audit, tests: Inclusion::Audit, ..python() };
    let report = run(&repo, &backend, everything).await;
    assert_eq!(audited_again(&report), ["app.py", "lib/other.py", "tests/test_app.py"]);
    assert_eq!(issues(&backend).await.len(), 9);
    let ignored = AuditOptions { ignore: ["missing-documentation".to_owned()].into(), ..python() };
    assert_eq!(audited_again(&run(&repo, &backend, ignored).await).len(), 3);
    assert!(issues(&backend).await.is_empty());
}

#[tokio::test]
async fn patterns_say_which_files_are_audited() {
    let (repo, backend) = (repo(), Counting::default());
    run(&repo, &backend, AuditOptions::default()).await;
    let inside = AuditOptions { include: PathPatterns::new(["lib/"]).unwrap(), ..python() };
    assert_eq!(audited_again(&run(&repo, &backend, inside).await), ["lib/other.py"]);
    assert_eq!(issues(&backend).await, ["lib/other.py open"]);
    let outside = AuditOptions { exclude: PathPatterns::new(["lib/"]).unwrap(), ..python() };
    run(&repo, &backend, outside).await;
    assert_eq!(issues(&backend).await, ["app.py open"]);
}

#[tokio::test]
async fn what_is_nested_or_of_tests_is_left_alone_by_itself() {
    let (repo, backend) = (repo(), Counting::default());
    let nested = AuditOptions { nested: Inclusion::Audit, ..python() };
    run(&repo, &backend, nested).await;
    assert_eq!(
        issues(&backend).await,
        ["app.py open", "app.py open.<locals>.nested", "lib/other.py open", "lib/other.py open.<locals>.nested"]
    );
    let rust = AuditOptions {
        languages: [Language::from_static("rust")].into(),
        tests: Inclusion::Audit,
        private: Inclusion::Audit,
        ..AuditOptions::default()
    };
    run(&repo, &backend, rust).await;
    assert_eq!(issues(&backend).await, ["native.rs open", "native.rs mod tests", "native.rs tests::tested"]);
}
