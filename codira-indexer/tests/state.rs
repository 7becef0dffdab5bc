//! A state directory that was chosen: whose it is, and what it may be.

#![allow(clippy::unwrap_used)]

mod support;

use std::{fs, path::Path};

use codira_contracts::{BackendError, DynBackend, ErrorKind, IndexBackend, IndexReader, SessionRequest, resolve::RuleSet};
use codira_indexer::{
    BackendChoice, BackendFactory, BackendRegistry, BackendUrl, Config, ConfigSource, Environment, IndexReport, IndexerError,
    IndexerOptions, Location, StateDirectory, StateRefusal,
};
use codira_memory::MemoryBackend;
use support::{CHANGED, Repo, Toy, decisions, try_run};

/// A backend in memory that is opened with its state in `directory`.
fn open(repo: &Repo, directory: impl AsRef<Path>) -> DynBackend {
    let mut registry = BackendRegistry::empty();
    let backend = MemoryBackend::default();
    let open = move |_: &Location| Ok(DynBackend::new(backend.clone()));
    registry.register(BackendFactory::new("one", "crate-one", Some("one.db"), open)).unwrap();
    let choice = BackendChoice { name: "one".to_owned(), source: ConfigSource::Argument };
    let location = Location { state: StateDirectory::at(&repo.root(), directory.as_ref()), ..Location::of(&repo.root()) };
    registry.open(&choice, &location).unwrap()
}

async fn index(repo: &Repo, backend: &DynBackend) -> IndexReport {
    try_run(repo, backend, Toy::new(), IndexerOptions::default(), CHANGED()).await.unwrap()
}

/// Why a session is refused; nothing may be written.
async fn refusal(backend: &DynBackend) -> StateRefusal {
    let error = backend.begin_index_session(SessionRequest::full(RuleSet::default())).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    StateRefusal::of(&error).unwrap_or_else(|| panic!("{error}")).clone()
}

#[tokio::test]
async fn the_state_can_be_outside_and_nothing_is_written_inside() {
    let (repo, outside) = (Repo::of([("a.toy", "def a\n")]), Repo::new());
    let before = repo.listing();
    let directory = outside.path().join("made/when/needed");
    let backend = open(&repo, &directory);
    assert_eq!(backend.open_reader().await.err().unwrap().kind(), ErrorKind::NotIndexed);
    assert!(!outside.path().join("made").exists(), "asking makes nothing");
    index(&repo, &backend).await;
    assert_eq!(repo.listing(), before);
    assert_eq!(fs::read_to_string(directory.join("backend")).unwrap(), "one\n");
    assert_eq!(fs::read_to_string(directory.join("root")).unwrap().trim(), repo.root().as_path().to_str().unwrap());
    assert_eq!(fs::read_to_string(directory.join(".gitignore")).unwrap(), "*\n");
    assert_eq!(backend.open_reader().await.unwrap().totals().await.unwrap().files, 1);
}

#[tokio::test]
async fn two_repositories_never_share_a_directory() {
    let (first, second, outside) = (Repo::of([("a.toy", "")]), Repo::of([("b.toy", "")]), Repo::new());
    index(&first, &open(&first, outside.path())).await;
    let backend = open(&second, outside.path());
    let expected = StateRefusal::OtherRepository {
        directory: outside.path().to_owned(),
        root: second.root().as_path().to_owned(),
        owner: first.root().as_path().to_owned(),
    };
    assert_eq!(refusal(&backend).await, expected);
    let error = backend.open_reader().await.err().unwrap();
    assert_eq!(StateRefusal::of(&error), Some(&expected));
    let state = StateDirectory::at(&second.root(), outside.path());
    assert!(matches!(state.backend(), Err(BackendError::Layer { .. })));

    // A directory that one of them has without having chosen it is no other's either.
    index(&first, &open(&first, ".codira")).await;
    let backend = open(&second, first.path().join(".codira"));
    assert!(matches!(refusal(&backend).await, StateRefusal::OtherRepository { .. }));
    assert!(matches!(
        StateRefusal::of(&backend.open_reader().await.err().unwrap()),
        Some(StateRefusal::OtherRepository { .. })
    ));
}

