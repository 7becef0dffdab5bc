//! Writers and readers in several processes, and processes that are killed. The test binary starts
//! itself again as the other one.
#![allow(clippy::unwrap_used)]

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use codira_contracts::{
    BackendError, ContentHash, FileAnalysis, FileSnapshot, FileState, IndexBackend, IndexReader, IndexWriteSession, Language,
    PathPrefix, RepoPath, SessionRequest, Symbol, SymbolKind, SymbolRequest, Tool, WriteScope, resolve::RuleSet,
};
use codira_sqlite::SqliteBackend;

/// Where the other process works; set only for it.
const DIRECTORY: &str = "CODIRA_TEST_DIRECTORY";
const FILES: usize = 40;

fn file(number: usize, mark: u64) -> FileSnapshot {
    let mut analysis = FileAnalysis::new(Language::from_static("python"), format!("f{number}"));
    analysis.symbols = vec![Symbol::new("module", SymbolKind::Module, "m"), Symbol::new("f", SymbolKind::Function, "f")];
    analysis.symbols[1].documentation = Some(format!("{mark} ").repeat(100));
    analysis.source = format!("def f():\n  return {mark}\n").repeat(20);
    let state = FileState {
        path: RepoPath::new(format!("f{number}.py")).unwrap(),
        hash: ContentHash::of(&mark.to_le_bytes()),
        size: mark,
        modified: 0,
        analyzer: Tool::new("python", "1"),
    };
    FileSnapshot { state, analysis, embeddings: Vec::new() }
}

async fn put_all(session: &mut impl IndexWriteSession, mark: u64) {
    for number in 0..FILES {
        session.put_file(file(number, mark)).await.unwrap();
    }
}

/// Every file has the mark of one commit, and so has what is said of it; says which.
async fn whole_mark(reader: &impl IndexReader) -> u64 {
    let states = reader.file_states(&PathPrefix::root()).await.unwrap();
    assert_eq!(states.len(), FILES);
    let mark = states[0].size;
    assert!(states.iter().all(|state| state.size == mark), "half a commit");
    let symbols = reader.symbols(&SymbolRequest::named("f")).await.unwrap();
    assert_eq!(symbols.len(), FILES);
    let text = format!("{mark} ").repeat(100);
    assert!(symbols.iter().all(|entry| entry.symbol.documentation.as_deref() == Some(&*text)), "half a commit");
    mark
}

