//! Questions about what files and symbols make of each other: edges and imports.

use std::collections::HashMap;

use codira_contracts::{
    Edge, EdgeCounts, EdgeEnd, EdgeEntry, EdgeRequest, EdgeTarget, ImportEnd, ImportEntry, ImportRequest, ImportTarget,
    RepoPath, SymbolEntry, SymbolInventoryEntry, SymbolInventoryRequest, SymbolKey, SymbolSummary, UseKind, last_name,
};

use super::{View, first, symbols::entries};
use crate::{Graph, IndexState};

/// Every symbol of a state, to name the ends of edges.
#[derive(Debug)]
pub(super) struct Summaries(HashMap<SymbolKey, SymbolSummary>);

impl Summaries {
    pub(super) fn of(state: &IndexState) -> Self {
        let summaries = state.files().flat_map(entries).map(summary);
        Self(summaries.map(|summary| (summary.key.clone(), summary)).collect())
    }

    fn symbol(&self, key: &SymbolKey) -> &SymbolSummary {
        self.0.get(key).expect("an edge leads from and to symbols of the stored files")
    }

    fn target_name<'a>(&'a self, edge: &'a Edge) -> &'a str {
        match &edge.target {
            EdgeTarget::Resolved(key) => &self.symbol(key).name,
            EdgeTarget::External { name: path, .. } | EdgeTarget::Unresolved { text: path } => last_name(path),
        }
    }

    fn entry(&self, edge: &Edge) -> EdgeEntry {
        EdgeEntry {
            owner: self.symbol(&edge.owner).clone(),
            target: match &edge.target {
                EdgeTarget::Resolved(key) => EdgeTarget::Resolved(self.symbol(key).clone()),
                EdgeTarget::External { kind, name } => EdgeTarget::External { kind: *kind, name: name.clone() },
                EdgeTarget::Unresolved { text } => EdgeTarget::Unresolved { text: text.clone() },
            },
            sites: edge.sites.clone(),
        }
    }
}

/// The edge counts of every symbol that has edges of this kind.
fn counts(graph: &Graph, kind: UseKind) -> HashMap<&SymbolKey, EdgeCounts> {
    let mut counts: HashMap<&SymbolKey, EdgeCounts> = HashMap::new();
    for edge in graph.edges.iter().filter(|edge| edge.kind == kind) {
        let owner = counts.entry(&edge.owner).or_default();
        match &edge.target {
            EdgeTarget::Resolved(symbol) => {
                owner.outgoing_resolved += 1;
                counts.entry(symbol).or_default().incoming += 1;
            }
            EdgeTarget::External { .. } | EdgeTarget::Unresolved { .. } => owner.outgoing_other += 1,
        }
    }
    counts
}

impl View {
    /// Every symbol with its edge counts, by path, span and id.
    pub fn symbol_inventory(&self, request: &SymbolInventoryRequest) -> Vec<SymbolInventoryEntry> {
        let SymbolInventoryRequest { kind, prefix, limit } = request;
        let graph = self.state.graph();
        let (calls, references) = (counts(graph, UseKind::Call), counts(graph, UseKind::Reference));
        let symbols = self.symbols_where(prefix, |entry| kind.is_none_or(|kind| entry.symbol.kind == kind));
        let entry = |symbol: SymbolEntry| SymbolInventoryEntry {
            calls: calls.get(&symbol.key()).copied().unwrap_or_default(),
            references: references.get(&symbol.key()).copied().unwrap_or_default(),
            symbol: summary(symbol),
        };
        first(*limit, symbols.into_iter().map(entry).collect())
    }

    /// The edges of one kind at one end, by keys of owner and target.
    pub fn edges(&self, request: &EdgeRequest) -> Vec<EdgeEntry> {
        let EdgeRequest { kind, end, prefix, limit } = request;
        let summaries = self.summaries();
        let at_end = self.state.graph().edges.iter().filter(|edge| match end {
            EdgeEnd::From(key) => edge.owner == *key,
            EdgeEnd::To(key) => matches!(&edge.target, EdgeTarget::Resolved(symbol) if symbol == key),
            EdgeEnd::FromNamed(name) => summaries.symbol(&edge.owner).name == *name,
            EdgeEnd::ToNamed(name) => summaries.target_name(edge) == name,
            EdgeEnd::ToExternal(full) => matches!(&edge.target, EdgeTarget::External { name, .. } if name == full),
        });
        let wanted = at_end.filter(|edge| edge.kind == *kind && prefix.covers(&edge.owner.path));
        first(*limit, wanted.map(|edge| summaries.entry(edge)).collect())
    }

    /// The imports and includes at one end, by path and position in the file's list.
    pub fn imports(&self, request: &ImportRequest) -> Vec<ImportEntry> {
        let ImportRequest { end, prefix, limit } = request;
        let graph = self.state.graph();
        let all = self.files_in(prefix).flat_map(|file| {
            // A graph that a store has kept may lack what its author forgot.
            let targets = graph.imports.get(file.path()).into_iter().flatten();
            let targets = targets.chain(std::iter::repeat(&ImportTarget::Unresolved));
            file.analysis.imports.iter().zip(targets).map(|(import, target)| ImportEntry {
                path: file.path().clone(),
                module: file.analysis.module.clone(),
                import: import.clone(),
                target: target.clone(),
            })
        });
        let module_of = |path: &RepoPath| self.state.files.get(path).map(|file| &file.analysis.module);
        let at_end = all.filter(|entry| match (end, &entry.target) {
            (ImportEnd::FromFile(path), _) => entry.path == *path,
            (ImportEnd::FromModule(module), _) => entry.module == *module,
            (ImportEnd::ToFile(path), target) => *target == ImportTarget::Resolved(path.clone()),
            (ImportEnd::ToModule(module), ImportTarget::Resolved(path)) => module_of(path) == Some(module),
            (ImportEnd::ToModule(module), ImportTarget::External | ImportTarget::Unresolved) => entry.import.module == *module,
        });
        first(*limit, at_end.collect())
    }
}

fn summary(entry: SymbolEntry) -> SymbolSummary {
    SymbolSummary {
        key: entry.key(),
        kind: entry.symbol.kind,
        name: entry.symbol.name,
        logical_name: entry.logical_name,
        span: entry.symbol.span,
    }
}
