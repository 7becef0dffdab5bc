//! Everything that a reader can be asked, as values: drawn, asked, and answered as lines of text.
//!
//! Whatever the kit knows of single questions of the contract is here: a new one is added to this
//! file, and is asked wherever all of them are. What they are about is drawn in [`draw`].

pub(crate) mod draw;

use codira_contracts::{
    BackendDescriptor, BackendError, Candidate, CandidateOwner, CandidateRequest, ContentHash, DocIssueRequest,
    DocumentationRequest, EdgeEnd, EdgeRequest, EmbeddingState, FileSnapshot, ImportEnd, ImportRequest, IndexReader, Owners,
    PathPrefix, PendingRequest, RepoPath, Retention, ReuseRequest, Severity, SymbolInventoryRequest, SymbolKey, SymbolMatch,
    SymbolRequest, TextRequest, UseKind, last_name,
};
use proptest::{option, prelude::*, sample::select, strategy::Union};
use serde::{Deserialize, Serialize};

use crate::{
    histories::{Focus, draw_model::word},
    samples, show,
    vocabulary::{self, NAMES, SOUGHT},
};
use draw::{candidates, edge_end, import_end, key, kind, limit, matching, pending, prefix, retention, reuse};

/// One question of the contract, with what narrows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Question {
    /// The number of the commit, apart from the rest of the inventory: it counts sessions, and two
    /// indexes of the same files may have come about in more or fewer.
    Generation,
    Inventory,
    Totals,
    FileStates(PathPrefix),
    File(RepoPath),
    Maintenance(Retention),
    Symbols(SymbolRequest),
    SymbolInventory(SymbolInventoryRequest),
    Edges(EdgeRequest),
    Imports(ImportRequest),
    TextReferences(TextRequest),
    Documentation(DocumentationRequest),
    DocIssues(DocIssueRequest),
    Reusable(ReuseRequest),
    Pending(PendingRequest),
    Candidates(CandidateRequest),
}

impl Question {
    /// What is asked about an index as a whole, nothing narrowed.
    pub(crate) fn whole() -> Vec<Self> {
        vec![
            Self::Generation,
            Self::Inventory,
            Self::Totals,
            Self::FileStates(PathPrefix::root()),
            Self::Maintenance(Retention::default()),
            Self::SymbolInventory(SymbolInventoryRequest::default()),
            Self::Documentation(DocumentationRequest::default()),
            Self::DocIssues(DocIssueRequest::default()),
            Self::Pending(PendingRequest::default()),
        ]
    }

