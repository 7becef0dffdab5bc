//! From rows to what answers are made of. What cannot be read is corrupt, never left out.

use std::collections::{HashMap, hash_map::Entry};

use codira_contracts::{BackendError, LineSpan, RepoPath, StableId, Symbol, SymbolEntry, SymbolKey, SymbolKind, SymbolSummary};
use sqlx::{Decode, Row, Sqlite, Type, sqlite::SqliteRow};

use crate::{
    errors::At,
    records::{self, RUN, RUN_BITS},
};

/// The value of a column.
pub(super) fn get<'r, T: Decode<'r, Sqlite> + Type<Sqlite>>(
    row: &'r SqliteRow,
    column: usize,
    at: At<'_>,
) -> Result<T, BackendError> {
    row.try_get(column).map_err(|error| at.failed("read", error))
}

/// What was made of a value, unless it could not be.
pub(super) fn sound<T>(value: Option<T>, what: &str, at: At<'_>) -> Result<T, BackendError> {
    value.ok_or_else(|| at.corrupt(format!("{what} cannot be read"), None))
}

/// A path.
pub(super) fn path(row: &SqliteRow, column: usize, at: At<'_>) -> Result<RepoPath, BackendError> {
    sound(RepoPath::new(get::<String>(row, column, at)?).ok(), "a path", at)
}

/// A number that was stored from an unsigned one.
pub(super) fn line(row: &SqliteRow, column: usize, at: At<'_>) -> Result<u32, BackendError> {
    sound(u32::try_from(get::<i64>(row, column, at)?).ok(), "a line", at)
}

/// Seven columns: path, id, kind, name, logical name, first and last line.
pub(super) fn summary(row: &SqliteRow, column: usize, at: At<'_>) -> Result<SymbolSummary, BackendError> {
    Ok(SymbolSummary {
        key: SymbolKey { path: path(row, column, at)?, id: StableId::new(get::<String>(row, column + 1, at)?) },
        kind: sound(records::word(SymbolKind::ALL, get(row, column + 2, at)?), "a kind", at)?,
        name: get(row, column + 3, at)?,
        logical_name: get(row, column + 4, at)?,
        span: LineSpan::new(line(row, column + 5, at)?, line(row, column + 6, at)?),
    })
}

/// Reads symbols out of the runs in which they lie; neighbours share the reading.
#[derive(Default)]
pub(super) struct Runs(HashMap<i64, Vec<Symbol>>);

/// How many runs are kept.
const KEPT: usize = 64;

impl Runs {
    /// Six columns: path, module, logical name, file, ordinal, run.
    pub(super) fn entry(&mut self, row: &SqliteRow, at: At<'_>) -> Result<SymbolEntry, BackendError> {
        let (file, ordinal): (i64, i64) = (get(row, 3, at)?, get(row, 4, at)?);
        let ordinal = sound(usize::try_from(ordinal).ok(), "a place in a list", at)?;
        let run = (file << RUN_BITS) + (ordinal / RUN) as i64;
        if self.0.len() > KEPT {
            self.0.clear();
        }
        let symbols = match self.0.entry(run) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(sound(records::unpack_symbols(get(row, 5, at)?), "a run of symbols", at)?),
        };
        let symbol = symbols.get(ordinal % RUN).cloned();
        Ok(SymbolEntry {
            path: path(row, 0, at)?,
            module: get(row, 1, at)?,
            logical_name: get(row, 2, at)?,
            symbol: sound(symbol, "a run of symbols", at)?,
        })
    }
}
