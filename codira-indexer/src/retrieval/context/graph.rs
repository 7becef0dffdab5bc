//! The channel of the graph: neighbours of what the other channels found.

use std::collections::HashMap;

use codira_contracts::{
    BackendError, EdgeEnd, EdgeEntry, EdgeRequest, EdgeTarget, IndexReader, PathPrefix, SymbolKey, SymbolSummary, UseKind,
};

use super::{candidate::Found, fusion::Merged};
use crate::retrieval::terms::Terms;

/// How many of the best are expanded to their neighbours.
const MAX_SEEDS: usize = 12;

/// How many neighbours of each count, in each direction: a function with many callers says nothing
/// about the question.
const MAX_NEIGHBOURS: usize = 24;

/// What calls the best, or is called by them. Neighbours of several of them, of the best ones, and
/// with words of the question come first.
pub(super) async fn neighbours(
    reader: &dyn IndexReader,
    seeds: &[Merged],
    terms: &Terms,
    prefix: &PathPrefix,
) -> Result<Vec<Found>, BackendError> {
    let mut found: HashMap<SymbolKey, (f64, SymbolSummary, String)> = HashMap::new();
    for Merged { candidate, score, .. } in seeds.iter().filter(|seed| seed.candidate.kind.is_some()).take(MAX_SEEDS) {
        let ends = [EdgeEnd::From(candidate.key.clone()), EdgeEnd::To(candidate.key.clone())];
        for end in ends {
            let is_outgoing = matches!(end, EdgeEnd::From(_));
            let edges = reader.edges(&EdgeRequest::new(UseKind::Call, end)).await?;
            let symbols: Vec<SymbolSummary> = edges.into_iter().filter_map(|edge| far_end(edge, is_outgoing)).collect();
            if symbols.len() > MAX_NEIGHBOURS {
                continue;
            }
            let share = score / (1.0 + symbols.len() as f64).sqrt();
            for symbol in symbols.into_iter().filter(|symbol| prefix.covers(&symbol.key.path) && symbol.key != candidate.key) {
                let words = terms.count([symbol.logical_name.as_str()]).distinct();
                let amount = share * (1 + words) as f64;
                let relation = if is_outgoing { "called by" } else { "calls" };
                let detail = format!("{relation} {}", candidate.name);
                found.entry(symbol.key.clone()).or_insert((0.0, symbol, detail)).0 += amount;
            }
        }
    }
    let mut found: Vec<_> = found.into_values().collect();
    found.sort_by(|(a, x, _), (b, y, _)| b.total_cmp(a).then_with(|| x.key.cmp(&y.key)));
    Ok(found.into_iter().map(|(_, symbol, detail)| Found { candidate: symbol.into(), score: 1.0, detail }).collect())
}

/// The symbol at the other end of an edge.
fn far_end(edge: EdgeEntry, is_outgoing: bool) -> Option<SymbolSummary> {
    match (is_outgoing, edge.target) {
        (false, _) => Some(edge.owner),
        (true, EdgeTarget::Resolved(symbol)) => Some(symbol),
        (true, _) => None,
    }
}
