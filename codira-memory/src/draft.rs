//! A session, as a plain value.

use std::sync::Arc;

use codira_contracts::{
    BackendError, ComputedEmbedding, EmbeddingRow, EmbeddingState, FileSnapshot, Maintenance, PendingEmbedding, PendingRequest,
    RepoPath, Retention, ReusableEmbedding, ReuseRequest, RunInventory, SessionRequest, Stored, WriteScope, check_dimension,
};

use crate::{IndexState, view};

/// A state being changed, beside the state that the session began from.
///
/// Each method is that of [`IndexWriteSession`](codira_contracts::IndexWriteSession) of the same
/// name, and says there what it does.
#[derive(Debug, PartialEq)]
pub struct Draft {
    base: Arc<IndexState>,
    now: IndexState,
}

impl Draft {
    pub(crate) fn new(base: Arc<IndexState>, SessionRequest { scope, rules, .. }: SessionRequest) -> Self {
        let now = match scope {
            WriteScope::Incremental => base.under(rules),
            WriteScope::Full => IndexState::empty(base.generation, rules),
        };
        Self { base, now }
    }

    /// The state that the session has now, its number still that of the state it began from.
    pub fn state(&self) -> &IndexState {
        &self.now
    }

    /// Asks for a session with the same rules that begins where this one ends.
    pub fn request(&self) -> SessionRequest {
        SessionRequest::incremental(self.now.rule_set().clone())
    }

    /// Replaces everything about a file.
    ///
    /// # Errors
    ///
    /// `InvalidInput` when the file breaks a rule of [`FileSnapshot::validate`].
    pub fn put_file(&mut self, mut file: FileSnapshot) -> Result<(), BackendError> {
        file.validate()?;
        file.normalize();
        self.now.files.insert(file.path().clone(), file);
        Ok(())
    }

    /// Removes a file.
    pub fn remove_file(&mut self, path: &RepoPath) {
        self.now.files.remove(path);
    }

    /// Removes the documentation issues and embeddings that `retention` does not keep; says how
    /// many.
    pub fn maintain(&mut self, Retention { policy, specs }: &Retention) -> Maintenance {
        let mut removed = Maintenance::default();
        for FileSnapshot { analysis, embeddings, .. } in self.now.files.values_mut() {
            if !policy.keeps(&analysis.language) {
                removed.stale_doc_issues += analysis.doc_issues.len() as u64;
                analysis.doc_issues.clear();
            }
            let before = embeddings.len();
            embeddings.retain(|row| specs.contains(&row.spec));
            removed.orphaned_embeddings += (before - embeddings.len()) as u64;
        }
        removed
    }

    /// The vectors stored for some texts, in the state the session began from or in the one it has
    /// now.
    pub fn reusable_embeddings(&self, request: &ReuseRequest) -> Vec<ReusableEmbedding> {
        view::reusable_embeddings(&[&self.now, &self.base], request)
    }

    /// The rows that wait for their vector now.
    pub fn pending_embeddings(&self, request: &PendingRequest) -> Vec<PendingEmbedding> {
        view::pending_embeddings(&self.now, request)
    }

    /// Adds or replaces rows that wait for their vector.
    ///
    /// # Errors
    ///
    /// `InvalidInput` when no symbol or documentation unit has the key of a row; then no row is
    /// added.
    pub fn queue_embeddings(&mut self, rows: Vec<PendingEmbedding>) -> Result<(), BackendError> {
        let is_there = |row: &&PendingEmbedding| {
            self.now.files.get(&row.key.path).is_some_and(|FileSnapshot { analysis, .. }| {
                analysis.symbols.iter().any(|symbol| symbol.id == row.key.id)
                    || analysis.documentation.iter().any(|unit| unit.id == row.key.id)
            })
        };
        if let Some(stray) = rows.iter().find(|row| !is_there(row)) {
            return Err(BackendError::invalid(&stray.key, "no symbol or documentation unit has this key"));
        }
        for PendingEmbedding { key, spec, text } in rows {
            let Some(file) = self.now.files.get_mut(&key.path) else { continue };
            file.embeddings.retain(|row| (&row.owner, &row.spec) != (&key.id, &spec));
            file.embeddings.push(EmbeddingRow::pending(key.id, spec, text));
            file.normalize();
        }
        Ok(())
    }

    /// Gives pending rows their vectors; says how many were kept, and how many had no pending row.
    ///
    /// # Errors
    ///
    /// `InvalidInput` when a vector has not the dimension of its spec; then none is kept.
    pub fn store_embeddings(&mut self, rows: Vec<ComputedEmbedding>) -> Result<Stored, BackendError> {
        rows.iter().try_for_each(|row| check_dimension(&row.key, &row.spec, &row.vector))?;
        let mut outcome = Stored::default();
        for ComputedEmbedding { key, spec, text_hash, vector } in rows {
            let stored = self.now.files.get_mut(&key.path).and_then(|file| {
                file.embeddings.iter_mut().find(|row| (&row.owner, &row.spec, row.text_hash) == (&key.id, &spec, text_hash))
            });
            match stored {
                Some(EmbeddingRow { state: state @ EmbeddingState::Pending { .. }, .. }) => {
                    *state = EmbeddingState::Computed(vector);
                    outcome.stored += 1;
                }
                _ => outcome.stale += 1,
            }
        }
        Ok(outcome)
    }

    /// Says what is true of the run as a whole.
    ///
    /// # Errors
    ///
    /// `InvalidInput` when a tool is listed twice.
    pub fn write_inventory(&mut self, mut inventory: RunInventory) -> Result<(), BackendError> {
        inventory.normalize()?;
        self.now.inventory = inventory;
        Ok(())
    }

    /// The state that a commit of this session leaves.
    pub fn seal(mut self) -> IndexState {
        self.now.generation += 1;
        self.now
    }
}

impl Clone for Draft {
    fn clone(&self) -> Self {
        Self { base: Arc::clone(&self.base), now: self.now.under(self.now.rule_set().clone()) }
    }
}
