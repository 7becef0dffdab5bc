//! Everything that a story asks of the index after a step, in lines for a person.

use std::collections::{BTreeMap, BTreeSet};

use codira_contracts::{
    AnalysisStatus, BackendError, CandidateRequest, DocIssueRequest, DocumentationRequest, EdgeCounts, EdgeEnd, EdgeEntry,
    EdgeRequest, EdgeTarget, EmbeddingInventory, EmbeddingState, FileSnapshot, ImportEnd, ImportEntry, ImportRequest,
    ImportTarget, IndexReader, Owners, PathPrefix, PendingRequest, RuntimeInventory, SymbolEntry, SymbolInventoryEntry,
    SymbolInventoryRequest, SymbolKey, SymbolMatch, SymbolRequest, TextRequest, Tool, Totals, UseKind, Vector, Visibility,
};
use similar::{ChangeTag, TextDiff};

use crate::watched::UPGRADED;

/// The answers by what they are about: a file, or the whole repository, which comes first.
pub(super) type Answers = BTreeMap<String, String>;

const REPOSITORY: &str = "";

/// How many of the most alike are told.
const CANDIDATES: usize = 3;

/// How many sites of an edge are told.
const SITES: usize = 12;

/// Asks for all that is stored and derived, file by file; says what to ask for from its other end.
pub(super) async fn ask(reader: &impl IndexReader, keeps_embeddings: bool) -> Result<(Answers, Ends), BackendError> {
    let mut answers = Answers::new();
    let mut ends = Ends::default();
    for state in reader.file_states(&PathPrefix::root()).await? {
        let within = PathPrefix::new(state.path.as_str())?;
        let Some(file) = reader.file(&state.path).await? else { continue };
        let mut lines = vec![head(&file)];
        if let AnalysisStatus::Partial(diagnostics) = &file.analysis.status {
            lines.extend(diagnostics.iter().map(|it| format!("not understood, line {}: {}", it.line, it.message)));
        }
        ends.modules.insert(file.analysis.module.clone());
        for entry in reader.imports(&ImportRequest::new(ImportEnd::FromFile(state.path.clone()))).await? {
            ends.modules.insert(entry.import.module.clone());
            lines.push(import(&entry));
        }
        let inventory = SymbolInventoryRequest { prefix: within.clone(), ..SymbolInventoryRequest::default() };
        for counted in reader.symbol_inventory(&inventory).await? {
            let key = counted.symbol.key.clone();
            let Some(entry) = reader.symbols(&SymbolRequest::of(key.clone())).await?.pop() else { continue };
            lines.push(symbol(&counted, &entry));
            for kind in UseKind::ALL {
                for edge in reader.edges(&EdgeRequest::new(*kind, EdgeEnd::From(key.clone()))).await? {
                    lines.push(format!("  {kind} {}", self::edge(&edge)));
                    if let EdgeTarget::External { name, .. } = edge.target {
                        ends.externals.insert(name);
                    }
                }
            }
            ends.names.insert(counted.symbol.name);
            ends.logical_names.insert(counted.symbol.logical_name);
            ends.keys.push(key);
        }
        for entry in reader.documentation(&DocumentationRequest { prefix: within.clone(), ..Default::default() }).await? {
            let unit = entry.unit;
            let below = unit.heading_path.iter().map(|title| format!(" below {title:?}")).collect::<String>();
            let of = unit.owner.map_or_else(String::new, |owner| format!(" of {owner}"));
            lines.push(format!("{} {} {:?}{below}{of}: {:?}", unit.span, unit.kind, unit.title, unit.text));
        }
        for entry in reader.doc_issues(&DocIssueRequest { prefix: within.clone(), ..Default::default() }).await? {
            let issue = entry.issue;
            lines.push(format!("{} {} {}: {}", issue.span, issue.severity, issue.rule, issue.message));
        }
        lines.extend(file.embeddings.iter().map(|row| {
            let state = match &row.state {
                EmbeddingState::Computed(vector) => format!("{:?}", vector.as_slice()),
                EmbeddingState::Pending { text } => format!("waits with {text:?}"),
            };
            format!("embedding of {} by {}: {state}", row.owner, row.spec.model)
        }));
        answers.insert(state.path.to_string(), text(lines));
    }
    let RuntimeInventory { coverage, analyzers, embeddings: stored, .. } = reader.inventory().await?;
    let mut lines = vec![format!("coverage {coverage}")];
    for analyzer in analyzers {
        lines.push(format!("analyzer {}", tool(&analyzer.tool)));
    }
    let Totals { files, symbols, imports, calls, references, edges, resolved_edges, documentation, doc_issues, .. } =
        reader.totals().await?;
    let totals = [
        (files, "files"),
        (symbols, "symbols"),
        (imports, "imports"),
        (calls, "calls"),
        (references, "references"),
        (edges, "edges"),
        (resolved_edges, "of them resolved"),
        (documentation, "units"),
        (doc_issues, "issues"),
    ];
    lines.push(format!("in all {}", numbers(&totals)));
    if keeps_embeddings {
        lines.extend(embeddings(reader, stored).await?);
    }
    answers.insert(REPOSITORY.to_owned(), text(lines));
    Ok((answers, ends))
}

