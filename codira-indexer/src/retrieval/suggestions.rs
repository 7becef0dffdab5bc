//! Suggestions of names for one that does not exist.

use std::{cmp::Reverse, collections::BTreeSet};

use codira_contracts::{BackendError, IndexReader, SymbolInventoryRequest};

/// The least similarity of two names, from zero to one.
const MIN_SIMILARITY: f64 = 0.86;

/// The names of an index that `name` may stand for: the most similar first, equal ones in the
/// order of the alphabet; at most `limit`. None for a name that exists. A name with dots is
/// compared with logical names.
///
/// # Errors
///
/// What the reader says.
pub async fn suggestions(reader: &dyn IndexReader, name: &str, limit: usize) -> Result<Vec<String>, BackendError> {
    let written = name.replace("::", ".");
    let is_logical = written.contains('.');
    let symbols = reader.symbol_inventory(&SymbolInventoryRequest::default()).await?.into_iter();
    let known = symbols.map(|entry| if is_logical { entry.symbol.logical_name } else { entry.symbol.name });
    let known: BTreeSet<String> = known.collect();
    if known.contains(&written) {
        return Ok(Vec::new());
    }
    let written = written.to_lowercase();
    let mut scored: Vec<(Reverse<u32>, String)> = Vec::new();
    for known in known {
        let similarity = similarity(&written, &known.to_lowercase());
        if similarity >= MIN_SIMILARITY {
            // In thousandths, so that nearly equal similarities order by the alphabet.
            scored.push((Reverse((similarity * 1000.0) as u32), known));
        }
    }
    scored.sort();
    Ok(scored.into_iter().take(limit).map(|(_, known)| known).collect())
}

/// The similarity of two names: by the letters in their order, or because one is a long part of
/// the other.
fn similarity(written: &str, known: &str) -> f64 {
    let spelling = strsim::jaro_winkler(written, known);
    let is_part = written.len() >= 4 && known.contains(written) || known.len() >= 4 && written.contains(known);
    if is_part { spelling.max(MIN_SIMILARITY) } else { spelling }
}

#[cfg(test)]
mod tests {
    use super::{MIN_SIMILARITY, similarity};

    #[test]
    fn slips_are_similar_and_other_words_are_not() {
        for (written, known) in [("get_querset", "get_queryset"), ("calback", "callback"), ("queryset", "valuesqueryset")] {
            assert!(similarity(written, known) >= MIN_SIMILARITY, "{written} {known}");
        }
        for (written, known) in [("nobody", "total"), ("run", "turn"), ("cart", "price"), ("nobody", "module")] {
            assert!(similarity(written, known) < MIN_SIMILARITY, "{written} {known}");
        }
    }
}
