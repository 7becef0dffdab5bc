//! The embeddings of one file and one spec. The quantized vectors lie apart from the rest: a search
//! passes those of all files, and looks at the rest where one may be among the best.

use std::ops::Range;

use codira_contracts::{ContentHash, EmbeddingRow, EmbeddingState, FileAnalysis, StableId, Vector};
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use crate::{
    codec::{self, checksum, push_number, push_section, take_number, take_section},
    tables,
    vectors::{self, QuantizedVector},
};

/// The embeddings of a file and a spec, by owner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Embeddings(pub(crate) Vec<Embedding>);

/// An embedding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Embedding {
    /// What it belongs to.
    pub(crate) owner: StableId,
    /// Whether that is a documentation unit.
    pub(crate) documents: bool,
    /// How far it is.
    pub(crate) form: Form,
}

/// How far an embedding is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// It has its vector, packed.
    Computed { text_hash: ContentHash, vector: Vec<u8> },
    /// Its text waits for one.
    Pending { text: String },
}

/// What lies apart from the vectors.
#[derive(Serialize, Deserialize)]
struct Owned<'a> {
    #[serde(borrow)]
    owner: &'a str,
    documents: bool,
    /// The hash of the text where there is a vector.
    text: Text<'a>,
}

#[derive(Serialize, Deserialize)]
enum Text<'a> {
    Computed([u8; 32]),
    #[serde(borrow)]
    Pending(&'a str),
}

impl Embeddings {
    /// What is stored of the rows of a file that have one spec.
    pub(crate) fn of<'r>(analysis: &FileAnalysis, rows: impl Iterator<Item = &'r EmbeddingRow>) -> Self {
        let units: FxHashSet<&StableId> = analysis.documentation.iter().map(|unit| &unit.id).collect();
        let embeddings = rows.map(|row| Embedding {
            owner: row.owner.clone(),
            documents: units.contains(&row.owner),
            form: match &row.state {
                EmbeddingState::Computed(vector) => Form::Computed { text_hash: row.text_hash, vector: vectors::pack(vector) },
                EmbeddingState::Pending { text } => Form::Pending { text: text.clone() },
            },
        });
        Self(embeddings.collect())
    }

    /// The row of a file and a spec; `None` where a vector is not of the spec's dimension.
    pub(crate) fn encode(mut self, file: u32, spec: u32, dimension: u32) -> Option<tables::EmbeddingRow> {
        self.0.sort_by(|a, b| a.owner.cmp(&b.owner));
        let (mut computed, mut packed, mut quantized) = (0, Vec::new(), Vec::new());
        let mut owned = Vec::with_capacity(self.0.len());
        for Embedding { owner, documents, form } in &self.0 {
            let text = match form {
                Form::Computed { text_hash, vector } => {
                    computed += 1;
                    push_number(&mut packed, u32::from(*documents));
                    push_section(&mut packed, vector);
                    push_number(&mut quantized, u32::from(*documents));
                    push_section(
                        &mut quantized,
                        QuantizedVector::of(vectors::unpack(vector, dimension)?.as_slice()).as_bytes(),
                    );
                    Text::Computed(*text_hash.as_bytes())
                }
                Form::Pending { text } => Text::Pending(text),
            };
            owned.push(Owned { owner: owner.as_str(), documents: *documents, text });
        }
        let pending = u32::try_from(self.0.len()).expect("a file has fewer than four billion symbols") - computed;
        let checked = |body: Vec<u8>| if body.is_empty() { body } else { [&checksum(&body)[..], &body].concat() };
        Some(tables::EmbeddingRow {
            file,
            spec,
            computed,
            pending,
            quantized: checked(quantized),
            vectors: checked(packed),
            owners: codec::compress(&codec::pack(&owned), b""),
        })
    }

    /// Reads a row.
    pub(crate) fn decode(row: &tables::EmbeddingRow) -> Option<Self> {
        let bytes = codec::decompress(&row.owners, b"")?;
        let owned: Vec<Owned<'_>> = codec::unpack(&bytes)?;
        let mut vectors = sections_of(&row.vectors)?.into_iter();
        let embedding = |Owned { owner, documents, text }: Owned<'_>| {
            let form = match text {
                Text::Computed(hash) => {
                    let at = vectors.next().filter(|vector| vector.documents == documents)?.at;
                    Form::Computed { text_hash: ContentHash::from_bytes(hash), vector: row.vectors[at].to_vec() }
                }
                Text::Pending(text) => Form::Pending { text: text.to_owned() },
            };
            Some(Embedding { owner: StableId::new(owner), documents, form })
        };
        let embeddings = owned.into_iter().map(embedding).collect::<Option<_>>()?;
        vectors.next().is_none().then_some(Self(embeddings))
    }

    /// Those that have their vector, in the order of the vectors and the quantized vectors.
    pub(crate) fn computed(&self) -> impl Iterator<Item = &Embedding> {
        self.0.iter().filter(|embedding| matches!(embedding.form, Form::Computed { .. }))
    }
}