/// What is stored of each spec, what is most like a text of two lengths, and the first pending
/// rows.
async fn embeddings(reader: &impl IndexReader, stored: Vec<EmbeddingInventory>) -> Result<Vec<String>, BackendError> {
    let mut lines = Vec::new();
    for EmbeddingInventory { spec, computed, pending } in stored {
        lines.push(format!("embeddings by {}: {}", spec.model, numbers(&[(computed, "computed"), (pending, "waiting")])));
        for length in [40.0, 4.0] {
            let Ok(query) = Vector::new(vec![length, 1.0]) else { continue };
            for (among, what) in [(Owners::Symbols, "symbols"), (Owners::Documentation, "units")] {
                let like = CandidateRequest::new(among, spec.clone(), query.clone(), CANDIDATES);
                let found = reader.candidates(&like).await?;
                let keys: Vec<String> = found.iter().map(|it| it.owner.key().to_string()).collect();
                lines.push(format!("  {what} most like length {length}: {}", keys.join(", ")));
            }
        }
        let first = PendingRequest { spec: Some(spec), limit: Some(CANDIDATES), ..PendingRequest::default() };
        let waiting = reader.pending_embeddings(&first).await?;
        lines.extend(waiting.iter().map(|row| format!("  waits: {}", row.key)));
    }
    Ok(lines)
}

/// What was found, to be asked for from its other end.
#[derive(Default)]
pub(super) struct Ends {
    names: BTreeSet<String>,
    logical_names: BTreeSet<String>,
    modules: BTreeSet<String>,
    externals: BTreeSet<String>,
    keys: Vec<SymbolKey>,
}

impl Ends {
    /// Asks for everything from each of its ends; tells only the numbers.
    pub(super) async fn count(&self, reader: &impl IndexReader) -> Result<Vec<String>, BackendError> {
        let mut symbols = [0; 3];
        let mut edges = [0; 4];
        let mut imports = [0; 3];
        let mut of_symbols = [0; 3];
        let mut texts = 0;
        for name in &self.names {
            symbols[0] += reader.symbols(&SymbolRequest::named(name)).await?.len();
            texts += reader.text_references(&TextRequest::new(name)).await?.len();
            for kind in UseKind::ALL {
                edges[0] += reader.edges(&EdgeRequest::new(*kind, EdgeEnd::FromNamed(name.clone()))).await?.len();
                edges[1] += reader.edges(&EdgeRequest::new(*kind, EdgeEnd::ToNamed(name.clone()))).await?.len();
            }
        }
        for name in &self.logical_names {
            symbols[1] += reader.symbols(&SymbolRequest::new(SymbolMatch::LogicalName(name.clone()))).await?.len();
        }
        for module in &self.modules {
            symbols[2] += reader.symbols(&SymbolRequest::new(SymbolMatch::Module(module.clone()))).await?.len();
            imports[0] += reader.imports(&ImportRequest::new(ImportEnd::FromModule(module.clone()))).await?.len();
            imports[1] += reader.imports(&ImportRequest::new(ImportEnd::ToModule(module.clone()))).await?.len();
        }
        for state in reader.file_states(&PathPrefix::root()).await? {
            imports[2] += reader.imports(&ImportRequest::new(ImportEnd::ToFile(state.path))).await?.len();
        }
        for key in &self.keys {
            for kind in UseKind::ALL {
                edges[2] += reader.edges(&EdgeRequest::new(*kind, EdgeEnd::To(key.clone()))).await?.len();
            }
            of_symbols[0] += reader.symbols(&SymbolRequest::children_of(key.clone())).await?.len();
            of_symbols[1] += reader.symbols(&SymbolRequest::overloads_of(key.clone())).await?.len();
            let units = DocumentationRequest { owner: Some(key.clone()), ..Default::default() };
            of_symbols[2] += reader.documentation(&units).await?.len();
        }
        for name in &self.externals {
            for kind in UseKind::ALL {
                edges[3] += reader.edges(&EdgeRequest::new(*kind, EdgeEnd::ToExternal(name.clone()))).await?.len();
            }
        }
        Ok(vec![
            format!("symbols by name {}, by logical name {}, by module {}", symbols[0], symbols[1], symbols[2]),
            format!("lines that hold a name: {texts}"),
            format!("edges from names {}, to names {}, to symbols {}, to externals {}", edges[0], edges[1], edges[2], edges[3]),
            format!("imports from modules {}, to modules {}, to files {}", imports[0], imports[1], imports[2]),
            format!("of symbols: {} children, {} overloads, {} units", of_symbols[0], of_symbols[1], of_symbols[2]),
        ])
    }
}

/// Those that are not zero.
pub(super) fn numbers(counts: &[(u64, &str)]) -> String {
    let counts = counts.iter().filter(|(count, _)| *count > 0).map(|(count, of)| format!("{count} {of}"));
    let counts: Vec<String> = counts.collect();
    if counts.is_empty() { "nothing".to_owned() } else { counts.join(", ") }
}

fn text(lines: Vec<String>) -> String {
    lines.into_iter().map(|line| line + "\n").collect()
}