/// Starts this binary again, to run one of the roles below.
fn start(role: &str, directory: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", role, "--ignored", "--nocapture", "--test-threads", "1"])
        .env(DIRECTORY, directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn backend() -> SqliteBackend {
    SqliteBackend::in_directory(std::env::var(DIRECTORY).expect("this is a role of another process, not a test"))
}

fn say(line: impl std::fmt::Display) {
    println!("\n=> {line}");
    std::io::stdout().flush().unwrap();
}

/// The next thing that the other process says.
fn hear(lines: &mut impl Iterator<Item = std::io::Result<String>>) -> Option<String> {
    lines.find_map(|line| line.unwrap_or_default().strip_prefix("=> ").map(str::to_owned))
}

/// Commits again and again, each time with another mark in every file, until it is killed.
#[tokio::test]
#[ignore = "a role of another process"]
async fn commits_for_ever() {
    let backend = backend();
    let mut mark = match backend.open_reader().await {
        Ok(reader) => whole_mark(&reader).await,
        Err(_) => 0,
    };
    loop {
        mark += 1;
        let scope = if mark.is_multiple_of(5) { WriteScope::Full } else { WriteScope::Incremental };
        let mut session = backend.begin_index_session(SessionRequest::new(scope, RuleSet::default())).await.unwrap();
        put_all(&mut session, mark).await;
        session.commit().await.unwrap();
        say(mark);
    }
}

/// Opens a session, writes, and holds it until its input ends.
#[tokio::test]
#[ignore = "a role of another process"]
async fn holds_a_session() {
    let mut session = backend().begin_index_session(SessionRequest::incremental(RuleSet::default())).await.unwrap();
    put_all(&mut session, 99).await;
    session.rebuild_derived().await.unwrap();
    say("open");
    let _ = std::io::stdin().read_line(&mut String::new());
    drop(session);
    say("dropped");
}

/// Opens a reader, and says what it sees, before and after a line of input.
#[tokio::test]
#[ignore = "a role of another process"]
async fn reads_twice() {
    let reader = backend().open_reader().await.unwrap();
    say(whole_mark(&reader).await);
    let _ = std::io::stdin().read_line(&mut String::new());
    say(whole_mark(&reader).await);
}

async fn commit(backend: &SqliteBackend, mark: u64) {
    let mut session = backend.begin_index_session(SessionRequest::incremental(RuleSet::default())).await.unwrap();
    put_all(&mut session, mark).await;
    session.commit().await.unwrap();
}

#[tokio::test]
async fn a_killed_session_leaves_the_last_commit_and_no_debris() {
    let directory = tempfile::tempdir().unwrap();
    let backend = SqliteBackend::in_directory(directory.path());
    commit(&backend, 1).await;
    let mut child = start("holds_a_session", directory.path());
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(hear(&mut lines).as_deref(), Some("open"));
    // While it is open, others read and are refused to write.
    assert_eq!(whole_mark(&backend.open_reader().await.unwrap()).await, 1);
    match backend.begin_index_session(SessionRequest::full(RuleSet::default())).await {
        Err(BackendError::SessionBusy { holder, .. }) => assert_eq!(holder.process, child.id()),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("two sessions"),
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(whole_mark(&backend.open_reader().await.unwrap()).await, 1);
    commit(&backend, 2).await;
    assert_eq!(whole_mark(&backend.open_reader().await.unwrap()).await, 2);
    let mut names: Vec<_> = std::fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["index.db", "index.db.lock"]);
}

#[tokio::test]
async fn readers_of_other_processes_keep_their_state() {
    let directory = tempfile::tempdir().unwrap();
    let backend = SqliteBackend::in_directory(directory.path());
    commit(&backend, 1).await;
    let mut child = start("reads_twice", directory.path());
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(hear(&mut lines).as_deref(), Some("1"));
    for mark in 2..5 {
        commit(&backend, mark).await;
    }
    drop(child.stdin.take());
    assert_eq!(hear(&mut lines).as_deref(), Some("1"));
    assert!(child.wait().unwrap().success());
    assert_eq!(whole_mark(&backend.open_reader().await.unwrap()).await, 4);
}

#[tokio::test]
async fn a_kill_at_any_moment_leaves_a_whole_commit() {
    let directory = tempfile::tempdir().unwrap();
    let backend = SqliteBackend::in_directory(directory.path());
    commit(&backend, 1).await;
    // Depth for those who want more: each round is a process.
    let rounds = std::env::var("CODIRA_CRASH_POINTS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(12_u32);
    let mut last = 1;
    for round in 0..rounds {
        let mut child = start("commits_for_ever", directory.path());
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut acknowledged: u64 = hear(&mut lines).unwrap().parse().unwrap();
        // Not to wait for anything: to be somewhere else in the work each time.
        std::thread::sleep(Duration::from_micros(u64::from(round) * 7_919 % 60_000));
        // A reader that is open when it happens is in nobody's way.
        let held = backend.open_reader().await.unwrap();
        let seen = whole_mark(&held).await;
        child.kill().unwrap();
        child.wait().unwrap();
        while let Some(line) = hear(&mut lines) {
            acknowledged = line.parse().unwrap();
        }
        let reader = backend.open_reader().await.unwrap();
        let mark = whole_mark(&reader).await;
        assert!(mark == acknowledged || mark == acknowledged + 1, "{acknowledged} was committed, and {mark} is there");
        assert!(seen <= mark && last <= mark, "generations go back");
        assert_eq!(whole_mark(&held).await, seen);
        last = mark;
    }
}