impl Form {
    /// How it was put; `dimension` is that of the spec.
    pub(crate) fn state(&self, dimension: u32) -> Option<(ContentHash, EmbeddingState)> {
        Some(match self {
            Self::Computed { text_hash, vector } => (*text_hash, EmbeddingState::Computed(vectors::unpack(vector, dimension)?)),
            Self::Pending { text } => (ContentHash::of(text.as_bytes()), EmbeddingState::Pending { text: text.clone() }),
        })
    }

    /// A vector for a text.
    pub(crate) fn computed(text_hash: ContentHash, vector: &Vector) -> Self {
        Self::Computed { text_hash, vector: vectors::pack(vector) }
    }
}

/// Where a packed vector, or a quantized vector, lies in the blob of a file.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    /// Whether it belongs to a documentation unit.
    pub(crate) documents: bool,
    pub(crate) at: Range<usize>,
}

/// The vectors or quantized vectors of a blob, in order; `None` where it is damaged.
pub(crate) fn sections_of(blob: &[u8]) -> Option<Vec<Section>> {
    if blob.is_empty() {
        return Some(Vec::new());
    }
    let (sum, mut rest) = blob.split_first_chunk()?;
    (checksum(rest) == *sum).then_some(())?;
    let mut sections = Vec::new();
    while !rest.is_empty() {
        let documents = take_number(&mut rest)? == 1;
        let section = take_section(&mut rest)?;
        let end = blob.len() - rest.len();
        sections.push(Section { documents, at: end - section.len()..end });
    }
    Some(sections)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn embeddings() -> impl Strategy<Value = Embeddings> {
        let number = prop_oneof![5 => Just(0.0), 1 => Just(-0.0_f32), 1 => -9.0_f32..9.0];
        let vector = prop::collection::vec(number, 7).prop_map(|numbers| Vector::new(numbers).unwrap());
        let form = prop_oneof![
            vector.prop_map(|vector| Form::computed(ContentHash::of(b"text"), &vector)),
            "[a-c ]{0,90}".prop_map(|text| Form::Pending { text }),
        ];
        let rows = prop::collection::btree_map("[a-z]{0,3}", (any::<bool>(), form), 0..9);
        rows.prop_map(|rows| {
            let row = |(owner, (documents, form)): (String, _)| Embedding { owner: StableId::new(owner), documents, form };
            Embeddings(rows.into_iter().map(row).collect())
        })
    }

    proptest! {
        #[test]
        fn embeddings_read_back(embeddings in embeddings()) {
            let row = embeddings.clone().encode(3, 4, 7).unwrap();
            prop_assert_eq!(row.computed as usize, embeddings.computed().count());
            prop_assert_eq!(Embeddings::decode(&row), Some(embeddings));
        }

        #[test]
        fn damage_is_noticed_or_harmless(embeddings in embeddings(), at in any::<prop::sample::Index>(), bit in 0_u32..8, of_owners: bool) {
            let mut row = embeddings.clone().encode(3, 4, 7).unwrap();
            let blob = if of_owners { &mut row.owners } else { &mut row.vectors };
            if !blob.is_empty() {
                let at = at.index(blob.len());
                blob[at] ^= 1 << bit;
                // Not every bit of a compressed frame matters.
                prop_assert!(Embeddings::decode(&row).is_none_or(|read| read == embeddings));
            }
        }
    }
}