fn head(FileSnapshot { state, analysis, .. }: &FileSnapshot) -> String {
    let (language, module) = (&analysis.language, &analysis.module);
    let hash = &state.hash.to_string()[..8];
    // What a step writes is modified so many seconds after the first.
    let step = state.modified / 1_000_000_000 - 1_600_000_000;
    format!("{language} module {module:?}, {} bytes, hash {hash}, of step {step}, by {}", state.size, tool(&state.analyzer))
}

/// A tool without its version, which changes more often than what it says; but an upgrade of the
/// story shows.
fn tool(Tool { name, version }: &Tool) -> String {
    if version.ends_with(UPGRADED) { format!("{name}{UPGRADED}") } else { name.clone() }
}

fn import(ImportEntry { import, target, .. }: &ImportEntry) -> String {
    let codira_contracts::Import { kind, module, name, alias, owner, visibility, condition, line } = import;
    let name = name.as_ref().map_or_else(String::new, |name| format!(" name {name}"));
    let alias = alias.as_ref().map_or_else(String::new, |alias| format!(" as {alias}"));
    let owner = owner.as_ref().map_or_else(String::new, |owner| format!(" in {owner}"));
    let target = match target {
        ImportTarget::Resolved(path) => path.to_string(),
        ImportTarget::External => "external".to_owned(),
        ImportTarget::Unresolved => "unresolved".to_owned(),
    };
    let condition =
        if *condition == codira_contracts::ImportCondition::Always { String::new() } else { format!(", {condition}") };
    format!("{line} import {kind} {module}{name}{alias}{owner}{}{condition} -> {target}", shown(*visibility))
}

fn shown(visibility: Visibility) -> String {
    if visibility == Visibility::Public { String::new() } else { format!(", {visibility}") }
}

fn symbol(SymbolInventoryEntry { symbol: summary, calls, references }: &SymbolInventoryEntry, entry: &SymbolEntry) -> String {
    let symbol = &entry.symbol;
    let mut line = format!("{} {} {}", summary.span, summary.kind, summary.logical_name);
    if symbol.id.as_str() != summary.logical_name {
        line += &format!(" (id {})", symbol.id);
    }
    if symbol.qualified_name != summary.logical_name {
        line += &format!(", {}", symbol.qualified_name);
    }
    line += &shown(symbol.visibility);
    if let Some(extended) = &symbol.extends {
        line += &format!(", for {extended}");
    }
    for (what, texts) in [("marked", &symbol.decorators), ("based on", &symbol.bases)] {
        if !texts.is_empty() {
            line += &format!(", {what} {}", texts.join(" and "));
        }
    }
    let body = symbol.body;
    let facts = [(body.returns_value, "returns"), (body.yields, "yields"), (body.raises, "raises"), (body.asserts, "asserts")];
    facts.iter().filter(|(is_so, _)| *is_so).for_each(|(_, fact)| line += &format!(", {fact}"));
    for (what, counts) in [("calls", calls), ("references", references)] {
        let EdgeCounts { incoming, outgoing_resolved, outgoing_other } = counts;
        if *counts != EdgeCounts::default() {
            line += &format!(", {what} {incoming} in, {outgoing_resolved} + {outgoing_other} out");
        }
    }
    if let Some(signature) = &symbol.signature {
        line += &format!(" | {signature}");
    }
    if let Some(documentation) = &symbol.documentation {
        line += &format!(" | {documentation:?}");
    }
    line
}

fn edge(EdgeEntry { target, sites, .. }: &EdgeEntry) -> String {
    let target = match target {
        EdgeTarget::Resolved(symbol) => format!("{}#{}", symbol.key.path, symbol.key.id),
        EdgeTarget::External { kind, name } => format!("{kind} {name}"),
        EdgeTarget::Unresolved { text } => format!("unresolved {text}"),
    };
    let shown: Vec<String> = sites.iter().take(SITES).map(ToString::to_string).collect();
    let rest = if sites.len() > SITES { format!(" and so on, {} in all", sites.len()) } else { String::new() };
    format!("{}{rest} -> {target}", shown.join(" "))
}

/// What is different now, by file; of a file that is gone, only that it is.
pub(super) fn difference(before: &Answers, now: &Answers) -> String {
    let mut told = String::new();
    let about: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    for about in about {
        let heading = if about == REPOSITORY { "the repository" } else { about };
        match (before.get(about), now.get(about)) {
            (Some(_), None) => told += &format!("\n{heading}\n   is gone\n"),
            (before, Some(now)) if before != Some(now) => {
                told += &format!("\n{heading}\n");
                let before = before.map_or("", String::as_str);
                for change in TextDiff::from_lines(before, now).iter_all_changes() {
                    let mark = match change.tag() {
                        ChangeTag::Equal => continue,
                        ChangeTag::Delete => "-  ",
                        ChangeTag::Insert if before.is_empty() => "   ",
                        ChangeTag::Insert => "+  ",
                    };
                    told += &format!("{mark}{}", change.value());
                }
            }
            _ => {}
        }
    }
    if told.is_empty() { "\nno answer is different\n".to_owned() } else { told }
}
