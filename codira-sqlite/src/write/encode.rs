//! From a file that was put to what is stored of it: the part that needs no database.

use codira_contracts::{
    FileAnalysis, FileSnapshot, FileState, RepoPath, UseKind,
    resolve::{Offer, RuleSet},
    text,
};
use rustc_hash::{FxBuildHasher, FxHashSet};

use crate::{
    codec,
    forms::{content, outline::Outline},
    postings::Key,
};

/// A file as it is stored.
pub(super) struct Encoded {
    pub(super) outline: Vec<u8>,
    pub(super) content: Vec<u8>,
    pub(super) doc_issues: Option<Vec<u8>>,
    pub(super) counts: Counts,
    /// Digests of the keys that lead to the file, but for those that hang on resolution.
    pub(super) keys: Vec<u32>,
    /// What it offers to the resolution of others.
    pub(super) offers: Vec<Offer>,
}

/// How much of everything a file has.
pub(super) struct Counts {
    pub(super) symbols: i64,
    pub(super) imports: i64,
    pub(super) calls: i64,
    pub(super) references: i64,
    pub(super) documentation: i64,
    pub(super) doc_issues: i64,
}

/// What is kept of a file until it is resolved.
pub(super) struct Unresolved {
    pub(super) number: i64,
    pub(super) path: RepoPath,
    pub(super) analysis: FileAnalysis,
}

/// Encodes a file.
pub(super) fn encode(file: &FileSnapshot, rules: &RuleSet) -> Encoded {
    let FileSnapshot { state: FileState { path, .. }, analysis, .. } = file;
    let offers = rules.offers(path, analysis);
    let outline = Outline::of(analysis).to_bytes();
    let calls = analysis.uses.iter().filter(|record| record.kind == UseKind::Call).count();
    let doc_issues = (!analysis.doc_issues.is_empty()).then(|| codec::compress(&codec::pack(&analysis.doc_issues), b""));
    Encoded {
        keys: keys(analysis, &offers),
        content: codec::compress(&content::to_bytes(analysis), &outline),
        outline: codec::compress(&outline, b""),
        doc_issues,
        counts: Counts {
            symbols: analysis.symbols.len() as i64,
            imports: analysis.imports.len() as i64,
            calls: calls as i64,
            references: (analysis.uses.len() - calls) as i64,
            documentation: analysis.documentation.len() as i64,
            doc_issues: analysis.doc_issues.len() as i64,
        },
        offers,
    }
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
