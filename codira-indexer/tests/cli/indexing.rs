//! `codira index`: its output.

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::Repo;

/// The output of a run, without its last line, which tells the time.
fn untimed(stdout: &str) -> &str {
    stdout[..stdout.trim_end().rfind('\n').unwrap() + 1].trim_end()
}

#[test]
fn a_first_run_counts_and_a_second_one_has_nothing_to_do() {
    let repo = Repo::tour();
    assert_snapshot!("first", untimed(&repo.found(&["index"])));
    assert_snapshot!("second", untimed(&repo.found(&["index"])));
}

#[test]
fn explain_gives_a_reason_for_each_file() {
    let repo = Repo::indexed();
    repo.write("shop/prices.py", "PRICES = {}\n");
    repo.write("new.py", "");
    assert_snapshot!("explain", untimed(&repo.found(&["index", "--explain"])));
    assert_snapshot!("explain_full", untimed(&repo.found(&["index", "--explain", "--full"])));
}

#[test]
fn what_is_left_out_is_named() {
    let repo = Repo::empty();
    repo.write("good.py", "def f(): ...\n");
    repo.write("half.py", "def f(:\n    pass\n\ndef g(): ...\n");
    repo.write("latin.py", b"# caf\xe9\n");
    repo.write("binary.c", b"int x;\0\0");
    repo.write(".codira/config.toml", "index.max_file_size = 100\n");
    repo.write("large.py", "# large\n".repeat(100));
    repo.write("page.go", "package main\n");
    #[cfg(unix)]
    std::os::unix::fs::symlink("good.py", repo.path().join("link.py")).unwrap();
    assert_snapshot!("left_out", untimed(&repo.found(&["index"])));
}

#[test]
fn quiet_says_nothing() {
    let repo = Repo::tour();
    assert_eq!(repo.found(&["index", "--quiet"]), "");
}

#[test]
fn json_is_the_report() {
    let repo = Repo::tour();
    let mut report: Value = serde_json::from_str(&repo.found(&["index", "--json"])).unwrap();
    for (_, spent) in report["seconds"].as_object_mut().unwrap() {
        assert!(spent.as_f64().is_some());
        *spent = Value::Null;
    }
    assert_snapshot!("report_json", serde_json::to_string_pretty(&report).unwrap());
}

#[test]
fn an_empty_repository_is_indexed_and_has_no_answer() {
    let repo = Repo::empty();
    assert_snapshot!("empty", untimed(&repo.found(&["index"])));
    let run = repo.run(&["symlist"]);
    assert_eq!((run.status, &*run.stdout, &*run.stderr), (1, "", "note: there is no such symbol\n"));
}

#[test]
fn a_directory_of_a_repository_stands_for_it() {
    let repo = Repo::tour();
    assert_eq!(repo.run(&["index", "shop"]).status, 0);
    assert_eq!(repo.run(&["sym", "Money"]).status, 0, "the whole repository was indexed");
    assert!(!repo.path().join("shop/.codira").exists());
}

#[test]
fn a_damaged_index_says_how_to_replace_it() {
    let repo = Repo::indexed();
    repo.write(".codira/index.db", "this is no database, and it is long enough to be looked at ".repeat(100));
    let run = repo.run(&["sym", "Cart"]);
    assert_eq!(run.status, 3);
    assert!(run.stderr.contains(".codira/index.db"), "{}", run.stderr);
    assert!(run.stderr.contains("codira index --full"), "{}", run.stderr);
    assert_snapshot!("replaced", untimed(&repo.found(&["index", "--full"])));
    assert_eq!(repo.run(&["sym", "Cart"]).status, 0);
}
