//! `docs/configuration.md` lists every key as it is declared.
//!
//! After a change, `CODIRA_UPDATE_DOCS=1 cargo test -p codira-indexer --test configured` writes
//! the list anew.

#![allow(clippy::unwrap_used)]

use std::{env, fmt::Write as _, fs, path::PathBuf};

use codira_indexer::Config;

const BEGIN: &str = "<!-- Written by a test from the declarations in codira-indexer/src/config/keys.rs. -->\n";

#[test]
fn every_key_is_documented_as_it_is_declared() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/configuration.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, found) = text.split_once(BEGIN).unwrap();
    let expected = list();
    if env::var_os("CODIRA_UPDATE_DOCS").is_some() {
        fs::write(&path, format!("{before}{BEGIN}{expected}")).unwrap();
    } else {
        assert_eq!(found, expected, "declarations and docs/configuration.md differ");
    }
}

/// A table for each table of the configuration file.
fn list() -> String {
    let (mut text, mut table) = (String::new(), "");
    for entry in Config::default().entries() {
        let (of, _) = entry.key.as_str().split_once('.').unwrap();
        if of != table {
            table = of;
            write!(text, "\n## {table}\n\n| key | is | default | variable | decides |\n|---|---|---|---|---|\n").unwrap();
        }
        let default = match entry.key.as_str() {
            "index.jobs" => "the number of processors".to_owned(),
            _ => format!("`{}`", entry.value),
        };
        let (key, expected, variable, meaning) = (entry.key, entry.key.expected(), entry.key.variable(), entry.key.meaning());
        writeln!(text, "| `{key}` | {expected} | {default} | `{variable}` | {meaning} |").unwrap();
    }
    text
}
