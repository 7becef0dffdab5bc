//! One file as the index keeps it, and what must be true of it.

use rustc_hash::{FxBuildHasher, FxHashSet};
use serde::{Deserialize, Serialize};

use crate::{
    BackendError, ContentHash, EmbeddingRow, EmbeddingSpec, EmbeddingState, FileAnalysis, RepoPath, StableId, Tool, Vector,
};

/// What decides whether a file must be analyzed again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileState {
    /// Where the file is.
    pub path: RepoPath,
    /// The hash of the bytes that were analyzed.
    pub hash: ContentHash,
    /// Their number.
    pub size: u64,
    /// The modification time when they were read, in nanoseconds since the Unix epoch.
    pub modified: i64,
    /// The analyzer that owns the file.
    pub analyzer: Tool,
}

/// One file, whole: what a session puts and what reads back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSnapshot {
    /// Its state when it was read.
    pub state: FileState,
    /// What its analyzer says.
    pub analysis: FileAnalysis,
    /// The embeddings of its symbols and documentation units, each owner and spec at most once;
    /// kept by owner, then spec.
    pub embeddings: Vec<EmbeddingRow>,
}

impl FileSnapshot {
    /// The path of the file.
    pub fn path(&self) -> &RepoPath {
        &self.state.path
    }

    /// How many bytes of memory it takes, roughly: by which buffers are bounded.
    pub fn memory(&self) -> usize {
        let analysis = &self.analysis;
        let vectors: usize = self.embeddings.iter().map(|row| 256 + 4 * row.spec.dimension as usize).sum();
        let texts: usize = analysis.documentation.iter().map(|unit| 200 + unit.text.len()).sum();
        let records = analysis.uses.len() + analysis.imports.len() + analysis.doc_issues.len();
        analysis.source.len() + texts + vectors + 500 * analysis.symbols.len() + 150 * records
    }

    /// Checks what must be true of every stored file; each session does so in `put_file`.
    ///
    /// - No two symbols or documentation units have the same id.
    /// - Each parent and owner is a symbol of the file; the owner of an embedding, a symbol or
    ///   documentation unit.
    /// - No owner has two embeddings under one spec; each vector has the dimension of its spec.
    /// - The hash of a pending embedding is that of its text.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), naming the path and the first offending
    /// id.
    pub fn validate(&self) -> Result<(), BackendError> {
        let invalid =
            |id: &StableId, problem: &str| Err(BackendError::invalid(format_args!("{}#{id}", self.state.path), problem));
        let analysis = &self.analysis;
        let mut ids = FxHashSet::with_capacity_and_hasher(analysis.symbols.len(), FxBuildHasher);
        for symbol in &analysis.symbols {
            if !ids.insert(&symbol.id) {
                return invalid(&symbol.id, "an id is unique in its file, and a second symbol has it");
            }
        }
        let owners = analysis.imports.iter().filter_map(|import| import.owner.as_ref());
        let owners = owners.chain(analysis.symbols.iter().filter_map(|symbol| symbol.parent.as_ref()));
        let owners = owners.chain(analysis.uses.iter().map(|record| &record.owner));
        let owners = owners.chain(analysis.documentation.iter().filter_map(|unit| unit.owner.as_ref()));
        let mut owners = owners.chain(analysis.doc_issues.iter().filter_map(|issue| issue.owner.as_ref()));
        if let Some(owner) = owners.find(|owner| !ids.contains(owner)) {
            return invalid(owner, "a parent or owner is a symbol of the same file, and there is none with this id");
        }
        for unit in &analysis.documentation {
            if !ids.insert(&unit.id) {
                return invalid(&unit.id, "an id is unique in its file, and a documentation unit repeats it");
            }
        }
        let mut rows = FxHashSet::with_capacity_and_hasher(self.embeddings.len(), FxBuildHasher);
        for EmbeddingRow { owner, spec, text_hash, state } in &self.embeddings {
            if !ids.contains(owner) {
                return invalid(owner, "the owner of an embedding is in the same file, and nothing there has this id");
            }
            if !rows.insert((owner, spec)) {
                return invalid(owner, "an owner has one embedding under one spec, and this one has two");
            }
            match state {
                EmbeddingState::Computed(vector) => {
                    check_dimension(&format_args!("{}#{owner}", self.state.path), spec, vector)?
                }
                EmbeddingState::Pending { text } if ContentHash::of(text.as_bytes()) != *text_hash => {
                    return invalid(owner, "the hash of a pending embedding is that of its text, and this one is another's");
                }
                EmbeddingState::Pending { .. } => {}
            }
        }
        Ok(())
    }

    /// Brings the embeddings into the order in which they are kept.
    pub fn normalize(&mut self) {
        self.embeddings.sort_by(|a, b| (&a.owner, &a.spec).cmp(&(&b.owner, &b.spec)));
    }
}

/// Checks that a vector has the dimension of its spec; `subject` says whose it is.
///
/// # Errors
///
/// [`InvalidInput`](crate::ErrorKind::InvalidInput), naming the subject and both dimensions.
pub fn check_dimension(subject: &dyn std::fmt::Display, spec: &EmbeddingSpec, vector: &Vector) -> Result<(), BackendError> {
    let length = vector.as_slice().len();
    if length == spec.dimension as usize {
        return Ok(());
    }
    let problem = format!("the spec ({spec}) asks for vectors of {} numbers, and this one has {length}", spec.dimension);
    Err(BackendError::invalid(subject, problem))
}
