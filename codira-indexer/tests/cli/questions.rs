//! Each question, answered in lines and as JSON: snapshots.

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::Repo;

/// The answer in lines.
fn lines(args: &[&str]) -> String {
    Repo::indexed().found(args)
}

/// The answer as JSON, indented to be read.
fn json(args: &[&str]) -> String {
    let args = [args, &["--json"]].concat();
    let value: Value = serde_json::from_str(&Repo::indexed().found(&args)).unwrap();
    serde_json::to_string_pretty(&value).unwrap()
}

#[test]
fn sym() {
    assert_snapshot!("sym", lines(&["sym", "total"]));
    assert_snapshot!("sym_full", lines(&["sym", "Cart", "--full"]));
    assert_snapshot!("sym_json", json(&["sym", "Cart.total"]));
    assert_snapshot!("sym_full_json", json(&["sym", "Cart.add", "--full", "--kind", "method"]));
}

#[test]
fn symlist() {
    assert_snapshot!("symlist", lines(&["symlist"]));
    assert_snapshot!("symlist_json", json(&["symlist", "--prefix", "shop/prices.py", "--kind", "function"]));
}

#[test]
fn calls() {
    assert_snapshot!("calls", lines(&["calls", "main"]));
    assert_snapshot!("calls_incoming", lines(&["calls", "total", "--incoming"]));
    assert_snapshot!("calls_incoming_of_a_method", lines(&["calls", "Cart.total", "--incoming"]));
    assert_snapshot!("calls_incoming_resolved", lines(&["calls", "total", "--incoming", "--resolved"]));
    assert_snapshot!("calls_external", lines(&["calls", "json.dumps", "--incoming"]));
    assert_snapshot!("calls_rust", lines(&["calls", "Money::zero"]));
    assert_snapshot!("calls_json", json(&["calls", "to_json"]));
}

#[test]
fn call_trees() {
    assert_snapshot!("tree", lines(&["calls", "tools.report.main", "--tree"]));
    assert_snapshot!("tree_incoming", lines(&["calls", "shop.prices.total", "--tree", "--incoming"]));
    assert_snapshot!("tree_json", json(&["calls", "show", "--tree", "--resolved"]));
    assert_snapshot!("dot", lines(&["calls", "tools.report.main", "--dot", "--depth", "2"]));
}

#[test]
fn refs() {
    assert_snapshot!("refs", lines(&["refs", "price_of"]));
    assert_snapshot!("refs_symbols", lines(&["refs", "price_of", "--symbols"]));
    assert_snapshot!("refs_text", lines(&["refs", "cart", "--text", "--prefix", "tools"]));
    assert_snapshot!("refs_json", json(&["refs", "price_of", "--limit", "1"]));
}

#[test]
fn imports() {
    assert_snapshot!("imports", lines(&["imports", "shop.cart"]));
    assert_snapshot!("imports_of_a_file", lines(&["imports", "./native/round.c"]));
    assert_snapshot!("imports_incoming", lines(&["imports", "shop/prices.py", "--incoming"]));
    assert_snapshot!("imports_external", lines(&["imports", "json", "--incoming"]));
    assert_snapshot!("imports_json", json(&["imports", "tools/report.py", "--limit", "1"]));
}

#[test]
fn docs() {
    assert_snapshot!("docs", lines(&["docs", "price", "of", "an", "item"]));
    assert_snapshot!("docs_of_a_kind", lines(&["docs", "carts", "--kind", "section"]));
    assert_snapshot!("docs_in_a_directory", lines(&["docs", "rounding", "--prefix", "native", "--limit", "1"]));
    assert_snapshot!("docs_json", json(&["docs", "refunding", "carts", "--prefix", "docs"]));
}

#[test]
fn emb() {
    assert_snapshot!("emb", lines(&["emb", "price", "of", "an", "item", "--limit", "3"]));
    assert_snapshot!("emb_of_a_kind", lines(&["emb", "sum of prices", "--kind", "method", "--limit", "2"]));
    assert_snapshot!("emb_json", json(&["emb", "refunding carts", "--prefix", "docs", "--limit", "1"]));
    let repo = Repo::tour();
    repo.run(&["index", "--embeddings", "deferred"]);
    let run = repo.run(&["emb", "price", "--no-refresh"]);
    assert_eq!((run.status, &*run.stdout), (1, ""));
    assert!(
        run.stderr.ends_with("embeddings wait for their vectors; run `codira index --embeddings-only`\n"),
        "{}",
        run.stderr
    );
    assert_eq!(repo.run(&["index", "--embeddings-only"]).status, 0);
    assert_eq!(repo.found(&["emb", "price", "--no-refresh"]), lines(&["emb", "price"]));
}

