//! Answers that are filters: each list whole, and of it what a request names, from the first on.
//!
//! An index is asked by one end, one field or one word at a time, and has a way of its own for
//! each. Here is one way for all, which is too slow for anything but to compare with.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use codira_contracts::*;
use codira_memory::{IndexState, MemoryReader};

use crate::{Outcome, Violation, observe::keeps_embeddings, question::Question, show, toy::request, verdict::ensure};

/// A reader of a few files that answers each question about a list by filtering the whole list.
pub(crate) struct Filtered {
    files: Vec<FileSnapshot>,
    symbols: Vec<SymbolEntry>,
    inventory: Vec<SymbolInventoryEntry>,
    edges: Vec<(UseKind, EdgeEntry)>,
    imports: Vec<ImportEntry>,
    /// The module names of the files.
    modules: HashMap<RepoPath, String>,
    /// Answers what is no list, or is about vectors.
    memory: MemoryReader,
}

impl Filtered {
    /// The index of these files, by the rules of the first edition.
    pub(crate) async fn of(files: impl IntoIterator<Item = FileSnapshot>) -> Outcome<Self> {
        let mut draft = Arc::<IndexState>::default().begin(request(WriteScope::Full));
        for file in files {
            draft.put_file(file)?;
        }
        let state = Arc::new(draft.seal());
        let memory = MemoryReader::new(&state);
        let mut symbols: Vec<SymbolEntry> = state.files().flat_map(entries).collect();
        symbols.sort_by(|a, b| a.order().cmp(&b.order()));
        let inventory = memory.symbol_inventory(&SymbolInventoryRequest::default()).await?;
        let summaries: HashMap<&SymbolKey, &SymbolSummary> =
            inventory.iter().map(|entry| (&entry.symbol.key, &entry.symbol)).collect();
        let edges = state.graph().edges.iter().map(|edge| (edge.kind, entry(edge, &summaries))).collect();
        let mut imports = Vec::new();
        for file in state.files() {
            let targets = &state.graph().imports[file.path()];
            imports.extend(file.analysis.imports.iter().zip(targets).map(|(import, target)| ImportEntry {
                path: file.path().clone(),
                module: file.analysis.module.clone(),
                import: import.clone(),
                target: target.clone(),
            }));
        }
        let files: Vec<FileSnapshot> = state.files().cloned().collect();
        let modules = files.iter().map(|file| (file.path().clone(), file.analysis.module.clone())).collect();
        Ok(Self { files, symbols, inventory, edges, imports, modules, memory })
    }

    /// Every edge, with its kind.
    pub(crate) fn all_edges(&self) -> &[(UseKind, EdgeEntry)] {
        &self.edges
    }

    fn symbol(&self, key: &SymbolKey) -> Option<&Symbol> {
        self.symbols.iter().find(|entry| entry.path == key.path && entry.symbol.id == key.id).map(|entry| &entry.symbol)
    }

    /// Fails unless a reader of the backend `of` answers each question by the filter.
    pub(crate) async fn judge(
        &self,
        reader: &impl IndexReader,
        of: &BackendDescriptor,
        questions: impl IntoIterator<Item = Question>,
    ) -> Outcome {
        let embeddings = keeps_embeddings(of);
        for question in questions.into_iter().filter(|question| embeddings || !question.is_about_embeddings()) {
            let asked = || show::abridged(&format!("{question:?}"));
            let expected = question.ask(self, of).await?;
            let found = question.ask(reader, of).await.map_err(|error| Violation::from(error).during(asked()))?;
            let difference = show::difference(&expected, &found);
            ensure!(difference.is_none(), "{}: {}", asked(), difference.unwrap_or_default());
        }
        Ok(())
    }
}

fn entries(file: &FileSnapshot) -> impl Iterator<Item = SymbolEntry> {
    file.analysis.symbols.iter().zip(file.analysis.logical_names()).map(|(symbol, logical_name)| SymbolEntry {
        path: file.path().clone(),
        module: file.analysis.module.clone(),
        logical_name,
        symbol: symbol.clone(),
    })
}

