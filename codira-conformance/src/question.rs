//! Everything that a reader can be asked, as values: drawn, asked, and answered as lines of text.

use codira_contracts::{
    AuditPolicy, BackendDescriptor, BackendError, Candidate, CandidateRequest, ContentHash, DocIssueRequest,
    DocumentationRequest, EdgeEnd, EdgeRequest, EmbeddingSpec, ImportEnd, ImportRequest, IndexReader, PathPrefix,
    PendingRequest, RepoPath, ReuseRequest, SymbolInventoryRequest, SymbolKey, SymbolMatch, SymbolRequest, TextRequest,
    UseKind,
};

use crate::{samples, show, vocabulary};

/// One question of the contract, with what narrows it.
#[derive(Clone, Debug)]
pub(crate) enum Question {
    RuntimeInventory,
    AnalyzerInventory,
    Totals,
    FileStates(PathPrefix),
    File(RepoPath),
    Maintenance(AuditPolicy, Vec<EmbeddingSpec>),
    Symbol(SymbolKey),
    Symbols(SymbolRequest),
    SymbolInventory(SymbolInventoryRequest),
    Children(SymbolKey),
    Overloads(SymbolKey),
    Edges(EdgeRequest),
    Imports(ImportRequest),
    TextReferences(TextRequest),
    Documentation(DocumentationRequest),
    DocIssues(DocIssueRequest),
    EmbeddingInventory,
    Reusable(ReuseRequest),
    Pending(PendingRequest),
    SymbolCandidates(CandidateRequest),
    DocumentationCandidates(CandidateRequest),
}

impl Question {
    /// Questions whose answers together hold all that an index holds.
    pub(crate) fn everything() -> Vec<Self> {
        let mut questions = vec![
            Self::RuntimeInventory,
            Self::AnalyzerInventory,
            Self::Totals,
            Self::FileStates(PathPrefix::root()),
            Self::Maintenance(AuditPolicy::default(), Vec::new()),
            Self::SymbolInventory(SymbolInventoryRequest::default()),
            Self::Documentation(DocumentationRequest::default()),
            Self::DocIssues(DocIssueRequest::default()),
            Self::EmbeddingInventory,
            Self::Pending(PendingRequest::default()),
        ];
        questions.extend(vocabulary::paths().map(Self::File));
        questions.extend(vocabulary::paths().map(|path| Self::Imports(ImportRequest::new(ImportEnd::FromFile(path)))));
        questions.extend(vocabulary::NAMES.iter().map(|name| Self::Symbols(SymbolRequest::named(*name))));
        for kind in UseKind::ALL {
            let edges = |name: &&str| Self::Edges(EdgeRequest::new(*kind, EdgeEnd::FromNamed((*name).to_owned())));
            questions.extend(vocabulary::NAMES.iter().map(edges));
        }
        questions
    }

    /// Everything that can be asked for by a text, asked for by `name`.
    pub(crate) fn naming(name: &str) -> Vec<Self> {
        let text = || name.to_owned();
        let matching = [SymbolMatch::Name(text()), SymbolMatch::LogicalName(text()), SymbolMatch::Module(text())];
        let ends = || [EdgeEnd::FromNamed(text()), EdgeEnd::ToExternal(text())];
        let edges = UseKind::ALL.iter().flat_map(|kind| ends().map(|end| Self::Edges(EdgeRequest::new(*kind, end))));
        let imports = [ImportEnd::FromModule(text()), ImportEnd::ToModule(text())];
        let texts = vec![ContentHash::of(name.as_bytes())];
        let issues = DocIssueRequest { rule: Some(text()), ..DocIssueRequest::default() };
        let mut questions: Vec<Self> = edges.collect();
        questions.extend(matching.map(|matching| Self::Symbols(SymbolRequest::new(matching))));
        questions.extend(imports.map(|end| Self::Imports(ImportRequest::new(end))));
        questions.push(Self::TextReferences(TextRequest::new(name)));
        questions.push(Self::DocIssues(issues));
        questions.extend(
            vocabulary::specs()
                .into_iter()
                .chain([samples::spec("1")])
                .map(|spec| Self::Reusable(ReuseRequest { spec, texts: texts.clone() })),
        );
        for path in vocabulary::paths() {
            let key = SymbolKey { path, id: name.into() };
            questions.extend([Self::Symbol(key.clone()), Self::Children(key.clone()), Self::Overloads(key.clone())]);
            questions.push(Self::Documentation(DocumentationRequest { owner: Some(key), ..DocumentationRequest::default() }));
        }
        questions
    }

