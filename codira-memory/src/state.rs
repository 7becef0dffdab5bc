//! What one commit leaves: the files, what was said of the run, and a number.

use std::{collections::BTreeMap, sync::Arc};

use codira_contracts::{FileSnapshot, RepoPath, RunInventory, WriteScope};

use crate::{Draft, View};

/// One committed state of an index, as a plain value.
///
/// The [default](Default) is the state before the first commit: no files, generation zero.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IndexState {
    pub(crate) files: BTreeMap<RepoPath, FileSnapshot>,
    pub(crate) inventory: RunInventory,
    pub(crate) generation: u64,
}

impl IndexState {
    /// The state that commit number `generation` left, as a store has kept it: for backends that answer with this crate.
    ///
    /// The files must be such as [`FileSnapshot::validate`] accepts. Of several with one path, the last counts.
    pub fn new(generation: u64, inventory: RunInventory, files: impl IntoIterator<Item = FileSnapshot>) -> Self {
        Self { files: files.into_iter().map(|file| (file.path().clone(), file)).collect(), inventory, generation }
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

    /// Begins a session on this state.
    pub fn begin(self: &Arc<Self>, scope: WriteScope) -> Draft {
        Draft::new(Arc::clone(self), scope)
    }

    /// Asks this state.
    pub fn view(self: &Arc<Self>) -> View {
        View::new(Arc::clone(self))
    }
}
