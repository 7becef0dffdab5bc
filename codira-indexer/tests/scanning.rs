//! Which files are indexed, which are left out, and the report on those.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;

use codira_contracts::Coverage;
use codira_indexer::{Hidden, IndexerOptions, Outcome, PathPatterns, plan::Reason};
use support::{CHANGED, Counting, Repo, Toy, decisions, reason, run, skipped, try_run};

async fn indexed(repo: &Repo, options: IndexerOptions) -> Vec<String> {
    let report = try_run(repo, &Counting::default(), Toy::new(), options, CHANGED()).await.unwrap();
    report.files.into_iter().map(|file| file.path.to_string()).collect()
}

#[tokio::test]
async fn ignore_files_count_without_git() {
    let repo = Repo::of([
        (".gitignore", "/build\n*.gen.toy\n"),
        (".ignore", "!kept.gen.toy\n"),
        ("build/a.toy", ""),
        ("src/b.gen.toy", ""),
        ("src/kept.gen.toy", ""),
        ("src/c.toy", ""),
        ("src/.gitignore", "local.toy\n"),
        ("src/local.toy", ""),
    ]);
    assert_eq!(indexed(&repo, IndexerOptions::default()).await, ["src/c.toy", "src/kept.gen.toy"]);
}

#[tokio::test]
async fn state_and_git_are_never_indexed() {
    let repo =
        Repo::of([(".git/a.toy", ""), (".codira/b.toy", ""), ("sub/.codira/c.toy", ""), (".hidden/d.toy", ""), ("e.toy", "")]);
    assert_eq!(indexed(&repo, IndexerOptions::default()).await, ["e.toy"]);
    let all = IndexerOptions { hidden: Hidden::Index, ..IndexerOptions::default() };
    assert_eq!(indexed(&repo, all).await, [".hidden/d.toy", "e.toy"]);
}

