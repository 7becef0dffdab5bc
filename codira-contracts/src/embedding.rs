//! Vectors: what they were made by, what they were made from, and rows that still wait for theirs.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{BackendError, ContentHash, StableId, SymbolKey, symbol::words};

words! {
    /// The precision in which an engine computed the numbers of a vector. They are kept as `f32`
    /// all the same.
    Precision, "precision" {
        /// IEEE 754 binary32.
        F32 = "f32",
        /// IEEE 754 binary16.
        F16 = "f16",
        /// The upper half of binary32.
        Bf16 = "bf16",
        /// Eight-bit integers.
        I8 = "i8",
    }
}

/// What makes two vectors comparable: vectors of different specs never meet in one answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EmbeddingSpec {
    /// The engine: `lexical`.
    pub engine: String,
    /// Its version.
    pub engine_version: String,
    /// The model: `all-MiniLM-L6-v2`.
    pub model: String,
    /// Its version, best a digest of its files.
    pub model_version: String,
    /// The length of every vector.
    pub dimension: u32,
    /// The precision of the numbers.
    pub precision: Precision,
}

impl fmt::Display for EmbeddingSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { engine, engine_version, model, model_version, dimension, precision } = self;
        write!(f, "{engine} {engine_version}, {model} {model_version}, {dimension} x {precision}")
    }
}

/// A vector of finite numbers, kept bit for bit: two vectors are equal when their bits are. A
/// clone shares the numbers.
///
/// ```
/// use codira_contracts::Vector;
///
/// let vector = Vector::new(vec![1.0, -0.0])?;
/// assert_ne!(vector, Vector::new(vec![1.0, 0.0])?);
/// assert!(Vector::new(vec![f32::NAN]).is_err());
/// # Ok::<(), codira_contracts::BackendError>(())
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "Vec<f32>", into = "Vec<f32>")]
pub struct Vector(Arc<[f32]>);

impl Vector {
    /// Checks and wraps numbers.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput), naming the index, when a number is
    /// infinite or none.
    pub fn new(numbers: Vec<f32>) -> Result<Self, BackendError> {
        match numbers.iter().position(|number| !number.is_finite()) {
            None => Ok(Self(numbers.into())),
            Some(index) => Err(BackendError::invalid(
                format_args!("number {index} of a vector, {}", numbers[index]),
                "the numbers of a vector are finite",
            )),
        }
    }

    /// The numbers.
    pub fn as_slice(&self) -> &[f32] {
        &self.0
    }

    /// The numbers as little-endian bytes, four each: how stores keep them.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|number| number.to_le_bytes()).collect()
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote; `None` when it cannot have.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (numbers, rest) = bytes.as_chunks::<4>();
        if !rest.is_empty() {
            return None;
        }
        Self::new(numbers.iter().map(|number| f32::from_le_bytes(*number)).collect()).ok()
    }
}

impl PartialEq for Vector {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().zip(&*other.0).all(|(a, b)| a.to_bits() == b.to_bits())
    }
}

impl Eq for Vector {}

impl fmt::Debug for Vector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<Vec<f32>> for Vector {
    type Error = BackendError;

    fn try_from(numbers: Vec<f32>) -> Result<Self, BackendError> {
        Self::new(numbers)
    }
}

impl From<Vector> for Vec<f32> {
    fn from(vector: Vector) -> Self {
        vector.0.to_vec()
    }
}

/// Whether a row has its vector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EmbeddingState {
    /// The vector was computed.
    Computed(Vector),
    /// The text still waits for its vector.
    Pending {
        /// The text to compute it from.
        text: String,
    },
}

/// The embedding of one symbol or documentation unit under one spec. A file has at most one row
/// for each owner and spec.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmbeddingRow {
    /// The symbol or documentation unit of the file.
    pub owner: StableId,
    /// What the vector is, or will be, made by.
    pub spec: EmbeddingSpec,
    /// The hash of the text that it is made from. Of a pending row, the hash of its text.
    pub text_hash: ContentHash,
    /// The vector, or the text that waits for it.
    pub state: EmbeddingState,
}

impl EmbeddingRow {
    /// A row that waits for its vector.
    pub fn pending(owner: StableId, spec: EmbeddingSpec, text: impl Into<String>) -> Self {
        let text = text.into();
        let text_hash = ContentHash::of(text.as_bytes());
        Self { owner, spec, text_hash, state: EmbeddingState::Pending { text } }
    }
}

/// A row without its vector yet, with its location in the repository.
///
/// Pending rows order by spec, then key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingEmbedding {
    /// The symbol or documentation unit.
    pub key: SymbolKey,
    /// What the vector will be made by.
    pub spec: EmbeddingSpec,
    /// The text to compute it from.
    pub text: String,
}

/// A vector that was computed for a pending row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComputedEmbedding {
    /// The symbol or documentation unit.
    pub key: SymbolKey,
    /// What made the vector.
    pub spec: EmbeddingSpec,
    /// The hash of the text that it was made from.
    pub text_hash: ContentHash,
    /// The vector.
    pub vector: Vector,
}

/// A vector that is stored for a text, of any owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReusableEmbedding {
    /// The hash of the text.
    pub text_hash: ContentHash,
    /// The vector.
    pub vector: Vector,
}
