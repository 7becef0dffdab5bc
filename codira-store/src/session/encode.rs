//! From a file that was put to what is stored of it: the part that needs no database.

use std::collections::BTreeSet;

use codira_contracts::{
    EmbeddingSpec, EmbeddingState, FileAnalysis, FileSnapshot, RepoPath, UseKind,
    resolve::{Offer, RuleSet},
    text,
};
use rustc_hash::{FxBuildHasher, FxHashSet};

use crate::{
    codec, for_resolution,
    forms::{content, embeddings::Embeddings, outline::Outline},
    postings::Key,
    tables::{EmbeddingRow, FileRow, StoredFile},
};

/// A file that was encoded. Numbers are given when it is written.
pub(super) struct Encoded {
    /// Its number is 0, and it has no embeddings.
    pub(super) stored: StoredFile,
    /// Its embeddings by spec, the numbers of file and spec 0.
    pub(super) embeddings: Vec<(EmbeddingSpec, EmbeddingRow)>,
    /// Digests of the keys that lead to the file, but for those that hang on resolution.
    pub(super) keys: Vec<u32>,
    /// What it offers to the resolution of others.
    pub(super) offers: Vec<Offer>,
    /// What resolving it looks at.
    pub(super) analysis: FileAnalysis,
}

/// What is kept of a file until it is resolved.
pub(super) struct Unresolved {
    pub(super) number: u32,
    pub(super) path: RepoPath,
    pub(super) analysis: FileAnalysis,
}

/// Encodes a file, by the rules of the session.
pub(super) fn encode(file: FileSnapshot, rules: &RuleSet) -> Encoded {
    let FileSnapshot { state, analysis, embeddings: rows } = &file;
    let offers = rules.offers(&state.path, analysis);
    let outline = Outline::of(analysis).to_bytes();
    let calls = analysis.uses.iter().filter(|record| record.kind == UseKind::Call).count();
    let mut keys = keys(analysis, &offers);
    let computed = rows.iter().filter(|row| matches!(row.state, EmbeddingState::Computed(_)));
    keys.extend(computed.map(|row| Key::Text(row.text_hash).digest()));
    let specs: BTreeSet<&EmbeddingSpec> = rows.iter().map(|row| &row.spec).collect();
    let of_spec = |spec: &EmbeddingSpec| {
        let embeddings = Embeddings::of(analysis, rows.iter().filter(|row| row.spec == *spec));
        let row = embeddings.encode(0, 0, spec.dimension);
        (spec.clone(), row.expect("files are validated, so their vectors have the dimension of their spec"))
    };
    let embeddings = specs.into_iter().map(of_spec).collect();
    let stored = StoredFile {
        file: FileRow {
            number: 0,
            path: state.path.clone(),
            language: analysis.language.as_str().to_owned(),
            module: analysis.module.clone(),
            symbols: count(analysis.symbols.len()),
            doc_issues: count(analysis.doc_issues.len()),
        },
        state: state.clone(),
        imports: count(analysis.imports.len()),
        calls: count(calls),
        references: count(analysis.uses.len() - calls),
        documentation: count(analysis.documentation.len()),
        content: codec::compress(&content::to_bytes(analysis), &outline),
        outline: codec::compress(&outline, b""),
        doc_issues: (!analysis.doc_issues.is_empty()).then(|| codec::compress(&codec::pack(&analysis.doc_issues), b"")),
        embeddings: Vec::new(),
    };
    Encoded { stored, embeddings, keys, offers, analysis: for_resolution(file.analysis) }
}

fn count(count: usize) -> u32 {
    u32::try_from(count).expect("a file has fewer than four billion records")
}

fn keys(analysis: &FileAnalysis, offers: &[Offer]) -> Vec<u32> {
    // As many as most files have: a set that grows is hashed anew.
    let mut keys = FxHashSet::with_capacity_and_hasher(analysis.source.len() / 24, FxBuildHasher);
    keys.extend(text::words(&analysis.source).map(|word| Key::Word(word).digest()));
    keys.insert(Key::Module(&analysis.module).digest());
    for (symbol, logical_name) in analysis.symbols.iter().zip(analysis.logical_names()) {
        keys.insert(Key::Name(&symbol.name).digest());
        keys.insert(Key::Name(&logical_name).digest());
    }
    for issue in &analysis.doc_issues {
        keys.insert(Key::Rule(&issue.rule).digest());
        keys.insert(Key::Severity(issue.severity).digest());
    }
    keys.extend(offers.iter().map(|offer| Key::Offer(&offer.key).digest()));
    keys.into_iter().collect()
}

/// What an analysis without texts takes in memory, roughly.
pub(super) fn weight(analysis: &FileAnalysis) -> usize {
    400 + 450 * analysis.symbols.len() + 130 * analysis.uses.len() + 200 * analysis.imports.len()
}
