//! What the index holds before a run: everything that a plan asks of it, in a fixed number of
//! questions.

use codira_contracts::{
    AnalyzerInventory, BackendError, Coverage, EmbeddingInventory, EmbeddingSpec, FileState, IndexBackend, IndexReader,
    Maintenance, PathPrefix, RepoPath, Retention, RulesInventory, RuntimeInventory,
};

use super::embed::StoredRows;
use crate::{
    Outcome, Rebuild,
    plan::{self, Reason},
    state::StateRefusal,
};

/// The last commit, as far as a plan needs it.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) generation: u64,
    pub(super) coverage: Coverage,
    /// The rules by which its edges were derived.
    pub(super) rules: Vec<RulesInventory>,
    pub(super) analyzers: Vec<AnalyzerInventory>,
    pub(super) maintenance: Maintenance,
    pub(super) embeddings: Vec<EmbeddingInventory>,
    /// In the order of their paths.
    pub(super) files: Vec<FileState>,
    /// Why the index cannot be built on, though it can be read.
    rebuild: Option<Reason>,
}

/// The index that a run begins with.
#[derive(Debug)]
pub(super) enum PreviousIndex {
    /// An index to build on.
    Index(Stored),
    /// An index that can be read, and is replaced.
    Replaced(Stored, Rebuild),
    /// Nothing that can be read.
    Nothing(Rebuild),
}

impl PreviousIndex {
    /// Asks `backend`; `retention` has the issues and embeddings that are up to date.
    ///
    /// # Errors
    ///
    /// What keeps the index from being read, unless the remedy is to replace it.
    pub(super) async fn load<B: IndexBackend>(backend: &B, retention: &Retention) -> Result<Self, BackendError> {
        match Stored::read(backend, retention).await {
            Ok(stored) if stored.rebuild.is_some() => Ok(Self::Replaced(stored, Rebuild::BackendChanged)),
            Ok(stored) => Ok(Self::Index(stored)),
            Err(BackendError::NotIndexed { .. }) => Ok(Self::Nothing(Rebuild::First)),
            Err(error) if matches!(StateRefusal::of(&error), Some(StateRefusal::OwnedByAnother { .. })) => {
                Ok(Self::Nothing(Rebuild::BackendChanged))
            }
            Err(BackendError::SchemaMismatch { found, expected, .. }) if found < expected => {
                Ok(Self::Nothing(Rebuild::BackendChanged))
            }
            Err(error @ BackendError::Corrupt { .. }) => Ok(Self::Nothing(Rebuild::Unreadable { problem: error.to_string() })),
            Err(error) => Err(error),
        }
    }

    /// The same, where everything is asked to be analyzed.
    pub(super) fn requested(self) -> Self {
        match self {
            Self::Index(stored) => Self::Replaced(stored, Rebuild::Requested),
            found => found,
        }
    }

    /// The last commit, where it could be read.
    pub(super) fn stored(&self) -> Option<&Stored> {
        match self {
            Self::Index(stored) | Self::Replaced(stored, _) => Some(stored),
            Self::Nothing(_) => None,
        }
    }

    /// Whether there is an index that holds no embedding of any spec.
    pub(super) fn lacks_embeddings(&self) -> bool {
        self.stored().is_some_and(|stored| stored.embeddings.is_empty())
    }

    /// How many rows of `spec` the index holds after a run: a commit leaves those of no other.
    pub(super) fn rows_after(&self, outcome: &Outcome, spec: &EmbeddingSpec) -> StoredRows {
        let (computed, deferred) = match outcome {
            Outcome::Committed { totals, .. } => (totals.embeddings, totals.pending_embeddings),
            Outcome::UpToDate { .. } => {
                let inventory = self.stored().and_then(|stored| stored.embeddings(spec));
                inventory.map_or((0, 0), |inventory| (inventory.computed, inventory.pending))
            }
        };
        StoredRows { rows: computed + deferred, deferred }
    }

    /// Why everything is analyzed again, if it is.
    pub(super) fn rebuild(&self) -> Option<&Rebuild> {
        match self {
            Self::Index(_) => None,
            Self::Replaced(_, rebuild) | Self::Nothing(rebuild) => Some(rebuild),
        }
    }
}

impl Stored {
    /// Whether a file is stored.
    pub(super) fn has(&self, path: &RepoPath) -> bool {
        self.files.binary_search_by(|state| state.path.cmp(path)).is_ok()
    }

    /// How many embeddings there are of a spec; `None` where there is none.
    pub(super) fn embeddings(&self, spec: &EmbeddingSpec) -> Option<&EmbeddingInventory> {
        self.embeddings.iter().find(|inventory| inventory.spec == *spec)
    }

    async fn read<B: IndexBackend>(backend: &B, retention: &Retention) -> Result<Self, BackendError> {
        let reader = backend.open_reader().await?;
        let inventory = reader.inventory().await?;
        let rebuild = plan::rebuild(&inventory, backend.descriptor());
        let RuntimeInventory { generation, coverage, rules, analyzers, embeddings, .. } = inventory;
        let maintenance = reader.maintenance(retention).await?;
        let files = reader.file_states(&PathPrefix::root()).await?;
        Ok(Self { generation, coverage, rules, analyzers, maintenance, embeddings, files, rebuild })
    }
}
