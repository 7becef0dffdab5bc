//! Merging channels by ranks and scores, and putting what they found in the order in which it should be read.

use std::collections::{BTreeMap, HashMap};

use codira_contracts::{RepoPath, SymbolKey, SymbolKind};

use super::{
    Channel, ContextReason,
    channels::Opinion,
    place::{Found, Place},
};
use crate::{
    Embedding, LexicalEngine,
    retrieval::{standing, terms::Terms},
};

/// What is added to each rank: the greater, the less the first places matter beside the scores. This and the numbers below are
/// chosen by measurement: see `docs/retrieval.md`.
const RANK_OFFSET: f64 = 40.0;

/// How much the next place of a file counts, after one of it was taken.
const SAME_FILE: f64 = 0.98;

/// Something that was found, with all its reasons.
#[derive(Clone, Debug)]
pub(super) struct Merged {
    pub(super) place: Place,
    pub(super) score: f64,
    /// The strongest first, each with what it adds to the score.
    pub(super) reasons: Vec<(f64, ContextReason)>,
}

/// How much a channel counts that cannot tell its best from its tenth, of one that can.
const UNCLEAR: f64 = 0.15;

/// What vectors know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vectors {
    /// There are none.
    Absent,
    /// The words of a text, as names have them.
    Words,
    /// What words mean, which no other channel knows.
    Meanings,
}

impl Vectors {
    /// What the vectors of an engine know.
    pub(super) fn of(embedding: Option<&Embedding>) -> Self {
        match embedding {
            None => Self::Absent,
            Some(embedding) if embedding.spec().engine == LexicalEngine::NAME => Self::Words,
            Some(_) => Self::Meanings,
        }
    }
}

/// How much a channel counts where it can tell, and bodies bear it out where they can.
fn weight(channel: Channel, place: &Place, vectors: Vectors) -> f64 {
    match channel {
        Channel::Exact => 2.0,
        Channel::Names => 4.5,
        Channel::Vectors if vectors == Vectors::Meanings => 7.5,
        Channel::Vectors => 2.1,
        Channel::Bodies => 3.0,
        // The documentation of a symbol is part of the text of its vector: what is counted there only breaks ties here.
        Channel::Documentation if place.kind.is_some() && vectors != Vectors::Absent => 0.02,
        Channel::Documentation => 0.5,
        Channel::Graph => 0.25,
        Channel::Issues => 0.2,
    }
}

/// Everything that any channel found, best first; equal ones by path and id.
///
/// A channel counts by how much it can tell about this question, and each thing by its rank there and by how near its score comes to
/// that of the best: where only the ranks counted, a list of things that are all alike would order them as firmly as any.
pub(super) fn merge(opinions: &[Opinion], vectors: Vectors) -> Vec<Merged> {
    let mut merged: BTreeMap<SymbolKey, Merged> = BTreeMap::new();
    for opinion in opinions {
        let Opinion { channel, found, clarity, .. } = opinion;
        for (Found { place, score, detail }, rank) in found.iter().zip(1..) {
            let entry = merged.entry(place.key.clone());
            let entry = entry.or_insert_with(|| Merged { place: place.clone(), score: 0.0, reasons: Vec::new() });
            // Several units of one symbol are one reason: the best.
            if entry.reasons.iter().all(|(_, reason)| reason.channel != *channel) {
                let weight = weight(*channel, place, vectors) * (UNCLEAR + clarity) * opinion.trust(place);
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

/// Weighs down what stands aside.
pub(super) fn weigh_down(mut merged: Vec<Merged>, terms: &Terms) -> Vec<Merged> {
    for Merged { place, score, .. } in &mut merged {
        *score *= standing::weight(&place.key.path, terms);
        if place.kind == Some(SymbolKind::Module) {
            // A module is all of a file: nobody reads that first.
            *score *= 0.7;
        }
    }
    merged.sort_by(|a, b| b.score.total_cmp(&a.score));
    merged
}

/// Lets files take turns, in a list that is in order.
pub(super) fn spread(mut merged: Vec<Merged>) -> Vec<Merged> {
    let mut taken: HashMap<RepoPath, i32> = HashMap::new();
    for Merged { place, score, .. } in &mut merged {
        let before = taken.entry(place.key.path.clone()).or_default();
        *score *= SAME_FILE.powi(*before);
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

    /// Twelve places: `best` with the first score, the others with the second.
    fn found(best: &str, [first, others]: [f64; 2]) -> Vec<Found> {
        let ids = [best, "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m"];
        let place = |id: &str| Place {
            key: SymbolKey { path: RepoPath::new(format!("{id}.py")).unwrap(), id: StableId::new(id) },
            span: LineSpan::new(1, 1),
            kind: Some(SymbolKind::Function),
            name: id.to_owned(),
        };
        let scores = std::iter::once(first).chain(std::iter::repeat(others));
        ids.iter().zip(scores).map(|(id, score)| Found { place: place(id), score, detail: String::new() }).collect()
    }

    #[test]
    fn the_channel_that_can_tell_decides() {
        const CLEAR: [f64; 2] = [9.0, 1.0];
        const FLAT: [f64; 2] = [9.0, 8.9];
        let best = |names, vectors| {
            let mut channels = Channels::default();
            channels.add(Channel::Names, found("a", names));
            channels.add(Channel::Vectors, found("b", vectors));
            merge(channels.opinions(), Vectors::Words)[0].place.name.clone()
        };
        assert_eq!(best(CLEAR, FLAT), "a");
        assert_eq!(best(FLAT, CLEAR), "b");
    }
}
