//! Collects symbols and uses while a file is read. At the end it orders the symbols and gives them
//! their ids.

use codira_contracts::{Site, StableId, Symbol, SymbolKind, UseForm, UseKind, UseRecord};
use rustc_hash::FxHashMap;

/// The index of a symbol in the list of drafts.
pub(super) type Index = usize;

/// The module of the file, which is the first draft.
pub(super) const MODULE: Index = 0;

/// The longest name to which the names of members are added, in bytes.
pub(super) const LONGEST_NAME: usize = 256;

/// A symbol whose identity is not settled yet: its id and parent are empty.
pub(super) struct Draft {
    pub(super) symbol: Symbol,
    pub(super) parent: Option<Index>,
    /// The byte where it begins: symbols are listed in this order.
    pub(super) start: usize,
    /// The byte after its last.
    pub(super) end: usize,
    /// The stem of its id, where its name and kind are not enough.
    pub(super) stem: Option<String>,
}

/// A use whose owner is a draft.
pub(super) struct DraftUse {
    pub(super) kind: UseKind,
    pub(super) form: UseForm,
    pub(super) text: String,
    pub(super) owner: Index,
    pub(super) site: Site,
}

/// The drafts in the order of their positions, parents first: the module, and a type before what
/// is declared with it.
pub(super) fn in_order(drafts: &[Draft]) -> Vec<Index> {
    let is_type = |kind| matches!(kind, SymbolKind::Struct | SymbolKind::Union | SymbolKind::Enum);
    let mut order: Vec<Index> = (0..drafts.len()).collect();
    order.sort_by_key(|index| (*index != MODULE, drafts[*index].start, !is_type(drafts[*index].symbol.kind)));
    order
}

/// Settles identities and order: the symbols, and the id of each draft.
pub(super) fn settle(drafts: Vec<Draft>) -> (Vec<Symbol>, Vec<StableId>) {
    let order = in_order(&drafts);
    let mut ids: Vec<Option<StableId>> = vec![None; drafts.len()];
    let mut repeats: FxHashMap<String, u32> = FxHashMap::default();
    let mut drafts: Vec<Option<Draft>> = drafts.into_iter().map(Some).collect();
    let mut symbols = Vec::with_capacity(order.len());
    for index in order {
        let Some(Draft { mut symbol, parent, stem, .. }) = drafts[index].take() else { continue };
        let parent_id = parent.and_then(|parent| ids[parent].clone());
        let stem = stem.unwrap_or_else(|| stem_of(&symbol));
        // Members of enumerations and macros are known in the whole file, wherever they are
        // defined.
        let nested = parent != Some(MODULE) && !matches!(symbol.kind, SymbolKind::EnumMember | SymbolKind::Macro);
        // Ids of deeply nested symbols stay short, so that they take no quadratic space.
        let id = match parent_id.as_ref().filter(|parent_id| nested && parent_id.as_str().len() <= LONGEST_NAME) {
            Some(parent_id) if symbol.kind == SymbolKind::Field => format!("{parent_id}.{stem}"),
            Some(parent_id) => format!("{parent_id}/{stem}"),
            None => stem,
        };
        let id = unique(id, &mut repeats);
        symbol.id = id.clone();
        symbol.parent = parent_id;
        ids[index] = Some(id);
        symbols.push(symbol);
    }
    (symbols, ids.into_iter().map(|id| id.unwrap_or_else(|| StableId::new("module"))).collect())
}

/// The id itself the first time, and numbered from the second on.
fn unique(id: String, repeats: &mut FxHashMap<String, u32>) -> StableId {
    let count = repeats.entry(id.clone()).or_insert(0);
    *count += 1;
    match *count {
        1 => StableId::new(id),
        repeat => StableId::new(format!("{id}#{repeat}")),
    }
}

/// Name and kind: functions, variables and enumeration members share one name space in C, and need
/// no more than their name.
fn stem_of(symbol: &Symbol) -> String {
    let Symbol { kind, name, .. } = symbol;
    match kind {
        SymbolKind::Prototype => format!("proto:{name}"),
        SymbolKind::Macro => format!("macro:{name}"),
        SymbolKind::TypeAlias => format!("typedef {name}"),
        SymbolKind::Struct | SymbolKind::Union | SymbolKind::Enum => format!("{kind} {name}"),
        _ => name.clone(),
    }
}

/// The records of the uses, in the order of their sites.
pub(super) fn settle_uses(mut uses: Vec<DraftUse>, ids: &[StableId]) -> Vec<UseRecord> {
    uses.sort_by_key(|draft| draft.site);
    let record = |DraftUse { kind, form, text, owner, site }| UseRecord { kind, owner: ids[owner].clone(), form, text, site };
    uses.into_iter().map(record).collect()
}

/// The ranges of functions.
pub(super) struct Functions {
    /// First byte, end and index of each, in order.
    ranges: Vec<(usize, usize, Index)>,
}

impl Functions {
    pub(super) fn of(drafts: &[Draft]) -> Self {
        let functions = drafts.iter().enumerate().filter(|(_, draft)| draft.symbol.kind == SymbolKind::Function);
        let mut ranges: Vec<_> = functions.map(|(index, draft)| (draft.start, draft.end, index)).collect();
        ranges.sort_unstable();
        Self { ranges }
    }

    /// The function that encloses a byte, or the module.
    pub(super) fn enclosing(&self, at: usize) -> Index {
        let before = self.ranges.partition_point(|(start, ..)| *start <= at);
        match before.checked_sub(1).map(|index| self.ranges[index]) {
            Some((_, end, index)) if at < end => index,
            _ => MODULE,
        }
    }
}