fn entry(edge: &Edge, summaries: &HashMap<&SymbolKey, &SymbolSummary>) -> EdgeEntry {
    let summary = |key| SymbolSummary::clone(summaries[key]);
    let target = match &edge.target {
        EdgeTarget::Resolved(key) => EdgeTarget::Resolved(summary(key)),
        EdgeTarget::External { kind, name } => EdgeTarget::External { kind: *kind, name: name.clone() },
        EdgeTarget::Unresolved { text } => EdgeTarget::Unresolved { text: text.clone() },
    };
    EdgeEntry { owner: summary(&edge.owner), target, sites: edge.sites.clone() }
}

/// The first of those that are wanted.
fn filter<'a, T: Clone + 'a>(
    all: impl IntoIterator<Item = &'a T>,
    limit: Option<usize>,
    wanted: impl Fn(&T) -> bool,
) -> Vec<T> {
    all.into_iter().filter(|entry| wanted(entry)).take(limit.unwrap_or(usize::MAX)).cloned().collect()
}

macro_rules! filter_or_remember {
    ([] $(fn $question:ident($($given:ident: $given_type:ty),*) -> $answer:ty;)*) => {
        /// The questions: what no filter answers, memory does.
        #[async_trait]
        trait Filter: Sync {
            fn memory(&self) -> &MemoryReader;

            $(async fn $question(&self, $($given: $given_type),*) -> Result<$answer, BackendError> {
                self.memory().$question($($given),*).await
            })*
        }

        #[async_trait]
        impl IndexReader for Filtered {
            $(async fn $question(&self, $($given: $given_type),*) -> Result<$answer, BackendError> {
                Filter::$question(self, $($given),*).await
            })*
        }
    };
}
for_each_question!(filter_or_remember);

#[async_trait]
impl Filter for Filtered {
    fn memory(&self) -> &MemoryReader {
        &self.memory
    }

    async fn file_states(&self, prefix: &PathPrefix) -> Result<Vec<FileState>, BackendError> {
        Ok(filter(self.files.iter().map(|file| &file.state), None, |state| prefix.covers(&state.path)))
    }

    async fn file(&self, path: &RepoPath) -> Result<Option<FileSnapshot>, BackendError> {
        Ok(self.files.iter().find(|file| file.path() == path).cloned())
    }

    async fn symbols(&self, request: &SymbolRequest) -> Result<Vec<SymbolEntry>, BackendError> {
        let SymbolRequest { matching, kind, prefix, limit } = request;
        let at_key = |entry: &SymbolEntry, key: &SymbolKey| entry.path == key.path && entry.symbol.id == key.id;
        Ok(filter(&self.symbols, *limit, |entry| {
            let matches = match matching {
                SymbolMatch::Name(name) => entry.symbol.name == *name,
                SymbolMatch::LogicalName(name) => entry.logical_name == *name,
                SymbolMatch::Module(module) => entry.module == *module,
                SymbolMatch::Key(key) => at_key(entry, key),
                SymbolMatch::ChildrenOf(key) => entry.path == key.path && entry.symbol.parent.as_ref() == Some(&key.id),
                SymbolMatch::OverloadsOf(key) => {
                    let beside = |of: &Symbol| (&of.parent, &of.name) == (&entry.symbol.parent, &entry.symbol.name);
                    let overload = entry.symbol.kind == SymbolKind::Overload && entry.path == key.path;
                    overload && !at_key(entry, key) && self.symbol(key).is_some_and(beside)
                }
            };
            matches && kind.is_none_or(|kind| kind == entry.symbol.kind) && prefix.covers(&entry.path)
        }))
    }

    async fn symbol_inventory(&self, request: &SymbolInventoryRequest) -> Result<Vec<SymbolInventoryEntry>, BackendError> {
        let SymbolInventoryRequest { kind, prefix, limit } = request;
        Ok(filter(&self.inventory, *limit, |SymbolInventoryEntry { symbol, .. }| {
            kind.is_none_or(|kind| kind == symbol.kind) && prefix.covers(&symbol.key.path)
        }))
    }

    async fn edges(&self, request: &EdgeRequest) -> Result<Vec<EdgeEntry>, BackendError> {
        let EdgeRequest { kind, end, prefix, limit } = request;
        let of_kind = self.edges.iter().filter(|(its, _)| its == kind).map(|(_, edge)| edge);
        Ok(filter(of_kind, *limit, |edge| {
            let at_end = match end {
                EdgeEnd::From(key) => edge.owner.key == *key,
                EdgeEnd::To(key) => matches!(&edge.target, EdgeTarget::Resolved(symbol) if symbol.key == *key),
                EdgeEnd::FromNamed(name) => edge.owner.name == *name,
                EdgeEnd::ToNamed(name) => edge.target.name() == name,
                EdgeEnd::ToExternal(full) => matches!(&edge.target, EdgeTarget::External { name, .. } if name == full),
            };
            at_end && prefix.covers(&edge.owner.key.path)
        }))
    }

