//! What measurements begin with: a backend that holds the made repository, and a runtime.

use std::path::Path;

use codira_contracts::{
    Capability, DocIssue, EmbeddingRow, EmbeddingSpec, EmbeddingState, FileSnapshot, IndexBackend, IndexWriteSession, LineSpan,
    Precision, SessionRequest, Severity, Tool, Vector, WriteScope, resolve::RuleSet,
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::Scale;
use crate::corpus::{Corpus, HITS, planted};

/// The dimension of every vector.
pub(super) const DIMENSION: u32 = 384;

/// A backend with the made repository in it.
pub(super) struct Prepared<B, O> {
    pub(super) runtime: Runtime,
    pub(super) scale: Scale,
    pub(super) corpus: Corpus,
    pub(super) files: Vec<FileSnapshot>,
    pub(super) backend: B,
    open: O,
    directory: TempDir,
}

impl<B: IndexBackend, O: Fn(&Path) -> B> Prepared<B, O> {
    pub(super) fn new(scale: Scale, open: O) -> Self {
        let runtime = Runtime::new().expect("the system gives a runtime its threads");
        let corpus = Corpus::new(scale.files);
        let mut files = corpus.snapshots().expect("made files are well formed");
        let directory = tempfile::tempdir().expect("there is room for a directory");
        let backend = open(directory.path());
        let embeds = backend.descriptor().claims(Capability::Embeddings);
        files.iter_mut().for_each(|file| adorn(file, embeds));
        runtime.block_on(commit(&backend, WriteScope::Full, files.clone()));
        Self { runtime, scale, corpus, files, backend, open, directory }
    }

    /// The same backend as a value of its own.
    pub(super) fn reopen(&self) -> B {
        (self.open)(self.directory.path())
    }

    /// Another one, empty, as long as the directory is kept.
    pub(super) fn another(&self) -> (B, TempDir) {
        let directory = tempfile::tempdir().expect("there is room for a directory");
        ((self.open)(directory.path()), directory)
    }

    /// Files so often edited; each `step`th one of all.
    pub(super) fn edited(&self, step: usize, edits: usize) -> Vec<FileSnapshot> {
        let numbers = (0..self.corpus.len()).step_by(step);
        let edited = numbers.map(|number| self.corpus.snapshot(number, edits).expect("made files are well formed"));
        edited.collect()
    }
}

/// Commits these files in one session.
pub(super) async fn commit<B: IndexBackend>(backend: &B, scope: WriteScope, files: Vec<FileSnapshot>) {
    let mut session =
        backend.begin_index_session(SessionRequest::new(scope, RuleSet::default())).await.expect("the writer lock is free");
    for file in files {
        session.put_file(file).await.expect("made files break no rule");
    }
    session.commit().await.expect("there is room for the commit");
}

/// The spec of every vector.
pub(super) fn spec() -> EmbeddingSpec {
    EmbeddingSpec {
        engine: "made".to_owned(),
        engine_version: "1".to_owned(),
        model: "made".to_owned(),
        model_version: "1".to_owned(),
        dimension: DIMENSION,
        precision: Precision::F32,
    }
}

/// A vector like no other.
pub(super) fn vector(number: usize) -> Vector {
    let mut state = (number as u32).wrapping_add(1);
    let mut draw = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32 - 0.5
    };
    Vector::new((0..DIMENSION).map(|_| draw()).collect()).expect("a quotient of integers is finite")
}

/// The rule of issues that are found so often.
pub(super) fn rule(hits: usize) -> String {
    format!("planted-{hits}")
}

/// Gives planted functions what only some runs make: issues, and a pending row.
fn adorn(file: &mut FileSnapshot, embeds: bool) {
    let FileSnapshot { analysis, embeddings, .. } = file;
    for hits in HITS {
        let name = planted(hits);
        let Some(symbol) = analysis.symbols.iter().find(|symbol| symbol.name == name) else { continue };
        analysis.doc_issues.push(DocIssue {
            rule: rule(hits),
            severity: Severity::Warning,
            message: format!("{name} says too little"),
            span: LineSpan::new(symbol.span.first, symbol.span.first),
            convention: Tool::new("made", "1"),
            auditor: Tool::new("made", "1"),
            owner: Some(symbol.id.clone()),
        });
        if embeds {
            embeddings.push(EmbeddingRow::pending(symbol.id.clone(), spec(), name));
        }
    }
}

/// A file of so many symbols with a vector each.
pub(super) fn embedded(number: usize, symbols: usize) -> FileSnapshot {
    let mut file = Corpus::new(2).snapshot(1, 0).expect("made files are well formed");
    file.state.path = format!("vectors/file_{number:06}.py").parse().expect("the path is well formed");
    let module = file.analysis.symbols.swap_remove(0);
    file.analysis = codira_contracts::FileAnalysis::new(file.analysis.language, format!("vectors.file_{number:06}"));
    file.analysis.symbols = vec![module];
    for symbol in 0..symbols {
        let name = format!("function_{symbol:04}");
        let mut symbol_row = codira_contracts::Symbol::new(&name, codira_contracts::SymbolKind::Function, &name);
        symbol_row.parent = Some(file.analysis.symbols[0].id.clone());
        let index = number * symbols + symbol;
        let mut row = EmbeddingRow::pending(symbol_row.id.clone(), spec(), format!("text {index}"));
        row.state = EmbeddingState::Computed(vector(index));
        file.embeddings.push(row);
        file.analysis.symbols.push(symbol_row);
    }
    file
}
