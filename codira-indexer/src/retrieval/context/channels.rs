//! Asking each channel by itself, and what their opinions are worth.

use std::collections::{HashMap, HashSet};

use codira_contracts::{
    BackendError, Capability, DocIssueEntry, DocIssueRequest, IndexReader, RepoPath, SymbolKey, SymbolMatch, SymbolRequest,
};

use super::{
    Channel, ContextQuery,
    fusion::Merged,
    place::{Found, Place},
};
use crate::{
    Embedding, IndexerError,
    retrieval::{
        DocumentationQuery, SimilarEntry, SimilarQuery,
        bodies::{Body, bodies, has_body},
        documentation,
        names::{Named, names},
        similar,
        terms::Terms,
    },
};

/// How much of each channel counts.
const DEPTH: usize = 60;

/// Among how many of its best a channel has to tell apart what is right.
const NEAR: usize = 10;

/// In how many files bodies are read. The first forty files of the other channels had the function that was asked for in 94 to 99 of a
/// hundred questions; reading all files would take longer than everything else.
const READ: usize = 40;

/// What an opinion about something without a body is worth, beside one that all bodies bear out: about as much as one about a function
/// on average.
const UNREAD: f64 = 0.5;

/// What one channel found, best first.
pub(super) struct Opinion {
    pub(super) channel: Channel,
    pub(super) found: Vec<Found>,
    /// How much the channel can tell about this question: from zero to one.
    pub(super) clarity: f64,
    /// How far bodies bear out what the channel says of functions: from zero to one. None of a channel that they are not asked about.
    borne_out: Option<f64>,
}

impl Opinion {
    /// How much counts what the channel says of `place`.
    pub(super) fn trust(&self, place: &Place) -> f64 {
        let is_read = place.kind.is_some_and(has_body);
        self.borne_out.map_or(1.0, |share| if is_read { share } else { UNREAD })
    }

    /// Asks bodies about the first functions of the channel: names and vectors know few words of a function, and where its body has none
    /// of the others, they have taken one word for the question. Lua names its functions like that.
    fn hear(&mut self, bodies: &[Body], read: &HashSet<&RepoPath>) {
        let best = bodies.first().map_or(1.0, |best| best.score);
        let shares: HashMap<&SymbolKey, f64> = bodies.iter().map(|body| (&body.key, body.score / best)).collect();
        let places = self.found.iter().map(|found| &found.place);
        let functions = places.filter(|place| place.kind.is_some_and(has_body) && read.contains(&place.key.path));
        let first: Vec<f64> = functions.take(NEAR).map(|place| shares.get(&place.key).copied().unwrap_or(0.0)).collect();
        if !first.is_empty() {
            self.borne_out = Some(first.iter().sum::<f64>() / first.len() as f64);
        }
    }
}

/// What each channel found.
#[derive(Default)]
pub(super) struct Channels(Vec<Opinion>);

impl Channels {
    /// Asks every channel but those of bodies and of the graph, which follow from the others.
    pub(super) async fn ask(
        reader: &dyn IndexReader,
        embedding: Option<&Embedding>,
        query: &ContextQuery,
        terms: &Terms,
    ) -> Result<Self, IndexerError> {
        let mut channels = Self::default();
        let (found, named) = exact(reader, query, terms).await?;
        channels.add_with(Channel::Exact, found, named);
        channels.add(Channel::Names, partial(reader, query, terms).await?);
        channels.add(Channel::Documentation, documented(reader, query).await?);
        if let Some(embedding) = embedding {
            channels.add(Channel::Vectors, near(reader, embedding, query).await?);
        }
        channels.add(Channel::Issues, issues(reader, query, terms).await?);
        Ok(channels)
    }

    /// Adds what a channel found. It can tell much where its best stands out from its tenth, and little where they are alike. Scores
    /// are measured from that of its last, as no two channels begin at the same zero.
    pub(super) fn add(&mut self, channel: Channel, mut found: Vec<Found>) {
        let floor = found.get(DEPTH - 1).map_or(0.0, |last| last.score);
        let range = found.first().map_or(0.0, |best| best.score - floor);
        let height = |score: f64| if range > 0.0 { ((score - floor) / range).clamp(0.0, 1.0) } else { 1.0 };
        let clarity = 1.0 - found.get(NEAR - 1).map_or(0.0, |near| height(near.score));
        found.iter_mut().for_each(|found| found.score = height(found.score));
        self.add_with(channel, found, clarity);
    }

    /// Adds what a channel found of which it is known how much it can tell.
    pub(super) fn add_with(&mut self, channel: Channel, mut found: Vec<Found>, clarity: f64) {
        found.truncate(DEPTH);
        let borne_out = matches!(channel, Channel::Names | Channel::Vectors).then_some(UNREAD);
        self.0.push(Opinion { channel, found, clarity, borne_out });
    }

    /// Adds what bodies say in the files of the `best` that was found so far, and what they say of the other channels.
    pub(super) async fn add_bodies(
        &mut self,
        reader: &dyn IndexReader,
        terms: &Terms,
        best: &[Merged],
    ) -> Result<(), BackendError> {
        let mut read = HashSet::new();
        let paths = best.iter().map(|merged| &merged.place.key.path);
        let files: Vec<&RepoPath> = paths.filter(|path| read.insert(*path)).take(READ).collect();
        let bodies = bodies(reader, terms, &files).await?;
        for opinion in self.0.iter_mut().filter(|opinion| opinion.borne_out.is_some()) {
            opinion.hear(&bodies, &read);
        }
        self.add(Channel::Bodies, bodies.into_iter().map(Found::from).collect());
        Ok(())
    }