#[tokio::test]
async fn a_repository_inside_another_does_not_take_its_directory() {
    let outer = Repo::of([("a.toy", ""), ("inner/.git/HEAD", ""), ("inner/b.toy", "")]);
    index(&outer, &open(&outer, "state")).await;
    let inner = outer.root().as_path().join("inner");
    let state = StateDirectory::at(&codira_indexer::RepoRoot::new(inner).unwrap(), &outer.path().join("state"));
    assert!(matches!(state.backend(), Err(BackendError::Layer { .. })));
}

#[tokio::test]
async fn a_directory_outside_is_found_again_after_its_record_was_corrected() {
    let (repo, outside) = (Repo::of([("a.toy", "")]), Repo::new());
    let backend = open(&repo, outside.path());
    index(&repo, &backend).await;
    fs::write(outside.path().join("root"), "/where/it/was\n").unwrap();
    let error = backend.open_reader().await.err().unwrap();
    let (text, remedy) = (error.to_string(), IndexerError::from(error).remedy().unwrap());
    assert!(text.contains("holds the index of /where/it/was"), "{text}");
    let record = outside.path().join("root").display().to_string();
    assert!(remedy.contains(&format!("write {} into {record}", repo.root().as_path().display())), "{remedy}");
    fs::write(outside.path().join("root"), repo.root().as_path().to_str().unwrap()).unwrap();
    assert!(backend.open_reader().await.is_ok());
}

#[tokio::test]
async fn a_directory_inside_moves_with_the_repository_and_is_not_indexed() {
    let parent = Repo::of([("old/a.toy", "def a\n"), ("old/build/b.toy", "def b\n")]);
    let state = |name: &str| {
        let root = codira_indexer::RepoRoot::new(parent.path().canonicalize().unwrap().join(name)).unwrap();
        StateDirectory::at(&root, Path::new("build/state"))
    };
    let open = |name: &str| {
        let mut registry = BackendRegistry::empty();
        let open = |_: &Location| Ok(DynBackend::new(MemoryBackend::default()));
        registry.register(BackendFactory::new("one", "crate-one", Some("one.db"), open)).unwrap();
        let choice = BackendChoice { name: "one".to_owned(), source: ConfigSource::Argument };
        registry.open(&choice, &Location { state: state(name), url: None, repository: None }).unwrap()
    };
    let session = open("old").begin_index_session(SessionRequest::full(RuleSet::default())).await.unwrap();
    codira_contracts::IndexWriteSession::commit(session).await.unwrap();
    let record = parent.path().join("old/build/state/root");
    assert_eq!(fs::read_to_string(record).unwrap(), "../..\n");
    fs::rename(parent.path().join("old"), parent.path().join("new")).unwrap();
    assert_eq!(state("new").backend().unwrap().as_deref(), Some("one"));
}

#[tokio::test]
async fn the_index_does_not_hold_its_own_directory() {
    let repo = Repo::of([("a.toy", ""), ("build/state/.ignore", "!*\n"), ("build/state/b.toy", ""), ("build/c.toy", "")]);
    let options = |state: Option<&str>| IndexerOptions { state_directory: state.map(Into::into), ..IndexerOptions::default() };
    let (toy, all) = (Toy::new(), options(None));
    let report = try_run(&repo, &MemoryBackend::default(), toy, all, CHANGED()).await.unwrap();
    assert_eq!(decisions(&report), ["a.toy: new", "build/c.toy: new", "build/state/b.toy: new"]);
    let absolute = repo.path().join("build/state").display().to_string();
    for state in ["build/state", "./build/../build/state/", &absolute] {
        let report = try_run(&repo, &MemoryBackend::default(), Toy::new(), options(Some(state)), CHANGED()).await.unwrap();
        assert_eq!(decisions(&report), ["a.toy: new", "build/c.toy: new"], "{state}");
    }
}

#[tokio::test]
async fn a_directory_with_other_files_is_refused_and_left_alone() {
    let repo = Repo::of([("a.toy", ""), ("src/b.toy", ""), ("file", "")]);
    let before = repo.listing();
    let (root, path) = (repo.root(), repo.root().as_path().to_owned());
    let directory = path.join("src");
    assert_eq!(refusal(&open(&repo, "src")).await, StateRefusal::NotEmpty { directory });
    for chosen in [".", "", "src/..", "..", "/"] {
        let refused = refusal(&open(&repo, chosen)).await;
        let StateRefusal::ContainsRepository { root: found, .. } = refused else { panic!("{chosen}: {refused}") };
        assert_eq!(found, root.as_path());
    }
    assert!(open(&repo, "file").begin_index_session(SessionRequest::full(RuleSet::default())).await.is_err());
    assert_eq!(repo.listing(), before);
}

