//! Where configuration comes from, and what is said of mistakes in it.

#![allow(clippy::unwrap_used)]

mod support;

use std::{collections::BTreeSet, fs};

use codira_indexer::{Config, ConfigEntry, ConfigSource, Environment, IndexerError, Key, Refresh};
use support::Repo;
use tempfile::TempDir;

fn load(repo: &Repo, environment: &Environment) -> Config {
    Config::load(&repo.root(), environment).unwrap()
}

fn message(text: &str) -> (IndexerError, String) {
    let repo = Repo::of([(".codira/config.toml", text)]);
    let error = Config::load(&repo.root(), &Environment::default()).unwrap_err();
    let message = error.to_string().replace(repo.root().as_path().to_str().unwrap(), "ROOT");
    (error, message)
}

#[test]
fn defaults_hold_where_no_source_sets_a_key() {
    let config = load(&Repo::new(), &Environment::default());
    assert_eq!(config.backend(), ("sqlite", &ConfigSource::Default));
    assert_eq!(config.refresh(), Refresh::Auto);
    assert_eq!(config.indexer_options().max_file_size, 4 << 20);
    let entries = config.entries();
    assert_eq!(entries.iter().map(|entry| entry.key).collect::<Vec<_>>(), Key::ALL);
    assert!(entries.iter().all(|entry| entry.source == ConfigSource::Default));
}

#[test]
fn the_environment_beats_the_repository_beats_the_user() {
    let home = TempDir::new().unwrap();
    fs::create_dir_all(home.path().join(".config/codira")).unwrap();
    let user = home.path().join(".config/codira/config.toml");
    fs::write(&user, "[backend]\nname = \"u\"\n[index]\njobs = 1\nhidden = \"index\"\n").unwrap();
    let repo = Repo::of([(".codira/config.toml", "backend.name = \"r\"\n\nindex.jobs = 2\n")]);
    let environment = Environment::new([("HOME", home.path().to_str().unwrap()), ("CODIRA_INDEX_BACKEND", "e")]);
    let config = load(&repo, &environment);
    let entry = |key| config.entries().into_iter().find(|entry| entry.key.as_str() == key).unwrap();
    assert_eq!(config.backend(), ("e", &ConfigSource::Environment { variable: "CODIRA_INDEX_BACKEND".to_owned() }));
    let repository = repo.root().as_path().join(".codira/config.toml");
    assert_eq!(config.jobs().get(), 2);
    assert_eq!(entry("index.jobs").source, ConfigSource::RepositoryFile { path: repository, line: 3 });
    assert_eq!(entry("index.hidden").source, ConfigSource::UserFile { path: user, line: 5 });
    assert_eq!(entry("index.hidden").value, "index");
    assert_eq!(entry("query.refresh").source, ConfigSource::Default);
}

#[test]
fn the_users_file_is_where_the_specification_says() {
    let file = |variables: &[(&str, &str)]| Environment::new(variables.iter().copied()).user_config_file();
    assert_eq!(file(&[("XDG_CONFIG_HOME", "/x"), ("HOME", "/h")]), Some("/x/codira/config.toml".into()));
    assert_eq!(file(&[("XDG_CONFIG_HOME", "relative"), ("HOME", "/h")]), Some("/h/.config/codira/config.toml".into()));
    assert_eq!(file(&[("XDG_CONFIG_HOME", "")]), None);
}

#[test]
fn every_key_reads_its_default_from_a_file_and_has_a_variable_of_its_own() {
    for entry in Config::default().entries() {
        let repo = Repo::new();
        repo.write(".codira/config.toml", format!("{} = {}\n", entry.key, entry.value));
        let read = load(&repo, &Environment::default()).entries();
        let read = read.into_iter().find(|read| read.key == entry.key).unwrap();
        assert_eq!(read.value, entry.value, "{}", entry.key);
        let repository = repo.root().as_path().join(".codira/config.toml");
        assert_eq!(read.source, ConfigSource::RepositoryFile { path: repository, line: 1 });
    }
    let variables: BTreeSet<String> = Key::ALL.iter().map(|key| key.variable()).collect();
    assert_eq!(variables.len(), Key::ALL.len());
    assert!(variables.iter().all(|variable| variable.starts_with("CODIRA_")));
    assert!(Key::ALL.iter().all(|key| key.meaning().ends_with('.') && !key.meaning().contains("  ")));
}

