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
    compact::{FileEdge, ResolvedUse},
    forms::graph,
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
        for files in FilesToRead::new::<T>(&files, *limit).batches() {
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
        let mut files = self.files_inside(prefix, Having::Anything).await?;
        let (mut entries, mut places) = (Vec::new(), Vec::new());
        for numbers in FilesToRead::new::<T>(&files, *limit).batches() {
            if is_full(&entries, *limit) {
                break;
            }
            for (number, outline) in numbers.iter().zip(self.outlines(numbers).await?) {
                for index in outline.indexes(|index| kind.is_none_or(|kind| outline.symbols[index].kind == kind)) {
                    let (symbol, counts) = (outline.summary(index), EdgeCounts::default());
                    entries.push(SymbolInventoryEntry { symbol, calls: counts, references: counts });
                    places.push((*number, index));
                }
            }
        }
        let mut entries = first(entries, *limit);
        let all = limit.is_none() && prefix.is_root();
        if !all {
            let listed: FxHashSet<u32> = places.iter().take(entries.len()).map(|(file, _)| *file).collect();
            files.retain(|file| listed.contains(&file.number));
        }
        let counts = Counts::of(self, &files, all).await?;
        for (entry, (file, index)) in entries.iter_mut().zip(places) {
            [entry.calls, entry.references] = counts.of_symbol(file, index, &entry.symbol.key.id);
        }
        Ok(entries)
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

/// How many calls and references there are of symbols.
#[derive(Default)]
struct Counts {
    /// By file and index.
    outgoing: FxHashMap<(u32, usize), [EdgeCounts; 2]>,
    /// By file, then id.
    incoming: FxHashMap<u32, FxHashMap<StableId, [u64; 2]>>,
}

impl Counts {
    /// Those of the symbols of some files, or of all there are.
    async fn of<T: Tables>(index: &mut Index<'_, T>, files: &[FileRow], all: bool) -> Result<Self, BackendError> {
        let wanted: FxHashSet<u32> = files.iter().map(|file| file.number).collect();
        let mut looked_at = files.to_vec();
        if !all {
            let keys: Vec<Key<'_>> = files.iter().map(|file| Key::TargetFile(&file.path)).collect();
            let referring = index.files_of(&keys, &PathPrefix::root()).await?;
            looked_at.extend(referring.into_iter().filter(|file| !wanted.contains(&file.number)));
        }
        let mut counts = Self::default();
        for numbers in FilesToRead::new::<T>(&looked_at, None).batches() {
            for (FileRow { number, .. }, edges) in index.resolved(numbers, graph::edges).await? {
                edges.into_iter().for_each(|edge| counts.add(number, edge, &wanted));
            }
        }
        Ok(counts)
    }

    /// Adds an edge of a file, as far as it is one of wanted files.
    fn add(&mut self, file: u32, FileEdge { owner, kind, target, .. }: FileEdge, wanted: &FxHashSet<u32>) {
        let kind = match kind {
            UseKind::Call => 0,
            UseKind::Reference => 1,
        };
        if wanted.contains(&file) {
            let outgoing = &mut self.outgoing.entry((file, owner)).or_default()[kind];
            match target {
                ResolvedUse::Symbol { .. } => outgoing.outgoing_resolved += 1,
                ResolvedUse::External { .. } | ResolvedUse::Unresolved { .. } => outgoing.outgoing_other += 1,
            }
        }
        if let ResolvedUse::Symbol { file, id } = target
            && wanted.contains(&file)
        {
            self.incoming.entry(file).or_default().entry(id).or_default()[kind] += 1;
        }
    }

    /// Those of a symbol.
    fn of_symbol(&self, file: u32, index: usize, id: &StableId) -> [EdgeCounts; 2] {
        let mut counts = self.outgoing.get(&(file, index)).copied().unwrap_or_default();
        let incoming = self.incoming.get(&file).and_then(|ids| ids.get(id)).copied().unwrap_or_default();
        for (counts, incoming) in counts.iter_mut().zip(incoming) {
            counts.incoming = incoming;
        }
        counts
    }
}
