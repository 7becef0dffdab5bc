//! Symbols: by key, name, logical name, module and parent; and the inventory.

use codira_contracts::{
    BackendError, EdgeCounts, PathPrefix, StableId, SymbolEntry, SymbolInventoryEntry, SymbolInventoryRequest, SymbolKind,
    SymbolMatch, SymbolRequest, UseKind,
};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    batches::{FilesToRead, first, is_full},
    index::Index,
};
use crate::{
    FileOutline,
    compact::ResolvedUse,
    postings::Key,
    tables::{FileRow, Having, Tables},
};

impl<T: Tables> Index<'_, T> {
    /// The symbols that match.
    pub(super) async fn symbols(&mut self, request: &SymbolRequest) -> Result<Vec<SymbolEntry>, BackendError> {
        let SymbolRequest { matching, kind, prefix, limit } = request;
        let mut entries = Vec::new();
        if is_full(&entries, *limit) {
            return Ok(entries);
        }
        let files = match matching {
            SymbolMatch::Name(name) | SymbolMatch::LogicalName(name) => self.files_of(&[Key::Name(name)], prefix).await?,
            SymbolMatch::Module(module) => self.files_of(&[Key::Module(module)], prefix).await?,
            SymbolMatch::Key(key) | SymbolMatch::ChildrenOf(key) | SymbolMatch::OverloadsOf(key) => {
                self.file_inside(&key.path, prefix).await?
            }
        };
        for files in FilesToRead::new(&files, *limit).batches() {
            for outline in self.outlines(files).await? {
                let of_kind = |index: usize| kind.is_none_or(|kind| outline.symbols[index].kind == kind);
                let indexes = outline.indexes(|index| of_kind(index) && matches(&outline, index, matching));
                entries.extend(indexes.into_iter().map(|index| outline.entry(index)));
            }
            if is_full(&entries, *limit) {
                break;
            }
        }
        Ok(first(entries, *limit))
    }

    /// Every symbol with its edge counts.
    pub(super) async fn symbol_inventory(
        &mut self,
        request: &SymbolInventoryRequest,
    ) -> Result<Vec<SymbolInventoryEntry>, BackendError> {
        let SymbolInventoryRequest { kind, prefix, limit } = request;
        let files = self.files_inside(prefix, Having::Anything).await?;
        let mut counts = Counts::default();
        if limit.is_none() {
            counts = Counts::of(self, &files, prefix.is_root()).await?;
        }
        let mut entries = Vec::new();
        let mut from = 0;
        for numbers in FilesToRead::new(&files, *limit).batches() {
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

/// Whether a symbol of a file matches.
fn matches(outline: &FileOutline, index: usize, matching: &SymbolMatch) -> bool {
    let symbol = &outline.symbols[index];
    match matching {
        SymbolMatch::Name(name) => symbol.name == *name,
        SymbolMatch::LogicalName(name) => outline.logical_names[index] == *name,
        SymbolMatch::Module(module) => outline.module == *module,
        SymbolMatch::Key(key) => symbol.id == key.id,
        SymbolMatch::ChildrenOf(key) => symbol.parent.as_ref() == Some(&key.id),
        SymbolMatch::OverloadsOf(key) => {
            let of = outline.index_of(&key.id).map(|index| &outline.symbols[index]);
            symbol.kind == SymbolKind::Overload
                && symbol.id != key.id
                && of.is_some_and(|of| (&of.parent, &of.name) == (&symbol.parent, &symbol.name))
        }
    }
}

/// The edges of symbols: calls and references, by file and id.
#[derive(Default)]
struct Counts(FxHashMap<u32, FxHashMap<StableId, [EdgeCounts; 2]>>);

impl Counts {
    /// Those of the symbols of some files, or of all there are.
    async fn of(index: &mut Index<'_, impl Tables>, files: &[FileRow], all: bool) -> Result<Self, BackendError> {
        let wanted: FxHashSet<u32> = files.iter().map(|file| file.number).collect();
        let mut looked_at = files.to_vec();
        if !all {
            let keys: Vec<Key<'_>> = files.iter().map(|file| Key::TargetFile(&file.path)).collect();
            let referring = index.files_of(&keys, &PathPrefix::root()).await?;
            looked_at.extend(referring.into_iter().filter(|file| !wanted.contains(&file.number)));
        }
        let mut counts = Self::default();
        for numbers in FilesToRead::new(&looked_at, None).batches() {
            for (number, (outline, graph)) in numbers.iter().zip(index.graphs(numbers).await?) {
                for edge in graph.edges.iter() {
                    let outgoing = counts.at(*number, &outline.symbols[edge.owner].id, edge.kind);
                    match &edge.target {
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
