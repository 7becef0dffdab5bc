//! Files are resolved alike, whether many come together or one after another.
#![allow(clippy::unwrap_used)]

use codira_conformance::toy_rules;
use codira_contracts::{
    ContentHash, EdgeEnd, EdgeRequest, FileAnalysis, FileSnapshot, FileState, Import, ImportCondition, ImportEnd, ImportKind,
    ImportRequest, IndexBackend, IndexReader, IndexWriteSession, Language, PathPrefix, RepoPath, SessionRequest, Site, Symbol,
    SymbolKind, Tool, UseForm, UseKind, UseRecord, Visibility,
};
use codira_sqlite::SqliteBackend;

/// Enough that all facts are read at once, and that several threads and several chunks take part.
const FILES: usize = 300;

/// A module with a function that calls those of two other modules, and one that nobody has.
fn file(number: usize) -> FileSnapshot {
    let name = |number: usize| format!("pkg.m{}", number % FILES);
    let mut analysis = FileAnalysis::new(Language::from_static("toy"), name(number));
    analysis.symbols = vec![
        Symbol::new("module", SymbolKind::Module, format!("m{number}")),
        Symbol { parent: Some("module".into()), ..Symbol::new("f", SymbolKind::Function, "f") },
    ];
    for (line, other) in [(1, number * 7 + 1), (2, number * 31 + 5), (3, usize::MAX)] {
        let module = if other == usize::MAX { "elsewhere".to_owned() } else { name(other) };
        analysis.imports.push(Import {
            kind: ImportKind::Name,
            module,
            name: Some("f".to_owned()),
            alias: Some(format!("f{line}")),
            owner: Some("module".into()),
            visibility: Visibility::Internal,
            condition: ImportCondition::Always,
            line,
        });
        analysis.uses.push(UseRecord {
            kind: UseKind::Call,
            owner: "f".into(),
            form: UseForm::Path,
            text: format!("f{line}"),
            site: Site::new(line + 10, 5),
        });
    }
    let state = FileState {
        path: RepoPath::new(format!("pkg/m{number}.toy")).unwrap(),
        hash: ContentHash::of(b""),
        size: 0,
        modified: 0,
        analyzer: Tool::new("python", "1"),
    };
    FileSnapshot { state, analysis, embeddings: Vec::new() }
}

/// All edges and imports, as text.
async fn graph(backend: &SqliteBackend) -> (u64, String) {
    let reader = backend.open_reader().await.unwrap();
    let edges = reader.edges(&EdgeRequest::new(UseKind::Call, EdgeEnd::FromNamed("f".to_owned()))).await.unwrap();
    let mut imports = Vec::new();
    for state in reader.file_states(&PathPrefix::root()).await.unwrap() {
        imports.extend(reader.imports(&ImportRequest::new(ImportEnd::FromFile(state.path))).await.unwrap());
    }
    (reader.totals().await.unwrap().resolved_edges, format!("{edges:#?}\n{imports:#?}"))
}

#[tokio::test]
async fn many_at_once_equal_one_after_another() {
    let directory = tempfile::tempdir().unwrap();
    let at_once = SqliteBackend::in_directory(directory.path().join("at-once"));
    let mut session = at_once.begin_index_session(SessionRequest::full(toy_rules())).await.unwrap();
    for number in 0..FILES {
        session.put_file(file(number)).await.unwrap();
    }
    assert_eq!(session.rebuild_derived().await.unwrap().resolved_files, FILES as u64);
    session.commit().await.unwrap();

    let one_by_one = SqliteBackend::in_directory(directory.path().join("one-by-one"));
    let mut session = one_by_one.begin_index_session(SessionRequest::incremental(toy_rules())).await.unwrap();
    for number in (0..FILES).rev() {
        session.put_file(file(number)).await.unwrap();
        if number % 10 == 0 {
            session.rebuild_derived().await.unwrap();
        }
    }
    session.commit().await.unwrap();

    let (resolved, graph_at_once) = graph(&at_once).await;
    assert_eq!(resolved, 2 * FILES as u64);
    assert!(graph(&one_by_one).await == (resolved, graph_at_once), "the graphs differ");
}

/// A module that disappears takes its edges along, and gives them back when it comes again.
#[tokio::test]
async fn what_refers_to_a_file_follows_it() {
    let directory = tempfile::tempdir().unwrap();
    let backend = SqliteBackend::in_directory(directory.path());
    let mut session = backend.begin_index_session(SessionRequest::full(toy_rules())).await.unwrap();
    for number in 0..FILES {
        session.put_file(file(number)).await.unwrap();
    }
    session.commit().await.unwrap();
    let before = graph(&backend).await;

    let gone = file(1);
    let mut session = backend.begin_index_session(SessionRequest::incremental(toy_rules())).await.unwrap();
    session.remove_file(gone.path()).await.unwrap();
    let derived = session.rebuild_derived().await.unwrap();
    session.commit().await.unwrap();
    // Two files refer to each one, and one module name is asked for by few others.
    assert!((1..20).contains(&derived.resolved_files), "{derived:?}");
    assert!(graph(&backend).await.0 < before.0);

    let mut session = backend.begin_index_session(SessionRequest::incremental(toy_rules())).await.unwrap();
    session.put_file(gone.clone()).await.unwrap();
    session.remove_file(gone.path()).await.unwrap();
    session.rebuild_derived().await.unwrap();
    session.put_file(gone).await.unwrap();
    session.commit().await.unwrap();
    assert!(graph(&backend).await == before, "the graphs differ");
}
