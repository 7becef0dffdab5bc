//! Warm runs and reuse: answers that make the indexer do again what was done.

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    fault::{Answer, Fault},
    judge::{EVERY, SMALL, TOLD, mutants},
};

mutants! {
    globs_are_forgotten: ForgetsGlobs, "the inventory of analyzers has no globs", [
        "sessions::incremental_scope_replaces_what_it_names",
        "sessions::a_failed_call_leaves_the_session_usable",
        "storing::inventories_read_back_as_written",
        EVERY,
        "warm::an_unchanged_repository_begins_no_session",
        "warm::a_warm_run_asks_as_much_of_any_number_of_files",
        "warm::a_changed_file_is_put_alone",
        "warm::stale_issues_ask_for_a_session",
        "warm::orphaned_embeddings_ask_for_a_session",
        "reuse::every_file_has_its_reason",
        "reuse::another_analyzer_reads_its_own_files",
        "reuse::another_spec_costs_vectors_alone",
        TOLD,
    ];
    states_end_at_a_page: ShowsOnePage, "only the first 64 states of files are told", [
        SMALL,
        "warm::a_warm_run_asks_as_much_of_any_number_of_files",
    ];
    the_writer_is_another: NamesAnotherWriter, "the inventory names another version as the writer", [
        "storing::inventories_read_back_as_written",
        "rules::edges_are_those_of_the_session",
        "rules::other_rules_derive_anew",
        "rules::a_session_given_up_leaves_the_rules",
        "graph::edges_are_those_of_the_resolver",
        "graph::edges_follow_every_change",
        EVERY,
        "warm::an_unchanged_repository_begins_no_session",
        "warm::a_warm_run_asks_as_much_of_any_number_of_files",
        "warm::a_changed_file_is_put_alone",
        "warm::stale_issues_ask_for_a_session",
        "warm::orphaned_embeddings_ask_for_a_session",
        "reuse::every_file_has_its_reason",
        "reuse::another_backend_analyzes_everything",
        "reuse::another_analyzer_reads_its_own_files",
        "reuse::another_spec_costs_vectors_alone",
        TOLD,
    ];
}

#[derive(Default)]
struct ForgetsGlobs;

#[async_trait]
impl Fault for ForgetsGlobs {
    async fn inventory(&self, reader: &dyn IndexReader) -> Answer<RuntimeInventory> {
        let mut inventory = reader.inventory().await?;
        inventory.analyzers.iter_mut().for_each(|analyzer| analyzer.globs.clear());
        Ok(inventory)
    }
}

#[derive(Default)]
struct ShowsOnePage;

#[async_trait]
impl Fault for ShowsOnePage {
    async fn file_states(&self, reader: &dyn IndexReader, prefix: &PathPrefix) -> Answer<Vec<FileState>> {
        let mut states = reader.file_states(prefix).await?;
        states.truncate(64);
        Ok(states)
    }
}

#[derive(Default)]
struct NamesAnotherWriter;

#[async_trait]
impl Fault for NamesAnotherWriter {
    async fn inventory(&self, reader: &dyn IndexReader) -> Answer<RuntimeInventory> {
        let mut inventory = reader.inventory().await?;
        inventory.backend.version += "-other";
        Ok(inventory)
    }
}
