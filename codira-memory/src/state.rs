//! What one commit leaves: the files, what was said of the run, by which rules they were resolved,
//! and a number.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use codira_contracts::{FileSnapshot, RepoPath, RulesInventory, RunInventory, SessionRequest, Tool, resolve::RuleSet};
use serde::{Deserialize, Serialize};

use crate::{Draft, Graph, View};

/// One committed state of an index, as a plain value.
///
/// The [default](Default) is the state before the first commit: no files, generation zero.
#[derive(Debug, Default)]
pub struct IndexState {
    pub(crate) files: BTreeMap<RepoPath, FileSnapshot>,
    pub(crate) inventory: RunInventory,
    pub(crate) generation: u64,
    rules: Vec<RulesInventory>,
    /// What the graph is derived by, when it is first asked for.
    rule_set: RuleSet,
    graph: OnceLock<Graph>,
}

impl IndexState {
    /// The state that a store has kept: for backends that answer with this crate.
    ///
    /// The files must be such as [`FileSnapshot::validate`] accepts. Of several with one path, the
    /// last counts. Imports for which the graph has no target lead nowhere.
    pub fn restore(saved: SavedState) -> Self {
        let SavedState { writer: _, generation, inventory, rules, graph, files } = saved;
        let files = files.into_iter().map(|file| (file.path().clone(), file)).collect();
        Self { files, inventory, generation, rules, rule_set: RuleSet::default(), graph: graph.into() }
    }

    /// What the store of backend `writer` keeps of the state.
    pub fn save(&self, writer: &Tool) -> SavedState {
        SavedState {
            writer: writer.clone(),
            generation: self.generation,
            inventory: self.inventory.clone(),
            rules: self.rules.clone(),
            graph: self.graph().clone(),
            files: self.files.values().cloned().collect(),
        }
    }

    /// The same files and inventory, to be resolved by these rules.
    pub(crate) fn under(&self, rules: RuleSet) -> Self {
        let (files, inventory, generation) = (self.files.clone(), self.inventory.clone(), self.generation);
        Self { files, inventory, ..Self::empty(generation, rules) }
    }

    /// No files, to be resolved by these rules.
    pub(crate) fn empty(generation: u64, rules: RuleSet) -> Self {
        Self { generation, rules: rules.inventory(), rule_set: rules, ..Self::default() }
    }

    /// The number of the commit; the first is one.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// What was said of the last run.
    pub fn inventory(&self) -> &RunInventory {
        &self.inventory
    }

    /// The files, by path, each as it was put.
    pub fn files(&self) -> impl Iterator<Item = &FileSnapshot> {
        self.files.values()
    }

    /// One file, as it was put.
    pub fn file(&self, path: &RepoPath) -> Option<&FileSnapshot> {
        self.files.get(path)
    }

    /// The rules of the session that committed the state, by language.
    pub fn rules(&self) -> &[RulesInventory] {
        &self.rules
    }

    pub(crate) fn rule_set(&self) -> &RuleSet {
        &self.rule_set
    }

    /// What follows from the files by these rules.
    pub fn graph(&self) -> &Graph {
        self.graph.get_or_init(|| Graph::derive(&self.files, &self.rule_set))
    }

    /// Begins a session on this state.
    pub fn begin(self: &Arc<Self>, request: SessionRequest) -> Draft {
        Draft::new(Arc::clone(self), request)
    }

    /// Asks this state.
    pub fn view(self: &Arc<Self>) -> View {
        View::new(Arc::clone(self))
    }
}

/// A state as a store keeps it, for [`IndexState::restore`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedState {
    /// The backend that committed the state, in its version of then: a reader of a later one names
    /// it.
    pub writer: Tool,
    /// The number of the commit.
    pub generation: u64,
    /// What was said of the last run.
    pub inventory: RunInventory,
    /// The rules of the session that committed the state, by language.
    pub rules: Vec<RulesInventory>,
    /// What follows from the files by these rules.
    pub graph: Graph,
    /// The files.
    pub files: Vec<FileSnapshot>,
}

impl PartialEq for IndexState {
    fn eq(&self, other: &Self) -> bool {
        let Self { files, inventory, generation, rules, .. } = self;
        (files, inventory, generation, rules) == (&other.files, &other.inventory, &other.generation, &other.rules)
    }
}
