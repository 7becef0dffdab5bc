//! Something to store, and everything that can be asked about it.

use std::{collections::BTreeMap, fs, path::Path};

use codira_contracts::{
    BackendError, ContentHash, DocIssue, Documentation, DocumentationFormat, DocumentationKind, EmbeddingRow, EmbeddingSpec,
    EmbeddingState, FileAnalysis, FileSnapshot, FileState, Import, ImportCondition, ImportKind, IndexBackend, IndexReader,
    IndexWriteSession, Language, LineSpan, Precision, RepoPath, SessionRequest, Severity, Site, Symbol, SymbolKind, Tool,
    UseForm, UseKind, UseRecord, Vector, Visibility, WriteScope, resolve::RuleSet,
};

use crate::DuckdbBackend;

pub(super) fn spec() -> EmbeddingSpec {
    let [engine, engine_version, model, model_version] = ["toy", "1", "letters", "2"].map(str::to_owned);
    EmbeddingSpec { engine, engine_version, model, model_version, dimension: 2, precision: Precision::F32 }
}

/// A module with a class, a method that calls out, and something of everything else. `mark` is in
/// its texts.
pub(super) fn file(path: &str, mark: u64) -> FileSnapshot {
    let text = format!("Feeds {mark}.");
    let mut analysis = FileAnalysis::new(Language::from_static("python"), path.replace('/', "."));
    let method =
        Symbol { parent: Some("Zoo".into()), span: LineSpan::new(2, 5), ..Symbol::new("Zoo.feed", SymbolKind::Method, "feed") };
    analysis.symbols = vec![
        Symbol::new("file", SymbolKind::Module, "zoo"),
        Symbol { parent: Some("file".into()), ..Symbol::new("Zoo", SymbolKind::Class, "Zoo") },
        Symbol { documentation: Some(text.clone()), ..method },
    ];
    analysis.imports = vec![Import {
        kind: ImportKind::Module,
        module: "json".to_owned(),
        name: None,
        alias: None,
        owner: Some("file".into()),
        visibility: Visibility::Internal,
        condition: ImportCondition::Always,
        line: 1,
    }];
    analysis.uses = vec![UseRecord {
        kind: UseKind::Call,
        owner: "Zoo.feed".into(),
        form: UseForm::Path,
        text: "json.dumps".to_owned(),
        site: Site::new(4, 9),
    }];
    analysis.documentation = vec![Documentation {
        id: "text".into(),
        format: DocumentationFormat::Markdown,
        kind: DocumentationKind::Function,
        title: "feed".to_owned(),
        heading_path: Vec::new(),
        span: LineSpan::new(3, 3),
        text: text.clone(),
        owner: Some("Zoo.feed".into()),
    }];
    analysis.doc_issues = vec![DocIssue {
        rule: "D417".to_owned(),
        severity: Severity::Warning,
        message: "no word on the animals".to_owned(),
        span: LineSpan::new(3, 3),
        convention: Tool::new("numpy", "1"),
        auditor: Tool::new("python", "1"),
        owner: Some("Zoo.feed".into()),
    }];
    analysis.source = format!("import json\nclass Zoo:\n  def feed(self):\n    \"{text}\"; json.dumps(1)\n");
    let vector = Vector::new(vec![0.5, mark as f32]).unwrap();
    let text_hash = ContentHash::of(text.as_bytes());
    FileSnapshot {
        state: FileState {
            path: RepoPath::new(path).unwrap(),
            hash: ContentHash::of(&mark.to_le_bytes()),
            size: mark,
            modified: i64::MIN,
            analyzer: Tool::new("python", "1"),
        },
        analysis,
        embeddings: vec![
            EmbeddingRow { owner: "Zoo.feed".into(), spec: spec(), text_hash, state: EmbeddingState::Computed(vector) },
            EmbeddingRow::pending("text".into(), spec(), text),
        ],
    }
}

/// Commits `count` files of one mark; says the generation.
pub(super) async fn commit(backend: &DuckdbBackend, scope: WriteScope, count: usize, mark: u64) -> u64 {
    let mut session = backend.begin_index_session(SessionRequest::new(scope, RuleSet::default())).await.unwrap();
    for number in 0..count {
        session.put_file(file(&format!("pkg/f{number}.py"), mark)).await.unwrap();
    }
    session.commit().await.unwrap().generation
}

/// The answers to everything, as text, or the first error.
pub(super) async fn ask_everything(reader: &impl IndexReader) -> Result<String, BackendError> {
    codira_conformance::ask_everything(reader, DuckdbBackend::in_directory("").descriptor()).await
}

/// The bytes of every file of a directory.
pub(super) fn bytes(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(directory).unwrap().map(Result::unwrap);
    entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())).collect()
}
