//! A dump tells what is indexed and nothing of how it came to be.

#![allow(clippy::unwrap_used)]

use codira_contracts::{
    ContentHash, FileAnalysis, FileSnapshot, FileState, IndexBackend, IndexWriteSession, Language, RepoPath, SessionRequest,
    Site, Symbol, SymbolKind, Tool, UseForm, UseKind, UseRecord, resolve::RuleSet,
};
use codira_indexer::dump;
use codira_memory::MemoryBackend;

fn file(path: &str, called: &str, modified: i64) -> FileSnapshot {
    let mut analysis = FileAnalysis::new(Language::from_static("python"), path.trim_end_matches(".py"));
    analysis.symbols = vec![
        Symbol::new("module", SymbolKind::Module, "module"),
        Symbol { parent: Some("module".into()), ..Symbol::new("run", SymbolKind::Function, "run") },
    ];
    analysis.uses = vec![UseRecord {
        kind: UseKind::Call,
        owner: "run".into(),
        form: UseForm::Path,
        text: called.to_owned(),
        site: Site::new(1, 1),
    }];
    let state = FileState {
        path: RepoPath::new(path).unwrap(),
        hash: ContentHash::of(path.as_bytes()),
        size: 3,
        modified,
        analyzer: Tool::new("python", "1"),
    };
    FileSnapshot { state, analysis, embeddings: Vec::new() }
}

async fn dumped(runs: &[&[FileSnapshot]]) -> String {
    let backend = MemoryBackend::default();
    for run in runs {
        let mut session = backend.begin_index_session(SessionRequest::incremental(RuleSet::default())).await.unwrap();
        for file in *run {
            session.put_file(file.clone()).await.unwrap();
        }
        session.commit().await.unwrap();
    }
    let mut lines = Vec::new();
    dump(&backend.open_reader().await.unwrap(), &mut lines).await.unwrap();
    String::from_utf8(lines).unwrap()
}

#[tokio::test]
async fn dumps_of_equal_files_are_equal_after_different_histories() {
    let (a, b) = (file("a.py", "run", 1), file("b.py", "len", 2));
    let at_once = dumped(&[&[a.clone(), b.clone()]]).await;
    let one_by_one = dumped(&[&[file("b.py", "other", 7)], &[a], &[b]]).await;
    assert_eq!(at_once, one_by_one);
}

#[tokio::test]
async fn a_dump_tells_every_kind_of_thing_and_differs_when_a_file_does() {
    let before = dumped(&[&[file("a.py", "run", 1)]]).await;
    for what in ["coverage", "totals", "file", "symbol", "edge"] {
        assert!(before.contains(&format!("{{\"{what}\":")), "no {what} in\n{before}");
    }
    assert!(before.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{before}");
    let after = dumped(&[&[file("a.py", "missing", 1)]]).await;
    assert_ne!(before, after);
}
