//! From a file that was put to what is stored of it: the part that needs no database.

use codira_contracts::{
    EmbeddingSpec, EmbeddingState, FileAnalysis, FileSnapshot, RepoPath, UseKind,
    resolve::{self, Offer, RuleSet},
    text,
};
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use crate::{
    codec, for_resolution,
    forms::{content, embeddings::Embeddings, outline::Outline},
    postings::Key,
    tables::{EmbeddingRow, FileRow, StoredFile},
};

/// A file that is to be written.
pub(super) struct Put {
    pub(super) number: u32,
    pub(super) file: FileSnapshot,
    /// What it offered before, unless nothing was resolved yet.
    pub(super) before: Option<Vec<Offer>>,
}

/// A file that was encoded.
pub(super) struct Encoded {
    pub(super) stored: StoredFile,
    /// Digests of the keys that lead to the file, but for those that hang on resolution.
    pub(super) keys: Vec<u32>,
    /// What it offers to the resolution of others.
    pub(super) offers: Vec<Offer>,
    /// Digests of keys whose facts changed.
    pub(super) changed: Vec<u32>,
    pub(super) unresolved: Unresolved,
}

/// What is kept of a file until it is resolved.
pub(super) struct Unresolved {
    pub(super) number: u32,
    pub(super) path: RepoPath,
    pub(super) analysis: FileAnalysis,
}

/// Encodes a file, by the rules of the session and with the numbers of all of its specs.
pub(super) fn encode(Put { number, file, before }: Put, rules: &RuleSet, specs: &FxHashMap<EmbeddingSpec, u32>) -> Encoded {
    let FileSnapshot { state, analysis, embeddings: rows } = &file;
    let offers = rules.offers(&state.path, analysis);
    let outline = Outline::of(analysis).to_bytes();
    let calls = analysis.uses.iter().filter(|record| record.kind == UseKind::Call).count();
    let mut keys = keys(analysis, &offers);
    let computed = rows.iter().filter(|row| matches!(row.state, EmbeddingState::Computed(_)));
    keys.extend(computed.map(|row| Key::Text(row.text_hash).digest()));
    let of_spec = |(spec, number_of_spec): (&EmbeddingSpec, &u32)| {
        let embeddings = Embeddings::of(analysis, rows.iter().filter(|row| row.spec == *spec));
        if embeddings.0.is_empty() {
            return None;
        }
        let row = embeddings.encode(number, *number_of_spec, spec.dimension);
        Some(row.expect("files are validated, so their vectors have the dimension of their spec"))
    };
    let mut embeddings: Vec<EmbeddingRow> = specs.iter().filter_map(of_spec).collect();
    embeddings.sort_unstable_by_key(|row| row.spec);
    let stored = StoredFile {
        file: FileRow {
            number,
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
        embeddings,
    };
    let changed = before.map(|before| resolve::changed_keys(&before, &offers)).unwrap_or_default();
    let changed = changed.iter().map(|key| Key::Asked(key).digest()).collect();
    let unresolved = Unresolved { number, path: stored.file.path.clone(), analysis: for_resolution(file.analysis) };
    Encoded { stored, keys, offers, changed, unresolved }
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
