//! The graph: edges that are late, lost, guessed or told twice.

use std::collections::BTreeSet;

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    commits::Commits,
    fault::{Answer, Fault},
    judge::{EVERY, REBUILT, SMALL, mutants},
};

mutants! {
    edges_are_one_commit_late: DerivesLate, "edges are those of the commit before", [
        "storing::a_replaced_file_leaves_no_trace",
        "storing::a_removed_file_leaves_no_trace",
        "asking::every_list_is_in_its_documented_order",
        "asking::names_match_exactly",
        "asking::a_prefix_is_a_path_or_directory",
        "asking::a_limit_gives_the_first",
        "graph::edges_are_those_of_the_resolver",
        "graph::edges_follow_every_change",
        "graph::each_edge_is_found_from_both_ends",
        SMALL,
        EVERY,
        REBUILT,
    ];
    edges_of_other_files_stay: DerivesWhatWasPut, "a commit derives edges for the files that it puts, and no others", [
        "storing::a_removed_file_leaves_no_trace",
        "graph::edges_follow_every_change",
        SMALL,
        EVERY,
        REBUILT,
    ];
    edges_of_a_removed_file_stay: RemovedEdgesStay, "edges of a removed file are still answered", [
        "storing::a_removed_file_leaves_no_trace",
        "graph::edges_follow_every_change",
        SMALL,
    ];
    import_targets_are_one_commit_late: ImportTargetsLate, "where imports lead is that of the commit before", [
        "storing::a_removed_file_leaves_no_trace",
        "graph::edges_follow_every_change",
        SMALL,
    ];
    an_ambiguous_use_is_guessed: Guesses, "a use without a single candidate goes to the first symbol of its name", [
        "asking::every_list_is_in_its_documented_order",
        "graph::edges_follow_every_change",
        "graph::each_edge_is_found_from_both_ends",
    ];
    unresolved_uses_are_dropped: DropsUnresolved, "uses that lead nowhere have no edge", [
        "asking::names_match_exactly",
        "asking::a_prefix_is_a_path_or_directory",
        "graph::edges_are_those_of_the_resolver",
        "graph::edges_follow_every_change",
        "graph::each_edge_is_found_from_both_ends",
        SMALL,
    ];
    an_edge_keeps_one_site: OneSite, "an edge keeps its first site", [
        "graph::edges_are_those_of_the_resolver",
        "graph::edges_follow_every_change",
    ];
    edges_are_not_found_from_their_target: OneWay, "edges from other files are not found from their target", [
        "graph::each_edge_is_found_from_both_ends",
    ];
    edges_are_found_by_the_whole_text: NamedByText, "an unresolved edge is found by its text, not by its last name", [
        "graph::each_edge_is_found_from_both_ends",
    ];
    a_reference_is_a_call: ReferencesAreCalls, "asking for references gives calls, too", [
        "graph::edges_are_those_of_the_resolver",
        "graph::edges_follow_every_change",
        "graph::each_edge_is_found_from_both_ends",
    ];
    incoming_edges_are_counted_in_the_file: CountsInTheFile, "edges are counted in at a symbol from its own file only", [
        "graph::edges_are_those_of_the_resolver",
        "graph::edges_follow_every_change",
    ];
    references_are_counted_as_calls: CountsTogether, "the counts of calls and references are added", [
        "graph::each_edge_is_found_from_both_ends",
    ];
    totals_are_stale: StaleTotals, "edges in the totals are counted once, at the first commit", [
        "storing::a_replaced_file_leaves_no_trace",
        "storing::a_removed_file_leaves_no_trace",
        "graph::edges_follow_every_change",
        SMALL,
    ];
    everything_is_derived_again: DerivesEverything, "every commit resolves all files again", [
        "graph::deriving_grows_with_the_change",
    ];
}

#[derive(Default)]
struct DerivesLate(Commits);

#[async_trait]
impl Fault for DerivesLate {
    async fn commit(&self, base: &DynBackend, session: DynSession) -> Answer<Commit> {
        self.0.commit(base, session).await
    }

    async fn edges(&self, reader: &dyn IndexReader, request: &EdgeRequest) -> Answer<Vec<EdgeEntry>> {
        match self.0.of(reader.generation() - 1) {
            Some(before) => before.edges(request).await,
            None => Ok(Vec::new()),
        }
    }
}

