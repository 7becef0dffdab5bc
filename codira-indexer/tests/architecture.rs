//! Dependencies between the crates of the workspace, read from Cargo itself.

#![allow(clippy::unwrap_used)]

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use serde_json::Value;

/// The crates of the workspace that each crate may use. A crate that is not listed may use none.
const ARROWS: &[(&str, &[&str])] = &[
    ("codira-contracts", &[]),
    ("codira-languages", &["codira-contracts"]),
    ("codira-store", &["codira-contracts"]),
    ("codira-memory", &["codira-contracts"]),
    ("codira-sqlite", &["codira-contracts", "codira-store"]),
    ("codira-duckdb", &["codira-contracts", "codira-store"]),
    ("codira-indexer", &["codira-contracts", "codira-languages", "codira-sqlite", "codira-duckdb"]),
    ("codira-conformance", &["codira-contracts", "codira-memory", "codira-languages", "codira-indexer"]),
    (
        "codira-benches",
        &[
            "codira-contracts",
            "codira-languages",
            "codira-memory",
            "codira-sqlite",
            "codira-duckdb",
            "codira-indexer",
            "codira-conformance",
        ],
    ),
];

/// What a crate may not use: the drivers of other backends, and for the contract, the languages
/// and what stores share any driver at all.
const FOREIGN: &[(&str, &[&str])] = &[
    ("codira-contracts", &["sqlx", "rusqlite", "duckdb", "tokio"]),
    ("codira-languages", &["sqlx", "rusqlite", "duckdb", "tokio"]),
    ("codira-store", &["sqlx", "rusqlite", "duckdb"]),
    ("codira-memory", &["sqlx", "rusqlite", "duckdb"]),
    ("codira-sqlite", &["duckdb"]),
    ("codira-duckdb", &["sqlx", "rusqlite"]),
];

const PARSERS: &[&str] = &[
    "ruff_python_parser",
    "ruff_python_ast",
    "ra_ap_parser",
    "ra_ap_syntax",
    "tree-sitter",
    "tree-sitter-c",
    "syn",
    "pulldown-cmark",
];

struct Dependency {
    name: String,
    kind: String,
    optional: bool,
    path: bool,
}

/// The most crates that the kit may bring along without its feature `indexer`, the kit among them.
const CRATES_OF_THE_KIT: usize = 60;

/// What Cargo prints when it is asked this.
fn cargo(arguments: &[&str]) -> Vec<u8> {
    let cargo =
        Command::new(env!("CARGO")).args(arguments).arg("--offline").current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));
    cargo.stdout
}

fn workspace() -> BTreeMap<String, Vec<Dependency>> {
    let metadata: Value = serde_json::from_slice(&cargo(&["metadata", "--format-version=1", "--no-deps"])).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let dependency = |value: &Value| Dependency {
        name: text(&value["name"]),
        kind: text(&value["kind"]),
        optional: value["optional"].as_bool().unwrap(),
        path: value["path"].is_string(),
    };
    let package =
        |value: &Value| (text(&value["name"]), value["dependencies"].as_array().unwrap().iter().map(dependency).collect());
    metadata["packages"].as_array().unwrap().iter().map(package).collect()
}

fn is_ours(dependency: &Dependency) -> bool {
    dependency.name.starts_with("codira-")
}

#[test]
fn arrows_between_crates_point_one_way() {
    let workspace = workspace();
    let arrows: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    assert_eq!(workspace.keys().map(String::as_str).collect::<BTreeSet<_>>(), arrows.keys().copied().collect());
    for (name, dependencies) in &workspace {
        for used in dependencies.iter().filter(|used| is_ours(used) && used.kind != "dev") {
            assert!(arrows[name.as_str()].contains(&used.name.as_str()), "{name} may not use {}", used.name);
        }
    }
}

#[test]
fn crates_of_the_workspace_are_used_by_path() {
    for (name, dependencies) in workspace() {
        for used in dependencies.iter().filter(|used| is_ours(used)) {
            assert!(used.path, "{name} uses {} from elsewhere than the workspace", used.name);
        }
    }
}

#[test]
fn no_backend_names_another_backend_a_language_a_parser_or_the_indexer() {
    let workspace = workspace();
    let backends = ["codira-memory", "codira-sqlite", "codira-duckdb"];
    for name in backends.into_iter().chain(["codira-store"]) {
        let normal = workspace[name].iter().filter(|used| used.kind != "dev");
        for used in normal {
            let others = ["codira-indexer", "codira-languages"];
            let other = backends.contains(&used.name.as_str()) || others.contains(&used.name.as_str());
            assert!(!other, "{name} names {}", used.name);
        }
        for used in &workspace[name] {
            assert!(!PARSERS.contains(&used.name.as_str()), "{name} names the parser {}", used.name);
        }
    }
    for (name, foreign) in FOREIGN {
        for used in workspace[*name].iter().filter(|used| used.kind != "dev") {
            assert!(!foreign.contains(&used.name.as_str()), "{name} names {}", used.name);
        }
    }
}

#[test]
fn the_indexer_can_be_built_without_any_backend() {
    for used in &workspace()["codira-indexer"] {
        let concrete = used.name == "codira-sqlite" || used.name == "codira-duckdb";
        assert!(!concrete || used.optional || used.kind == "dev", "{} is always compiled in", used.name);
    }
}

#[test]
fn the_author_of_a_backend_compiles_few_crates_and_no_parser() {
    let kit = |edges: &str| -> BTreeSet<String> {
        let tree = cargo(&["tree", "--package", "codira-conformance", "--edges", edges, "--prefix", "none", "--no-dedupe"]);
        String::from_utf8(tree).unwrap().lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
    };
    let crates = kit("normal,build");
    assert!(crates.len() > 10, "the kit uses other crates: {crates:?}");
    assert!(crates.len() <= CRATES_OF_THE_KIT, "the kit brings {} crates: {crates:#?}", crates.len());
    // Macros of others read Rust with `syn`, which says nothing of languages.
    let linked = kit("normal,build,no-proc-macro");
    let is_foreign = |name: &&str| PARSERS.contains(name) || ["codira-indexer", "codira-languages"].contains(name);
    let foreign: Vec<&str> = linked.iter().filter_map(|line| line.split(' ').next()).filter(|name| is_foreign(name)).collect();
    assert_eq!(foreign, [""; 0], "only the feature `indexer` of the kit brings these");
}

#[test]
fn languages_alone_name_parsers_and_can_be_built_without_any() {
    for (name, dependencies) in workspace() {
        for used in dependencies.iter().filter(|used| PARSERS.contains(&used.name.as_str())) {
            // The benchmarks measure the floor beneath the analyzers.
            assert!(["codira-languages", "codira-benches"].contains(&name.as_str()), "{name} names the parser {}", used.name);
            assert!(used.optional, "{name} always compiles {}", used.name);
        }
    }
}

#[test]
fn one_file_of_the_indexer_names_concrete_backends() {
    fn visit(directory: &std::path::Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                visit(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                if ["codira_sqlite", "codira_duckdb"].iter().any(|name| text.contains(name)) {
                    found.push(path.file_name().unwrap().to_string_lossy().into_owned());
                }
            }
        }
    }
    let mut found = Vec::new();
    visit(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found.retain(|file| file != "backends.rs");
    assert!(found.is_empty(), "{found:?} name concrete backends; only backends.rs may");
}
