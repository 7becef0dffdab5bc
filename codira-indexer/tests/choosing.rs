//! Choosing a backend, and the rule of one backend in one state directory.

#![allow(clippy::unwrap_used)]

mod support;

use std::{fs, path::Path};

use codira_contracts::{BackendError, DynBackend, ErrorKind, IndexBackend, IndexReader, SessionRequest, resolve::RuleSet};
use codira_indexer::{
    BackendChoice, BackendFactory, BackendRegistry, Config, ConfigSource, Environment, IndexerError, Location, Plugin as _,
    Rebuild, discover_root,
};
use codira_memory::MemoryBackend;
use support::{CHANGED, Repo, Toy, run};

/// A factory that opens clones of `backend`, whatever the directory.
fn factory(name: &str, provider: &str, file: &'static str, backend: &MemoryBackend) -> BackendFactory {
    let backend = backend.clone();
    BackendFactory::new(name, provider, Some(file), move |_| Ok(DynBackend::new(backend.clone())))
}

fn choice(name: &str) -> BackendChoice {
    BackendChoice { name: name.to_owned(), source: ConfigSource::Argument }
}

/// Two backends, `one` and `two`.
fn registry() -> BackendRegistry {
    let mut registry = BackendRegistry::empty();
    registry.register(factory("one", "crate-one", "one.db", &MemoryBackend::default())).unwrap();
    registry.register(factory("two", "crate-two", "two.db", &MemoryBackend::default())).unwrap();
    registry
}

#[test]
fn an_argument_beats_the_configuration() {
    let repo = Repo::of([(".codira/config.toml", "backend.name = \"configured\"")]);
    let mut config = Config::load(&repo.root(), &Environment::default()).unwrap();
    let chosen = BackendChoice::of(&config);
    assert_eq!(chosen.name, "configured");
    assert!(matches!(chosen.source, ConfigSource::RepositoryFile { line: 1, .. }));
    config.set_backend("given");
    assert_eq!(BackendChoice::of(&config), choice("given"));
    assert_eq!(config.entries()[0].value, "given");
}

#[test]
fn an_unknown_name_lists_the_known_ones_and_touches_nothing() {
    let repo = Repo::new();
    let error = registry().open(&choice("twoo"), &Location::of(&repo.root())).err().unwrap();
    assert_eq!(error.to_string(), "unknown backend `twoo` (argument); known are one, two; did you mean `two`?");
    assert!(repo.listing().is_empty());
}

#[test]
fn a_first_party_backend_that_is_left_out_names_its_feature() {
    let registry = BackendRegistry::first_party();
    for missing in registry.not_compiled() {
        let error = registry.open(&choice(missing.name), &Location::of(&Repo::new().root())).err().unwrap();
        assert!(matches!(&error, IndexerError::PluginNotCompiled { feature, .. } if *feature == missing.feature), "{error}");
        assert!(error.remedy().unwrap().contains(missing.feature));
    }
    let known = registry.names().chain(registry.not_compiled().iter().map(|known| known.name));
    let mut known: Vec<_> = known.collect();
    known.sort();
    assert_eq!(known, ["duckdb", "sqlite"], "the reference backend is in no default registry");
}

#[test]
fn two_registrations_of_one_name_are_refused_in_any_order() {
    for (first, second) in [("crate-a", "crate-b"), ("crate-b", "crate-a")] {
        let mut registry = BackendRegistry::empty();
        registry.register(factory("same", first, "same.db", &MemoryBackend::default())).unwrap();
        let error = registry.register(factory("same", second, "same.db", &MemoryBackend::default())).unwrap_err();
        assert_eq!(error.to_string(), "two backends are registered as `same`: by crate-a and by crate-b");
        assert_eq!(registry.plugins().next().unwrap().provider(), first);
    }
}

#[tokio::test]
async fn the_state_directory_is_made_when_something_is_written_and_hides_itself() {
    let repo = Repo::new();
    let location = Location::of(&repo.root());
    let state = &location.state;
    let backend = registry().open(&choice("one"), &location).unwrap();
    let error = backend.open_reader().await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::NotIndexed);
    assert!(repo.listing().is_empty());
    run(&repo, &backend, Toy::new(), CHANGED()).await;
    assert_eq!(fs::read_to_string(state.path().join(".gitignore")).unwrap(), "*\n");
    assert_eq!(state.backend().unwrap().as_deref(), Some("one"));
}

