//! Symbols: by key, name, logical name, module and parent; and the inventory.

use codira_contracts::{
    BackendError, EdgeCounts, StableId, SymbolInventoryEntry, SymbolInventoryRequest, SymbolMatch, SymbolRequest, UseKind,
};
use codira_store::{
    compact::ResolvedUse,
    questions::{Documents, FilesToRead, SymbolQuestions, first, is_full},
};
use rustc_hash::{FxHashMap, FxHashSet};

use super::index::{File, INSIDE, Index, to_read};
use crate::postings::Key;

impl SymbolQuestions for Index<'_> {
    async fn files_with_symbols(&mut self, request: &SymbolRequest) -> Result<FilesToRead, BackendError> {
        let files = match &request.matching {
            SymbolMatch::Name(name) | SymbolMatch::LogicalName(name) => {
                self.files_of(&[Key::Name(name)], &request.prefix).await?
            }
            SymbolMatch::Module(module) => self.files_of(&[Key::Module(module)], &request.prefix).await?,
            SymbolMatch::Key(key) | SymbolMatch::ChildrenOf(key) | SymbolMatch::OverloadsOf(key) => {
                return self.file_inside(&key.path, &request.prefix).await;
            }
        };
        Ok(to_read(&files, request.limit))
    }

    async fn symbol_inventory(&mut self, request: &SymbolInventoryRequest) -> Result<Vec<SymbolInventoryEntry>, BackendError> {
        let SymbolInventoryRequest { kind, prefix, limit } = request;
        let files = self.files_inside(INSIDE, prefix).await?;
        let mut counts = Counts::default();
        if limit.is_none() {
            counts = Counts::of(self, &files, prefix.is_root()).await?;
        }
        let mut entries = Vec::new();
        let mut from = 0;
        for numbers in to_read(&files, *limit).batches() {
            if is_full(&entries, *limit) {
                break;
            }
            if limit.is_some() {
                counts = Counts::of(self, &files[from..from + numbers.len()], false).await?;
                from += numbers.len();
            }
            for (number, outline) in numbers.iter().zip(self.outlines(numbers).await?) {
                let indexes = outline.indexes(|index| kind.is_none_or(|kind| outline.symbols[index].kind == kind));
                entries.extend(indexes.into_iter().map(|index| {
                    let counts = counts.0.get(number).and_then(|ids| ids.get(&outline.symbols[index].id)).copied();
                    let [calls, references] = counts.unwrap_or_default();
                    SymbolInventoryEntry { symbol: outline.summary(index), calls, references }
                }));
            }
        }
        Ok(first(entries, *limit))
    }
}

/// The edges of symbols: calls and references, by file and id.
#[derive(Default)]
struct Counts(FxHashMap<u32, FxHashMap<StableId, [EdgeCounts; 2]>>);

impl Counts {
    /// Those of the symbols of some files, or of all there are.
    async fn of(index: &mut Index<'_>, files: &[File], all: bool) -> Result<Self, BackendError> {
        let wanted: FxHashSet<u32> = files.iter().map(|file| file.number).collect();
        let mut looked_at = files.to_vec();
        if !all {
            let keys: Vec<Key<'_>> = files.iter().map(|file| Key::TargetFile(&file.path)).collect();
            let referring = index.files_of(&keys, &codira_contracts::PathPrefix::root()).await?;
            looked_at.extend(referring.into_iter().filter(|file| !wanted.contains(&file.number)));
        }
        let mut counts = Self::default();
        for numbers in to_read(&looked_at, None).batches() {
            for (number, (outline, graph)) in numbers.iter().zip(index.graphs(numbers).await?) {
                for edge in graph.edges.iter() {
                    let outgoing = counts.at(*number, &outline.symbols[edge.owner].id, edge.kind);
                    match &edge.meaning {
                        ResolvedUse::Symbol { file, id } => {
                            outgoing.outgoing_resolved += 1;
                            if wanted.contains(file) {
                                counts.at(*file, id, edge.kind).incoming += 1;
                            }
                        }
                        ResolvedUse::External { .. } | ResolvedUse::Unresolved { .. } => outgoing.outgoing_other += 1,
                    }
                }
            }
        }
        Ok(counts)
    }

    fn at(&mut self, file: u32, id: &StableId, kind: UseKind) -> &mut EdgeCounts {
        let ids = self.0.entry(file).or_default();
        if !ids.contains_key(id) {
            ids.insert(id.clone(), Default::default());
        }
        let counts = ids.get_mut(id).expect("it was put there if it was not");
        match kind {
            UseKind::Call => &mut counts[0],
            UseKind::Reference => &mut counts[1],
        }
    }
}