#[tokio::test]
async fn what_a_first_session_left_does_not_keep_the_next_out() {
    let (repo, outside) = (Repo::of([("a.toy", "")]), Repo::new());
    let backend = open(&repo, outside.path());
    drop(backend.begin_index_session(SessionRequest::full(RuleSet::default())).await.unwrap());
    fs::remove_file(outside.path().join("root")).unwrap();
    assert!(backend.begin_index_session(SessionRequest::full(RuleSet::default())).await.is_ok());
}

#[test]
fn the_location_is_what_is_configured() {
    let repo = Repo::of([(".codira/config.toml", "[state]\ndirectory = \"../state\"\n[backend]\nrepository = \"shop\"\n")]);
    let url = "postgres://ada:s3cret@db.example:5432/code?sslmode=require";
    let environment = Environment::new([("CODIRA_BACKEND_URL", url)]);
    let mut config = Config::load(&repo.root(), &environment).unwrap();
    let location = config.location(&repo.root());
    assert_eq!(location.state.path(), repo.root().as_path().join("../state"));
    assert_eq!(location.require_url("one").unwrap().expose(), url);
    assert_eq!(location.require_repository("one").unwrap(), "shop");
    config.set_state_directory("/elsewhere".into());
    assert_eq!(config.location(&repo.root()).state.path(), Path::new("/elsewhere"));

    let error = Location::of(&repo.root()).require_url("postgres").unwrap_err();
    assert_eq!(error.to_string(), "the backend `postgres` needs `backend.url`, and it is not set");
    assert_eq!(error.remedy().unwrap(), "set it in .codira/config.toml, or as the environment variable CODIRA_BACKEND_URL");
    let error = Location::of(&repo.root()).require_repository("postgres").unwrap_err();
    assert!(error.to_string().contains("`backend.repository`"), "{error}");
}

#[test]
fn a_password_is_never_shown() {
    let repo = Repo::new();
    let url = "postgres://ada:s3cret@db.example/code";
    let environment = Environment::new([("CODIRA_BACKEND_URL", url)]);
    let config = Config::load(&repo.root(), &environment).unwrap();
    let entries = config.entries();
    let shown = [
        format!("{environment:?} {config:?} {:?}", config.location(&repo.root())),
        serde_json::to_string(&entries).unwrap(),
        format!("{entries:?}"),
    ];
    for text in shown {
        assert!(!text.contains("s3cret"), "{text}");
    }
    for wrong in ["ada:s3cret@db.example/code", "://ada:s3cret@x", "url = [\"postgres://ada:s3cret@x\"]", "s3cret"] {
        let error = Config::load(&repo.root(), &Environment::new([("CODIRA_BACKEND_URL", wrong)])).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
    }
    for wrong in
        ["backend.url = [\"postgres://ada:s3cret@x\"]", "backend.url = postgres://ada:s3cret@x", "backend.url = \"s3cret"]
    {
        repo.write(".codira/config.toml", wrong);
        let error = Config::load(&repo.root(), &Environment::default()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
    }
}

#[test]
fn passwords_are_masked_wherever_a_url_may_have_them() {
    for (url, shown) in [
        ("postgres://db/code", "postgres://db/code"),
        ("postgres://ada@db/code", "postgres://ada@db/code"),
        ("postgres://ada:a/b@c?d@db/code", "postgres://ada:***@db/code"),
        ("postgres://:only@db", "postgres://:***@db"),
        ("postgres://db:5432/code?user=ada&password=x&sslmode=on", "postgres://db:5432/code?user=ada&password=***&sslmode=on"),
        ("https://db/code?access_token=x#part", "https://db/code?access_token=***"),
    ] {
        let url = BackendUrl::new(url).unwrap();
        assert_eq!((url.to_string(), format!("{url:?}")), (shown.to_owned(), format!("BackendUrl({shown})")));
    }
}
