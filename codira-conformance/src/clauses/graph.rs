//! The graph: edges as the contract's resolver has them, however a backend computes them.

mod changes;
mod ends;
mod facts;
mod web;
mod work;

use std::collections::BTreeSet;

use codira_contracts::{
    DynBackend, EdgeEnd, EdgeEntry, EdgeRequest, EdgeTarget, FileSnapshot, ImportEnd, ImportEntry, ImportRequest, ImportTarget,
    IndexBackend, IndexReader, IndexWriteSession, PendingRequest, RepoPath, Site, SymbolInventoryRequest, SymbolKind, UseKind,
    UseRecord,
    WriteScope::{self, Full, Incremental},
};

use super::storing::drawn_files;
use crate::{
    Cx, Outcome,
    histories::{Edit, End, History, Run, Twins, follow},
    observe::{keeps_embeddings, observe, same},
    question::Question,
    samples::{call, defining, import, path},
    toy::{Edition, request},
    verdict::ensure,
};

pub(crate) use ends::*;
pub(crate) use facts::*;
pub(crate) use work::*;

pub(crate) fn edges_are_those_of_the_resolver(cx: &Cx) -> Outcome {
    let (a, b) = (defining("pkg/a.toy", &["run"]), caller("pkg/b.toy", "pkg.a"));
    cx.block_on(async {
        follow(&cx.index().await?.backend, cx.settings(), &History(vec![session(Full, [put(a), put(b)])])).await
    })
}

fn put(file: FileSnapshot) -> Edit {
    Edit::Put(Box::new(file))
}

fn session(scope: WriteScope, edits: impl IntoIterator<Item = Edit>) -> Run {
    let edits = edits.into_iter().collect();
    Run { scope, edition: Edition::First, edits, end: End::Commit, questions: Vec::new() }
}

/// A file whose function calls the `run` that it imports from `module`, and one that no file
/// defines.
fn caller(path: &str, module: &str) -> FileSnapshot {
    let mut file = defining(path, &["helper"]);
    file.analysis.imports = vec![import(module, "run")];
    // One edge with two sites, told in the wrong order and one of them twice.
    let run_at = |line| UseRecord { site: Site::new(line, 1), ..call("helper", "run") };
    file.analysis.uses = vec![run_at(9), call("helper", "nobody"), run_at(5), run_at(9)];
    file
}

/// What `run` means in `pkg/b.toy` comes and goes, becomes ambiguous, and goes round in a circle.
fn changes() -> History {
    let target = || put(defining("pkg/a.toy", &["run"]));
    // A second definition under the name that is imported.
    let rival = || {
        let mut rival = defining("pkg/a.toy", &["run", "another"]);
        rival.analysis.symbols[1].name = "run".to_owned();
        put(rival)
    };
    // The same definitions in a file that was saved again.
    let touched = || {
        let mut touched = defining("pkg/a.toy", &["another", "run"]);
        touched.state.size = 1;
        put(touched)
    };
    let renamed = || put(defining("pkg/a.toy", &["helper"]));
    let remove = |at: &str| Edit::Remove(path(at));
    History(vec![
        session(Full, [put(caller("pkg/b.toy", "pkg.a"))]),
        session(Incremental, [target()]),
        session(Incremental, [touched()]),
        session(Incremental, [rival()]),
        session(Incremental, [remove("pkg/a.toy")]),
        session(Incremental, [target()]),
        session(Incremental, [renamed()]),
        session(Incremental, [remove("pkg/a.toy"), Edit::RebuildDerived, target()]),
        session(Incremental, [put(caller("pkg/a.toy", "pkg.b")), Edit::RebuildDerived, target()]),
        session(Incremental, [Edit::RebuildDerived, remove("pkg/b.toy")]),
        session(Incremental, [put(caller("pkg/b.toy", "pkg.a"))]),
        session(Full, [target()]),
        // The file that counts is put after a question, which may make the session write what it
        // has.
        session(Full, [put(caller("pkg/b.toy", "pkg.a")), target(), Edit::AskPending(PendingRequest::default()), renamed()]),
    ])
}

pub(crate) fn edges_follow_every_change(cx: &Cx) -> Outcome {
    cx.block_on(async { follow(&cx.index().await?.backend, cx.settings(), &changes()).await })
}

/// So many sessions are led twice: what `run` means comes, stays, becomes ambiguous, and goes.
const DERIVED_EARLY: usize = 5;

