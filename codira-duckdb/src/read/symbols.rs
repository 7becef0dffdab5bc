//! Symbols: by key, name, logical name, module and parent; and the inventory.
//!
//! Columns say which symbols are meant, and in which order; documents say what they are.

use codira_contracts::{
    BackendError, EdgeCounts, LineSpan, PathPrefix, Symbol, SymbolEntry, SymbolInventoryEntry, SymbolInventoryRequest,
    SymbolKey, SymbolKind, SymbolMatch, SymbolRequest, UseKind,
};
use codira_store::questions::SymbolQuestions;
use rustc_hash::FxHashMap;

use super::{edges::RESOLVED, filter::Which, sheet::Sheet, snapshot::Snapshot};
use crate::codec;

/// What symbols order by, but for their ids.
const PLACE: &str = "file, number, first, last";
/// How many edges come from a symbol, and lead to one? Owners and targets are files and numbers of symbols.
const OUTGOING: &str = "file, owner, kind, reach, count(*)::UBIGINT";
const OUTGOING_OF: &str = "file, owner, kind, reach";
const INCOMING: &str = "target_file, target, kind, count(*)::UBIGINT";
const INCOMING_OF: &str = "target_file, target, kind";

/// How many files are named in a condition, rather than none.
const NAMED: usize = 256;

/// The number that stands for a logical name.
pub(crate) fn logical_digest(name: &str) -> u32 {
    codec::digest(&[name.as_bytes()])
}

/// Whether the symbol at a place of a sheet is one of those that are looked for.
type Wanted<'a> = &'a dyn Fn(&Sheet, usize) -> bool;

/// Symbols that were found: their sheets, and in their order the file and the place of each.
struct Found {
    sheets: FxHashMap<u32, Sheet>,
    order: Vec<(u32, usize)>,
}

impl Found {
    /// What `make` makes of each.
    fn map<T>(&self, mut make: impl FnMut(&Sheet, usize) -> T) -> Vec<T> {
        self.order.iter().map(|(file, place)| make(&self.sheets[file], *place)).collect()
    }
}

/// The symbols to which a condition leads. Where it leads to others, too, `wanted` tells them apart.
fn listed(
    snapshot: &Snapshot,
    which: Which,
    prefix: &PathPrefix,
    limit: Option<usize>,
    wanted: Option<Wanted<'_>>,
) -> Result<Found, BackendError> {
    if limit == Some(0) {
        return Ok(Found { sheets: FxHashMap::default(), order: Vec::new() });
    }
    let mut rows = snapshot.select(PLACE, "symbol", &which.inside(prefix), |row| {
        Ok((row.get::<u32>(0)?, row.get::<u32>(1)?, LineSpan::new(row.get(2)?, row.get(3)?)))
    })?;
    if let Some(limit) = limit.filter(|limit| wanted.is_none() && *limit < rows.len()) {
        // Ids decide among those that are equal so far.
        let names = snapshot.names(rows.iter().map(|(file, ..)| *file))?;
        let key = |(file, _, span): &(u32, u32, LineSpan)| (&names[file].path, *span);
        rows.select_nth_unstable_by(limit - 1, |a, b| key(a).cmp(&key(b)));
        let last = rows[limit - 1];
        rows.retain(|row| key(row) <= key(&last));
    }
    let sheets = snapshot.sheets(rows.iter().map(|(file, ..)| *file))?;
    let mut order = Vec::with_capacity(rows.len());
    for (file, number, _) in rows {
        let sheet = &sheets[&file];
        let place = sheet.numbered(number).ok_or_else(|| snapshot.database.at().unreadable("a symbol"))?;
        if wanted.is_none_or(|wanted| wanted(sheet, place)) {
            order.push((file, place));
        }
    }
    let key = |(file, place): &(u32, usize)| {
        let (sheet, symbol) = (&sheets[file], &sheets[file].symbols[*place]);
        (&sheet.name.path, symbol.span, &symbol.id)
    };
    order.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
    order.truncate(limit.unwrap_or(usize::MAX));
    Ok(Found { sheets, order })
}

