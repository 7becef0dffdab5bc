//! Something to store, and everything that can be asked about it.

use std::{collections::BTreeMap, fs, path::Path};

use codira_contracts::{
    BackendError, ContentHash, DocIssue, Documentation, DocumentationFormat, DocumentationKind, EmbeddingRow, EmbeddingSpec,
    EmbeddingState, FileAnalysis, FileSnapshot, FileState, Import, ImportCondition, ImportKind, IndexBackend, IndexReader,
    IndexWriteSession, Language, LineSpan, Precision, RepoPath, SessionRequest, Severity, Site, Symbol, SymbolKind, Tool,
    UseForm, UseKind, UseRecord, Vector, Visibility, WriteScope, resolve::RuleSet,
};

use crate::SqliteBackend;

pub(super) fn spec() -> EmbeddingSpec {
    let text = str::to_owned;
    let (engine, engine_version, model, model_version) = (text("lexical"), text("1"), text("words"), text("1"));
    EmbeddingSpec { engine, engine_version, model, model_version, dimension: 2, precision: Precision::F32 }
}

/// A file with something of everything; `mark` is in its hash and its texts.
pub(super) fn file(path: &str, mark: u64) -> FileSnapshot {
    let module = path.trim_end_matches(".py").replace('/', ".");
    let mut analysis = FileAnalysis::new(Language::from_static("python"), module);
    analysis.symbols = vec![
        Symbol::new("module", SymbolKind::Module, "m"),
        Symbol { parent: Some("module".into()), ..Symbol::new("A", SymbolKind::Class, "A") },
        Symbol {
            parent: Some("A".into()),
            documentation: Some(format!("Runs {mark}.")),
            span: LineSpan::new(3, 9),
            ..Symbol::new("A.run", SymbolKind::Method, "run")
        },
    ];
    analysis.imports = vec![Import {
        kind: ImportKind::Name,
        module: "os.path".to_owned(),
        name: Some("join".to_owned()),
        alias: None,
        owner: Some("module".into()),
        visibility: Visibility::Internal,
        condition: ImportCondition::Always,
        line: 1,
    }];
    analysis.uses = vec![UseRecord {
        kind: UseKind::Call,
        owner: "A.run".into(),
        form: UseForm::Value,
        text: "conn.execute".to_owned(),
        site: Site::new(5, 9),
    }];
    analysis.documentation = vec![Documentation {
        id: "doc".into(),
        format: DocumentationFormat::PlainText,
        kind: DocumentationKind::Function,
        title: "run".to_owned(),
        heading_path: Vec::new(),
        span: LineSpan::new(4, 4),
        text: format!("Runs {mark}."),
        owner: Some("A.run".into()),
    }];
    analysis.doc_issues = vec![DocIssue {
        rule: "D103".to_owned(),
        severity: Severity::Warning,
        message: "missing".to_owned(),
        span: LineSpan::new(3, 3),
        convention: Tool::new("numpy", "1"),
        auditor: Tool::new("python", "1"),
        owner: Some("A.run".into()),
    }];
    analysis.source = format!("import os\nclass A:\n  def run(self):\n    '''Runs {mark}.'''\n    conn.execute()\n");
    let vector = Vector::new(vec![1.0, mark as f32]).unwrap();
    let computed = EmbeddingState::Computed(vector);
    let text_hash = ContentHash::of(format!("Runs {mark}.").as_bytes());
    FileSnapshot {
        state: FileState {
            path: RepoPath::new(path).unwrap(),
            hash: ContentHash::of(&mark.to_le_bytes()),
            size: mark,
            modified: -1,
            analyzer: Tool::new("python", "1"),
        },
        analysis,
        embeddings: vec![
            EmbeddingRow { owner: "A.run".into(), spec: spec(), text_hash, state: computed },
            EmbeddingRow::pending("doc".into(), spec(), format!("waiting {mark}")),
        ],
    }
}

/// Commits `count` files of one mark; says the generation.
pub(super) async fn commit(backend: &SqliteBackend, scope: WriteScope, count: usize, mark: u64) -> u64 {
    let mut session = backend.begin_index_session(SessionRequest::new(scope, RuleSet::default())).await.unwrap();
    for number in 0..count {
        session.put_file(file(&format!("pkg/f{number}.py"), mark)).await.unwrap();
    }
    session.commit().await.unwrap().generation
}

/// The answers to everything, as text, or the first error.
pub(super) async fn ask_everything(reader: &impl IndexReader) -> Result<String, BackendError> {
    codira_conformance::ask_everything(reader, SqliteBackend::in_directory("").descriptor()).await
}

/// Every file of a directory, with its bytes and the time of its last change.
pub(super) fn bytes(directory: &Path) -> BTreeMap<String, (Vec<u8>, std::time::SystemTime)> {
    let entries = fs::read_dir(directory).unwrap().map(Result::unwrap);
    let content = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().unwrap();
        (name, (fs::read(entry.path()).unwrap(), entry.metadata().unwrap().modified().unwrap()))
    };
    entries.map(content).collect()
}

/// The names in a directory.
pub(super) fn names(directory: &Path) -> Vec<String> {
    bytes(directory).into_keys().collect()
}

/// Copies every file of a directory to another one.
pub(super) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for name in names(from) {
        fs::copy(from.join(&name), to.join(&name)).unwrap();
    }
}