pub(crate) fn deriving_early_changes_no_answer(cx: &Cx) -> Outcome {
    let derived = |run: Run| {
        let edits = run.edits.into_iter().flat_map(|edit| [edit, Edit::RebuildDerived, Edit::RebuildDerived]).collect();
        Run { edits, ..run }
    };
    cx.block_on(async {
        let (plain, early) = (cx.index().await?, cx.index().await?);
        let twins = |backend| Twins::new(backend, cx.settings(), Vec::new()).unjudged();
        let (mut plainly, mut earlier) = (twins(&plain.backend), twins(&early.backend));
        let (embeddings, everything) = (keeps_embeddings(plain.backend.descriptor()), Question::everything());
        let answers = async |backend: &DynBackend| {
            observe(&backend.open_reader().await?, backend.descriptor(), &everything, embeddings).await
        };
        for (number, run) in (1..=DERIVED_EARLY).zip(changes().0) {
            plainly.lead(&run).await?;
            earlier.lead(&derived(run)).await?;
            let (expected, found) = (answers(&plain.backend).await?, answers(&early.backend).await?);
            same(format_args!("after session {number}, which derived early, answers differ"), &expected, &found)?;
        }
        Ok(())
    })
}

pub(crate) fn each_edge_is_found_from_both_ends(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        // No drawn file is of these modules, and makes them ambiguous.
        let (mut called, mut calling) = (defining("pkg/a.toy", &["run"]), caller("pkg/b.toy", "called"));
        called.analysis.module = "called".to_owned();
        calling.analysis.module = "calling".to_owned();
        // A file without a function calls one.
        let mut classes = defining("pkg/c.toy", &["Class"]);
        classes.analysis.module = "classes".to_owned();
        classes.analysis.symbols[0].kind = SymbolKind::Class;
        classes.analysis.imports = vec![import("called", "run")];
        classes.analysis.uses = vec![call("Class", "run")];
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        session.put_file(called).await?;
        session.put_file(calling).await?;
        session.put_file(classes).await?;
        for file in drawn_files(40, keeps_embeddings(index.backend.descriptor()))? {
            session.put_file(file).await?;
        }
        session.commit().await?;
        let reader = index.backend.open_reader().await?;
        let inventory = reader.symbol_inventory(&SymbolInventoryRequest::default()).await?;
        for kind in SymbolKind::ALL {
            let of_kind = SymbolInventoryRequest { kind: Some(*kind), ..Default::default() };
            let found = reader.symbol_inventory(&of_kind).await?;
            let expected: Vec<_> = inventory.iter().filter(|entry| entry.symbol.kind == *kind).cloned().collect();
            ensure!(found == expected, "of kind {kind} are {found:#?}, and among all are {expected:#?}");
        }
        let mut total = 0;
        for kind in UseKind::ALL {
            let ask = |end| {
                let (reader, request) = (&reader, EdgeRequest::new(*kind, end));
                async move { reader.edges(&request).await }
            };
            let mut edges: Vec<EdgeEntry> = Vec::new();
            for symbol in &inventory {
                let own = ask(EdgeEnd::From(symbol.symbol.key.clone())).await?;
                let counts = if *kind == UseKind::Call { symbol.calls } else { symbol.references };
                let resolved = own.iter().filter(|edge| edge.target.is_resolved()).count() as u64;
                let counted = (counts.outgoing_resolved, counts.outgoing_other);
                let found = (resolved, own.len() as u64 - resolved);
                ensure!(counted == found, "{} owns {found:?} edges, and counted are {counted:?}", symbol.symbol.key);
                edges.extend(own);
                let incoming = ask(EdgeEnd::To(symbol.symbol.key.clone())).await?.len() as u64;
                ensure!(
                    counts.incoming == incoming,
                    "{incoming} edges lead to {}, and counted are {}",
                    symbol.symbol.key,
                    counts.incoming
                );
            }
            total += edges.len() as u64;
            for edge in &edges {
                let other = match &edge.target {
                    EdgeTarget::Resolved(symbol) => EdgeEnd::To(symbol.key.clone()),
                    EdgeTarget::External { name, .. } => EdgeEnd::ToExternal(name.clone()),
                    EdgeTarget::Unresolved { .. } => EdgeEnd::ToNamed(edge.target.name().to_owned()),
                };
                let ends =
                    [other, EdgeEnd::ToNamed(edge.target.name().to_owned()), EdgeEnd::FromNamed(edge.owner.name.clone())];
                for end in ends {
                    let found = ask(end.clone()).await?.iter().filter(|found| *found == edge).count();
                    ensure!(found == 1, "{end:?} finds this edge {found} times: {edge:#?}");
                }
            }
            let outside = edges.iter().filter(|edge| !edge.target.is_resolved()).map(|edge| match &edge.target.key() {
                EdgeTarget::External { name, .. } | EdgeTarget::Unresolved { text: name } => name.clone(),
                EdgeTarget::Resolved(key) => key.to_string(),
            });
            for name in outside.collect::<BTreeSet<_>>() {
                let found = ask(EdgeEnd::ToExternal(name.clone())).await?;
                let external =
                    |edge: &&EdgeEntry| matches!(&edge.target, EdgeTarget::External { name: full, .. } if *full == name);
                let expected = edges.iter().filter(external).count();
                let all = found.iter().all(|edge| external(&edge));
                ensure!(
                    all && found.len() == expected,
                    "{expected} edges lead to the external {name:?}, and found are {found:#?}"
                );
            }
            let pairs: BTreeSet<_> = edges.iter().map(|edge| (&edge.owner.key, edge.target.key())).collect();
            ensure!(pairs.len() == edges.len(), "some of these have owner and target in common: {edges:#?}");
        }
        let totals = reader.totals().await?;
        ensure!(totals.edges == total, "all symbols own {total} edges, and the totals say {}", totals.edges);
        Ok(())
    })
}

