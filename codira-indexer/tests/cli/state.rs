//! An index that is elsewhere than in `.codira`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::support::{Repo, Run};

/// Makes a directory and all in it read-only, or writable again.
#[cfg(unix)]
fn set_writable(path: &Path, writable: bool) {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = if writable { 0o755 } else { 0o555 };
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    for entry in fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            set_writable(&path, writable);
        }
    }
}

/// Every file below, by path.
fn files(path: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn with_variable(repo: &Repo, args: &[&str], state: &str) -> Run {
    let mut command = repo.command(args);
    command.env("CODIRA_STATE_DIR", state);
    repo.finish(command)
}

#[cfg(unix)]
#[test]
fn a_read_only_checkout_is_indexed_and_asked() {
    let (repo, elsewhere) = (Repo::tour(), Repo::empty());
    let state = elsewhere.path().join("state");
    let state = state.to_str().unwrap();
    let before = files(&repo.path());
    set_writable(&repo.path(), false);
    // Root may write everywhere; that nothing was written is seen below.
    let privileged = fs::write(repo.path().join("probe"), "").is_ok();
    if privileged {
        fs::remove_file(repo.path().join("probe")).unwrap();
    }
    let refused = (!privileged).then(|| repo.run(&["index"]));
    let index = repo.run(&["index", "--state-dir", state]);
    let asked = repo.run(&["sym", "Cart", "--state-dir", state]);
    let by_variable = with_variable(&repo, &["sym", "Cart"], state);
    let full = with_variable(&repo, &["index", "--full"], state);
    let backends = with_variable(&repo, &["backends"], state);
    set_writable(&repo.path(), true);
    if let Some(refused) = refused {
        assert!(refused.stderr.contains("--state-dir DIR"), "{}", refused.stderr);
    }
    for run in [&index, &asked, &by_variable, &full, &backends] {
        assert_eq!((run.status, &*run.stderr), (0, ""), "{run}");
    }
    assert_eq!(asked.stdout, by_variable.stdout);
    assert!(asked.stdout.contains("shop/cart.py"), "{}", asked.stdout);
    assert!(backends.stdout.contains("has the index"), "{}", backends.stdout);
    assert_eq!(files(&repo.path()), before);
    assert_eq!(repo.run(&["sym", "Cart"]).status, 3, "there is no index in .codira");
}

#[test]
fn the_configuration_names_a_directory_inside_the_repository() {
    let repo = Repo::tour();
    repo.write(".codira/config.toml", "[state]\ndirectory = \"build/index\"\n[index]\nhidden = \"index\"\n");
    assert_eq!(repo.run(&["index"]).status, 0);
    assert!(repo.path().join("build/index/index.db").exists());
    assert!(!repo.path().join(".codira/index.db").exists());
    repo.write("build/index/.ignore", "!*\n");
    repo.write("build/index/note.py", "def noted(): ...\n");
    assert_eq!(repo.run(&["sym", "noted"]).status, 1);
    let mut command = repo.command(&["sym", "Cart"]);
    command.current_dir(repo.path().join("shop"));
    assert_eq!(repo.finish(command).status, 0, "a relative directory begins at the root");
    let shown = repo.found(&["config"]);
    assert!(shown.contains("state.directory = \"build/index\"\t[repo]/.codira/config.toml, line 2\n"), "{shown}");
}

#[test]
fn an_argument_begins_where_the_command_is_run() {
    let repo = Repo::tour();
    let mut command = repo.command(&["index", "--state-dir", "../index"]);
    command.current_dir(repo.path().join("shop"));
    assert_eq!(repo.finish(command).status, 0);
    assert!(repo.path().join("index/index.db").exists());
    assert_eq!(repo.run(&["sym", "Cart", "--state-dir", "index"]).status, 0);
    assert_eq!(repo.run(&["index", "--state-dir", ".codira"]).status, 0);
    assert!(!repo.path().join(".codira/root").exists(), "that is where it is without being told");
}

#[test]
fn what_cannot_hold_the_state_is_refused() {
    let (repo, other) = (Repo::tour(), Repo::indexed());
    for (directory, problem) in [
        ("shop", "error: [repo]/shop holds other files, and no index\n"),
        (".", "error: [repo] contains the repository [repo]\n"),
        ("", "error: a value is required for '--state-dir <DIR>'"),
    ] {
        let run = repo.run(&["index", "--state-dir", directory]);
        assert!(run.stderr.starts_with(problem), "{run}");
        assert!(run.status >= 2, "{run}");
    }
    let directory = other.path().join(".codira");
    for args in [&["index"][..], &["index", "--full"], &["sym", "Cart"], &["backends"], &["cov"]] {
        let run = with_variable(&repo, args, directory.to_str().unwrap());
        assert_eq!(run.status, 2, "{run}");
        let problem = format!("holds the index of {}, and not of [repo]\n  help: ", other.path().display());
        assert!(run.stderr.contains(&problem), "{run}");
    }
    assert!(!repo.path().join(".codira").exists());
}

#[test]
fn a_password_is_not_printed() {
    let repo = Repo::indexed();
    for args in [&["config"][..], &["config", "--json"], &["backends"], &["sym", "Cart"]] {
        let mut command = repo.command(args);
        command.env("CODIRA_BACKEND_URL", "postgres://ada:s3cret@db/code");
        let run = repo.finish(command);
        assert_eq!(run.status, 0, "{run}");
        assert!(!format!("{run}").contains("s3cret"), "{run}");
        assert_eq!(args[0] == "config", run.stdout.contains("postgres://ada:***@db/code"), "{run}");
    }
}
