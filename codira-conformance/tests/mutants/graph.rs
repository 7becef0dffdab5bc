//! The graph: edges that are late, lost, guessed or told twice.

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    commits::Commits,
    fault::{Answer, Fault},
    judge::{REBUILT, mutants},
};

mutants! {
    edges_are_one_commit_late: DerivesLate, "edges are those of the commit before",
        "rules::a_language_without_rules_stays_in_its_file";
    edges_of_other_files_stay: DerivesWhatWasPut, "a commit derives edges for the files that it puts, and no others",
        REBUILT;
    edges_of_a_removed_file_stay: RemovedEdgesStay, "edges of a removed file are still answered",
        "storing::a_removed_file_leaves_no_trace";
    an_ambiguous_use_is_guessed: Guesses, "a use without a single candidate goes to the first symbol of its name",
        "rules::a_language_without_rules_stays_in_its_file";
    unresolved_uses_are_dropped: DropsUnresolved, "uses that lead nowhere have no edge",
        "rules::a_language_without_rules_stays_in_its_file";
    an_edge_keeps_one_site: OneSite, "an edge keeps its first site",
        "graph::edges_are_those_of_the_resolver";
    edges_are_not_found_from_their_target: OneWay, "edges from other files are not found from their target",
        "graph::each_edge_is_found_from_both_ends";
    edges_are_found_by_the_whole_text: NamedByText, "an unresolved edge is found by its text, not by its last name",
        "graph::each_edge_is_found_from_both_ends";
    a_reference_is_a_call: ReferencesAreCalls, "asking for references gives calls, too",
        "graph::each_edge_is_found_from_both_ends";
    edges_to_a_changed_file_are_lost: LosesEdgesToChanges, "edges to a file that is put again are lost",
        "graph::edges_follow_every_change";
}

#[derive(Default)]
struct DerivesLate(Commits);

#[async_trait]
impl Fault for DerivesLate {
    async fn commit(&self, base: &DynBackend, session: DynSession) -> Answer<Commit> {
        self.0.commit(base, session).await
    }

    async fn edges(&self, reader: &dyn IndexReader, request: &EdgeRequest) -> Answer<Vec<EdgeEntry>> {
        match self.0.of(reader.inventory().await?.generation - 1) {
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
        if let Some(before) = self.0.of(reader.inventory().await?.generation - 1) {
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
struct LosesEdgesToChanges(Commits);

#[async_trait]
impl Fault for LosesEdgesToChanges {
    async fn commit(&self, base: &DynBackend, session: DynSession) -> Answer<Commit> {
        self.0.commit(base, session).await
    }

    async fn edges(&self, reader: &dyn IndexReader, request: &EdgeRequest) -> Answer<Vec<EdgeEntry>> {
        let Some(before) = self.0.of(reader.inventory().await?.generation - 1) else { return reader.edges(request).await };
        let mut edges = Vec::new();
        for edge in reader.edges(&EdgeRequest { limit: None, ..request.clone() }).await? {
            let EdgeTarget::Resolved(target) = &edge.target else {
                edges.push(edge);
                continue;
            };
            let mut changed = [false; 2];
            for (changed, path) in changed.iter_mut().zip([&edge.owner.key.path, &target.key.path]) {
                *changed = before.file(path).await? != reader.file(path).await?;
            }
            let known = before.edges(&EdgeRequest { limit: None, ..request.clone() }).await?;
            let known = known.iter().any(|it| it.owner.key == edge.owner.key && it.target.key() == edge.target.key());
            if !known || changed != [false, true] {
                edges.push(edge);
            }
        }
        edges.truncate(request.limit.unwrap_or(usize::MAX));
        Ok(edges)
    }
}