#[test]
fn values_other_than_the_default_are_read_from_a_file_and_from_variables() {
    let text = r#"
[backend]
name = "other"
[index]
jobs = 3
max_file_size = "2 MiB"
hidden = "index"
include = ["src/"]
exclude = ["*.gen.py", "vendor/"]
[embeddings]
mode = "deferred"
engine = "model"
model = "models/small"
skip_kinds = ["field", "module"]
min_words = 4
exclude = ["tests/"]
[audit]
languages = ["python", "c"]
conventions = ["google"]
include = ["src/"]
exclude = ["vendor/"]
private = "audit"
nested = "audit"
tests = "audit"
ignore = ["missing-raises"]
[coverage]
roots = ["src/"]
[query]
refresh = "never"
"#;
    let variables = [
        ("CODIRA_INDEX_BACKEND", "other"),
        ("CODIRA_INDEX_JOBS", "3"),
        ("CODIRA_INDEX_MAX_FILE_SIZE", "2097152"),
        ("CODIRA_INDEX_HIDDEN", "index"),
        ("CODIRA_INDEX_INCLUDE", "src/"),
        ("CODIRA_INDEX_EXCLUDE", "*.gen.py, vendor/"),
        ("CODIRA_EMBEDDINGS_MODE", "deferred"),
        ("CODIRA_EMBEDDINGS_ENGINE", "model"),
        ("CODIRA_EMBEDDINGS_MODEL", "models/small"),
        ("CODIRA_EMBEDDINGS_SKIP_KINDS", "field,module"),
        ("CODIRA_EMBEDDINGS_MIN_WORDS", "4"),
        ("CODIRA_EMBEDDINGS_EXCLUDE", "tests/"),
        ("CODIRA_AUDIT_LANGUAGES", "python, c"),
        ("CODIRA_AUDIT_CONVENTIONS", "google"),
        ("CODIRA_AUDIT_INCLUDE", "src/"),
        ("CODIRA_AUDIT_EXCLUDE", "vendor/"),
        ("CODIRA_AUDIT_PRIVATE", "audit"),
        ("CODIRA_AUDIT_NESTED", "audit"),
        ("CODIRA_AUDIT_TESTS", "audit"),
        ("CODIRA_AUDIT_IGNORE", "missing-raises"),
        ("CODIRA_COVERAGE_ROOTS", "src/"),
        ("CODIRA_QUERY_REFRESH", "never"),
    ];
    let from_file = load(&Repo::of([(".codira/config.toml", text)]), &Environment::default()).entries();
    let from_environment = load(&Repo::new(), &Environment::new(variables)).entries();
    for (variable, _) in variables {
        let of = |entries: &[ConfigEntry]| entries.iter().find(|e| e.key.variable() == variable).unwrap().clone();
        let (file, environment) = (of(&from_file), of(&from_environment));
        assert_eq!(file.value, environment.value);
        assert!(matches!(file.source, ConfigSource::RepositoryFile { .. }), "{file:?}");
        assert_eq!(environment.source, ConfigSource::Environment { variable: variable.to_owned() });
    }
    let size = from_file.iter().find(|entry| entry.key.as_str() == "index.max_file_size").unwrap();
    assert_eq!(size.value, "2 MiB", "as a person would write it");
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_neighbour() {
    let (_, text) = message("[index]\njobs = 1\nmax_filesize = 5\n");
    assert_eq!(text, "ROOT/.codira/config.toml, line 3: unknown key `index.max_filesize`; did you mean `index.max_file_size`?");
    let (_, text) = message("[unheard.of]\nthing = 1\n");
    assert_eq!(text, "ROOT/.codira/config.toml, line 2: unknown key `unheard.of.thing`");
    let (_, text) = message("[indx]\n");
    assert!(text.starts_with("ROOT/.codira/config.toml, line 1: unknown key `indx`"), "{text}");
    let (_, text) = message("index = 5\n");
    assert!(text.starts_with("ROOT/.codira/config.toml, line 1: unknown key `index`"), "{text}");
}

#[test]
fn a_wrong_value_is_named_with_its_line() {
    for (text, expected) in [
        ("index.jobs = 0\n", "line 1: `index.jobs` must be a whole number of at least 1, and is 0"),
        ("\nindex.jobs = 1.5\n", "line 2: `index.jobs` must be a whole number of at least 1, and is a fraction"),
        ("backend.name = true\n", "line 1: `backend.name` must be a name, and is a boolean"),
        ("index.max_file_size = -1\n", "line 1: `index.max_file_size` must be a size such as 1048576 or \"4 MiB\", and is -1"),
        ("query.refresh = \"no\"\n", "line 1: `query.refresh` must be one of \"auto\" \"never\", and is \"no\""),
        (
            "index.exclude = [1]\n",
            "line 1: `index.exclude` must be a list of patterns, and is a list of other things than text",
        ),
    ] {
        let (error, message) = message(text);
        assert_eq!(message, format!("ROOT/.codira/config.toml, {expected}"));
        assert!(matches!(error, IndexerError::InvalidValue { .. }));
    }
    let error = Config::load(&Repo::new().root(), &Environment::new([("CODIRA_INDEX_JOBS", "many")])).unwrap_err();
    assert_eq!(error.to_string(), "CODIRA_INDEX_JOBS: `index.jobs` must be a whole number of at least 1, and is \"many\"");
}

#[test]
fn what_is_no_toml_is_named_with_its_line() {
    let (error, text) = message("[index]\njobs = \n");
    assert!(matches!(error, IndexerError::ConfigSyntax { line: 2, .. }), "{error:?}");
    assert!(text.starts_with("ROOT/.codira/config.toml, line 2: "), "{text}");
    assert!(error.remedy().unwrap().starts_with("correct "));
}

#[test]
fn a_file_that_cannot_be_read_is_an_error() {
    let repo = Repo::of([(".codira/config.toml/inside", "")]);
    let error = Config::load(&repo.root(), &Environment::default()).unwrap_err();
    assert!(matches!(error, IndexerError::Io { operation: "read", .. }), "{error}");
}
