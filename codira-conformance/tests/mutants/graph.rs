//! The graph: edges that are late, lost, guessed or told twice.

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
