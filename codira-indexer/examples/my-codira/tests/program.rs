//! The built program, as its users run it.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use codira_contracts::{DynBackend, Language};
use codira_indexer::BackendFactory;
use serde_json::Value;
use tempfile::TempDir;

#[path = "../src/main.rs"]
#[allow(dead_code)]
mod program;

/// A directory with two files of Brook, the callee and its caller, and one of Python.
fn repository() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("lib")).unwrap();
    let files = [
        ("lib/text.brook", "to shout words\n  print words\nend\n"),
        ("main.brook", "use lib.text\n\nto greet name\n  text.shout name\nend\n"),
        ("tool.py", "def main():\n    pass\n"),
    ];
    for (path, text) in files {
        fs::write(directory.path().join(path), text).unwrap();
    }
    directory
}

/// The program in `directory`, with the backend of this program chosen and nothing of the user's
/// own configuration.
fn start(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_my-codira"));
    command.args(arguments).current_dir(directory).env_clear().env("CODIRA_INDEX_BACKEND", "demo");
    command.output().unwrap()
}

/// What the program prints, with the status 0.
fn run(directory: &Path, arguments: &[&str]) -> String {
    let output = start(directory, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_index_is_in_our_backend_and_has_our_language_and_those_of_codira() {
    let repository = repository();
    let report = run(repository.path(), &["index"]);
    assert!(report.contains("3 files: 3 analyzed, 0 kept"), "{report}");
    assert!(repository.path().join(".codira/demo/HEAD").is_file());
    assert_eq!(run(repository.path(), &["sym", "shout"]), "lib/text.brook:1:1: function shout\tto shout words\t\n");
    let python = run(repository.path(), &["sym", "main", "--prefix", "tool.py"]);
    assert_eq!(python, "tool.py:1:1: function main\tdef main()\t\n");
}

#[test]
fn advice_names_this_program() {
    let repository = repository();
    let output = start(repository.path(), &["sym", "shout", "--no-refresh"]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("help: index the repository first: `my-codira index`"), "{error}");
}

#[test]
fn the_rules_of_our_language_lead_from_file_to_file() {
    let repository = repository();
    run(repository.path(), &["index"]);
    let callers = run(repository.path(), &["calls", "shout", "--incoming"]);
    assert_eq!(callers, "main.brook:4:8: greet -> shout\tfunction\tlib/text.brook:1\n");

    fs::write(repository.path().join("lib/text.brook"), "to whisper words\nend\n").unwrap();
    assert_eq!(start(repository.path(), &["sym", "shout"]).status.code(), Some(1), "a question brings the index up to date");
}

#[test]
fn plugins_are_listed_with_their_providers() {
    let repository = repository();
    let json: Value = serde_json::from_str(&run(repository.path(), &["plugins", "--json"])).unwrap();
    let answers = json["answers"].as_array().unwrap();
    let ours = answers.iter().filter(|it| ["demo-backend", "toy-language"].iter().any(|name| it["provider"] == **name));
    let listed: Vec<_> =
        ours.map(|it| ["kind", "name", "provider", "version"].map(|field| it[field].as_str().unwrap())).collect();
    let expected = [
        ["backend", "demo", "demo-backend", "0.1.0"],
        ["language", "brook", "toy-language", "1"],
        ["rules", "brook", "toy-language", "1"],
    ];
    assert_eq!(listed, expected);
    let lines = run(repository.path(), &["plugins"]);
    assert!(lines.contains("backend demo: demo-backend 0.1.0\t\n"), "{lines}");
    assert!(lines.contains("backend sqlite: codira-sqlite 0.1.0\t\n"), "{lines}");
}

#[test]
fn a_name_that_is_taken_is_refused_and_both_providers_are_named() {
    let mut registries = program::registries().unwrap();
    let another = BackendFactory::new("demo", "another-crate", None, |location| {
        Ok(DynBackend::new(demo_backend::in_directory(location.state.path())))
    });
    let error = registries.backends.register(another).unwrap_err();
    assert_eq!(error.to_string(), "two backends are registered as `demo`: by another-crate and by demo-backend");

    let mut another = toy_language::brook();
    another.provider = "another-crate".to_owned();
    let error = registries.languages.register(another.clone()).unwrap_err();
    assert_eq!(error.to_string(), "two languages are registered as `brook`: by another-crate and by toy-language");

    another.language = Language::new("creek");
    another.analyzer = None;
    let error = registries.languages.register(another).unwrap_err();
    assert_eq!(error.to_string(), "two rules are registered as `brook`: by another-crate and by toy-language");
}