    async fn imports(&self, request: &ImportRequest) -> Result<Vec<ImportEntry>, BackendError> {
        let ImportRequest { end, prefix, limit } = request;
        Ok(filter(&self.imports, *limit, |entry| {
            let at_end = match (end, &entry.target) {
                (ImportEnd::FromFile(path), _) => entry.path == *path,
                (ImportEnd::FromModule(module), _) => entry.module == *module,
                (ImportEnd::ToFile(path), target) => *target == ImportTarget::Resolved(path.clone()),
                (ImportEnd::ToModule(module), ImportTarget::Resolved(path)) => self.modules.get(path) == Some(module),
                (ImportEnd::ToModule(module), _) => entry.import.module == *module,
            };
            at_end && prefix.covers(&entry.path)
        }))
    }

    async fn text_references(&self, request: &TextRequest) -> Result<Vec<TextReference>, BackendError> {
        let TextRequest { text, prefix, limit } = request;
        let inside = self.files.iter().filter(|file| prefix.covers(file.path()));
        let lines = inside.flat_map(|file| {
            text::occurrences(&file.analysis.source, text).map(|found| TextReference {
                path: file.path().clone(),
                site: found.site,
                line: found.line.to_owned(),
            })
        });
        Ok(lines.take(limit.unwrap_or(usize::MAX)).collect())
    }

    async fn documentation(&self, request: &DocumentationRequest) -> Result<Vec<DocumentationEntry>, BackendError> {
        let DocumentationRequest { owner, prefix, limit } = request;
        let units = self.files.iter().flat_map(|file| file.analysis.documentation.iter().map(|unit| (file.path(), unit)));
        let mut units: Vec<(&RepoPath, &Documentation)> = units.collect();
        units.sort_by_key(|(path, unit)| (*path, unit.span, &unit.id));
        let wanted = |path: &RepoPath, unit: &Documentation| {
            let owned = |key: &SymbolKey| (path, unit.owner.as_ref()) == (&key.path, Some(&key.id));
            owner.as_ref().is_none_or(owned) && prefix.covers(path)
        };
        let units = units.into_iter().filter(|(path, unit)| wanted(path, unit)).take(limit.unwrap_or(usize::MAX));
        Ok(units.map(|(path, unit)| DocumentationEntry { path: path.clone(), unit: unit.clone() }).collect())
    }

    async fn doc_issues(&self, request: &DocIssueRequest) -> Result<Vec<DocIssueEntry>, BackendError> {
        let DocIssueRequest { rule, at_least, language, prefix, limit } = request;
        let files = self.files.iter().filter(|file| {
            language.as_ref().is_none_or(|language| *language == file.analysis.language) && prefix.covers(file.path())
        });
        let issues = files.flat_map(|file| file.analysis.doc_issues.iter().map(|issue| (file.path(), issue)));
        let wanted = issues.filter(|(_, issue)| {
            rule.as_ref().is_none_or(|rule| *rule == issue.rule) && at_least.is_none_or(|minimum| issue.severity >= minimum)
        });
        let entry = |(path, issue): (&RepoPath, &DocIssue)| DocIssueEntry { path: path.clone(), issue: issue.clone() };
        Ok(wanted.take(limit.unwrap_or(usize::MAX)).map(entry).collect())
    }

    async fn pending_embeddings(&self, request: &PendingRequest) -> Result<Vec<PendingEmbedding>, BackendError> {
        let PendingRequest { spec, prefix, limit } = request;
        let all = self.memory.pending_embeddings(&PendingRequest::default()).await?;
        Ok(filter(&all, *limit, |row| spec.as_ref().is_none_or(|spec| *spec == row.spec) && prefix.covers(&row.key.path)))
    }

    async fn candidates(&self, request: &CandidateRequest) -> Result<Vec<Candidate>, BackendError> {
        let whole = CandidateRequest { prefix: PathPrefix::root(), limit: None, ..request.clone() };
        let all = self.memory.candidates(&whole).await?;
        Ok(filter(&all, request.limit, |candidate| request.prefix.covers(&candidate.owner.key().path)))
    }
}
