//! What each question of the contract takes, with one, ten and a thousand answers.

use std::path::Path;

use codira_contracts::{
    BackendError, Capability, ContentHash, DocIssueRequest, DocumentationRequest, EdgeEnd, EdgeRequest, ImportEnd,
    ImportRequest, IndexBackend, IndexReader, PathPrefix, PendingRequest, RepoPath, Retention, ReuseRequest,
    SymbolInventoryRequest, SymbolKey, SymbolMatch, SymbolRequest, TextRequest, UseKind,
};
use criterion::{BenchmarkId, Criterion};

use super::prepared::{Prepared, rule, spec};
use crate::corpus::{HITS, PLANTED_CALLEES, callee, planted};

/// A question.
enum Question {
    Totals,
    Inventory,
    Maintenance,
    FileStates(PathPrefix),
    File(RepoPath),
    Symbols(SymbolRequest),
    SymbolInventory(SymbolInventoryRequest),
    Edges(EdgeRequest),
    Imports(ImportRequest),
    TextReferences(TextRequest),
    Documentation(DocumentationRequest),
    DocIssues(DocIssueRequest),
    Pending(PendingRequest),
    Reusable(ReuseRequest),
}

impl Question {
    /// How many answers there are.
    async fn ask(&self, reader: &impl IndexReader) -> Result<usize, BackendError> {
        Ok(match self {
            Self::Totals => reader.totals().await.map(|_| 1)?,
            Self::Inventory => reader.inventory().await.map(|_| 1)?,
            Self::Maintenance => reader.maintenance(&Retention::default()).await.map(|_| 1)?,
            Self::FileStates(prefix) => reader.file_states(prefix).await?.len(),
            Self::File(path) => usize::from(reader.file(path).await?.is_some()),
            Self::Symbols(request) => reader.symbols(request).await?.len(),
            Self::SymbolInventory(request) => reader.symbol_inventory(request).await?.len(),
            Self::Edges(request) => reader.edges(request).await?.len(),
            Self::Imports(request) => reader.imports(request).await?.len(),
            Self::TextReferences(request) => reader.text_references(request).await?.len(),
            Self::Documentation(request) => reader.documentation(request).await?.len(),
            Self::DocIssues(request) => reader.doc_issues(request).await?.len(),
            Self::Pending(request) => reader.pending_embeddings(request).await?.len(),
            Self::Reusable(request) => reader.reusable_embeddings(request).await?.len(),
        })
    }
}

pub(super) fn bench<B: IndexBackend, O: Fn(&Path) -> B>(criterion: &mut Criterion, name: &str, prepared: &Prepared<B, O>) {
    let Prepared { runtime, backend, .. } = prepared;
    let reader = runtime.block_on(backend.open_reader()).expect("there is an index");
    let mut asked = plain(prepared);
    HITS.into_iter().for_each(|hits| asked.extend(growing(prepared, hits)));
    if backend.descriptor().claims(Capability::Embeddings) {
        for hits in HITS {
            asked.push(("pending", Question::Pending(PendingRequest { limit: Some(hits), ..PendingRequest::default() })));
            let texts = (0..hits).map(|text| ContentHash::of(text.to_string().as_bytes())).collect();
            asked.push(("reusable", Question::Reusable(ReuseRequest { spec: spec(), texts })));
        }
    }
    for (what, question) in asked {
        let hits = runtime.block_on(question.ask(&reader)).expect("the index answers");
        let mut group = criterion.benchmark_group(format!("question/{what}"));
        group.bench_function(BenchmarkId::new(name, hits), |bencher| {
            bencher.to_async(runtime).iter(async || question.ask(&reader).await.expect("the index answers"));
        });
    }
}

/// Questions that are asked in one way.
fn plain<B: IndexBackend, O: Fn(&Path) -> B>(prepared: &Prepared<B, O>) -> Vec<(&'static str, Question)> {
    let file = &prepared.files[PLANTED_CALLEES];
    let module = SymbolKey { path: file.path().clone(), id: file.analysis.symbols[0].id.clone() };
    vec![
        ("totals", Question::Totals),
        ("inventory", Question::Inventory),
        ("maintenance", Question::Maintenance),
        ("file-states", Question::FileStates(PathPrefix::root())),
        ("file", Question::File(file.path().clone())),
        ("symbol", Question::Symbols(SymbolRequest::of(module.clone()))),
        ("children", Question::Symbols(SymbolRequest::children_of(module.clone()))),
        ("overloads", Question::Symbols(SymbolRequest::overloads_of(module))),
        ("symbols-in-module", Question::Symbols(SymbolRequest::new(SymbolMatch::Module(file.analysis.module.clone())))),
        ("imports-of-file", Question::Imports(ImportRequest::new(ImportEnd::FromFile(file.path().clone())))),
    ]
}

/// Questions that have so many answers.
fn growing<B: IndexBackend, O: Fn(&Path) -> B>(prepared: &Prepared<B, O>, hits: usize) -> Vec<(&'static str, Question)> {
    let called = &prepared.files[PLANTED_CALLEES];
    let callee_id = called.analysis.symbols.iter().find(|symbol| symbol.name == callee(hits)).map(|symbol| symbol.id.clone());
    let callee_key = SymbolKey { path: called.path().clone(), id: callee_id.expect("callees are planted there") };
    let calls = |end| Question::Edges(EdgeRequest::new(UseKind::Call, end));
    let imports_here = ImportRequest::new(ImportEnd::ToFile(called.path().clone())).limit(hits);
    vec![
        ("symbols-by-name", Question::Symbols(SymbolRequest::named(planted(hits)))),
        ("symbols-by-logical-name", Question::Symbols(SymbolRequest::new(SymbolMatch::LogicalName(planted(hits))))),
        (
            "symbol-inventory",
            Question::SymbolInventory(SymbolInventoryRequest { limit: Some(hits), ..SymbolInventoryRequest::default() }),
        ),
        ("callers", calls(EdgeEnd::To(callee_key))),
        ("callers-by-name", calls(EdgeEnd::ToNamed(callee(hits)))),
        ("callees-by-name", calls(EdgeEnd::FromNamed(planted(hits)))),
        ("importers", Question::Imports(imports_here)),
        ("text-references", Question::TextReferences(TextRequest::new(planted(hits)))),
        (
            "documentation",
            Question::Documentation(DocumentationRequest { limit: Some(hits), ..DocumentationRequest::default() }),
        ),
        ("doc-issues", Question::DocIssues(DocIssueRequest { rule: Some(rule(hits)), ..DocIssueRequest::default() })),
    ]
}
