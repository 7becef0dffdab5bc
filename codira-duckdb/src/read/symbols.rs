//! Symbols: by key, name, logical name, module and parent; and the inventory.
//!
//! Columns say which symbols are meant, and in which order; documents say what they are.

use codira_contracts::{
    BackendError, EdgeCounts, LineSpan, PathPrefix, SymbolInventoryEntry, SymbolInventoryRequest, SymbolKind, SymbolMatch,
    SymbolRequest, UseKind,
};
use codira_store::questions::{Documents, FilesToRead, SymbolQuestions};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{edges::RESOLVED, filter::Which, outlines::Numbered, snapshot::Snapshot};
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

/// The rows of the first symbols that satisfy a condition: their files and numbers.
fn first_rows(
    snapshot: &Snapshot,
    which: Which,
    prefix: &PathPrefix,
    limit: Option<usize>,
) -> Result<Vec<(u32, u32)>, BackendError> {
    let mut rows = snapshot.select(PLACE, "symbol", &which.inside(prefix), |row| {
        Ok((row.get::<u32>(0)?, row.get::<u32>(1)?, LineSpan::new(row.get(2)?, row.get(3)?)))
    })?;
    if let Some(limit) = limit.filter(|limit| *limit < rows.len()) {
        if limit == 0 {
            return Ok(Vec::new());
        }
        // Ids decide among those that are equal so far.
        let names = snapshot.names(rows.iter().map(|(file, ..)| *file))?;
        let key = |(file, _, span): &(u32, u32, LineSpan)| (&names[file].path, *span);
        rows.select_nth_unstable_by(limit - 1, |a, b| key(a).cmp(&key(b)));
        let last = rows[limit - 1];
        rows.retain(|row| key(row) <= key(&last));
    }
    Ok(rows.into_iter().map(|(file, number, _)| (file, number)).collect())
}

impl SymbolQuestions for Snapshot {
    async fn files_with_symbols(&mut self, request: &SymbolRequest) -> Result<FilesToRead, BackendError> {
        let SymbolRequest { matching, kind, prefix, limit } = request;
        let (which, limit) = match matching {
            SymbolMatch::Name(name) => (Which::is("name", name.clone()), *limit),
            SymbolMatch::LogicalName(name) => {
                let condition = format!("name = ? OR logical_name = {}", logical_digest(name));
                // Several logical names may have one digest: it is not known which rows are the first.
                (Which::all().and(&condition, [name.clone().into()]), None)
            }
            SymbolMatch::Module(name) => {
                let files = self.of_module(name)?;
                if files.is_empty() {
                    return Ok(FilesToRead::together(files));
                }
                (Which::among("file", files), *limit)
            }
            SymbolMatch::Key(key) | SymbolMatch::ChildrenOf(key) | SymbolMatch::OverloadsOf(key) => {
                return self.file_inside(&key.path, prefix).await;
            }
        };
        let which = which.and_is("kind", kind.map(|kind| codec::code(SymbolKind::ALL, &kind)));
        let files: FxHashSet<u32> = first_rows(self, which, prefix, limit)?.into_iter().map(|(file, _)| file).collect();
        Ok(FilesToRead::together(self.in_order(files.into_iter().collect())?))
    }

    async fn symbol_inventory(&mut self, request: &SymbolInventoryRequest) -> Result<Vec<SymbolInventoryEntry>, BackendError> {
        let SymbolInventoryRequest { kind, prefix, limit } = request;
        let which = Which::all().and_is("kind", kind.map(|kind| codec::code(SymbolKind::ALL, &kind)));
        let rows = first_rows(self, which, prefix, *limit)?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let outlines = self.numbered(rows.iter().map(|(file, _)| *file))?;
        let index = |(file, number)| outlines[&file].index_of(number).map(|index| (file, index));
        let found: Option<Vec<(u32, usize)>> = rows.into_iter().map(index).collect();
        let mut found = found.ok_or_else(|| self.database.at().unreadable("a symbol"))?;
        let order = |(file, index): &(u32, usize)| {
            let outline = &outlines[file].outline;
            (&outline.path, outline.symbols[*index].span, &outline.symbols[*index].id)
        };
        found.sort_unstable_by(|a, b| order(a).cmp(&order(b)));
        found.truncate(limit.unwrap_or(usize::MAX));
        let counts = Counts::read(self, &outlines)?;
        let entry = |(file, index): (u32, usize)| {
            let numbered = &outlines[&file];
            let of = |kind| {
                let kind = codec::code(UseKind::ALL, &kind);
                counts.0.get(&(file, numbered.number(index), kind)).copied().unwrap_or_default()
            };
            let symbol = numbered.outline.summary(index);
            SymbolInventoryEntry { symbol, calls: of(UseKind::Call), references: of(UseKind::Reference) }
        };
        Ok(found.into_iter().map(entry).collect())
    }
}

/// The counts of edges of symbols, by file, number and kind.
struct Counts(FxHashMap<(u32, u32, u8), EdgeCounts>);

impl Counts {
    fn read(snapshot: &Snapshot, of: &FxHashMap<u32, Numbered>) -> Result<Self, BackendError> {
        let among = |column: &str| match of.len() {
            ..=NAMED => Which::among(column, of.keys()),
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