pub(crate) fn each_import_is_found_from_both_ends(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        // It names a package, and leads to a file of that or of another module.
        let mut importing = defining("pkg/b.toy", &["helper"]);
        importing.analysis.imports =
            ["b", "run", "nothing"].map(|name| import("pkg.a", name)).into_iter().chain([import("json", "dumps")]).collect();
        importing.analysis.imports.extend(["a", "main"].map(|name| import("pkg", name)));
        session.put_file(importing).await?;
        session.put_file(defining("pkg/a.toy", &["run"])).await?;
        session.put_file(defining("pkg/index.toy", &["main"])).await?;
        session.commit().await?;
        let reader = index.backend.open_reader().await?;
        let ask = |end| {
            let (reader, request) = (&reader, ImportRequest::new(end));
            async move { reader.imports(&request).await }
        };
        let all = ask(ImportEnd::FromFile(path("pkg/b.toy"))).await?;
        ensure!(all.len() == 6, "six imports were put, and found are {all:#?}");
        let of_module = ask(ImportEnd::FromModule("pkg.b".to_owned())).await?;
        ensure!(of_module == all, "from its module, a file imports {of_module:#?}");
        for (at, module) in [("pkg/a.toy", "pkg.a"), ("pkg/index.toy", "pkg"), ("pkg/b.toy", "pkg.b"), ("nowhere.toy", "json")]
        {
            let leads_here = |entry: &&ImportEntry| entry.target == ImportTarget::Resolved(path(at));
            let expected: Vec<ImportEntry> = all.iter().filter(leads_here).cloned().collect();
            let found = ask(ImportEnd::ToFile(path(at))).await?;
            ensure!(found == expected, "to {at} lead {expected:#?}, and found are {found:#?}");
            let named = |entry: &&ImportEntry| {
                leads_here(entry) || !matches!(entry.target, ImportTarget::Resolved(_)) && entry.import.module == module
            };
            let expected: Vec<ImportEntry> = all.iter().filter(named).cloned().collect();
            let found = ask(ImportEnd::ToModule(module.to_owned())).await?;
            ensure!(found == expected, "to the module {module} lead {expected:#?}, and found are {found:#?}");
        }
        let targets: BTreeSet<RepoPath> = all
            .iter()
            .filter_map(|entry| match &entry.target {
                ImportTarget::Resolved(path) => Some(path.clone()),
                _ => None,
            })
            .collect();
        ensure!(targets.len() == 2, "the imports lead to two files, and found are {targets:?}");
        Ok(())
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;

    use codira_memory::IndexState;

    use super::*;

    /// The scenario would prove nothing if its edges never turned.
    #[test]
    fn the_changes_turn_edges() {
        let mut state = Arc::<IndexState>::default();
        let mut resolved = Vec::new();
        for run in changes().0 {
            let mut draft = state.begin(run.request());
            for edit in run.edits {
                match edit {
                    Edit::Put(file) => draft.put_file(*file).unwrap(),
                    Edit::Remove(path) => draft.remove_file(&path),
                    _ => {}
                }
            }
            state = Arc::new(draft.seal());
            let edges = state.view().edges(&EdgeRequest::new(UseKind::Call, EdgeEnd::FromNamed("helper".to_owned())));
            resolved.push(edges.iter().filter(|edge| edge.target.is_resolved()).count());
        }
        assert_eq!(resolved, [0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 1, 0, 0]);
    }
}
