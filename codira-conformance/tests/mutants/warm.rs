//! Warm runs and reuse: answers that make the indexer do again what was done.

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    fault::{Answer, Fault},
    judge::mutants,
};

mutants! {
    globs_are_forgotten: ForgetsGlobs, "the inventory of analyzers has no globs",
        "warm::an_unchanged_repository_begins_no_session",
        "warm::a_changed_file_is_put_alone",
        "warm::stale_issues_ask_for_a_session",
        "warm::orphaned_embeddings_ask_for_a_session",
        "reuse::every_file_has_its_reason",
        "reuse::another_analyzer_reads_its_own_files",
        "reuse::another_spec_costs_vectors_alone";
    states_end_at_a_page: ShowsOnePage, "only the first 64 states of files are told",
        "warm::questions_of_a_warm_run_do_not_grow_with_files";
    the_writer_is_another: NamesAnotherWriter, "the inventory names another version as the writer",
        "reuse::another_backend_analyzes_everything";
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
