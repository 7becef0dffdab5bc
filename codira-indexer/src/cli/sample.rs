//! Small indexes for tests, written down by hand so that they depend on no parser.

use codira_contracts::{
    ContentHash, DocIssue, Documentation, DocumentationFormat, DocumentationKind, DynReader, FileAnalysis, FileSnapshot,
    FileState, Import, ImportCondition, ImportKind, IndexBackend, IndexWriteSession, Language, LineSpan, RepoPath,
    SessionRequest, Severity, Site, StableId, Symbol, SymbolKind, Tool, UseForm, UseKind, UseRecord, Visibility, last_name,
};
use codira_memory::MemoryBackend;

/// A file that is being written down.
pub(crate) struct SampleFile {
    path: &'static str,
    analysis: FileAnalysis,
}

impl SampleFile {
    /// A file with nothing but its module.
    pub(crate) fn new(path: &'static str, language: Language, module: &str) -> Self {
        let mut analysis = FileAnalysis::new(language, module);
        analysis.symbols.push(Symbol::new("module", SymbolKind::Module, last_name(module)));
        Self { path, analysis }
    }

    /// Adds a symbol on a line of its own, unless `change` says otherwise; what stands before the
    /// last dot of `id` is its parent.
    pub(crate) fn symbol(mut self, id: &str, kind: SymbolKind, change: impl FnOnce(&mut Symbol)) -> Self {
        let (parent, name) = id.rsplit_once('.').unwrap_or(("module", id));
        let mut symbol = Symbol { parent: Some(parent.into()), ..Symbol::new(id, kind, name) };
        symbol.qualified_name = format!("{}.{id}", self.analysis.module);
        let line = u32::try_from(self.analysis.symbols.len()).unwrap() * 10;
        symbol.span = LineSpan::new(line, line + 5);
        change(&mut symbol);
        self.analysis.symbols.push(symbol);
        self
    }

    /// Adds an import at the next line.
    pub(crate) fn import(mut self, kind: ImportKind, module: &str, name: Option<&str>) -> Self {
        self.analysis.imports.push(Import {
            kind,
            module: module.to_owned(),
            name: name.map(str::to_owned),
            alias: None,
            owner: Some("module".into()),
            visibility: Visibility::Public,
            condition: ImportCondition::Always,
            line: u32::try_from(self.analysis.imports.len()).unwrap() + 1,
        });
        self
    }

    /// Adds a use.
    pub(crate) fn uses(mut self, owner: &str, kind: UseKind, form: UseForm, text: &str, line: u32, column: u32) -> Self {
        let site = Site::new(line, column);
        self.analysis.uses.push(UseRecord { kind, owner: owner.into(), form, text: text.to_owned(), site });
        self
    }

    /// Adds a call by path.
    pub(crate) fn call(self, owner: &str, text: &str, line: u32, column: u32) -> Self {
        self.uses(owner, UseKind::Call, UseForm::Path, text, line, column)
    }

    /// Gives a symbol documentation, as a unit of the lines above it.
    pub(crate) fn documented(mut self, owner: &str, kind: DocumentationKind, text: &str) -> Self {
        let symbol = self.analysis.symbols.iter().find(|symbol| symbol.id.as_str() == owner).unwrap();
        self.analysis.documentation.push(Documentation {
            id: StableId::new(format!("doc:{owner}")),
            format: DocumentationFormat::PlainText,
            kind,
            title: symbol.name.clone(),
            heading_path: vec!["shapes".to_owned()],
            span: LineSpan::new(symbol.span.first - 1, symbol.span.first - 1),
            text: text.to_owned(),
            owner: Some(symbol.id.clone()),
        });
        self
    }

    /// Adds an issue about a symbol.
    pub(crate) fn issue(mut self, owner: &str, rule: &str, severity: Severity, message: &str) -> Self {
        let symbol = self.analysis.symbols.iter().find(|symbol| symbol.id.as_str() == owner).unwrap();
        self.analysis.doc_issues.push(DocIssue {
            rule: rule.to_owned(),
            severity,
            message: message.to_owned(),
            span: symbol.span,
            convention: Tool::new("numpy", "1"),
            auditor: Tool::new("sample", "1"),
            owner: Some(symbol.id.clone()),
        });
        self
    }

    /// Gives the file its text.
    pub(crate) fn source(mut self, text: &str) -> Self {
        self.analysis.source = text.to_owned();
        self
    }

    fn snapshot(self) -> FileSnapshot {
        let state = FileState {
            path: RepoPath::new(self.path).unwrap(),
            hash: ContentHash::of(self.path.as_bytes()),
            size: 1,
            modified: 0,
            analyzer: Tool::new("sample", "1"),
        };
        FileSnapshot { state, analysis: self.analysis, embeddings: Vec::new() }
    }
}

/// A reader of an index of these files.
pub(crate) async fn reader(files: impl IntoIterator<Item = SampleFile>) -> DynReader {
    let backend = MemoryBackend::default();
    let mut session = backend.begin_index_session(SessionRequest::full(codira_languages::rules())).await.unwrap();
    for file in files {
        session.put_file(file.snapshot()).await.unwrap();
    }
    session.commit().await.unwrap();
    Box::new(backend.open_reader().await.unwrap())
}