#[test]
fn a_question_makes_no_vectors_that_the_index_was_made_without() {
    let repo = Repo::tour();
    assert_eq!(repo.run(&["index", "--embeddings", "off"]).status, 0);
    assert_eq!(repo.found(&["sym", "Cart", "--json"]), Repo::indexed().found(&["sym", "Cart", "--json"]));
    repo.write("shop/gift.py", "def wrap(): ...\n");
    assert_eq!(repo.run(&["sym", "wrap"]).status, 0);
    let run = repo.run(&["emb", "price"]);
    assert_eq!((run.status, &*run.stdout), (1, ""));
    assert!(
        run.stderr.starts_with("note: the index holds no embeddings of ") && run.stderr.ends_with("; run `codira index`\n")
    );
    let index = repo.found(&["index"]);
    assert!(index.contains(" by lexical: 39 computed, 0 reused, 0 deferred"), "{index}");
    assert_eq!(repo.run(&["emb", "price"]).status, 0);
}

#[test]
fn ctx() {
    let question = ["ctx", "how", "is", "the", "price", "of", "an", "item", "found"];
    assert_snapshot!("ctx", lines(&[&question[..], &["--explain", "--limit", "4"]].concat()));
    assert_snapshot!("ctx_json", json(&[&question[..], &["--limit", "1"]].concat()));
    assert_snapshot!("ctx_prompt", lines(&[&question[..], &["--format", "prompt", "--budget", "120"]].concat()));
    let repo = Repo::indexed();
    let forms = |args: &[&str]| repo.found(&[&question[..], args].concat());
    assert_eq!(forms(&["--format", "json"]), forms(&["--json"]));
    repo.write(".codira/config.toml", "[embeddings]\nmode = \"off\"\n");
    let without = repo.run(&[&question[..], &["--explain"]].concat());
    assert!(without.status == 0 && !without.stdout.contains("vectors #"), "{}", without.stdout);
    assert_snapshot!("emb_off", repo.run(&["emb", "price"]));
}

#[test]
fn an_unknown_name_is_answered_with_similar_names() {
    let repo = Repo::indexed();
    let run = repo.run(&["sym", "prize_of"]);
    assert_eq!((run.status, &*run.stderr), (1, "note: no symbol is called `prize_of`; did you mean `price_of`?\n"));
    let run = repo.run(&["sym", "Card.total", "--json", "--quiet"]);
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&answer["answers"], &answer["suggestions"][0]), (&serde_json::json!([]), &"Cart.total".into()));
}

#[test]
fn a_limit_gives_the_first_answers_and_says_that_there_are_more() {
    let repo = Repo::indexed();
    let all = repo.found(&["symlist"]);
    let first: String = all.lines().take(3).map(|line| format!("{line}\n")).collect();
    assert_eq!(repo.found(&["symlist", "--limit", "3"]), first);
    let more = |limit: usize| {
        let answer = repo.found(&["symlist", "--json", "--limit", &limit.to_string()]);
        serde_json::from_str::<Value>(&answer).unwrap()["more"].clone()
    };
    let symbols = all.lines().count();
    assert_eq!(more(symbols - 1), true);
    assert_eq!(more(symbols), false);
}

#[test]
fn paths_are_relative_to_the_root_wherever_the_question_is_asked() {
    let repo = Repo::indexed();
    let mut command = repo.command(&["sym", "Cart"]);
    command.current_dir(repo.path().join("native/src"));
    assert_eq!(repo.finish(command).stdout, repo.found(&["sym", "Cart"]));
    let mut command = repo.command(&["sym", "Cart", "--path"]);
    command.arg(repo.path().join("tools")).current_dir("/");
    assert_eq!(repo.finish(command).stdout, repo.found(&["sym", "Cart"]));
}

#[test]
fn colours_come_when_they_are_asked_for() {
    let repo = Repo::indexed();
    let plain = repo.found(&["calls", "main"]);
    assert!(!plain.contains('\u{1b}'));
    assert_eq!(repo.found(&["calls", "main", "--color", "never"]), plain);
    assert!(repo.found(&["index", "--color", "always"]).contains('\u{1b}'));
    let json = repo.found(&["index", "--color", "always", "--json"]);
    assert!(!json.contains('\u{1b}'));
}

#[test]
fn symlist_has_code_first_and_tests_when_asked() {
    let repo = Repo::empty();
    for (path, text) in [
        ("README.md", "# About\n"),
        ("src/app.py", "def run(): ...\n"),
        ("src/lib.rs", "pub fn run() {}\n\n#[cfg(test)]\nmod tests {\n    fn it_runs() {}\n}\n"),
        ("tests/test_app.py", "def test_run(): ...\n"),
    ] {
        repo.write(path, text);
    }
    assert_eq!(repo.run(&["index"]).status, 0);
    let listed = repo.run(&["symlist"]);
    assert_snapshot!("symlist_of_code_and_documents", listed);
    assert_snapshot!("symlist_with_tests", repo.run(&["symlist", "--tests"]));
    // A prefix inside of tests asks for them.
    let inside = repo.run(&["symlist", "--prefix", "tests"]);
    assert!(inside.stdout.contains("test_run") && inside.stderr.is_empty(), "{}", inside.stdout);
    // Documents lie before all code by path, and fill no page.
    let first: String = listed.stdout.lines().take(1).map(|line| format!("{line}\n")).collect();
    assert_eq!(repo.run(&["symlist", "--limit", "1"]).stdout, first);
}
