//! Every question of the contract, answered by looking at all files.
//!
//! Each method of [`View`] is the question of [`IndexReader`](codira_contracts::IndexReader) of
//! the same name. This file answers about files and the index as a whole; the others are divided
//! by what is asked for.

mod documentation;
mod edges;
mod embeddings;
mod symbols;

use std::sync::{Arc, OnceLock};

use codira_contracts::{
    BackendDescriptor, EmbeddingInventory, FileSnapshot, FileState, Maintenance, PathPrefix, RepoPath, Retention,
    RuntimeInventory, TextReference, TextRequest, Totals, UseKind, text,
};

use crate::IndexState;
use edges::Summaries;
pub(crate) use embeddings::{pending_embeddings, reusable_embeddings};

/// Answers questions about one state.
#[derive(Debug)]
pub struct View {
    state: Arc<IndexState>,
    // The same for every question: a dump asks for it many times.
    summaries: OnceLock<Summaries>,
}

impl View {
    pub(crate) fn new(state: Arc<IndexState>) -> Self {
        Self { state, summaries: OnceLock::new() }
    }

    /// What is true of the state as a whole: written by the backend of this descriptor, by which
    /// rules and analyzers.
    pub fn inventory(&self, backend: &BackendDescriptor) -> RuntimeInventory {
        let state = &*self.state;
        RuntimeInventory {
            backend: backend.tool.clone(),
            schema: backend.schema,
            coverage: state.inventory.coverage,
            generation: state.generation,
            rules: state.rules().to_vec(),
            analyzers: state.inventory.analyzers.clone(),
            embeddings: self.embedding_inventory(),
        }
    }

    /// How much of everything there is.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for FileSnapshot { analysis, .. } in self.state.files() {
            let calls = analysis.uses.iter().filter(|record| record.kind == UseKind::Call).count();
            totals.files += 1;
            totals.symbols += analysis.symbols.len() as u64;
            totals.imports += analysis.imports.len() as u64;
            totals.calls += calls as u64;
            totals.references += (analysis.uses.len() - calls) as u64;
            totals.documentation += analysis.documentation.len() as u64;
            totals.doc_issues += analysis.doc_issues.len() as u64;
        }
        let edges = &self.state.graph().edges;
        for EmbeddingInventory { computed, pending, .. } in self.embedding_inventory() {
            totals.embeddings += computed;
            totals.pending_embeddings += pending;
        }
        totals.edges = edges.len() as u64;
        totals.resolved_edges = edges.iter().filter(|edge| edge.target.is_resolved()).count() as u64;
        totals
    }

    /// The state of every file inside `prefix`, by path.
    pub fn file_states(&self, prefix: &PathPrefix) -> Vec<FileState> {
        self.files_in(prefix).map(|file| file.state.clone()).collect()
    }

    /// One file as it was put.
    pub fn file(&self, path: &RepoPath) -> Option<FileSnapshot> {
        self.state.files.get(path).cloned()
    }

    /// What `retention` does not keep.
    pub fn maintenance(&self, Retention { policy, specs }: &Retention) -> Maintenance {
        let mut maintenance = Maintenance::default();
        for FileSnapshot { analysis, embeddings, .. } in self.state.files() {
            if !policy.keeps(&analysis.language) {
                maintenance.stale_doc_issues += analysis.doc_issues.len() as u64;
            }
            maintenance.orphaned_embeddings += embeddings.iter().filter(|row| !specs.contains(&row.spec)).count() as u64;
        }
        maintenance
    }

    /// The lines in which a text occurs, by path, then site.
    pub fn text_references(&self, request: &TextRequest) -> Vec<TextReference> {
        let TextRequest { text, prefix, limit } = request;
        let references = self.files_in(prefix).flat_map(|file| {
            text::occurrences(&file.analysis.source, text).map(|found| TextReference {
                path: file.path().clone(),
                site: found.site,
                line: found.line.to_owned(),
            })
        });
        first(*limit, references.collect())
    }

    fn files_in(&self, prefix: &PathPrefix) -> impl Iterator<Item = &FileSnapshot> {
        self.state.files().filter(|file| prefix.covers(file.path()))
    }

    fn summaries(&self) -> &Summaries {
        self.summaries.get_or_init(|| Summaries::of(&self.state))
    }
}

/// The first `limit` of a whole list.
fn first<T>(limit: Option<usize>, mut answers: Vec<T>) -> Vec<T> {
    answers.truncate(limit.unwrap_or(usize::MAX));
    answers
}
