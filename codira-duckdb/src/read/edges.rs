//! Edges, from either end.

use std::collections::{BTreeSet, HashMap};

use codira_contracts::{
    BackendError, EdgeEnd, EdgeEntry, EdgeRequest, EdgeTarget, ExternalKind, Site, SymbolKey, SymbolSummary, UseKind,
};
use duckdb::types::Value;

use super::{filter::Which, snapshot::Snapshot};
use crate::{
    codec,
    engine::{Cells, list},
};

/// An edge leads to a symbol.
pub(crate) const RESOLVED: u8 = 0;
/// An edge leads nowhere that is known. External kinds lie between the two.
pub(crate) const UNRESOLVED: u8 = ExternalKind::ALL.len() as u8 + 1;

/// What is read of an edge.
const EDGE: &str = "file, owner, reach, target_file, target, text, sites";
/// What names a symbol.
const SUMMARY: &str = "file, number, stable_id, kind, name, logical_name, first, last";

/// File and number of a symbol.
type Place = (u32, u32);
/// Symbols that were read.
type Symbols = HashMap<Place, SymbolSummary>;

/// An edge as it is stored.
struct Stored {
    owner: Place,
    target: EdgeTarget<Place>,
    sites: Vec<Site>,
}

pub(super) fn edges(snapshot: &Snapshot, request: &EdgeRequest) -> Result<Vec<EdgeEntry>, BackendError> {
    let mut symbols = Symbols::new();
    let kind = codec::code(UseKind::ALL, &request.kind);
    let Some(which) = (if request.limit == Some(0) { None } else { at(snapshot, &request.end, &mut symbols)? }) else {
        return Ok(Vec::new());
    };
    let which = which.and_is("kind", Some(kind)).inside(&request.prefix);
    let mut edges = snapshot.select(EDGE, "edge", &which, stored)?;
    // Files and numbers were looked for apart from one another.
    match &request.end {
        EdgeEnd::FromNamed(_) => edges.retain(|edge| symbols.contains_key(&edge.owner)),
        EdgeEnd::ToNamed(_) => edges.retain(|edge| match &edge.target {
            EdgeTarget::Resolved(place) => symbols.contains_key(place),
            _ => true,
        }),
        EdgeEnd::From(_) | EdgeEnd::To(_) | EdgeEnd::ToExternal(_) => {}
    }
    learn(snapshot, &edges, &mut symbols)?;
    let named = |place: &Place| symbols.get(place).ok_or_else(|| snapshot.database.at().unreadable("the end of an edge"));
    let mut ends = Vec::with_capacity(edges.len());
    for Stored { owner, target, sites } in edges {
        let target = match target {
            EdgeTarget::Resolved(place) => EdgeTarget::Resolved(named(&place)?),
            EdgeTarget::External { kind, name } => EdgeTarget::External { kind, name },
            EdgeTarget::Unresolved { text } => EdgeTarget::Unresolved { text },
        };
        ends.push((named(&owner)?, target, sites));
    }
    ends.sort_by(|(owner, target, _), (other, others, _)| {
        owner.key.cmp(&other.key).then_with(|| by_key(target).cmp(&by_key(others)))
    });
    ends.truncate(request.limit.unwrap_or(usize::MAX));
    let entry = |(owner, target, sites): (&SymbolSummary, EdgeTarget<&SymbolSummary>, Vec<Site>)| {
        let target = match target {
            EdgeTarget::Resolved(symbol) => EdgeTarget::Resolved(symbol.clone()),
            EdgeTarget::External { kind, name } => EdgeTarget::External { kind, name },
            EdgeTarget::Unresolved { text } => EdgeTarget::Unresolved { text },
        };
        EdgeEntry { owner: owner.clone(), target, sites }
    };
    Ok(ends.into_iter().map(entry).collect())
}

/// What a target orders by among those of one owner.
fn by_key<'a>(target: &'a EdgeTarget<&SymbolSummary>) -> (u8, Option<&'a SymbolKey>, &'a str) {
    match target {
        EdgeTarget::Resolved(symbol) => (RESOLVED, Some(&symbol.key), ""),
        EdgeTarget::External { kind, name } => (codec::code(ExternalKind::ALL, kind) + 1, None, name),
        EdgeTarget::Unresolved { text } => (UNRESOLVED, None, text),
    }
}