    pub(super) fn opinions(&self) -> &[Opinion] {
        &self.0
    }
}

/// Symbols that the question names: by words that are no English ones, or by being nothing but a name. With how much of the
/// question these names are: one in a long sentence is perhaps only mentioned.
async fn exact(reader: &dyn IndexReader, query: &ContextQuery, terms: &Terms) -> Result<(Vec<Found>, f64), BackendError> {
    let is_path_char = |char: char| codira_contracts::text::is_word_char(char) || char == '.' || char == ':';
    let words = query.question.split(|char| !is_path_char(char)).map(|word| word.trim_matches(['.', ':']));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let looks_like_a_name =
        |word: &str| word.contains(['_', '.', ':']) || word.chars().skip(1).any(char::is_uppercase) || words.len() == 1;
    let (mut found, mut named) = (Vec::new(), Vec::new());
    for word in words.iter().filter(|word| looks_like_a_name(word)) {
        let logical = word.replace("::", ".");
        let matching = [SymbolMatch::LogicalName(logical.clone()), SymbolMatch::Name(logical)];
        for matching in matching {
            let request = SymbolRequest::new(matching).within(query.prefix.clone()).limit(DEPTH);
            for entry in reader.symbols(&request).await? {
                let place = Place::from(entry);
                named.push(*word);
                if found.iter().all(|found: &Found| found.place.key != place.key) {
                    found.push(Found { place, score: 1.0, detail: (*word).to_owned() });
                }
            }
        }
    }
    let named = terms.count(named).distinct() as f64 / terms.len() as f64;
    Ok((found, named))
}

async fn partial(reader: &dyn IndexReader, query: &ContextQuery, terms: &Terms) -> Result<Vec<Found>, BackendError> {
    let named = names(reader, terms, &query.prefix).await?;
    let found = |named: Named| Found { place: named.symbol.into(), score: named.score, detail: named.words.join(", ") };
    Ok(named.into_iter().map(found).collect())
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
    for hit in documentation::without_snippets(reader, &request).await? {
        let mut words: Vec<String> = hit.reasons.into_iter().flat_map(|reason| reason.words).collect();
        words.sort();
        words.dedup();
        let owner = match &hit.entry.unit.owner {
            Some(owner) => {
                let key = SymbolKey { path: hit.entry.path.clone(), id: owner.clone() };
                reader.symbols(&SymbolRequest::of(key)).await?.pop()
            }
            None => None,
        };
        let place = owner.map_or_else(|| Place::from(hit.entry), Place::from);
        found.push(Found { place, score: f64::from(hit.score), detail: words.join(", ") });
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
    let found = found.map(|found| {
        let (score, detail) = (f64::from(found.score), format!("{:.2}", found.score));
        Found { place: place(found.entry), score, detail }
    });
    Ok(found.collect())
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
    for (words, key, detail) in scored {
        if let Some(entry) = reader.symbols(&SymbolRequest::of(key)).await?.pop() {
            found.push(Found { place: entry.into(), score: words as f64, detail });
        }
    }
    Ok(found)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use codira_contracts::{LineSpan, StableId, SymbolKind};

    use super::*;

    fn place(id: &str, kind: SymbolKind) -> Place {
        let key = SymbolKey { path: RepoPath::new("a.py").unwrap(), id: StableId::new(id) };
        Place { key, span: LineSpan::new(1, 1), kind: Some(kind), name: id.to_owned() }
    }

    #[test]
    fn a_channel_counts_for_functions_as_far_as_their_bodies_bear_it_out() {
        let body = |id: &str, score| {
            let Place { key, span, name, .. } = place(id, SymbolKind::Function);
            Body { key, span, kind: SymbolKind::Function, name, score, words: Vec::new() }
        };
        let bodies = [body("best", 4.0), body("half", 2.0)];
        let trust = |channel, ids: &[&str], read: &RepoPath| {
            let found =
                ids.iter().map(|id| Found { place: place(id, SymbolKind::Function), score: 1.0, detail: String::new() });
            let mut channels = Channels::default();
            channels.add(channel, found.collect());
            let opinion = &mut channels.0[0];
            if opinion.borne_out.is_some() {
                opinion.hear(&bodies, &HashSet::from([read]));
            }
            [SymbolKind::Function, SymbolKind::Class].map(|kind| opinion.trust(&place("any", kind)))
        };
        let [here, elsewhere] = ["a.py", "b.py"].map(|path| RepoPath::new(path).unwrap());
        assert_eq!(trust(Channel::Names, &["best", "half"], &here), [0.75, UNREAD]);
        assert_eq!(trust(Channel::Vectors, &["half", "without"], &here), [0.25, UNREAD]);
        assert_eq!(trust(Channel::Names, &["best", "half"], &elsewhere), [UNREAD; 2], "nobody has read it");
        assert_eq!(trust(Channel::Issues, &["without"], &here), [1.0; 2], "nobody was asked");
    }
}