#[tokio::test]
async fn another_backend_says_who_has_the_index() {
    let repo = Repo::new();
    let (registry, location) = (registry(), Location::of(&repo.root()));
    let [one, two] = ["one", "two"].map(|name| registry.open(&choice(name), &location).unwrap());
    run(&repo, &one, Toy::new(), CHANGED()).await;
    let error = two.open_reader().await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::NotIndexed);
    let (text, advice) = (error.to_string(), IndexerError::from(error).remedy().unwrap());
    assert!(text.contains("belongs to the backend `one`"), "{text}");
    assert!(advice.contains("--backend one") && advice.contains("codira index --backend two"), "{advice}");
    assert!(one.open_reader().await.is_ok());
}

#[tokio::test]
async fn indexing_through_another_backend_rebuilds_and_switches() {
    let repo = Repo::of([("a.toy", "def a\n")]);
    let (registry, location) = (registry(), Location::of(&repo.root()));
    let state = &location.state;
    let [one, two] = ["one", "two"].map(|name| registry.open(&choice(name), &location).unwrap());
    run(&repo, &one, Toy::new(), CHANGED()).await;
    for file in ["one.db", "one.db-wal", "config.toml"] {
        fs::write(state.path().join(file), "").unwrap();
    }
    fs::create_dir(state.path().join("one.db.parts")).unwrap();
    fs::write(state.path().join("one.db.parts/first"), "").unwrap();
    let report = run(&repo, &two, Toy::new(), CHANGED()).await;
    assert_eq!(report.rebuild, Some(Rebuild::BackendChanged));
    assert_eq!(state.backend().unwrap().as_deref(), Some("two"));
    let exist = |file: &str| state.path().join(file).exists();
    let existing = ["one.db", "one.db-wal", "one.db.parts", "config.toml"].map(exist);
    assert_eq!(existing, [false, false, false, true], "the files of `one` are gone");
    assert!(one.open_reader().await.is_err());
    // The index that `one` has in memory is out of date, and is not built on.
    repo.remove("a.toy");
    let report = run(&repo, &one, Toy::new(), CHANGED()).await;
    assert_eq!(report.rebuild, Some(Rebuild::BackendChanged));
    assert_eq!(one.open_reader().await.unwrap().totals().await.unwrap().files, 0);
}

#[tokio::test]
async fn a_session_of_any_backend_keeps_the_others_out() {
    let repo = Repo::new();
    let (registry, location) = (registry(), Location::of(&repo.root()));
    let [one, two] = ["one", "two"].map(|name| registry.open(&choice(name), &location).unwrap());
    let session = one.begin_index_session(SessionRequest::full(RuleSet::default())).await.unwrap();
    let error = two.begin_index_session(SessionRequest::full(RuleSet::default())).await.err().unwrap();
    let BackendError::SessionBusy { holder, .. } = error else { panic!("{error}") };
    assert_eq!(holder.process, std::process::id());
    drop(session);
    assert!(two.begin_index_session(SessionRequest::full(RuleSet::default())).await.is_ok());
}

#[tokio::test]
async fn a_session_that_is_given_up_switches_nothing() {
    let repo = Repo::new();
    let (registry, location) = (registry(), Location::of(&repo.root()));
    let state = &location.state;
    let [one, two] = ["one", "two"].map(|name| registry.open(&choice(name), &location).unwrap());
    run(&repo, &one, Toy::new(), CHANGED()).await;
    drop(two.begin_index_session(SessionRequest::full(RuleSet::default())).await.unwrap());
    assert_eq!(state.backend().unwrap().as_deref(), Some("one"));
    assert!(one.open_reader().await.is_ok());
}

#[test]
fn a_repository_begins_at_the_nearest_state_or_git_else_where_one_is() {
    let repo = Repo::of([("outer/inner/a.toy", "")]);
    let root = |path: &str| discover_root(&repo.path().join(path)).unwrap().as_path().to_owned();
    let at = |path: &str| repo.root().as_path().join(path);
    assert_eq!(root("outer/inner"), at("outer/inner"));
    fs::create_dir(repo.path().join(".codira")).unwrap();
    assert_eq!(root("outer/inner"), repo.root().as_path());
    fs::create_dir(repo.path().join("outer/.git")).unwrap();
    assert_eq!(root("outer/inner"), at("outer"));
    fs::create_dir(repo.path().join("outer/inner/.codira")).unwrap();
    assert_eq!(root("outer/inner"), at("outer/inner"));
}

#[test]
fn a_path_that_is_no_directory_is_refused() {
    let repo = Repo::of([("a.toy", "")]);
    let error = |path: &str| discover_root(&repo.path().join(path)).unwrap_err();
    assert!(matches!(error("nowhere"), IndexerError::NoSuchDirectory { .. }));
    assert!(matches!(error("a.toy"), IndexerError::NotADirectory { .. }));
    assert!(matches!(error("a.toy/b"), IndexerError::NotADirectory { .. }));
    assert!(discover_root(Path::new("")).is_err());
}