/// Which edges are at this end? `None` where there can be none. Symbols of a name are noted.
fn at(snapshot: &Snapshot, end: &EdgeEnd, symbols: &mut Symbols) -> Result<Option<Which>, BackendError> {
    let of_key = |key, file: &str, number: &str| {
        let place = snapshot.symbol(key)?;
        Ok(place.map(|(its_file, its_number)| Which::is(file, its_file).and_is(number, Some(its_number))))
    };
    match end {
        EdgeEnd::From(key) => of_key(key, "file", "owner"),
        EdgeEnd::To(key) => of_key(key, "target_file", "target"),
        EdgeEnd::FromNamed(name) => {
            *symbols = summaries(snapshot, Which::is("name", name.clone()))?;
            let (files, numbers) = lists(symbols.keys().copied());
            let which = Which::among("file", files).and(&format!("owner IN ({})", list(numbers)), []);
            Ok((!symbols.is_empty()).then_some(which))
        }
        EdgeEnd::ToNamed(name) => {
            *symbols = summaries(snapshot, Which::is("name", name.clone()))?;
            let (files, numbers) = lists(symbols.keys().copied());
            let elsewhere = Value::from(name.clone());
            Ok(Some(if symbols.is_empty() {
                Which::is("name", elsewhere)
            } else {
                let targets = format!("name = ? OR (target_file IN ({}) AND target IN ({}))", list(files), list(numbers));
                Which::all().and(&targets, [elsewhere])
            }))
        }
        EdgeEnd::ToExternal(name) => Ok(Some(Which::is("text", name.clone()).and("reach < ?", [UNRESOLVED.into()]))),
    }
}

fn lists(places: impl Iterator<Item = Place>) -> (BTreeSet<u32>, BTreeSet<u32>) {
    places.unzip()
}

/// Learns the symbols at both ends that are not known yet.
fn learn(snapshot: &Snapshot, edges: &[Stored], symbols: &mut Symbols) -> Result<(), BackendError> {
    let ends = edges.iter().flat_map(|edge| {
        let target = match edge.target {
            EdgeTarget::Resolved(place) => Some(place),
            _ => None,
        };
        [Some(edge.owner), target]
    });
    let (files, numbers) = lists(ends.flatten().filter(|place| !symbols.contains_key(place)));
    if !files.is_empty() {
        let which = Which::among("file", files).and(&format!("number IN ({})", list(numbers)), []);
        symbols.extend(summaries(snapshot, which)?);
    }
    Ok(())
}

fn summaries(snapshot: &Snapshot, which: Which) -> Result<Symbols, BackendError> {
    let found = snapshot.select(SUMMARY, "symbol", &which, |row| {
        let names = (row.word(3, codira_contracts::SymbolKind::ALL)?, row.get::<String>(4)?, row.get::<String>(5)?);
        let span = codira_contracts::LineSpan::new(row.get(6)?, row.get(7)?);
        Ok(((row.get::<u32>(0)?, row.get::<u32>(1)?), row.id(2)?, names, span))
    })?;
    let names = snapshot.names(found.iter().map(|((file, _), ..)| *file))?;
    let summary = |((file, number), id, (kind, name, logical_name), span)| {
        let key = SymbolKey { path: names[&file].path.clone(), id };
        ((file, number), SymbolSummary { key, kind, name, logical_name, span })
    };
    Ok(found.into_iter().map(summary).collect())
}

fn stored(row: &Cells<'_>) -> Result<Stored, BackendError> {
    let target = match row.get(2)? {
        RESOLVED => EdgeTarget::Resolved((row.get(3)?, row.get(4)?)),
        reach @ UNRESOLVED.. => {
            debug_assert_eq!(reach, UNRESOLVED);
            EdgeTarget::Unresolved { text: row.get(5)? }
        }
        external => EdgeTarget::External { kind: ExternalKind::ALL[usize::from(external) - 1], name: row.get(5)? },
    };
    let sites = row.blob(6, "the sites of an edge", codec::unpack_sites)?;
    Ok(Stored { owner: (row.get(0)?, row.get(1)?), target, sites })
}
