//! Asking each channel by itself.

use codira_contracts::{
    BackendError, Capability, DocIssueEntry, DocIssueRequest, IndexReader, SymbolKey, SymbolMatch, SymbolRequest,
};

use super::{
    Channel, ContextQuery,
    place::{Found, Place},
};
use crate::{
    Embedding, IndexerError,
    retrieval::{DocumentationQuery, SimilarEntry, SimilarQuery, documentation, names::names, similar, terms::Terms},
};

/// How much of each channel counts.
const DEPTH: usize = 60;

/// What each channel found, best first.
pub(super) struct Channels(Vec<(Channel, Vec<Found>)>);

impl Channels {
    /// Asks every channel but that of the graph, which follows from the others.
    pub(super) async fn ask(
        reader: &dyn IndexReader,
        embedding: Option<&Embedding>,
        query: &ContextQuery,
        terms: &Terms,
    ) -> Result<Self, IndexerError> {
        let mut channels = Self(Vec::new());
        channels.add(Channel::Exact, exact(reader, query).await?);
        channels.add(Channel::Names, partial(reader, query, terms).await?);
        channels.add(Channel::Documentation, documented(reader, query).await?);
        if let Some(embedding) = embedding {
            channels.add(Channel::Vectors, near(reader, embedding, query).await?);
        }
        channels.add(Channel::Issues, issues(reader, query, terms).await?);
        Ok(channels)
    }

    pub(super) fn add(&mut self, channel: Channel, mut found: Vec<Found>) {
        found.truncate(DEPTH);
        self.0.push((channel, found));
    }

    pub(super) fn found(&self) -> &[(Channel, Vec<Found>)] {
        &self.0
    }
}

/// Symbols that the question names: by words that are no English ones, or by being nothing but a name.
async fn exact(reader: &dyn IndexReader, query: &ContextQuery) -> Result<Vec<Found>, BackendError> {
    let is_path_char = |char: char| codira_contracts::text::is_word_char(char) || char == '.' || char == ':';
    let words = query.question.split(|char| !is_path_char(char)).map(|word| word.trim_matches(['.', ':']));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let looks_like_a_name =
        |word: &str| word.contains(['_', '.', ':']) || word.chars().skip(1).any(char::is_uppercase) || words.len() == 1;
    let mut found = Vec::new();
    for word in words.iter().filter(|word| looks_like_a_name(word)) {
        let logical = word.replace("::", ".");
        let matching = [SymbolMatch::LogicalName(logical.clone()), SymbolMatch::Name(logical)];
        for matching in matching {
            let request = SymbolRequest::new(matching).within(query.prefix.clone()).limit(DEPTH);
            for entry in reader.symbols(&request).await? {
                let place = Place::from(entry);
                if found.iter().all(|found: &Found| found.place.key != place.key) {
                    found.push(Found { place, detail: (*word).to_owned() });
                }
            }
        }
    }
    Ok(found)
}

async fn partial(reader: &dyn IndexReader, query: &ContextQuery, terms: &Terms) -> Result<Vec<Found>, BackendError> {
    let named = names(reader, terms, &query.prefix).await?;
    Ok(named.into_iter().map(|named| Found { place: named.symbol.into(), detail: named.words.join(", ") }).collect())
}

/// Documentation: that of a symbol stands for the symbol.
async fn documented(reader: &dyn IndexReader, query: &ContextQuery) -> Result<Vec<Found>, BackendError> {
    let request = DocumentationQuery {
        words: query.question.clone(),
        prefix: query.prefix.clone(),
        limit: Some(DEPTH),
        ..DocumentationQuery::default()
    };
    let mut found = Vec::new();
    for hit in documentation(reader, &request).await? {
        let mut words: Vec<String> = hit.reasons.into_iter().flat_map(|reason| reason.words).collect();
        words.sort();
        words.dedup();
        let owner = match &hit.entry.unit.owner {
            Some(owner) => reader.symbol(&SymbolKey { path: hit.entry.path.clone(), id: owner.clone() }).await?,
            None => None,
        };
        let place = owner.map_or_else(|| Place::from(hit.entry), Place::from);
        found.push(Found { place, detail: words.join(", ") });
    }
    Ok(found)
}

async fn near(reader: &dyn IndexReader, embedding: &Embedding, query: &ContextQuery) -> Result<Vec<Found>, IndexerError> {
    let request = SimilarQuery { text: query.question.clone(), kind: None, prefix: query.prefix.clone(), limit: DEPTH };
    let found = match similar(reader, embedding, &request).await {
        Ok(found) => found,
        Err(IndexerError::Backend(BackendError::Unsupported { capability: Capability::Embeddings, .. })) => Vec::new(),
        Err(error) => return Err(error),
    };
    let place = |entry| match entry {
        SimilarEntry::Symbol(entry) => Place::from(*entry),
        SimilarEntry::Documentation(entry) => Place::from(entry),
    };
    let found = found.into_iter();
    Ok(found.map(|found| Found { place: place(found.entry), detail: format!("{:.2}", found.score) }).collect())
}

/// Issues whose message has most words of the question, by their owners.
async fn issues(reader: &dyn IndexReader, query: &ContextQuery, terms: &Terms) -> Result<Vec<Found>, BackendError> {
    let request = DocIssueRequest::default().within(query.prefix.clone());
    let mut scored = Vec::new();
    for DocIssueEntry { path, issue } in reader.doc_issues(&request).await? {
        let words = terms.words_in(&terms.count([issue.message.as_str(), issue.rule.as_str()]));
        if let (true, Some(owner)) = (words.len() * 2 > terms.len(), issue.owner) {
            scored.push((words.len(), SymbolKey { path, id: owner }, format!("{}: {}", issue.rule, issue.message)));
        }
    }
    // The sort is stable, and issues come in their order.
    scored.sort_by(|(a, ..), (b, ..)| b.cmp(a));
    scored.truncate(DEPTH);
    let mut found = Vec::new();
    for (_, key, detail) in scored {
        if let Some(entry) = reader.symbol(&key).await? {
            found.push(Found { place: entry.into(), detail });
        }
    }
    Ok(found)
}
