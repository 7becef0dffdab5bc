//! Names against a small index of Python and Rust files.

#![allow(clippy::unwrap_used)]

use codira_contracts::{DynReader, Language, SymbolKind as K};

use super::*;
use crate::cli::sample::{self, SampleFile};

async fn reader() -> DynReader {
    let python = |path, module| SampleFile::new(path, Language::from_static("python"), module);
    let rust = |path, module| {
        let file = SampleFile::new(path, Language::from_static("rust"), module).symbol("Mutex", K::Struct, |_| {});
        file.symbol("Mutex.lock", K::Method, |_| {})
    };
    let files = [
        python("flask/__init__.py", "flask"),
        python("flask/app.py", "flask.app").symbol("Flask", K::Class, |_| {}).symbol("Flask.run", K::Method, |_| {}),
        python("flask/cli.py", "flask.cli").symbol("run", K::Function, |_| {}).symbol("Flask", K::Class, |_| {}),
        SampleFile::new("tokio/Cargo.toml", Language::from_static("rust"), "tokio").symbol("tokio", K::Namespace, |_| {}),
        rust("tokio/src/sync/mutex.rs", "crate::sync::mutex"),
        rust("tokio/src/loom/mutex.rs", "crate::loom::mutex"),
        rust("other/src/sync/mutex.rs", "crate::sync::mutex"),
    ];
    sample::reader(files).await
}

/// The keys of what a name means.
async fn found(name: &str) -> Vec<String> {
    found_in(name, &Filter::default()).await
}

async fn found_in(name: &str, filter: &Filter) -> Vec<String> {
    let page = Name::new(name).find(&reader().await, filter, None).await.unwrap();
    page.answers.iter().map(|entry| entry.key().to_string()).collect()
}

#[tokio::test]
async fn a_bare_name_is_every_symbol_of_that_name() {
    assert_eq!(found("run").await, ["flask/app.py#Flask.run", "flask/cli.py#run"]);
    assert_eq!(found("Flask").await, ["flask/app.py#Flask", "flask/cli.py#Flask"]);
}

#[tokio::test]
async fn a_dotted_name_is_a_logical_name_whatever_the_separator() {
    assert_eq!(found("Flask.run").await, ["flask/app.py#Flask.run"]);
    assert_eq!(found("Flask::run").await, ["flask/app.py#Flask.run"]);
    let locks = found("Mutex::lock").await;
    assert_eq!(locks[1..], ["tokio/src/loom/mutex.rs#Mutex.lock", "tokio/src/sync/mutex.rs#Mutex.lock"]);
}

#[tokio::test]
async fn a_module_before_the_name_narrows_it() {
    assert_eq!(found("flask.app.Flask.run").await, ["flask/app.py#Flask.run"]);
    assert_eq!(found("flask.app.Flask").await, ["flask/app.py#Flask"]);
    assert_eq!(found("tokio::sync::mutex::Mutex::lock").await, ["tokio/src/sync/mutex.rs#Mutex.lock"]);
}

#[tokio::test]
async fn the_end_of_a_module_will_do() {
    assert_eq!(found("app.Flask").await, ["flask/app.py#Flask"]);
    assert_eq!(found("loom::mutex::Mutex").await, ["tokio/src/loom/mutex.rs#Mutex"]);
}

#[tokio::test]
async fn the_beginning_of_a_module_will_do() {
    assert_eq!(found("flask.Flask.run").await, ["flask/app.py#Flask.run"]);
    assert_eq!(found("tokio::sync::Mutex").await, ["tokio/src/sync/mutex.rs#Mutex"]);
    assert_eq!(found("fla.Flask").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_module_is_found_by_its_own_name() {
    assert_eq!(found("flask.app").await, ["flask/app.py#module"]);
    assert_eq!(found("flask").await, ["flask/__init__.py#module"]);
    assert_eq!(found("tokio::sync::mutex").await, ["tokio/src/sync/mutex.rs#module"]);
}

#[tokio::test]
async fn a_crate_goes_by_its_name_and_by_no_other() {
    assert_eq!(found("tokio::sync::Mutex::lock").await, ["tokio/src/sync/mutex.rs#Mutex.lock"]);
    let by_keyword = found("crate::sync::Mutex::lock").await;
    assert_eq!(by_keyword, ["other/src/sync/mutex.rs#Mutex.lock", "tokio/src/sync/mutex.rs#Mutex.lock"]);
    assert_eq!(found("std::sync::Mutex::lock").await, Vec::<String>::new());
    assert_eq!(found("std::sync::mutex").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_module_leads_to_its_file() {
    let reader = reader().await;
    for (name, file) in [("flask.app", "flask/app.py"), ("tokio::sync::mutex", "tokio/src/sync/mutex.rs")] {
        let files = Name::new(name).files(&reader).await.unwrap();
        assert_eq!(files.iter().map(RepoPath::as_str).collect::<Vec<_>>(), [file]);
    }
}

#[tokio::test]
async fn an_identity_is_one_symbol() {
    assert_eq!(found("flask/app.py#Flask.run").await, ["flask/app.py#Flask.run"]);
    assert_eq!(found("flask/app.py#Flask.walk").await, Vec::<String>::new());
}

#[tokio::test]
async fn kind_and_path_narrow_every_form() {
    let filter = Filter { kind: Some(K::Function), within: PathPrefix::root() };
    assert_eq!(found_in("run", &filter).await, ["flask/cli.py#run"]);
    assert_eq!(found_in("flask/app.py#Flask.run", &filter).await, Vec::<String>::new());
    let filter = Filter { kind: None, within: PathPrefix::new("flask/cli.py").unwrap() };
    assert_eq!(found_in("Flask", &filter).await, ["flask/cli.py#Flask"]);
    assert_eq!(found_in("flask.app.Flask.run", &filter).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_limit_says_whether_there_is_more() {
    let reader = reader().await;
    for (name, whole) in [("run", 2), ("Mutex.lock", 3), ("flask.Flask", 2)] {
        let name = Name::new(name);
        let cut = name.find(&reader, &Filter::default(), Some(1)).await.unwrap();
        assert_eq!((cut.answers.len(), cut.more), (1, true));
        let all = name.find(&reader, &Filter::default(), Some(whole)).await.unwrap();
        assert_eq!((all.answers.len(), all.more), (whole, false));
        let none = name.find(&reader, &Filter::default(), Some(0)).await.unwrap();
        assert_eq!((none.answers.len(), none.more), (0, true));
    }
}

#[test]
fn text_of_code_ends_with_a_name_at_its_parts() {
    assert!(Name::new("json.dumps").ends("json.dumps"));
    assert!(Name::new("fs::read").ends("std::fs::read"));
    assert!(!Name::new("json.dumps").ends("ujson.dumps"));
}
