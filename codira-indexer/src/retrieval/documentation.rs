//! The channel of documentation: units by the words of title, headings and text.

use codira_contracts::{BackendError, DocumentationEntry, DocumentationKind, DocumentationRequest, IndexReader, PathPrefix};

use super::{
    Field, Hit, Reason,
    bm25::{Collection, FieldWeight},
    path_weight::path_weight,
    snippet::{self, Snippet},
    terms::{Occurrences, Terms},
};

/// What is asked of documentation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocumentationQuery {
    /// The words to look for, in any form and order.
    pub words: String,
    /// Only units of this kind.
    pub kind: Option<DocumentationKind>,
    /// Only units of files here.
    pub prefix: PathPrefix,
    /// At most so many.
    pub limit: Option<usize>,
}

/// The fields of a unit, and what they count. A title is short: its length says nothing.
const FIELDS: [(Field, FieldWeight); 3] = [
    (Field::Title, FieldWeight { weight: 3.0, length: 0.3 }),
    (Field::Headings, FieldWeight { weight: 1.0, length: 0.3 }),
    (Field::Text, FieldWeight { weight: 1.0, length: 0.75 }),
];

/// The documentation units that are most about the words of a question, best first; equal ones by
/// path, span and id.
///
/// A unit has to hold at least one of the words, in some form of it. Words are weighed by their
/// rarity among the units that could be an answer. Those of tests, of code of others and of
/// histories of changes count less, unless they are asked for.
///
/// # Errors
///
/// What the reader says.
pub async fn documentation(
    reader: &dyn IndexReader,
    query: &DocumentationQuery,
) -> Result<Vec<Hit<DocumentationEntry>>, BackendError> {
    let terms = Terms::of(&query.words);
    let Some(Ranking { mut hits, collection }) = rank(reader, query, &terms).await? else { return Ok(Vec::new()) };
    for hit in &mut hits {
        hit.snippet = show(reader, &hit.entry, &terms, &collection).await?;
    }
    Ok(hits)
}

/// The same without snippets, most of which take reading a file.
pub(super) async fn without_snippets(
    reader: &dyn IndexReader,
    query: &DocumentationQuery,
) -> Result<Vec<Hit<DocumentationEntry>>, BackendError> {
    let ranking = rank(reader, query, &Terms::of(&query.words)).await?;
    Ok(ranking.map(|ranking| ranking.hits).unwrap_or_default())
}

/// Ranked units, and the collection of all units.
struct Ranking {
    hits: Vec<Hit<DocumentationEntry>>,
    collection: Collection<3>,
}

/// Ranks the units; nothing where nothing is asked for.
async fn rank(reader: &dyn IndexReader, query: &DocumentationQuery, terms: &Terms) -> Result<Option<Ranking>, BackendError> {
    if terms.len() == 0 || query.limit == Some(0) {
        return Ok(None);
    }
    let request = DocumentationRequest { prefix: query.prefix.clone(), ..DocumentationRequest::default() };
    let mut units = reader.documentation(&request).await?;
    units.retain(|entry| query.kind.is_none_or(|kind| entry.unit.kind == kind));
    let found: Vec<_> = units.iter().map(|entry| occurrences(entry, terms)).collect();
    let collection = Collection::of(FIELDS.map(|(_, weight)| weight), &found, terms.len());
    let ranked = units.into_iter().zip(found).filter(|(_, found)| found.iter().any(Occurrences::any));
    let scored = |(entry, found): (DocumentationEntry, [Occurrences; 3])| {
        (collection.score(&found) * path_weight(&entry.path, terms), entry, found)
    };
    let mut scored: Vec<_> = ranked.map(scored).collect();
    // The sort is stable, and units come in their order.
    scored.sort_by(|(a, ..), (b, ..)| b.total_cmp(a));
    scored.truncate(query.limit.unwrap_or(usize::MAX));
    let hit = |(score, entry, found): (f64, DocumentationEntry, [Occurrences; 3])| Hit {
        score: score as f32,
        snippet: None,
        reasons: reasons(&found, terms),
        entry,
    };
    let hits = scored.into_iter().map(hit).collect();
    Ok(Some(Ranking { hits, collection }))
}

/// What the fields of a unit have of the question.
fn occurrences(DocumentationEntry { unit, .. }: &DocumentationEntry, terms: &Terms) -> [Occurrences; 3] {
    let headings = unit.heading_path.iter().map(String::as_str);
    [terms.count([unit.title.as_str()]), terms.count(headings), terms.count([unit.text.as_str()])]
}

fn reasons(found: &[Occurrences; 3], terms: &Terms) -> Vec<Reason> {
    let fields = FIELDS.iter().zip(found).filter(|(_, found)| found.any());
    fields.map(|((field, _), found)| Reason { field: *field, words: terms.words_in(found) }).collect()
}

/// The line of a unit that shows the question best, with its number in the file.
async fn show(
    reader: &dyn IndexReader,
    DocumentationEntry { path, unit }: &DocumentationEntry,
    terms: &Terms,
    collection: &Collection<3>,
) -> Result<Option<Snippet>, BackendError> {
    let Some((index, text)) = snippet::best_line(&unit.text, terms, |term| collection.rarity(term)) else { return Ok(None) };
    let line = match &unit.owner {
        // The text of a section is that of its last lines.
        None => {
            let behind = unit.text.lines().count() - 1 - index;
            unit.span.last.saturating_sub(u32::try_from(behind).unwrap_or(u32::MAX)).max(unit.span.first)
        }
        Some(_) => {
            let file = reader.file(path).await?;
            file.map_or(unit.span.first, |file| snippet::find_line(&file.analysis.source, unit.span, text))
        }
    };
    Ok(Some(Snippet { line, text: text.to_owned() }))
}
