//! Edges, from either end.
//!
//! Rows lead to the files that have some, perhaps with others; documents and meanings tell which, and what they are.

use std::collections::HashSet;

use codira_contracts::{
    BackendError, EdgeEnd, EdgeEntry, EdgeRequest, EdgeTarget, ExternalKind, StableId, SymbolKey, SymbolSummary, UseKind,
    last_name,
};
use codira_store::{
    compact::{FileEdge, Meaning},
    questions::EdgeQuestions,
};
use duckdb::types::Value;
use rustc_hash::FxHashMap;

use super::{filter::Which, sheet::Sheet, snapshot::Snapshot};
use crate::{codec, engine::list};

/// An edge leads to a symbol.
pub(crate) const RESOLVED: u8 = 0;
/// An edge leads nowhere that is known. External kinds lie between the two.
pub(crate) const UNRESOLVED: u8 = ExternalKind::ALL.len() as u8 + 1;

/// How many files are read together, at first where there is a limit, and at most.
const READ: std::ops::RangeInclusive<usize> = 16..=512;

/// Which edges are wanted of those of a file.
enum Wanted<'a> {
    Owner(&'a StableId),
    OwnerNamed(&'a str),
    /// The symbol of a file.
    Target(u32, &'a StableId),
    /// Symbols in these files, or what is elsewhere.
    TargetNamed(HashSet<u32>, &'a str),
    External(&'a str),
}

impl EdgeQuestions for Snapshot {
    async fn edges(&mut self, request: &EdgeRequest) -> Result<Vec<EdgeEntry>, BackendError> {
        let limit = request.limit.unwrap_or(usize::MAX);
        let mut entries = Vec::new();
        if limit == 0 {
            return Ok(entries);
        }
        let Some((files, wanted)) = at(self, request)? else { return Ok(entries) };
        let files = in_order(self, files)?;
        let mut some = if request.limit.is_some() { *READ.start() } else { *READ.end() };
        let mut rest = &files[..];
        while !rest.is_empty() && entries.len() < limit {
            let (now, later) = rest.split_at(some.min(rest.len()));
            entries.extend(of_files(self, now, request.kind, &wanted)?);
            (rest, some) = (later, (some * 4).min(*READ.end()));
        }
        entries.truncate(limit);
        Ok(entries)
    }
}

/// The files in which such edges begin, and maybe others; `None` where there can be none.
fn at<'a>(snapshot: &Snapshot, request: &'a EdgeRequest) -> Result<Option<(Vec<u32>, Wanted<'a>)>, BackendError> {
    let EdgeRequest { kind, end, prefix, .. } = request;
    let kind_code = Some(codec::code(UseKind::ALL, kind));
    let of_edges = |which: Which| {
        let which = which.and_is("kind", kind_code).inside(prefix);
        snapshot.select("DISTINCT file", "edge", &which, |row| row.get::<u32>(0))
    };
    Ok(Some(match end {
        EdgeEnd::From(key) => match snapshot.number(&key.path)?.filter(|_| prefix.covers(&key.path)) {
            Some(file) => (vec![file], Wanted::Owner(&key.id)),
            None => return Ok(None),
        },
        EdgeEnd::FromNamed(name) => {
            let which = Which::is("name", name.clone()).inside(prefix);
            let files = snapshot.select("DISTINCT file", "symbol", &which, |row| row.get(0))?;
            (files, Wanted::OwnerNamed(name))
        }
        EdgeEnd::To(key) => {
            let Some((sheet, place)) = snapshot.symbol(key)? else { return Ok(None) };
            let which = Which::is("target_file", sheet.file).and_is("target", Some(sheet.number(place)));
            (of_edges(which)?, Wanted::Target(sheet.file, &key.id))
        }
        EdgeEnd::ToNamed(name) => {
            let which = Which::is("name", name.clone());
            let places =
                snapshot.select("file, number", "symbol", &which, |row| Ok((row.get::<u32>(0)?, row.get::<u32>(1)?)))?;
            let (files, numbers): (HashSet<u32>, HashSet<u32>) = places.iter().copied().unzip();
            let places: HashSet<(u32, u32)> = places.into_iter().collect();
            let elsewhere = Value::from(name.clone());
            let which = if files.is_empty() {
                Which::is("name", elsewhere)
            } else {
                let symbols = format!("target_file IN ({}) AND target IN ({})", list(&files), list(&numbers));
                Which::all().and(&format!("name = ? OR ({symbols})"), [elsewhere])
            };
            // Files and numbers were looked for apart from one another.
            let which = which.and_is("kind", kind_code).inside(prefix);
            let mut rows = snapshot.select("DISTINCT file, target_file, target", "edge", &which, |row| {
                let target = row.get::<Option<u32>>(1)?.zip(row.get::<Option<u32>>(2)?);
                Ok((row.get::<u32>(0)?, target))
            })?;
            rows.retain(|(_, target)| target.is_none_or(|target| places.contains(&target)));
            let files: HashSet<u32> = rows.iter().map(|(file, _)| *file).collect();
            let targets = rows.into_iter().filter_map(|(_, target)| Some(target?.0)).collect();
            (files.into_iter().collect(), Wanted::TargetNamed(targets, name))
        }
        EdgeEnd::ToExternal(text) => {
            let outside = Which::is("name", last_name(text).to_owned()).and("reach < ?", [UNRESOLVED.into()]);
            (of_edges(outside)?, Wanted::External(text))
        }
    }))
}

/// Files, by path.
fn in_order(snapshot: &Snapshot, mut files: Vec<u32>) -> Result<Vec<u32>, BackendError> {
    let names = snapshot.names(files.iter().copied())?;
    files.sort_unstable_by(|a, b| names[a].path.cmp(&names[b].path));
    Ok(files)
}

/// The edges of some files, in order.
fn of_files(snapshot: &Snapshot, files: &[u32], kind: UseKind, wanted: &Wanted<'_>) -> Result<Vec<EdgeEntry>, BackendError> {
    let unreadable = || snapshot.database.at().unreadable("the end of an edge");
    let mut of_files = snapshot.edges_of(files)?;
    for (sheet, edges) in &mut of_files {
        edges.retain(|edge| edge.kind == kind && wanted.takes(sheet, edge));
    }
    let targets = of_files.iter().flat_map(|(_, edges)| edges).filter_map(|edge| match &edge.meaning {
        Meaning::Symbol { file, .. } => Some(*file),
        _ => None,
    });
    let own: HashSet<u32> = of_files.iter().map(|(sheet, _)| sheet.file).collect();
    let others = snapshot.sheets(targets.filter(|file| !own.contains(file)))?;
    let mut sheets: FxHashMap<u32, &Sheet> = others.iter().map(|(file, sheet)| (*file, sheet)).collect();
    sheets.extend(of_files.iter().map(|(sheet, _)| (sheet.file, sheet)));
    let mut entries = Vec::new();
    for (sheet, edges) in &of_files {
        for FileEdge { owner, meaning, sites, .. } in edges {
            let target = match meaning {
                Meaning::Symbol { file, id } => {
                    let sheet = sheets.get(file).ok_or_else(unreadable)?;
                    let place = sheet.place(id).ok_or_else(unreadable)?;
                    if matches!(wanted, Wanted::TargetNamed(_, name) if sheet.symbols[place].name != *name) {
                        continue;
                    }
                    EdgeTarget::Resolved(sheet.summary(place))
                }
                Meaning::External { kind, name } => EdgeTarget::External { kind: *kind, name: name.clone() },
                Meaning::Unresolved { text } => EdgeTarget::Unresolved { text: text.clone() },
            };
            entries.push(EdgeEntry { owner: sheet.summary(*owner), target, sites: sites.clone() });
        }
    }
    entries.sort_by(|a, b| a.owner.key.cmp(&b.owner.key).then_with(|| by_key(&a.target).cmp(&by_key(&b.target))));
    Ok(entries)
}

/// What a target orders by among those of one owner.
fn by_key(target: &EdgeTarget<SymbolSummary>) -> (u8, Option<&SymbolKey>, &str) {
    match target {
        EdgeTarget::Resolved(symbol) => (RESOLVED, Some(&symbol.key), ""),
        EdgeTarget::External { kind, name } => (codec::code(ExternalKind::ALL, kind) + 1, None, name),
        EdgeTarget::Unresolved { text } => (UNRESOLVED, None, text),
    }
}

impl Wanted<'_> {
    /// Whether an edge of a file is wanted, as far as that file tells.
    fn takes(&self, sheet: &Sheet, edge: &FileEdge) -> bool {
        match (self, &edge.meaning) {
            (Self::Owner(id), _) => sheet.symbols.get(edge.owner).is_some_and(|symbol| symbol.id == **id),
            (Self::OwnerNamed(name), _) => sheet.symbols.get(edge.owner).is_some_and(|symbol| symbol.name == *name),
            (Self::Target(file, id), Meaning::Symbol { file: its_file, id: its_id }) => file == its_file && **id == *its_id,
            (Self::TargetNamed(files, _), Meaning::Symbol { file, .. }) => files.contains(file),
            (Self::TargetNamed(_, wanted), Meaning::External { name: text, .. } | Meaning::Unresolved { text }) => {
                last_name(text) == *wanted
            }
            (Self::External(wanted), Meaning::External { name, .. }) => name == wanted,
            (Self::Target(..) | Self::External(_), _) => false,
        }
    }
}
