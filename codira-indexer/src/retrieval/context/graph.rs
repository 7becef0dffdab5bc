//! The channel of the graph: neighbours of what the other channels found.

use std::collections::HashMap;

use codira_contracts::{
    BackendError, EdgeEnd, EdgeEntry, EdgeRequest, EdgeTarget, IndexReader, PathPrefix, SymbolKey, SymbolSummary, UseKind,
};

use super::{fusion::Merged, place::Found};
use crate::retrieval::terms::Terms;

/// How many of the best have their neighbours looked at.
const SEEDS: usize = 12;

/// How many neighbours of each count, in each direction: what everybody calls says nothing about the question.
const NEIGHBOURS: usize = 24;

/// What calls the best, or is called by them. Neighbours come first that several of them have, that stand near good ones, and that
/// share words with the question.
pub(super) async fn neighbours(
    reader: &dyn IndexReader,
    seeds: &[Merged],
    terms: &Terms,
    prefix: &PathPrefix,
) -> Result<Vec<Found>, BackendError> {
    let mut found: HashMap<SymbolKey, (f64, SymbolSummary, String)> = HashMap::new();
    for Merged { place, score, .. } in seeds.iter().filter(|seed| seed.place.kind.is_some()).take(SEEDS) {
        let ends = [EdgeEnd::From(place.key.clone()), EdgeEnd::To(place.key.clone())];
        for end in ends {
            let is_outgoing = matches!(end, EdgeEnd::From(_));
            let edges = reader.edges(&EdgeRequest::new(UseKind::Call, end)).await?;
            let symbols: Vec<SymbolSummary> = edges.into_iter().filter_map(|edge| far_end(edge, is_outgoing)).collect();
            if symbols.len() > NEIGHBOURS {
                continue;
            }
            let share = score / (1.0 + symbols.len() as f64).sqrt();
            for symbol in symbols.into_iter().filter(|symbol| prefix.covers(&symbol.key.path) && symbol.key != place.key) {
                let words = terms.count([symbol.logical_name.as_str()]).distinct();
                let amount = share * (1 + words) as f64;
                let relation = if is_outgoing { "called by" } else { "calls" };
                let detail = format!("{relation} {}", place.name);
                found.entry(symbol.key.clone()).or_insert((0.0, symbol, detail)).0 += amount;
            }
        }
    }
    let mut found: Vec<_> = found.into_values().collect();
    found.sort_by(|(a, x, _), (b, y, _)| b.total_cmp(a).then_with(|| x.key.cmp(&y.key)));
    Ok(found.into_iter().map(|(_, symbol, detail)| Found { place: symbol.into(), score: 1.0, detail }).collect())
}

/// The symbol at the other end of an edge.
fn far_end(edge: EdgeEntry, is_outgoing: bool) -> Option<SymbolSummary> {
    match (is_outgoing, edge.target) {
        (false, _) => Some(edge.owner),
        (true, EdgeTarget::Resolved(symbol)) => Some(symbol),
        (true, _) => None,
    }
}
