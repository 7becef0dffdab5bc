//! `codira cov`, and indexing that demands full coverage.

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::Repo;

#[test]
fn what_is_missing_is_told() {
    let repo = Repo::tour();
    repo.write("web/cart.js", "");
    repo.write("web/logo.svg", "");
    repo.write("web/binary.py", "\0");
    assert_eq!(repo.run(&["index"]).status, 0);
    assert_snapshot!("cov", repo.found(&["cov"]));
    let json: Value = serde_json::from_str(&repo.found(&["cov", "--json"])).unwrap();
    assert_eq!((&json["coverage"], &json["uncovered"][0]["language"]), (&"incomplete".into(), &"javascript".into()));
    repo.write(".codira/config.toml", "[coverage]\nroots = [\"shop/\"]\n");
    let run = repo.run(&["cov"]);
    assert_eq!((run.status, &*run.stdout), (1, ""));
    let stale = "note: the index was stale: 0 files analyzed again, 0 removed\n";
    assert_eq!(run.stderr, format!("{stale}note: no source file is missing\n"));
}

#[test]
fn full_coverage_can_be_demanded() {
    let repo = Repo::tour();
    assert_eq!(repo.run(&["index", "--require-full-coverage"]).status, 0);
    repo.write("web/cart.js", "");
    assert_snapshot!("refused", repo.run(&["index", "--require-full-coverage"]));
    assert_eq!(repo.run(&["index"]).status, 0);
}