    /// Questions whose answers together hold all that an index holds.
    pub(crate) fn everything() -> Vec<Self> {
        let mut questions = Self::whole();
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
            let of_key = [SymbolRequest::of, SymbolRequest::children_of, SymbolRequest::overloads_of];
            questions.extend(of_key.map(|request| Self::Symbols(request(key.clone()))));
            questions.push(Self::Documentation(DocumentationRequest { owner: Some(key), ..DocumentationRequest::default() }));
        }
        questions
    }

    /// Every question of the contract, in every way in which it can be asked about what a file
    /// says.
    pub(crate) fn about(file: &FileSnapshot) -> Vec<Self> {
        let FileSnapshot { analysis, embeddings, .. } = file;
        let (path, module) = (file.path(), &analysis.module);
        let mut questions = Self::whole();
        questions.push(Self::File(path.clone()));
        questions.push(Self::Symbols(SymbolRequest::new(SymbolMatch::Module(module.clone()))));
        let mut ends = vec![
            ImportEnd::FromFile(path.clone()),
            ImportEnd::ToFile(path.clone()),
            ImportEnd::FromModule(module.clone()),
            ImportEnd::ToModule(module.clone()),
        ];
        ends.extend(analysis.imports.iter().map(|import| ImportEnd::ToModule(import.module.clone())));
        questions.extend(ends.into_iter().map(|end| Self::Imports(ImportRequest::new(end))));
        let mut ends = Vec::new();
        for (symbol, logical_name) in analysis.symbols.iter().zip(analysis.logical_names()) {
            let (key, name) = (SymbolKey { path: path.clone(), id: symbol.id.clone() }, || symbol.name.clone());
            let of_key = [SymbolMatch::Key, SymbolMatch::ChildrenOf, SymbolMatch::OverloadsOf].map(|of| of(key.clone()));
            let named = [SymbolMatch::Name(name()), SymbolMatch::LogicalName(logical_name)];
            let matching = of_key.into_iter().chain(named);
            questions.extend(matching.map(|matching| Self::Symbols(SymbolRequest::new(matching))));
            ends.extend([EdgeEnd::FromNamed(name()), EdgeEnd::ToNamed(name()), EdgeEnd::To(key.clone())]);
            ends.push(EdgeEnd::From(key.clone()));
            questions.push(Self::Documentation(DocumentationRequest { owner: Some(key), ..Default::default() }));
        }
        for record in &analysis.uses {
            let text = || record.text.clone();
            ends.extend([EdgeEnd::ToNamed(last_name(&record.text).to_owned()), EdgeEnd::ToExternal(text())]);
            questions.push(Self::TextReferences(TextRequest::new(text())));
        }
        for kind in UseKind::ALL {
            questions.extend(ends.iter().map(|end| Self::Edges(EdgeRequest::new(*kind, end.clone()))));
        }
        let rules = analysis.doc_issues.iter().map(|issue| Some(issue.rule.clone()));
        questions.extend(rules.map(|rule| Self::DocIssues(DocIssueRequest { rule, ..Default::default() })));
        for row in embeddings {
            let (spec, texts) = (row.spec.clone(), vec![row.text_hash]);
            questions.push(Self::Reusable(ReuseRequest { spec, texts }));
            if let EmbeddingState::Computed(vector) = &row.state {
                let nearest = |among| CandidateRequest::new(among, row.spec.clone(), vector.clone(), 3);
                questions.extend([Owners::Symbols, Owners::Documentation].map(|among| Self::Candidates(nearest(among))));
            }
        }
        questions
    }

    /// The question with a limit, where it has one.
    pub(crate) fn limited(mut self, to: usize) -> Self {
        let limit = match &mut self {
            Self::Symbols(request) => &mut request.limit,
            Self::SymbolInventory(request) => &mut request.limit,
            Self::Edges(request) => &mut request.limit,
            Self::Imports(request) => &mut request.limit,
            Self::TextReferences(request) => &mut request.limit,
            Self::Documentation(request) => &mut request.limit,
            Self::DocIssues(request) => &mut request.limit,
            Self::Pending(request) => &mut request.limit,
            Self::Candidates(request) => &mut request.limit,
            Self::Generation | Self::Inventory | Self::Totals | Self::FileStates(_) | Self::File(_) => return self,
            Self::Maintenance(_) | Self::Reusable(_) => return self,
        };
        *limit = Some(to);
        self
    }

    /// Any question of the contract that takes something, but for single files.
    pub(crate) fn any(focus: Focus) -> impl Strategy<Value = Self> {
        let symbols = (matching(focus), kind(), prefix(), limit()).prop_map(|(matching, kind, prefix, limit)| SymbolRequest {
            matching,
            kind,
            prefix,
            limit,
        });
        let inventory =
            (kind(), prefix(), limit()).prop_map(|(kind, prefix, limit)| SymbolInventoryRequest { kind, prefix, limit });
        let edges = (select(UseKind::ALL), edge_end(focus), prefix(), limit())
            .prop_map(|(kind, end, prefix, limit)| EdgeRequest { kind, end, prefix, limit });
        let imports =
            (import_end(focus), prefix(), limit()).prop_map(|(end, prefix, limit)| ImportRequest { end, prefix, limit });
        let texts = (word(SOUGHT), prefix(), limit()).prop_map(|(text, prefix, limit)| TextRequest { text, prefix, limit });
        let documentation = (option::of(key(focus)), prefix(), limit())
            .prop_map(|(owner, prefix, limit)| DocumentationRequest { owner, prefix, limit });
        let narrowing =
            (option::of(word(NAMES)), option::of(select(Severity::ALL)), option::of(select(vocabulary::languages())));
        let issues = (narrowing, prefix(), limit()).prop_map(|((rule, at_least, language), prefix, limit)| DocIssueRequest {
            rule,
            at_least,
            language,
            prefix,
            limit,
        });
        Union::new_weighted(vec![
            (1, prefix().prop_map(Self::FileStates).boxed()),
            (1, retention().prop_map(Self::Maintenance).boxed()),
            (6, symbols.prop_map(Self::Symbols).boxed()),
            (1, inventory.prop_map(Self::SymbolInventory).boxed()),
            (3, edges.prop_map(Self::Edges).boxed()),
            (1, imports.prop_map(Self::Imports).boxed()),
            (1, texts.prop_map(Self::TextReferences).boxed()),
            (1, documentation.prop_map(Self::Documentation).boxed()),
            (1, issues.prop_map(Self::DocIssues).boxed()),
            (1, reuse().prop_map(Self::Reusable).boxed()),
            (1, pending().prop_map(Self::Pending).boxed()),
            (2, candidates().prop_map(Self::Candidates).boxed()),
        ])
    }

    /// Whether only a backend that keeps embeddings can answer.
    pub(crate) fn is_about_embeddings(&self) -> bool {
        matches!(self, Self::Reusable(_) | Self::Pending(_) | Self::Candidates(_))
    }

    /// The answer, one line an entry, in the order in which the entries came.
    pub(crate) async fn ask(&self, reader: &impl IndexReader, of: &BackendDescriptor) -> Result<Vec<String>, BackendError> {
        Ok(match self {
            Self::Generation => vec![reader.inventory().await?.generation.to_string()],
            Self::Inventory => {
                let found = reader.inventory().await?;
                let own = (&found.backend, found.schema) == (&of.tool, of.schema);
                let writer =
                    if own { "this backend".to_owned() } else { format!("{}, schema {}", found.backend, found.schema) };
                let mut lines = vec![format!("written by {writer}, coverage {}", found.coverage)];
                lines.extend(found.rules.iter().map(|row| format!("{row:?}")));
                lines.extend(found.analyzers.iter().map(|row| format!("{row:?}")));
                lines.extend(found.embeddings.iter().map(|row| format!("{row:?}")));
                lines
            }
            Self::Totals => vec![format!("{:?}", reader.totals().await?)],
            Self::FileStates(prefix) => reader.file_states(prefix).await?.iter().map(show::file_state).collect(),
            Self::File(path) => reader.file(path).await?.as_ref().map(show::file).unwrap_or_default(),
            Self::Maintenance(retention) => vec![format!("{:?}", reader.maintenance(retention).await?)],
            Self::Symbols(request) => reader.symbols(request).await?.iter().map(show::symbol_entry).collect(),
            Self::SymbolInventory(request) => {
                let entries = reader.symbol_inventory(request).await?;
                let line = |entry: &codira_contracts::SymbolInventoryEntry| {
                    let (calls, references) = (counts(entry.calls), counts(entry.references));
                    format!("{} calls {calls}, references {references}", show::summary(&entry.symbol))
                };
                entries.iter().map(line).collect()
            }
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
            Self::Reusable(request) => debug(reader.reusable_embeddings(request).await?),
            Self::Pending(request) => debug(reader.pending_embeddings(request).await?),
            Self::Candidates(request) => reader.candidates(request).await?.iter().map(scored).collect(),
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
fn scored(Candidate { score, owner }: &Candidate) -> String {
    let owner = match owner {
        CandidateOwner::Symbol(entry) => show::symbol_entry(entry),
        CandidateOwner::Documentation(entry) => format!("{:?}: {}", entry.path.as_str(), show::unit(&entry.unit)),
    };
    format!("{score:?} ({:08x}) {owner}", score.to_bits())
}
