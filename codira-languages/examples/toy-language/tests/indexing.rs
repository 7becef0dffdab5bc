//! Directories of Brook, indexed and asked.

use std::{fs, path::Path};

use codira_contracts::{
    EdgeEnd, EdgeRequest, EdgeTarget, ImportEnd, ImportRequest, ImportTarget, IndexBackend as _, IndexReader as _, RepoPath,
    SymbolKey, SymbolSummary, UseKind,
};
use codira_indexer::{IndexRequest, Indexer, IndexerOptions, LanguageRegistry, RepoRoot};
use codira_memory::MemoryBackend;
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn callers_are_found() {
    let mut languages = LanguageRegistry::first_party();
    languages.register(toy_language::brook()).unwrap();
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sample");
    let root = RepoRoot::new(directory.canonicalize().unwrap()).unwrap();
    let indexer = Indexer::new(MemoryBackend::default(), root, languages.analyzers(), IndexerOptions::default())
        .with_rules(languages.rules());
    let report = indexer.run(IndexRequest::default(), &|_event| {}, &CancellationToken::new()).await.unwrap();
    assert_eq!(report.counts.analyzed, 2);

    let reader = indexer.backend().open_reader().await.unwrap();
    let shout = SymbolKey { path: RepoPath::new("lib/text.brook").unwrap(), id: "to shout".into() };
    let request = EdgeRequest::new(UseKind::Call, EdgeEnd::To(shout));
    let callers: Vec<_> = reader.edges(&request).await.unwrap().into_iter().map(|edge| edge.owner.key.to_string()).collect();
    assert_eq!(callers, ["main.brook#to greet"]);
}

#[tokio::test]
async fn words_lead_where_the_rules_say() {
    let main = "use lib.text far.away a.twin b.twin\n\
        to run given\nrun\neach\nprint\ntext.shout\ntext.twice\ntext.whisper\naway.go\ntwin.f\nlists.sort\ngiven.go\nsing\nend\n\
        to each\nend\n";
    let text = "to shout\nend\nto twice\nend\nto twice\nend\n";
    let files = [("main.brook", main), ("lib/text.brook", text), ("a/twin.brook", "to f\nend\n"), ("b/twin.brook", "")];
    let repository = Repository::new("words", &files).with_rules();
    repository.index().await;

    let expected = [
        "lib/text.brook#to shout",
        "main.brook#to each",
        "main.brook#to run",
        "builtin print",
        "package far.away.go",
        "? given.go",
        "? lists.sort",
        "? sing",
        "? text.twice",
        "? text.whisper",
        "? twin.f",
    ];
    assert_eq!(repository.calls("run").await, expected);
    assert_eq!(repository.imports("main.brook").await, ["lib/text.brook", "external", "a/twin.brook", "b/twin.brook"]);
}

#[tokio::test]
async fn an_edit_of_one_file_changes_where_another_leads() {
    let files = [("main.brook", "use lib.text\ntext.shout\n"), ("lib/text.brook", "to shout\nend\n")];
    let repository = Repository::new("edit", &files).with_rules();
    repository.index().await;
    assert_eq!(repository.calls("main").await, ["lib/text.brook#to shout"]);

    repository.write("lib/text.brook", "to whisper\nend\n");
    assert_eq!(repository.index().await, 1, "the caller is not analyzed again");
    assert_eq!(repository.calls("main").await, ["? text.shout"]);

    repository.remove("lib/text.brook");
    assert_eq!(repository.index().await, 0);
    assert_eq!(repository.calls("main").await, ["package lib.text.shout"]);
    assert_eq!(repository.imports("main.brook").await, ["external"]);

    // By its path this is the same module.
    repository.write("lib.text.brook", "to shout\nend\n");
    assert_eq!(repository.index().await, 1);
    assert_eq!(repository.calls("main").await, ["lib.text.brook#to shout"]);
    assert_eq!(repository.imports("main.brook").await, ["lib.text.brook"]);

    repository.write("lib/text.brook", "to shout\nend\n");
    assert_eq!(repository.index().await, 1);
    assert_eq!(repository.calls("main").await, ["? text.shout"], "two files are the module");
    assert_eq!(repository.imports("main.brook").await, ["unresolved"]);
}

#[tokio::test]
async fn other_rules_derive_anew_without_analyzing() {
    let files = [("main.brook", "use lib.text\ntext.shout\n"), ("lib/text.brook", "to shout\nend\n")];
    let repository = Repository::new("rules", &files);
    repository.index().await;
    assert_eq!(repository.calls("main").await, ["? text.shout"]);

    let repository = repository.with_rules();
    assert_eq!(repository.index().await, 0);
    assert_eq!(repository.calls("main").await, ["lib/text.brook#to shout"]);
}

/// A directory with its index.
struct Repository {
    indexer: Indexer<MemoryBackend>,
}

impl Repository {
    /// A new directory of this name with these files, and an indexer without rules.
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        if directory.exists() {
            fs::remove_dir_all(&directory).unwrap();
        }
        fs::create_dir_all(&directory).unwrap();
        let root = RepoRoot::new(directory.canonicalize().unwrap()).unwrap();
        let analyzers = languages().analyzers();
        let indexer = Indexer::new(MemoryBackend::default(), root, analyzers, IndexerOptions::default());
        let repository = Self { indexer };
        files.iter().for_each(|(path, text)| repository.write(path, text));
        repository
    }

    /// The same with the rules of all languages.
    fn with_rules(self) -> Self {
        Self { indexer: self.indexer.with_rules(languages().rules()) }
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.indexer.root().as_path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn remove(&self, path: &str) {
        fs::remove_file(self.indexer.root().as_path().join(path)).unwrap();
    }

    /// Brings the index up to date. How many files were analyzed.
    async fn index(&self) -> u64 {
        let report = self.indexer.run(IndexRequest::default(), &|_event| {}, &CancellationToken::new()).await.unwrap();
        report.counts.analyzed
    }

    /// What the symbols of this name call: first what is resolved, then what is external, then
    /// what is neither.
    async fn calls(&self, name: &str) -> Vec<String> {
        let reader = self.indexer.backend().open_reader().await.unwrap();
        let request = EdgeRequest::new(UseKind::Call, EdgeEnd::FromNamed(name.to_owned()));
        let target = |target: EdgeTarget<SymbolSummary>| match target {
            EdgeTarget::Resolved(symbol) => symbol.key.to_string(),
            EdgeTarget::External { kind, name } => format!("{} {name}", kind.as_str()),
            EdgeTarget::Unresolved { text } => format!("? {text}"),
        };
        reader.edges(&request).await.unwrap().into_iter().map(|edge| target(edge.target)).collect()
    }

    /// Where the imports of a file lead.
    async fn imports(&self, path: &str) -> Vec<String> {
        let reader = self.indexer.backend().open_reader().await.unwrap();
        let request = ImportRequest::new(ImportEnd::FromFile(RepoPath::new(path).unwrap()));
        let target = |target: ImportTarget| match target {
            ImportTarget::Resolved(path) => path.to_string(),
            ImportTarget::External => "external".to_owned(),
            ImportTarget::Unresolved => "unresolved".to_owned(),
        };
        reader.imports(&request).await.unwrap().into_iter().map(|entry| target(entry.target)).collect()
    }
}

/// Our languages, and Brook.
fn languages() -> LanguageRegistry {
    let mut languages = LanguageRegistry::first_party();
    languages.register(toy_language::brook()).unwrap();
    languages
}
