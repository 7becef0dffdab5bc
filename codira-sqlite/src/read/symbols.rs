//! Symbols: by key, name, logical name, module and parent; and the inventory.

use codira_contracts::{
    BackendError, EdgeCounts, StableId, SymbolEntry, SymbolInventoryEntry, SymbolInventoryRequest, SymbolKind, SymbolMatch,
    SymbolRequest, UseKind,
};
use codira_store::{compact::Meaning, questions::SymbolQuestions};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    index::{File, INSIDE, Index, batches, first, is_full},
    sheet::Sheet,
};
use crate::postings::Key;

impl SymbolQuestions for Index<'_> {
    async fn symbols(&mut self, request: &SymbolRequest) -> Result<Vec<SymbolEntry>, BackendError> {
        let SymbolRequest { matching, kind, prefix, limit } = request;
        let wanted = |sheet: &Sheet, place: usize| {
            kind.is_none_or(|kind| sheet.symbols[place].kind == kind) && matches(sheet, place, matching)
        };
        let files = match matching {
            SymbolMatch::Name(name) | SymbolMatch::LogicalName(name) => self.files_of(&[Key::Name(name)], prefix).await?,
            SymbolMatch::Module(module) => self.files_of(&[Key::Module(module)], prefix).await?,
            SymbolMatch::Key(key) | SymbolMatch::ChildrenOf(key) | SymbolMatch::OverloadsOf(key) => {
                let file = if prefix.covers(&key.path) { self.file_at(&key.path).await? } else { None };
                file.into_iter().collect()
            }
        };
        let mut entries = Vec::new();
        for files in batches(&files, *limit) {
            if is_full(&entries, *limit) {
                break;
            }
            for sheet in self.sheets(&files).await? {
                let places = sheet.order.iter().filter(|place| wanted(&sheet, **place));
                entries.extend(places.map(|place| sheet.entry(*place)));
            }
        }
        Ok(first(entries, *limit))
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
        for numbers in batches(&files, *limit) {
            if is_full(&entries, *limit) {
                break;
            }
            if limit.is_some() {
                counts = Counts::of(self, &files[from..from + numbers.len()], false).await?;
                from += numbers.len();
            }
            for (number, sheet) in numbers.iter().zip(self.sheets(&numbers).await?) {
                let places = sheet.order.iter().filter(|place| kind.is_none_or(|kind| sheet.symbols[**place].kind == kind));
                entries.extend(places.map(|place| {
                    let counts = counts.0.get(number).and_then(|ids| ids.get(&sheet.symbols[*place].id)).copied();
                    let [calls, references] = counts.unwrap_or_default();
                    SymbolInventoryEntry { symbol: sheet.summary(*place), calls, references }
                }));
            }
        }
        Ok(first(entries, *limit))
    }
}

/// Whether the symbol at a place of a file matches.
fn matches(sheet: &Sheet, place: usize, matching: &SymbolMatch) -> bool {
    let symbol = &sheet.symbols[place];
    match matching {
        SymbolMatch::Name(name) => symbol.name == *name,
        SymbolMatch::LogicalName(name) => sheet.logical_names[place] == *name,
        SymbolMatch::Module(module) => sheet.module == *module,
        SymbolMatch::Key(key) => symbol.id == key.id,
        SymbolMatch::ChildrenOf(key) => symbol.parent.as_ref() == Some(&key.id),
        SymbolMatch::OverloadsOf(key) => {
            let of = sheet.place(&key.id).map(|place| &sheet.symbols[place]);
            symbol.kind == SymbolKind::Overload
                && symbol.id != key.id
                && of.is_some_and(|of| (&of.parent, &of.name) == (&symbol.parent, &symbol.name))
        }
    }
}

/// The edges of symbols: calls and references, by file and id.
#[derive(Default)]
struct Counts(FxHashMap<i64, FxHashMap<StableId, [EdgeCounts; 2]>>);

impl Counts {
    /// Those of the symbols of some files, or of all there are.
    async fn of(index: &mut Index<'_>, files: &[File], all: bool) -> Result<Self, BackendError> {
        let wanted: FxHashSet<i64> = files.iter().map(|file| file.number).collect();
        let mut looked_at = files.to_vec();
        if !all {
            let keys: Vec<Key<'_>> = files.iter().map(|file| Key::TargetFile(&file.path)).collect();
            let referring = index.files_of(&keys, &codira_contracts::PathPrefix::root()).await?;
            looked_at.extend(referring.into_iter().filter(|file| !wanted.contains(&file.number)));
        }
        let mut counts = Self::default();
        for numbers in batches(&looked_at, None) {
            for (number, (sheet, graph)) in numbers.iter().zip(index.graphs(&numbers).await?) {
                for edge in &graph.edges {
                    let outgoing = counts.at(*number, &sheet.symbols[edge.owner].id, edge.kind);
                    match &edge.meaning {
                        Meaning::Symbol { file, id } => {
                            outgoing.outgoing_resolved += 1;
                            let file = i64::from(*file);
                            if wanted.contains(&file) {
                                counts.at(file, id, edge.kind).incoming += 1;
                            }
                        }
                        Meaning::External { .. } | Meaning::Unresolved { .. } => outgoing.outgoing_other += 1,
                    }
                }
            }
        }
        Ok(counts)
    }

    fn at(&mut self, file: i64, id: &StableId, kind: UseKind) -> &mut EdgeCounts {
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
