//! As which text a symbol or documentation unit is embedded.
//!
//! Neither the path nor the module is part of it, so that a file keeps its vectors when it moves.

use codira_contracts::{ContentHash, Documentation, FileAnalysis, RepoPath, StableId, Symbol, UseKind, text};
use rustc_hash::FxHashMap;

use super::{EmbeddingPolicy, Ineligible};

/// Rises whenever the same symbol gets another text.
const VERSION: u32 = 1;

/// How much of a documentation text counts, in bytes: its beginning says what the thing is for.
const DOCUMENTATION_BYTES: usize = 600;

/// How many different names that a symbol calls count.
const MAX_CALLS: usize = 24;

/// What of a file is embedded, and as which text.
#[derive(Clone, Debug)]
pub(crate) struct Recipe {
    policy: EmbeddingPolicy,
}

/// Something to embed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TextToEmbed {
    /// The symbol or documentation unit.
    pub(crate) owner: StableId,
    /// The text.
    pub(crate) text: String,
}

impl Recipe {
    /// What `policy` lets through.
    pub(crate) fn new(policy: EmbeddingPolicy) -> Self {
        Self { policy }
    }

    /// Differs wherever a file may get other texts: the version of the texts, and the beginning of
    /// a digest of the policy.
    pub(crate) fn version(&self) -> String {
        let digest = ContentHash::of(self.policy.canonical().as_bytes()).to_string();
        format!("text{VERSION}.{}", &digest[..8])
    }

    /// The texts of a file; `skipped` gets the reason for each symbol or unit without one.
    pub(crate) fn texts(
        &self,
        path: &RepoPath,
        analysis: &FileAnalysis,
        mut skipped: impl FnMut(Ineligible),
    ) -> Vec<TextToEmbed> {
        let things = analysis.symbols.len() + analysis.documentation.len();
        if !self.policy.takes_path(path) {
            (0..things).for_each(|_| skipped(Ineligible::Path));
            return Vec::new();
        }
        let calls = calls(analysis);
        let mut texts = Vec::with_capacity(things);
        let mut take = |owner: &StableId, text: String| {
            if text::words(&text).nth(self.policy.min_words.get() - 1).is_none() {
                skipped(Ineligible::Short);
            } else {
                texts.push(TextToEmbed { owner: owner.clone(), text });
            }
        };
        let mut left_out = 0;
        for (symbol, name) in analysis.symbols.iter().zip(analysis.logical_names()) {
            if self.policy.takes_kind(symbol.kind) {
                take(&symbol.id, symbol_text(&name, symbol, calls.get(&symbol.id).map_or(&[], Vec::as_slice)));
            } else {
                left_out += 1;
            }
        }
        for unit in &analysis.documentation {
            match &unit.owner {
                // The text of the symbol holds it.
                Some(_) => left_out += 1,
                None => take(&unit.id, unit_text(unit)),
            }
        }
        (0..left_out).for_each(|_| skipped(Ineligible::Kind));
        texts
    }
}

/// The names that each symbol calls, each once, in the order of the source.
fn calls(analysis: &FileAnalysis) -> FxHashMap<&StableId, Vec<&str>> {
    let mut calls: FxHashMap<&StableId, Vec<&str>> = FxHashMap::default();
    for record in analysis.uses.iter().filter(|record| record.kind == UseKind::Call) {
        let names = calls.entry(&record.owner).or_default();
        if names.len() < MAX_CALLS && !names.contains(&record.last_name()) {
            names.push(record.last_name());
        }
    }
    calls
}

/// Its logical name, what it looks like, what is said of it, and what it calls.
fn symbol_text(name: &str, symbol: &Symbol, calls: &[&str]) -> String {
    let signature = symbol.signature.as_deref().unwrap_or_default();
    let documentation = beginning(symbol.documentation.as_deref().unwrap_or_default());
    let calls = calls.join(" ");
    let lines = [&format!("{} {name}", symbol.kind), signature, documentation, &calls];
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Its headings and its text.
fn unit_text(unit: &Documentation) -> String {
    let headings = unit.heading_path.iter().chain([&unit.title]).map(String::as_str).collect::<Vec<_>>().join(" / ");
    [&headings, beginning(&unit.text)].join("\n")
}

/// The beginning of a documentation text.
fn beginning(text: &str) -> &str {
    &text[..text.floor_char_boundary(DOCUMENTATION_BYTES)]
}