#[tokio::test]
async fn ignore_files_above_the_root_count_inside_a_git_repository_only() {
    let repo = Repo::of([(".gitignore", "sub/a.toy\n"), ("sub/a.toy", ""), ("sub/b.toy", "")]);
    let files = async || {
        let root = codira_indexer::RepoRoot::new(repo.root().as_path().join("sub")).unwrap();
        let backend = Counting::default();
        let indexer =
            codira_indexer::Indexer::new(backend, root, vec![std::sync::Arc::new(Toy::new())], IndexerOptions::default());
        let report = indexer.run(CHANGED(), &|_| {}, &tokio_util::sync::CancellationToken::new()).await.unwrap();
        report.files.into_iter().map(|file| file.path.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(files().await, ["a.toy", "b.toy"]);
    fs::create_dir(repo.path().join(".git")).unwrap();
    assert_eq!(files().await, ["b.toy"]);
}

#[tokio::test]
async fn include_narrows_and_exclude_leaves_out() {
    let repo = Repo::of([("src/a.toy", ""), ("src/vendor/b.toy", ""), ("tests/c.toy", ""), ("tests/c_gen.toy", "")]);
    let exclude = IndexerOptions { exclude: PathPatterns::new(["vendor/", "*_gen.toy"]).unwrap(), ..IndexerOptions::default() };
    assert_eq!(indexed(&repo, exclude).await, ["src/a.toy", "tests/c.toy"]);
    let include = IndexerOptions { include: PathPatterns::new(["/tests"]).unwrap(), ..IndexerOptions::default() };
    assert_eq!(indexed(&repo, include).await, ["tests/c.toy", "tests/c_gen.toy"]);
}

#[tokio::test]
async fn what_is_no_text_is_skipped_with_its_reason() {
    let (repo, backend) = (Repo::new(), Counting::default());
    repo.write("binary.toy", b"def a\0\n");
    repo.write("latin.toy", b"def caf\xe9\n");
    repo.write("huge.toy", vec![b'x'; 101]);
    repo.write("fine.toy", vec![b'x'; 100]);
    let options = || IndexerOptions { max_file_size: 100, ..IndexerOptions::default() };
    let report = try_run(&repo, &backend, Toy::new(), options(), CHANGED()).await.unwrap();
    assert_eq!(
        skipped(&report),
        ["binary.toy: binary", "huge.toy: 101 bytes are more than `index.max_file_size`", "latin.toy: content is not UTF-8"]
    );
    assert_eq!(report.coverage, Coverage::Incomplete);
    assert_eq!(backend.files().len(), 1);
    let report = try_run(&repo, &backend, Toy::new(), options(), CHANGED()).await.unwrap();
    assert!(matches!(report.outcome, Outcome::UpToDate { .. }), "what is skipped again asks for no session");
}

#[tokio::test]
async fn a_file_that_became_binary_leaves_the_index() {
    let (repo, backend) = (Repo::of([("a.toy", "def a\n")]), Counting::default());
    run(&repo, &backend, Toy::new(), CHANGED()).await;
    repo.write("a.toy", b"\0");
    let report = run(&repo, &backend, Toy::new(), CHANGED()).await;
    assert_eq!(decisions(&report), ["a.toy: failed"]);
    assert_eq!(report.counts.removed, 1);
    assert!(backend.files().is_empty());
}

#[cfg(unix)]
#[tokio::test]
async fn links_are_skipped_even_in_a_loop() {
    use std::os::unix::fs::symlink;
    let repo = Repo::of([("src/a.toy", "def a\n")]);
    symlink(repo.path(), repo.path().join("src/loop")).unwrap();
    symlink("a.toy", repo.path().join("src/alias.toy")).unwrap();
    symlink("nowhere.toy", repo.path().join("src/broken.toy")).unwrap();
    symlink("a.toy", repo.path().join("src/not-source")).unwrap();
    let report = run(&repo, &Counting::default(), Toy::new(), CHANGED()).await;
    assert_eq!(decisions(&report), ["src/a.toy: new"]);
    assert_eq!(skipped(&report), ["src/alias.toy: symbolic link", "src/broken.toy: symbolic link", "src/loop: symbolic link"]);
    assert_eq!(report.coverage, Coverage::Complete);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_name_that_is_no_text_is_skipped() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let repo = Repo::of([("a.toy", "def a\n")]);
    fs::write(repo.path().join(OsStr::from_bytes(b"b\xff.toy")), "def b\n").unwrap();
    let report = run(&repo, &Counting::default(), Toy::new(), CHANGED()).await;
    assert_eq!(skipped(&report), ["b\u{fffd}.toy: name is not UTF-8"]);
    assert_eq!(decisions(&report), ["a.toy: new"]);
}

#[cfg(unix)]
#[tokio::test]
async fn a_socket_is_no_file() {
    let repo = Repo::of([("a.toy", "def a\n")]);
    let _socket = std::os::unix::net::UnixListener::bind(repo.path().join("b.toy")).unwrap();
    let report = run(&repo, &Counting::default(), Toy::new(), CHANGED()).await;
    assert_eq!(skipped(&report), ["b.toy: neither file nor directory"]);
}

#[cfg(unix)]
#[tokio::test]
async fn a_script_is_claimed_by_its_first_line() {
    use std::os::unix::fs::PermissionsExt;
    let repo =
        Repo::of([("bin/tool", "#!/usr/bin/toy\ndef a\n"), ("bin/other", "#!/bin/sh\n"), ("bin/notes", "#!/usr/bin/toy\n")]);
    for script in ["tool", "other"] {
        fs::set_permissions(repo.path().join("bin").join(script), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let backend = Counting::default();
    let report = run(&repo, &backend, Toy::new(), CHANGED()).await;
    assert_eq!(decisions(&report), ["bin/tool: new"]);
    let report = run(&repo, &backend, Toy::new(), CHANGED()).await;
    assert_eq!(decisions(&report), ["bin/tool: unchanged"]);
}

#[tokio::test]
async fn sources_without_analyzer_are_gaps() {
    let (repo, backend) =
        (Repo::of([("a.toy", ""), ("b.go", ""), ("c.go", ""), ("d.js", ""), ("data.json", "")]), Counting::default());
    let report = run(&repo, &backend, Toy::new(), CHANGED()).await;
    let gaps: Vec<_> = report.uncovered.iter().map(|gap| (gap.language, gap.files)).collect();
    assert_eq!(gaps, [("go", 2), ("javascript", 1)]);
    assert_eq!(report.coverage, Coverage::Incomplete);
    // The gaps close: the inventory changes, and no file is touched.
    ["b.go", "c.go", "d.js"].iter().for_each(|path| repo.remove(path));
    let report = run(&repo, &backend, Toy::new(), CHANGED()).await;
    assert_eq!((report.coverage, report.counts.kept), (Coverage::Complete, 1));
    assert_eq!(backend.sessions(), 2);
}

#[tokio::test]
async fn the_first_analyzer_with_a_glob_owns_the_file() {
    let repo = Repo::of([("a.toy", "")]);
    let backend = Counting::default();
    let analyzers: Vec<std::sync::Arc<dyn codira_languages::LanguageAnalyzer>> = vec![
        std::sync::Arc::new(Toy::new().tool("nothing", "1").globs(vec!["*.other"])),
        std::sync::Arc::new(Toy::new().tool("first", "1")),
        std::sync::Arc::new(Toy::new().tool("second", "1")),
    ];
    let indexer = codira_indexer::Indexer::new(backend.clone(), repo.root(), analyzers, IndexerOptions::default());
    let report = indexer.run(CHANGED(), &|_| {}, &tokio_util::sync::CancellationToken::new()).await.unwrap();
    assert_eq!(reason(&report, "a.toy"), Some(Reason::New));
    assert_eq!(backend.files()[0].state.analyzer.name, "first");
}
