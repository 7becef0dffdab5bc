//! Questions to an index that is out of date.

use std::fs;

use codira_contracts::{IndexBackend, IndexWriteSession, SessionRequest, resolve::RuleSet};
use codira_indexer::{BackendChoice, BackendRegistry, Config, Location, discover_root};

use crate::support::Repo;

fn stale() -> Repo {
    let repo = Repo::indexed();
    repo.write("shop/gift.py", "def wrap(): ...\n");
    fs::remove_file(repo.path().join("shop/prices.py")).unwrap();
    repo
}

#[test]
fn a_stale_index_is_refreshed_first() {
    let repo = stale();
    let run = repo.run(&["sym", "wrap"]);
    assert_eq!((run.status, &*run.stdout), (0, "shop/gift.py:1:1: function wrap\tdef wrap()\t\n"));
    assert_eq!(run.stderr, "note: the index was stale: 1 file analyzed again, 1 removed\n");
    assert_eq!(repo.run(&["sym", "price_of", "--quiet"]).status, 1);
    assert_eq!(repo.run(&["sym", "wrap"]).stderr, "", "it is fresh now");
}

#[test]
fn no_refresh_asks_the_index_as_it_is() {
    let repo = stale();
    let run = repo.run(&["sym", "wrap", "--no-refresh"]);
    assert_eq!((run.status, &*run.stderr), (1, "note: no symbol is called `wrap`\n"));
    assert_eq!(repo.run(&["sym", "price_of", "--no-refresh"]).status, 0);
}

#[test]
fn the_configuration_can_forbid_to_refresh() {
    let repo = stale();
    repo.write(".codira/config.toml", "[query]\nrefresh = \"never\"\n");
    assert_eq!(repo.run(&["sym", "wrap"]).status, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_another_process_writes_questions_get_the_last_commit() {
    let repo = stale();
    let root = discover_root(&repo.path()).unwrap();
    let choice = BackendChoice::of(&Config::default());
    let backend = BackendRegistry::first_party().open(&choice, &Location::of(&root)).unwrap();
    let session = backend.begin_index_session(SessionRequest::incremental(RuleSet::default())).await.unwrap();

    let run = repo.run(&["sym", "price_of"]);
    assert_eq!(run.status, 0);
    assert!(run.stderr.starts_with("note: answering from the last commit, which may be stale: "), "{}", run.stderr);
    let run = repo.run(&["index"]);
    assert_eq!(run.status, 3);
    let holder = format!("(process {})", std::process::id());
    assert!(run.stderr.contains(&holder) && run.stderr.contains("help: wait until"), "{}", run.stderr);

    session.abort().await.unwrap();
    assert_eq!(repo.run(&["index"]).status, 0);
    assert_eq!(repo.run(&["sym", "price_of"]).status, 1);
}

#[cfg(unix)]
#[test]
fn an_index_without_write_permission_answers() {
    use std::os::unix::fs::PermissionsExt as _;

    let repo = stale();
    let directories = [repo.path().join(".codira"), repo.path()];
    let allow = |mode| directories.each_ref().map(|path| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap());
    allow(0o555);
    // Root may write everywhere, and then this is a refresh like any other.
    let privileged = fs::write(repo.path().join("probe"), "").is_ok();
    let run = repo.run(&["sym", "Cart"]);
    let index = repo.run(&["index"]);
    allow(0o755);
    assert_eq!(run.status, 0, "{}", run.stderr);
    if !privileged {
        assert!(run.stderr.starts_with("note: answering from the last commit"), "{}", run.stderr);
        assert_eq!(index.status, 3);
        assert!(index.stderr.contains("no permission for [repo]/.codira"), "{}", index.stderr);
    }
}