impl SymbolQuestions for Snapshot {
    async fn symbols(&mut self, request: &SymbolRequest) -> Result<Vec<SymbolEntry>, BackendError> {
        let SymbolRequest { matching, kind, prefix, limit } = request;
        let mut wanted = None;
        let which = match matching {
            SymbolMatch::Name(name) => Which::is("name", name.clone()),
            SymbolMatch::LogicalName(name) => {
                // Several logical names may have one digest.
                wanted = Some(|sheet: &Sheet, place: usize| sheet.logical_names[place] == *name);
                let condition = format!("name = ? OR logical_name = {}", logical_digest(name));
                Which::all().and(&condition, [name.clone().into()])
            }
            SymbolMatch::Module(name) => {
                let files = self.of_module(name)?;
                if files.is_empty() {
                    return Ok(Vec::new());
                }
                Which::among("file", files)
            }
            SymbolMatch::Key(key) | SymbolMatch::ChildrenOf(key) | SymbolMatch::OverloadsOf(key) => {
                let mut entries = if prefix.covers(&key.path) { of_file(self, key, matching)? } else { Vec::new() };
                entries.retain(|entry| kind.is_none_or(|kind| entry.symbol.kind == kind));
                entries.truncate(limit.unwrap_or(usize::MAX));
                return Ok(entries);
            }
        };
        let which = which.and_is("kind", kind.map(|kind| codec::code(SymbolKind::ALL, &kind)));
        let wanted = wanted.as_ref().map(|wanted| wanted as Wanted<'_>);
        Ok(listed(self, which, prefix, *limit, wanted)?.map(Sheet::entry))
    }

    async fn symbol_inventory(&mut self, request: &SymbolInventoryRequest) -> Result<Vec<SymbolInventoryEntry>, BackendError> {
        let kind = request.kind.map(|kind| codec::code(SymbolKind::ALL, &kind));
        let found = listed(self, Which::all().and_is("kind", kind), &request.prefix, request.limit, None)?;
        if found.order.is_empty() {
            return Ok(Vec::new());
        }
        let counts = Counts::read(self, &found)?;
        Ok(found.map(|sheet, place| {
            let of = |kind| counts.0.get(&(sheet.file, sheet.number(place), kind)).copied().unwrap_or_default();
            let code = |kind| codec::code(UseKind::ALL, &kind);
            SymbolInventoryEntry {
                symbol: sheet.summary(place),
                calls: of(code(UseKind::Call)),
                references: of(code(UseKind::Reference)),
            }
        }))
    }
}

/// The symbols of the file of a symbol that match it.
fn of_file(snapshot: &Snapshot, key: &SymbolKey, matching: &SymbolMatch) -> Result<Vec<SymbolEntry>, BackendError> {
    let Some((sheet, place)) = snapshot.symbol(key)? else { return Ok(Vec::new()) };
    if matches!(matching, SymbolMatch::Key(_)) {
        return Ok(vec![sheet.entry(place)]);
    }
    let of = &sheet.symbols[place];
    let matches = |symbol: &Symbol| match matching {
        SymbolMatch::OverloadsOf(_) => {
            let same_name = symbol.name == of.name && symbol.parent == of.parent;
            symbol.kind == SymbolKind::Overload && same_name && symbol.id != of.id
        }
        _ => symbol.parent.as_ref() == Some(&of.id),
    };
    let mut places: Vec<usize> = (0..sheet.symbols.len()).filter(|place| matches(&sheet.symbols[*place])).collect();
    places.sort_unstable_by_key(|place| (sheet.symbols[*place].span, &sheet.symbols[*place].id));
    Ok(places.into_iter().map(|place| sheet.entry(place)).collect())
}

/// The counts of edges of symbols, by file, number and kind.
struct Counts(FxHashMap<(u32, u32, u8), EdgeCounts>);

impl Counts {
    fn read(snapshot: &Snapshot, found: &Found) -> Result<Self, BackendError> {
        let among = |column: &str| match found.sheets.len() {
            ..=NAMED => Which::among(column, found.sheets.keys()),
            _ => Which::all(),
        };
        let mut counts: FxHashMap<(u32, u32, u8), EdgeCounts> = FxHashMap::default();
        let outgoing = among("file").grouped(OUTGOING_OF);
        snapshot.select(OUTGOING, "edge", &outgoing, |row| {
            let counts = counts.entry((row.get(0)?, row.get(1)?, row.get(2)?)).or_default();
            match row.get::<u8>(3)? {
                RESOLVED => counts.outgoing_resolved += row.get::<u64>(4)?,
                _ => counts.outgoing_other += row.get::<u64>(4)?,
            }
            Ok(())
        })?;
        let incoming = among("target_file").and_is("reach", Some(RESOLVED)).grouped(INCOMING_OF);
        snapshot.select(INCOMING, "edge", &incoming, |row| {
            counts.entry((row.get(0)?, row.get(1)?, row.get(2)?)).or_default().incoming += row.get::<u64>(3)?;
            Ok(())
        })?;
        Ok(Self(counts))
    }
}
