//! Edges, from either end.
//!
//! Rows lead to the files that have some, perhaps with others; documents and resolved uses tell which, and what they are.

use codira_contracts::{BackendError, EdgeEnd, EdgeRequest, ExternalKind, UseKind, last_name};
use codira_store::questions::{Batches, Documents, EdgeQuestions, FileEdges, FilesToRead, WantedEdges};
use duckdb::types::Value;
use rustc_hash::FxHashSet;

use super::{filter::Which, snapshot::Snapshot};
use crate::{codec, engine::list};

/// An edge leads to a symbol.
pub(crate) const RESOLVED: u8 = 0;
/// An edge leads nowhere that is known. External kinds lie between the two.
pub(crate) const UNRESOLVED: u8 = ExternalKind::ALL.len() as u8 + 1;

/// How many files are read at a time.
const BATCHES: Batches = Batches { first: 16, growth: 4, most: 512 };

impl EdgeQuestions for Snapshot {
    async fn files_with_edges<'r>(&mut self, request: &'r EdgeRequest) -> Result<(FilesToRead, WantedEdges<'r>), BackendError> {
        let EdgeRequest { kind, end, prefix, limit } = request;
        let snapshot = &*self;
        let kind_code = Some(codec::code(UseKind::ALL, kind));
        let of_edges = |which: Which| {
            let which = which.and_is("kind", kind_code).inside(prefix);
            snapshot.select("DISTINCT file", "edge", &which, |row| row.get::<u32>(0))
        };
        let (files, wanted) = match end {
            EdgeEnd::From(key) => return Ok((self.file_inside(&key.path, prefix).await?, WantedEdges::Owner(&key.id))),
            EdgeEnd::FromNamed(name) => {
                let which = Which::is("name", name.clone()).inside(prefix);
                let files = snapshot.select("DISTINCT file", "symbol", &which, |row| row.get(0))?;
                (files, WantedEdges::OwnerNamed(name))
            }
            EdgeEnd::To(key) => {
                let Some((file, number)) = snapshot.symbol(key)? else {
                    return Ok((FilesToRead::together(Vec::new()), WantedEdges::Owner(&key.id)));
                };
                let which = Which::is("target_file", file).and_is("target", Some(number));
                (of_edges(which)?, WantedEdges::Target(file, &key.id))
            }
            EdgeEnd::ToNamed(name) => {
                let which = Which::is("name", name.clone());
                let places =
                    snapshot.select("file, number", "symbol", &which, |row| Ok((row.get::<u32>(0)?, row.get::<u32>(1)?)))?;
                let (files, numbers): (FxHashSet<u32>, FxHashSet<u32>) = places.iter().copied().unzip();
                let places: FxHashSet<(u32, u32)> = places.into_iter().collect();
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
                let files: FxHashSet<u32> = rows.iter().map(|(file, _)| *file).collect();
                let targets = rows.into_iter().filter_map(|(_, target)| Some(target?.0)).collect();
                (files.into_iter().collect(), WantedEdges::TargetNamed(targets, name))
            }
            EdgeEnd::ToExternal(text) => {
                let outside = Which::is("name", last_name(text).to_owned()).and("reach < ?", [UNRESOLVED.into()]);
                (of_edges(outside)?, WantedEdges::External(text))
            }
        };
        Ok((FilesToRead::in_batches(snapshot.in_order(files)?, *limit, BATCHES), wanted))
    }

    async fn file_edges(&mut self, files: &[u32]) -> Result<Vec<FileEdges>, BackendError> {
        let mut read = self.edges_of(files)?;
        Ok(files.iter().filter_map(|file| read.remove(file)).collect())
    }
}
