//! Merging channels by reciprocal rank, and putting what they found in the order in which it should be read.

use std::collections::{BTreeMap, HashMap};

use codira_contracts::{RepoPath, SymbolKey, SymbolKind};

use super::{
    Channel, ContextReason,
    place::{Found, Place},
};
use crate::retrieval::{standing, terms::Terms};

/// What is added to each rank: the greater, the less the first places matter. Cormack, Clarke and Büttcher used 60 for lists of
/// a thousand; ours are short. This and the numbers below are chosen by measurement: see `docs/retrieval.md`.
const RANK_OFFSET: f64 = 8.0;

/// How much the next place of a file counts, after one of it was taken.
const SAME_FILE: f64 = 0.95;

/// Something that was found, with all its reasons.
#[derive(Clone, Debug)]
pub(super) struct Merged {
    pub(super) place: Place,
    pub(super) score: f64,
    pub(super) reasons: Vec<ContextReason>,
}

/// How much the opinion of a channel on a place counts.
fn weight(channel: Channel, place: &Place) -> f64 {
    match channel {
        Channel::Exact => 2.0,
        Channel::Names => 1.0,
        Channel::Vectors => 0.7,
        // The documentation of a symbol is part of the text of its vector, and counted there; it only breaks ties.
        Channel::Documentation if place.kind.is_some() => 0.05,
        Channel::Documentation => 0.5,
        Channel::Graph => 0.3,
        Channel::Issues => 0.2,
    }
}

/// Everything that any channel found, best first; equal ones by path and id.
pub(super) fn merge(channels: &[(Channel, Vec<Found>)]) -> Vec<Merged> {
    let mut merged: BTreeMap<SymbolKey, Merged> = BTreeMap::new();
    for (channel, found) in channels {
        for (Found { place, detail }, rank) in found.iter().zip(1..) {
            let entry = merged.entry(place.key.clone());
            let entry = entry.or_insert_with(|| Merged { place: place.clone(), score: 0.0, reasons: Vec::new() });
            // Several units of one symbol are one reason: the best.
            if entry.reasons.iter().all(|reason| reason.channel != *channel) {
                entry.score += weight(*channel, place) / (RANK_OFFSET + rank as f64);
                entry.reasons.push(ContextReason { channel: *channel, rank, detail: detail.clone() });
            }
        }
    }
    let mut merged: Vec<Merged> = merged.into_values().collect();
    for Merged { place, reasons, .. } in &mut merged {
        let strength = |reason: &ContextReason| weight(reason.channel, place) / (RANK_OFFSET + reason.rank as f64);
        reasons.sort_by(|a, b| strength(b).total_cmp(&strength(a)));
    }
    // The sort is stable, and the map is in the order of keys.
    merged.sort_by(|a, b| b.score.total_cmp(&a.score));
    merged
}

/// Weighs down what stands aside, and lets files take turns.
pub(super) fn spread(mut merged: Vec<Merged>, terms: &Terms) -> Vec<Merged> {
    for Merged { place, score, .. } in &mut merged {
        *score *= standing::weight(&place.key.path, terms);
        if place.kind == Some(SymbolKind::Module) {
            // A module is all of a file: nobody reads that first.
            *score *= 0.7;
        }
    }
    merged.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut taken: HashMap<RepoPath, i32> = HashMap::new();
    for Merged { place, score, .. } in &mut merged {
        let before = taken.entry(place.key.path.clone()).or_default();
        *score *= SAME_FILE.powi(*before);
        *before += 1;
    }
    merged.sort_by(|a, b| b.score.total_cmp(&a.score));
    merged
}
