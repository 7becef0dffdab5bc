//! Plain files and rows for clauses that tell one thing.

use codira_contracts::{
    ContentHash, Documentation, DocumentationFormat, DocumentationKind, EmbeddingRow, EmbeddingSpec, EmbeddingState,
    FileAnalysis, FileSnapshot, FileState, Import, ImportCondition, ImportKind, LineSpan, Precision, RepoPath, Site, Symbol,
    SymbolKey, SymbolKind, Tool, UseForm, UseKind, UseRecord, Vector, Visibility,
};

use crate::vocabulary;

/// A file that defines nothing, in the language and module of its path.
pub(crate) fn file(path: &str) -> FileSnapshot {
    let path = self::path(path);
    let (language, module) = vocabulary::home(&path);
    let state = FileState { path, hash: ContentHash::of(b""), size: 0, modified: 0, analyzer: Tool::new("kit", "1") };
    FileSnapshot { state, analysis: FileAnalysis::new(language, module), embeddings: Vec::new() }
}

/// A file that defines functions of these names, each its own id.
pub(crate) fn defining(path: &str, names: &[&str]) -> FileSnapshot {
    let mut file = file(path);
    file.analysis.symbols = names.iter().map(|name| Symbol::new(*name, SymbolKind::Function, *name)).collect();
    file
}

pub(crate) fn path(path: &str) -> RepoPath {
    RepoPath::new(path).expect("samples have paths")
}

pub(crate) fn key(path: &str, id: &str) -> SymbolKey {
    SymbolKey { path: self::path(path), id: id.into() }
}

/// A spec for vectors of two numbers.
pub(crate) fn spec(model: &str) -> EmbeddingSpec {
    EmbeddingSpec {
        engine: "kit".to_owned(),
        engine_version: "1".to_owned(),
        model: model.to_owned(),
        model_version: "1".to_owned(),
        dimension: 2,
        precision: Precision::F32,
    }
}

pub(crate) fn vector(numbers: &[f32]) -> Vector {
    Vector::new(numbers.to_vec()).expect("samples are finite")
}

/// `from MODULE import NAME`.
pub(crate) fn import(module: &str, name: &str) -> Import {
    Import {
        kind: ImportKind::Name,
        module: module.to_owned(),
        name: Some(name.to_owned()),
        alias: None,
        owner: None,
        visibility: Visibility::Public,
        condition: ImportCondition::Always,
        line: 1,
    }
}

/// A call by a path, on line two.
pub(crate) fn call(owner: &str, text: &str) -> UseRecord {
    let (owner, text) = (owner.into(), text.to_owned());
    UseRecord { kind: UseKind::Call, owner, form: UseForm::Path, text, site: Site::new(2, 1) }
}

/// A documentation unit of no symbol.
pub(crate) fn unit(id: &str, text: &str) -> Documentation {
    Documentation {
        id: id.into(),
        format: DocumentationFormat::Markdown,
        kind: DocumentationKind::Section,
        title: text.to_owned(),
        heading_path: vec![text.to_owned()],
        span: LineSpan::new(1, 1),
        text: text.to_owned(),
        owner: None,
    }
}

/// A row whose vector was computed from `text`.
pub(crate) fn row(owner: &str, spec: EmbeddingSpec, text: &str, numbers: &[f32]) -> EmbeddingRow {
    let text_hash = ContentHash::of(text.as_bytes());
    EmbeddingRow { owner: owner.into(), spec, text_hash, state: EmbeddingState::Computed(vector(numbers)) }
}

/// The file with a vector for each of its symbols and units, where the backend keeps such.
pub(crate) fn embedded(mut file: FileSnapshot, embeddings: bool) -> FileSnapshot {
    if embeddings {
        let symbols = file.analysis.symbols.iter().map(|symbol| symbol.id.as_str());
        let ids = symbols.chain(file.analysis.documentation.iter().map(|unit| unit.id.as_str()));
        file.embeddings = ids.map(|id| row(id, spec("1"), id, &[1.0, 2.0])).collect();
        file.normalize();
    }
    file
}