#[derive(Default)]
struct DerivesWhatWasPut(Commits);

#[async_trait]
impl Fault for DerivesWhatWasPut {
    async fn commit(&self, base: &DynBackend, session: DynSession) -> Answer<Commit> {
        self.0.commit(base, session).await
    }

    async fn edges(&self, reader: &dyn IndexReader, request: &EdgeRequest) -> Answer<Vec<EdgeEntry>> {
        let all = EdgeRequest { limit: None, ..request.clone() };
        let mut edges = Vec::new();
        for state in reader.file_states(&request.prefix).await? {
            if let Some(then) = self.0.since(&state.path, reader).await? {
                edges.extend(then.edges(&all).await?.into_iter().filter(|it| it.owner.key.path == state.path));
            }
        }
        edges.truncate(request.limit.unwrap_or(usize::MAX));
        Ok(edges)
    }
}

#[derive(Default)]
struct RemovedEdgesStay(Commits);

#[async_trait]
impl Fault for RemovedEdgesStay {
    async fn commit(&self, base: &DynBackend, session: DynSession) -> Answer<Commit> {
        self.0.commit(base, session).await
    }

    async fn edges(&self, reader: &dyn IndexReader, request: &EdgeRequest) -> Answer<Vec<EdgeEntry>> {
        let mut edges = reader.edges(request).await?;
        if let Some(before) = self.0.of(reader.generation() - 1) {
            for edge in before.edges(request).await? {
                if reader.file(&edge.owner.key.path).await?.is_none() {
                    edges.push(edge);
                }
            }
        }
        Ok(edges)
    }
}

#[derive(Default)]
struct ImportTargetsLate(Commits);

#[async_trait]
impl Fault for ImportTargetsLate {
    async fn commit(&self, base: &DynBackend, session: DynSession) -> Answer<Commit> {
        self.0.commit(base, session).await
    }

    async fn imports(&self, reader: &dyn IndexReader, request: &ImportRequest) -> Answer<Vec<ImportEntry>> {
        let mut imports = reader.imports(request).await?;
        for import in &mut imports {
            let Some(then) = self.0.since(&import.path, reader).await? else { continue };
            let same = then.imports(&ImportRequest::new(ImportEnd::FromFile(import.path.clone()))).await?;
            if let Some(same) = same.into_iter().find(|same| same.import == import.import) {
                import.target = same.target;
            }
        }
        Ok(imports)
    }
}

#[derive(Default)]
struct Guesses;

#[async_trait]
impl Fault for Guesses {
    async fn edges(&self, reader: &dyn IndexReader, request: &EdgeRequest) -> Answer<Vec<EdgeEntry>> {
        let mut edges = reader.edges(request).await?;
        for edge in &mut edges {
            let EdgeTarget::Unresolved { text } = &edge.target else { continue };
            let candidates = reader.symbols(&SymbolRequest::named(last_name(text))).await?;
            if let Some(SymbolEntry { path, logical_name, symbol, .. }) = candidates.into_iter().next() {
                edge.target = EdgeTarget::Resolved(SymbolSummary {
                    key: SymbolKey { path, id: symbol.id },
                    kind: symbol.kind,
                    name: symbol.name,
                    logical_name,
                    span: symbol.span,
                });
            }
        }
        Ok(edges)
    }
}

#[derive(Default)]
struct DropsUnresolved;

#[async_trait]
impl Fault for DropsUnresolved {
    async fn edges(&self, reader: &dyn IndexReader, request: &EdgeRequest) -> Answer<Vec<EdgeEntry>> {
        let mut edges = reader.edges(&EdgeRequest { limit: None, ..request.clone() }).await?;
        edges.retain(|edge| !matches!(edge.target, EdgeTarget::Unresolved { .. }));
        edges.truncate(request.limit.unwrap_or(usize::MAX));
        Ok(edges)
    }
}

#[derive(Default)]
struct OneSite;

#[async_trait]
impl Fault for OneSite {
    async fn edges(&self, reader: &dyn IndexReader, request: &EdgeRequest) -> Answer<Vec<EdgeEntry>> {
        let mut edges = reader.edges(request).await?;
        edges.iter_mut().for_each(|edge| edge.sites.truncate(1));
        Ok(edges)
    }
}

