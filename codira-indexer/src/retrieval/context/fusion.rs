//! Merges channels by ranks and scores, and orders the candidates.

use std::collections::{BTreeMap, HashMap};

use codira_contracts::{RepoPath, SymbolKey, SymbolKind};

use super::{
    Channel, ContextReason,
    candidate::{Candidate, Found},
    channels::ChannelResult,
};
use crate::{
    Embedding, LexicalEngine,
    retrieval::{path_weight::path_weight, terms::Terms},
};

/// What is added to each rank: the greater, the less ranks count against scores. This and the
/// numbers below are chosen by measurement: see `docs/retrieval.md`.
const RANK_OFFSET: f64 = 40.0;

/// The weight of each further candidate of one file.
const SAME_FILE_WEIGHT: f64 = 0.98;

/// A candidate with its score over all channels, and its reasons.
#[derive(Clone, Debug)]
pub(super) struct Merged {
    pub(super) candidate: Candidate,
    pub(super) score: f64,
    /// The strongest first, each with what it adds to the score.
    pub(super) reasons: Vec<(f64, ContextReason)>,
}

/// The weight of a channel of clarity zero, as a part of that of clarity one.
const CLARITY_OFFSET: f64 = 0.15;

/// The kind of vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vectors {
    /// There are none.
    Absent,
    /// The words of a text, as names have them.
    Lexical,
    /// The meaning of words, which no other channel knows.
    Semantic,
}

impl Vectors {
    /// The kind of an engine's vectors.
    pub(super) fn of(embedding: Option<&Embedding>) -> Self {
        match embedding {
            None => Self::Absent,
            Some(embedding) if embedding.spec().engine == LexicalEngine::NAME => Self::Lexical,
            Some(_) => Self::Semantic,
        }
    }
}

/// The weight of a channel with full clarity and confidence.
fn weight(channel: Channel, candidate: &Candidate, vectors: Vectors) -> f64 {
    match channel {
        Channel::Exact => 2.0,
        Channel::Names => 4.5,
        Channel::Vectors if vectors == Vectors::Semantic => 7.5,
        Channel::Vectors => 2.1,
        Channel::Bodies => 3.0,
        // The documentation of a symbol is part of the text of its vector: what is counted there
        // only breaks ties here.
        Channel::Documentation if candidate.kind.is_some() && vectors != Vectors::Absent => 0.02,
        Channel::Documentation => 0.5,
        Channel::Graph => 0.25,
        Channel::Issues => 0.2,
    }
}

/// Everything that any channel found, best first; equal ones by path and id.
///
/// A channel counts by its clarity, and each candidate by its rank and its score there. With ranks
/// alone, a channel of nearly equal scores would decide as much as any other.
pub(super) fn merge(results: &[ChannelResult], vectors: Vectors) -> Vec<Merged> {
    let mut merged: BTreeMap<SymbolKey, Merged> = BTreeMap::new();
    for result in results {
        let ChannelResult { channel, found, clarity, .. } = result;
        for (Found { candidate, score, detail }, rank) in found.iter().zip(1..) {
            let entry = merged.entry(candidate.key.clone());
            let entry = entry.or_insert_with(|| Merged { candidate: candidate.clone(), score: 0.0, reasons: Vec::new() });
            // Several units of one symbol are one reason: the best.
            if entry.reasons.iter().all(|(_, reason)| reason.channel != *channel) {
                let weight = weight(*channel, candidate, vectors) * (CLARITY_OFFSET + clarity) * result.confidence(candidate);
                let amount = weight * score / (RANK_OFFSET + rank as f64);
                entry.score += amount;
                entry.reasons.push((amount, ContextReason { channel: *channel, rank, detail: detail.clone() }));
            }
        }
    }
    let mut merged: Vec<Merged> = merged.into_values().collect();
    for Merged { reasons, .. } in &mut merged {
        reasons.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    }
    // The sort is stable, and the map is in the order of keys.
    merged.sort_by(|a, b| b.score.total_cmp(&a.score));
    merged
}

/// Lowers the scores of tests, examples, code of others and modules.
pub(super) fn demote(mut merged: Vec<Merged>, terms: &Terms) -> Vec<Merged> {
    for Merged { candidate, score, .. } in &mut merged {
        *score *= path_weight(&candidate.key.path, terms);
        if candidate.kind == Some(SymbolKind::Module) {
            // A module is all of a file, and too long to be read first.
            *score *= 0.7;
        }
    }
    merged.sort_by(|a, b| b.score.total_cmp(&a.score));
    merged
}

/// Lets files take turns, in a list that is in order.
pub(super) fn spread(mut merged: Vec<Merged>) -> Vec<Merged> {
    let mut taken: HashMap<RepoPath, i32> = HashMap::new();
    for Merged { candidate, score, .. } in &mut merged {
        let before = taken.entry(candidate.key.path.clone()).or_default();
        *score *= SAME_FILE_WEIGHT.powi(*before);
        *before += 1;
    }
    merged.sort_by(|a, b| b.score.total_cmp(&a.score));
    merged
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use codira_contracts::{LineSpan, StableId};

    use super::*;
    use crate::retrieval::context::channels::Channels;

    /// Twelve candidates: `best` with the first score, the others with the second.
    fn found(best: &str, [first, others]: [f64; 2]) -> Vec<Found> {
        let ids = [best, "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m"];
        let candidate = |id: &str| Candidate {
            key: SymbolKey { path: RepoPath::new(format!("{id}.py")).unwrap(), id: StableId::new(id) },
            span: LineSpan::new(1, 1),
            kind: Some(SymbolKind::Function),
            name: id.to_owned(),
        };
        let scores = std::iter::once(first).chain(std::iter::repeat(others));
        ids.iter().zip(scores).map(|(id, score)| Found { candidate: candidate(id), score, detail: String::new() }).collect()
    }

    #[test]
    fn the_channel_that_can_tell_decides() {
        const CLEAR: [f64; 2] = [9.0, 1.0];
        const FLAT: [f64; 2] = [9.0, 8.9];
        let best = |names, vectors| {
            let mut channels = Channels::default();
            channels.add(Channel::Names, found("a", names));
            channels.add(Channel::Vectors, found("b", vectors));
            merge(channels.results(), Vectors::Lexical)[0].candidate.name.clone()
        };
        assert_eq!(best(CLEAR, FLAT), "a");
        assert_eq!(best(FLAT, CLEAR), "b");
    }
}