    /// Whether only a backend that keeps embeddings can answer.
    pub(crate) fn is_about_embeddings(&self) -> bool {
        matches!(
            self,
            Self::EmbeddingInventory
                | Self::Reusable(_)
                | Self::Pending(_)
                | Self::SymbolCandidates(_)
                | Self::DocumentationCandidates(_)
        )
    }

    /// The answer, one line an entry, in the order in which the entries came.
    pub(crate) async fn ask(&self, reader: &impl IndexReader, of: &BackendDescriptor) -> Result<Vec<String>, BackendError> {
        Ok(match self {
            Self::RuntimeInventory => {
                let found = reader.runtime_inventory().await?;
                let own = (&found.backend, found.schema) == (&of.tool, of.schema);
                let writer =
                    if own { "this backend".to_owned() } else { format!("{}, schema {}", found.backend, found.schema) };
                vec![format!("written by {writer}, coverage {}, generation {}", found.coverage, found.generation)]
            }
            Self::AnalyzerInventory => debug(reader.analyzer_inventory().await?),
            Self::Totals => vec![format!("{:?}", reader.totals().await?)],
            Self::FileStates(prefix) => reader.file_states(prefix).await?.iter().map(show::file_state).collect(),
            Self::File(path) => reader.file(path).await?.as_ref().map(show::file).unwrap_or_default(),
            Self::Maintenance(policy, specs) => vec![format!("{:?}", reader.maintenance(policy, specs).await?)],
            Self::Symbol(key) => reader.symbol(key).await?.iter().map(show::symbol_entry).collect(),
            Self::Symbols(request) => reader.symbols(request).await?.iter().map(show::symbol_entry).collect(),
            Self::SymbolInventory(request) => {
                let entries = reader.symbol_inventory(request).await?;
                let line = |entry: &codira_contracts::SymbolInventoryEntry| {
                    let (calls, references) = (counts(entry.calls), counts(entry.references));
                    format!("{} calls {calls}, references {references}", show::summary(&entry.symbol))
                };
                entries.iter().map(line).collect()
            }
            Self::Children(key) => reader.children(key).await?.iter().map(show::symbol_entry).collect(),
            Self::Overloads(key) => reader.overloads(key).await?.iter().map(show::symbol_entry).collect(),
            Self::Edges(request) => reader.edges(request).await?.iter().map(show::edge).collect(),
            Self::Imports(request) => {
                let entries = reader.imports(request).await?;
                let line = |entry: &codira_contracts::ImportEntry| {
                    let (path, import) = (entry.path.as_str(), show::import(&entry.import));
                    format!("{path:?} in {:?}: {import} -> {:?}", entry.module, entry.target)
                };
                entries.iter().map(line).collect()
            }
            Self::TextReferences(request) => {
                let entries = reader.text_references(request).await?;
                entries.iter().map(|found| format!("{:?} {}: {:?}", found.path.as_str(), found.site, found.line)).collect()
            }
            Self::Documentation(request) => {
                let entries = reader.documentation(request).await?;
                entries.iter().map(|entry| format!("{:?}: {}", entry.path.as_str(), show::unit(&entry.unit))).collect()
            }
            Self::DocIssues(request) => {
                let entries = reader.doc_issues(request).await?;
                entries.iter().map(|entry| format!("{:?}: {}", entry.path.as_str(), show::doc_issue(&entry.issue))).collect()
            }
            Self::EmbeddingInventory => debug(reader.embedding_inventory().await?),
            Self::Reusable(request) => debug(reader.reusable_embeddings(request).await?),
            Self::Pending(request) => debug(reader.pending_embeddings(request).await?),
            Self::SymbolCandidates(request) => {
                let found = reader.symbol_candidates(request).await?;
                found.iter().map(|found| scored(found, show::symbol_entry(&found.entry))).collect()
            }
            Self::DocumentationCandidates(request) => {
                let found = reader.documentation_candidates(request).await?;
                let shown = |entry: &codira_contracts::DocumentationEntry| {
                    format!("{:?}: {}", entry.path.as_str(), show::unit(&entry.unit))
                };
                found.iter().map(|found| scored(found, shown(&found.entry))).collect()
            }
        })
    }
}

fn debug<T: std::fmt::Debug>(entries: Vec<T>) -> Vec<String> {
    entries.iter().map(|entry| format!("{entry:?}")).collect()
}

fn counts(counts: codira_contracts::EdgeCounts) -> String {
    let codira_contracts::EdgeCounts { incoming, outgoing_resolved, outgoing_other } = counts;
    format!("{incoming} in, {outgoing_resolved} + {outgoing_other} out")
}

/// With all bits of the score.
fn scored<T>(candidate: &Candidate<T>, entry: String) -> String {
    format!("{:?} ({:08x}) {entry}", candidate.score, candidate.score.to_bits())
}