#[derive(Default)]
struct OneWay;

#[async_trait]
impl Fault for OneWay {
    async fn edges(&self, reader: &dyn IndexReader, request: &EdgeRequest) -> Answer<Vec<EdgeEntry>> {
        let mut edges = reader.edges(request).await?;
        if let EdgeEnd::To(key) = &request.end {
            edges.retain(|edge| edge.owner.key.path == key.path);
        }
        Ok(edges)
    }
}

#[derive(Default)]
struct NamedByText;

#[async_trait]
impl Fault for NamedByText {
    async fn edges(&self, reader: &dyn IndexReader, request: &EdgeRequest) -> Answer<Vec<EdgeEntry>> {
        let mut edges = reader.edges(request).await?;
        if let EdgeEnd::ToNamed(name) = &request.end {
            edges.retain(|edge| !matches!(&edge.target, EdgeTarget::Unresolved { text } if text != name));
        }
        Ok(edges)
    }
}

#[derive(Default)]
struct ReferencesAreCalls;

#[async_trait]
impl Fault for ReferencesAreCalls {
    async fn edges(&self, reader: &dyn IndexReader, request: &EdgeRequest) -> Answer<Vec<EdgeEntry>> {
        let mut edges = reader.edges(request).await?;
        if request.kind == UseKind::Reference {
            let calls = reader.edges(&EdgeRequest { kind: UseKind::Call, ..request.clone() }).await?;
            edges.extend(calls);
            edges.sort_by_cached_key(|edge| (edge.owner.key.clone(), edge.target.key()));
            edges.truncate(request.limit.unwrap_or(usize::MAX));
        }
        Ok(edges)
    }
}

#[derive(Default)]
struct CountsInTheFile;

#[async_trait]
impl Fault for CountsInTheFile {
    async fn symbol_inventory(
        &self,
        reader: &dyn IndexReader,
        request: &SymbolInventoryRequest,
    ) -> Answer<Vec<SymbolInventoryEntry>> {
        let mut entries = reader.symbol_inventory(request).await?;
        for SymbolInventoryEntry { symbol, calls, .. } in &mut entries {
            let to = EdgeRequest::new(UseKind::Call, EdgeEnd::To(symbol.key.clone()));
            let incoming = reader.edges(&to).await?;
            calls.incoming = incoming.iter().filter(|edge| edge.owner.key.path == symbol.key.path).count() as u64;
        }
        Ok(entries)
    }
}

#[derive(Default)]
struct CountsTogether;

#[async_trait]
impl Fault for CountsTogether {
    async fn symbol_inventory(
        &self,
        reader: &dyn IndexReader,
        request: &SymbolInventoryRequest,
    ) -> Answer<Vec<SymbolInventoryEntry>> {
        let mut entries = reader.symbol_inventory(request).await?;
        for SymbolInventoryEntry { calls, references, .. } in &mut entries {
            calls.outgoing_other += references.outgoing_other;
        }
        Ok(entries)
    }
}

#[derive(Default)]
struct StaleTotals(Commits);

#[async_trait]
impl Fault for StaleTotals {
    async fn commit(&self, base: &DynBackend, session: DynSession) -> Answer<Commit> {
        self.0.commit(base, session).await
    }

    async fn totals(&self, reader: &dyn IndexReader) -> Answer<Totals> {
        let now = reader.totals().await?;
        match self.0.of(1) {
            Some(first) => Ok(Totals { edges: first.totals().await?.edges, ..now }),
            None => Ok(now),
        }
    }
}

#[derive(Default)]
struct DerivesEverything {
    files: std::sync::Mutex<BTreeSet<RepoPath>>,
}

#[async_trait]
impl Fault for DerivesEverything {
    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        self.files.lock().unwrap().insert(file.path().clone());
        session.put_file(file).await
    }

    async fn rebuild_derived(&self, session: &mut DynSession) -> Answer<Derivation> {
        session.rebuild_derived().await?;
        Ok(Derivation { resolved_files: self.files.lock().unwrap().len() as u64 })
    }
}
