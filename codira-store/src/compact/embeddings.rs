//! Embeddings on their way into a store: what takes computing is computed, so that many cores can share the work.

use rustc_hash::FxHashSet;

use crate::vectors::Sketch;
use codira_contracts::{ContentHash, EmbeddingSpec, EmbeddingState, FileSnapshot, StableId, Vector};

/// An embedding as stores keep it: its vector in few bytes, and the [`Sketch`] by which searches pass most vectors over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Embedding {
    /// The symbol or documentation unit.
    pub owner: StableId,
    /// Whether the owner is a documentation unit.
    pub documents: bool,
    /// What the vector is, or will be, made by.
    pub spec: EmbeddingSpec,
    /// The vector, or the text that waits for it.
    pub form: EmbeddingForm,
}

/// Whether an [`Embedding`] has its vector, and in which form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EmbeddingForm {
    /// The vector was computed.
    Computed {
        /// The hash of the text that it was made from.
        text_hash: ContentHash,
        /// The vector, as the store packs it.
        numbers: Vec<u8>,
        /// Its sketch.
        sketch: Sketch,
    },
    /// The text still waits for its vector.
    Pending {
        /// The text to compute it from.
        text: String,
    },
}

impl Embedding {
    /// Takes the embeddings out of a file, in their order; `pack` says how the store keeps a vector.
    ///
    /// ```
    /// use codira_store::compact::{Embedding, EmbeddingForm};
    /// # use codira_contracts::*;
    /// # let spec = EmbeddingSpec {
    /// #     engine: "toy".to_owned(),
    /// #     engine_version: "1".to_owned(),
    /// #     model: "toy".to_owned(),
    /// #     model_version: "1".to_owned(),
    /// #     dimension: 2,
    /// #     precision: Precision::F32,
    /// # };
    /// # let state = FileState {
    /// #     path: RepoPath::new("a.py")?,
    /// #     hash: ContentHash::of(b""),
    /// #     size: 0,
    /// #     modified: 0,
    /// #     analyzer: Tool { name: "toy".to_owned(), version: "1".to_owned() },
    /// # };
    /// # let mut analysis = FileAnalysis::new(Language::new("toy"), "a");
    /// # analysis.symbols = vec![Symbol::new("a", SymbolKind::Module, "a")];
    /// # let embeddings = vec![EmbeddingRow::pending("a".into(), spec, "module a")];
    /// # let mut file = FileSnapshot { state, analysis, embeddings };
    ///
    /// let embeddings = Embedding::take(&mut file, codira_store::vectors::pack);
    /// assert_eq!(embeddings[0].form, EmbeddingForm::Pending { text: "module a".to_owned() });
    /// assert!(file.embeddings.is_empty() && !embeddings[0].documents);
    /// # Ok::<(), codira_contracts::BackendError>(())
    /// ```
    pub fn take(file: &mut FileSnapshot, pack: impl Fn(&Vector) -> Vec<u8>) -> Vec<Self> {
        let units: FxHashSet<&StableId> = file.analysis.documentation.iter().map(|unit| &unit.id).collect();
        let embeddings = std::mem::take(&mut file.embeddings).into_iter();
        let taken = embeddings.map(|row| Self {
            documents: units.contains(&row.owner),
            owner: row.owner,
            spec: row.spec,
            form: match row.state {
                EmbeddingState::Computed(vector) => EmbeddingForm::Computed {
                    text_hash: row.text_hash,
                    numbers: pack(&vector),
                    sketch: Sketch::of(vector.as_slice()),
                },
                EmbeddingState::Pending { text } => EmbeddingForm::Pending { text },
            },
        });
        taken.collect()
    }
}
