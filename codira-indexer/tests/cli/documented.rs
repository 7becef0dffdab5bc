//! `docs/json.md` shows what the command prints: each example is run, and must come out as it
//! stands there.
//!
//! After a change on purpose, they are written anew by
//! `CODIRA_UPDATE_DOCS=1 cargo test -p codira-indexer --test cli documented`.

use std::{env, fs, path::PathBuf};

use serde_json::Value;

use crate::support::{self, Repo};

#[test]
fn every_example_is_true() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/json.md");
    let text = fs::read_to_string(&path).unwrap();
    let mut updated = String::new();
    let mut commands = Vec::new();
    let mut rest = &*text;
    while let Some((before, example)) = rest.split_once("```console\n$ ") {
        let (command, answer) = example.split_once('\n').unwrap();
        let (answer, after) = answer.split_once("```\n").unwrap();
        let actual = run(command);
        if env::var_os("CODIRA_UPDATE_DOCS").is_none() {
            assert_eq!(answer, actual, "the answer of `{command}` is another now");
        }
        updated += &format!("{before}```console\n$ {command}\n{actual}```\n");
        commands.push(command.split(' ').nth(1).unwrap());
        rest = after;
    }
    updated += rest;
    if env::var_os("CODIRA_UPDATE_DOCS").is_some() {
        fs::write(path, updated).unwrap();
    }
    for command in support::commands() {
        assert!(commands.contains(&&*command), "`codira {command} --json` has no example");
    }
}

/// What a command prints in the tour, as it was just indexed, indented; numbers that differ
/// between runs and machines are zero.
fn run(command: &str) -> String {
    let repo = if command.starts_with("codira index") { Repo::tour() } else { Repo::indexed() };
    let args: Vec<&str> = command.split(' ').skip(1).collect();
    let mut command = repo.command(&args);
    command.env("CODIRA_INDEX_JOBS", "4");
    if args[0] == "audit" {
        command.env("CODIRA_AUDIT_LANGUAGES", "python,rust,c");
    }
    let mut answer: Value = serde_json::from_str(&repo.finish(command).stdout).unwrap();
    // What else was compiled in differs between builds.
    let shown: &[&str] = match args[0] {
        "backends" => &["sqlite"],
        "plugins" => &["sqlite", "python", "python-documentation", "lexical"],
        _ => &[],
    };
    if !shown.is_empty() {
        let is_shown = |plugin: &Value| shown.iter().any(|name| plugin["name"] == **name);
        answer["answers"].as_array_mut().unwrap().retain(is_shown);
    }
    if args[0] == "config" {
        // docs/configuration.md has every key.
        answer["answers"].as_array_mut().unwrap().truncate(2);
    }
    if let Some(seconds) = answer.get_mut("seconds").and_then(Value::as_object_mut) {
        seconds.values_mut().for_each(|spent| *spent = 0.0.into());
    }
    format!("{}\n", serde_json::to_string_pretty(&answer).unwrap())
}
