//! `codira audit`: its output in each form, and where nothing is audited.

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::Repo;

/// The tour, where everything that can be audited is.
fn audited() -> Repo {
    let repo = Repo::tour();
    repo.write(".codira/config.toml", "[audit]\nlanguages = [\"python\", \"rust\", \"c\"]\n");
    repo.write("shop/cart.py", SHIPPED);
    assert_eq!(repo.run(&["index"]).status, 0);
    repo
}

const SHIPPED: &str = r#""""What a customer is about to buy."""


def ship(item, to=None):
    """Ship an item.

    :param item: what is shipped
    :param too: where to
    """
    return item, to


def unship(item): ...
"#;

#[test]
fn lines_and_json() {
    let repo = audited();
    assert_snapshot!("audit", repo.found(&["audit"]));
    assert_snapshot!("audit_of_a_rule", repo.found(&["audit", "--rule", "unknown-parameter", "--prefix", "shop"]));
    assert_snapshot!("audit_errors", repo.found(&["audit", "--severity", "error"]));
    let json = repo.found(&["audit", "--limit", "1", "--json"]);
    assert_eq!(json, repo.found(&["audit", "--limit", "1", "--format", "json"]));
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap()["more"], true);
}

#[test]
fn sarif() {
    let repo = audited();
    let log = repo.found(&["audit", "--format", "sarif", "--prefix", "shop/cart.py"]);
    assert_snapshot!("audit_sarif", log.replace(env!("CARGO_PKG_VERSION"), "[version]"));
    let log: Value = serde_json::from_str(&log).unwrap();
    let run = &log["runs"][0];
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
    }
    let run = repo.run(&["audit", "--format", "sarif", "--prefix", "nowhere"]);
    assert_eq!(run.status, 1);
    assert_eq!(serde_json::from_str::<Value>(&run.stdout).unwrap()["runs"][0]["results"], Value::Array(Vec::new()));
}

#[test]
fn nothing_found_is_status_one() {
    let run = audited().run(&["audit", "--prefix", "native"]);
    assert_eq!((run.status, &*run.stderr), (1, "note: the documentation has no such issue\n"));
}

#[test]
fn without_configuration_each_piece_is_held_to_what_it_shows() {
    let repo = Repo::tour();
    repo.write("shop/cart.py", SHIPPED);
    assert_eq!(repo.run(&["index"]).status, 0);
    let run = repo.run(&["audit", "--prefix", "shop"]);
    assert_snapshot!("audit_at_once", run);
    // An index that keeps issues has the same ones.
    let configured = audited();
    assert_eq!(run.stdout, configured.found(&["audit", "--prefix", "shop"]));
    assert_eq!(repo.run(&["audit", "--severity", "error"]).stdout, configured.found(&["audit", "--severity", "error"]));
    let json: Value = serde_json::from_str(&repo.run(&["audit", "--limit", "1", "--json"]).stdout).unwrap();
    assert_eq!((&json["answers"].as_array().unwrap().len(), &json["more"]), (&1, &Value::Bool(true)));
    let shown = |row: &Value| (row["language"].as_str() == Some("python"), row["convention"].as_str() == Some("sphinx"));
    assert!(json["conventions"].as_array().unwrap().iter().any(|row| shown(row) == (true, true)), "{json}");
}

#[test]
fn a_configured_convention_is_printed_with_the_shown_ones() {
    let repo = Repo::tour();
    repo.write("shop/cart.py", SHIPPED);
    repo.write(".codira/config.toml", "[audit]\nconventions = [\"numpy\"]\n");
    assert_eq!(repo.run(&["index"]).status, 0);
    let run = repo.run(&["audit", "--prefix", "shop", "--rule", "unknown-parameter"]);
    let said = "note: each piece is held to numpy where the language knows it, else to the convention that it shows: ";
    assert!(run.stderr.starts_with(said), "{}", run.stderr);
    assert_eq!(run.status, 1, "by NumPy's convention, Sphinx's fields are prose: {}", run.stdout);
}

#[test]
fn nothing_that_can_be_audited_is_said() {
    let repo = Repo::empty();
    repo.write("README.md", "# Title\n");
    assert_eq!(repo.run(&["index"]).status, 0);
    assert_snapshot!("nothing_to_audit", repo.run(&["audit"]));
}

#[test]
fn a_rule_that_no_auditor_has_is_refused() {
    let run = audited().run(&["audit", "--rule", "D100"]);
    assert_eq!((run.status, &*run.stdout), (2, ""));
    assert!(run.stderr.starts_with("error: unknown rule `D100`; known are malformed-section, "), "{}", run.stderr);
}

#[test]
fn a_configuration_that_means_nothing_is_refused() {
    let repo = Repo::tour();
    for (name, line) in
        [("language", "languages = [\"cobol\"]"), ("convention", "conventions = [\"numpyy\"]"), ("rule", "ignore = [\"D100\"]")]
    {
        repo.write(".codira/config.toml", format!("[audit]\n{line}\n"));
        assert_snapshot!(format!("unknown_{name}"), repo.run(&["audit"]));
    }
}

#[test]
fn a_policy_that_changes_is_followed_by_the_next_question() {
    let repo = audited();
    repo.write(".codira/config.toml", "[audit]\nlanguages = [\"c\", \"rust\"]\n");
    let run = repo.run(&["audit"]);
    let stale = "note: the index was stale: 0 files analyzed again, 0 removed\n";
    assert_eq!((run.stdout, run.stderr), (String::new(), format!("{stale}note: the documentation has no such issue\n")));
    repo.write(".codira/config.toml", "[audit]\nlanguages = [\"python\"]\nconventions = [\"numpy\"]\n");
    let run = repo.run(&["audit", "--rule", "missing-documentation", "--prefix", "tools"]);
    assert_eq!(run.stderr, "note: the index was stale: 4 files analyzed again, 0 removed\n");
    assert_eq!(run.stdout.lines().count(), 2, "{}", run.stdout);
}
