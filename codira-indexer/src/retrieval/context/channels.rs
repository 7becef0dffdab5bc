//! Asks each channel, and computes the confidence in its results.

use std::collections::{HashMap, HashSet};

use codira_contracts::{
    BackendError, Capability, DocIssueEntry, DocIssueRequest, IndexReader, RepoPath, SymbolKey, SymbolMatch, SymbolRequest,
};

use super::{
    Channel, ContextQuery,
    candidate::{Candidate, Found},
    fusion::Merged,
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

/// How many results of each channel count.
const MAX_RESULTS: usize = 60;

/// How many of its best a channel has to distinguish.
const TOP_RESULTS: usize = 10;

/// In how many files bodies are read. The first forty files of the other channels had the function
/// that was asked for in 94 to 99 of a hundred questions; reading all files would take longer than
/// everything else.
const BODY_FILES: usize = 40;

/// The confidence in a candidate without a body, or whose body was not read: about that of a
/// function on average.
const DEFAULT_CONFIDENCE: f64 = 0.5;

/// The result of one channel, best first.
pub(super) struct ChannelResult {
    pub(super) channel: Channel,
    pub(super) found: Vec<Found>,
    /// How clearly the channel distinguishes its best: from zero to one.
    pub(super) clarity: f64,
    /// The mean score of the bodies of its first functions, as a share of the best: from zero to
    /// one. `None` for a channel that is not compared with bodies.
    body_share: Option<f64>,
}

impl ChannelResult {
    /// The confidence in a candidate of the channel.
    pub(super) fn confidence(&self, candidate: &Candidate) -> f64 {
        let is_read = candidate.kind.is_some_and(has_body);
        self.body_share.map_or(1.0, |share| if is_read { share } else { DEFAULT_CONFIDENCE })
    }

    /// Compares the first functions of the channel with bodies. Names and vectors know few words
    /// of a function: where its body has none of the question's words, they matched a single word
    /// by chance, as often with the names of Lua's functions.
    fn compare_with(&mut self, bodies: &[Body], read: &HashSet<&RepoPath>) {
        let best = bodies.first().map_or(1.0, |best| best.score);
        let shares: HashMap<&SymbolKey, f64> = bodies.iter().map(|body| (&body.key, body.score / best)).collect();
        let candidates = self.found.iter().map(|found| &found.candidate);
        let functions =
            candidates.filter(|candidate| candidate.kind.is_some_and(has_body) && read.contains(&candidate.key.path));
        let first: Vec<f64> =
            functions.take(TOP_RESULTS).map(|candidate| shares.get(&candidate.key).copied().unwrap_or(0.0)).collect();
        if !first.is_empty() {
            self.body_share = Some(first.iter().sum::<f64>() / first.len() as f64);
        }
    }
}

/// The results of all channels.
#[derive(Default)]
pub(super) struct Channels(Vec<ChannelResult>);

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

    /// Adds the result of a channel. Its clarity is high where its best stands out from its tenth,
    /// and low where their scores are near. Scores are measured from the last, as channels have no
    /// common zero.
    pub(super) fn add(&mut self, channel: Channel, mut found: Vec<Found>) {
        let floor = found.get(MAX_RESULTS - 1).map_or(0.0, |last| last.score);
        let range = found.first().map_or(0.0, |best| best.score - floor);
        let height = |score: f64| if range > 0.0 { ((score - floor) / range).clamp(0.0, 1.0) } else { 1.0 };
        let clarity = 1.0 - found.get(TOP_RESULTS - 1).map_or(0.0, |near| height(near.score));
        found.iter_mut().for_each(|found| found.score = height(found.score));
        self.add_with(channel, found, clarity);
    }

    /// Adds the result of a channel whose clarity is known.
    pub(super) fn add_with(&mut self, channel: Channel, mut found: Vec<Found>, clarity: f64) {
        found.truncate(MAX_RESULTS);
        let body_share = matches!(channel, Channel::Names | Channel::Vectors).then_some(DEFAULT_CONFIDENCE);
        self.0.push(ChannelResult { channel, found, clarity, body_share });
    }

    /// Adds the channel of bodies, in the files of the `best` so far, and compares the other
    /// channels with it.
    pub(super) async fn add_bodies(
        &mut self,
        reader: &dyn IndexReader,
        terms: &Terms,
        best: &[Merged],
    ) -> Result<(), BackendError> {
        let mut read = HashSet::new();
        let paths = best.iter().map(|merged| &merged.candidate.key.path);
        let files: Vec<&RepoPath> = paths.filter(|path| read.insert(*path)).take(BODY_FILES).collect();
        let bodies = bodies(reader, terms, &files).await?;
        for result in self.0.iter_mut().filter(|result| result.body_share.is_some()) {
            result.compare_with(&bodies, &read);
        }
        self.add(Channel::Bodies, bodies.into_iter().map(Found::from).collect());
        Ok(())
    }

    pub(super) fn results(&self) -> &[ChannelResult] {
        &self.0
    }
}

/// Symbols that the question names: by words that are no English ones, or by being nothing but a
/// name. With how much of the question these names are: one in a long sentence is perhaps only
/// mentioned.
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
            let request = SymbolRequest::new(matching).within(query.prefix.clone()).limit(MAX_RESULTS);
            for entry in reader.symbols(&request).await? {
                let candidate = Candidate::from(entry);
                named.push(*word);
                if found.iter().all(|found: &Found| found.candidate.key != candidate.key) {
                    found.push(Found { candidate, score: 1.0, detail: (*word).to_owned() });
                }
            }
        }
    }
    let named = terms.count(named).distinct() as f64 / terms.len() as f64;
    Ok((found, named))
}

async fn partial(reader: &dyn IndexReader, query: &ContextQuery, terms: &Terms) -> Result<Vec<Found>, BackendError> {
    let named = names(reader, terms, &query.prefix).await?;
    let found = |named: Named| Found { candidate: named.symbol.into(), score: named.score, detail: named.words.join(", ") };
    Ok(named.into_iter().map(found).collect())
}

/// Documentation: that of a symbol stands for the symbol.
async fn documented(reader: &dyn IndexReader, query: &ContextQuery) -> Result<Vec<Found>, BackendError> {
    let request = DocumentationQuery {
        words: query.question.clone(),
        prefix: query.prefix.clone(),
        limit: Some(MAX_RESULTS),
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
        let candidate = owner.map_or_else(|| Candidate::from(hit.entry), Candidate::from);
        found.push(Found { candidate, score: f64::from(hit.score), detail: words.join(", ") });
    }
    Ok(found)
}

async fn near(reader: &dyn IndexReader, embedding: &Embedding, query: &ContextQuery) -> Result<Vec<Found>, IndexerError> {
    let request = SimilarQuery { text: query.question.clone(), kind: None, prefix: query.prefix.clone(), limit: MAX_RESULTS };
    let found = match similar(reader, embedding, &request).await {
        Ok(found) => found,
        Err(IndexerError::Backend(BackendError::Unsupported { capability: Capability::Embeddings, .. })) => Vec::new(),
        Err(error) => return Err(error),
    };
    let candidate = |entry| match entry {
        SimilarEntry::Symbol(entry) => Candidate::from(*entry),
        SimilarEntry::Documentation(entry) => Candidate::from(entry),
    };
    let found = found.into_iter();
    let found = found.map(|found| {
        let (score, detail) = (f64::from(found.score), format!("{:.2}", found.score));
        Found { candidate: candidate(found.entry), score, detail }
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
    scored.truncate(MAX_RESULTS);
    let mut found = Vec::new();
    for (words, key, detail) in scored {
        if let Some(entry) = reader.symbols(&SymbolRequest::of(key)).await?.pop() {
            found.push(Found { candidate: entry.into(), score: words as f64, detail });
        }
    }
    Ok(found)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use codira_contracts::{LineSpan, StableId, SymbolKind};

    use super::*;

    fn candidate(id: &str, kind: SymbolKind) -> Candidate {
        let key = SymbolKey { path: RepoPath::new("a.py").unwrap(), id: StableId::new(id) };
        Candidate { key, span: LineSpan::new(1, 1), kind: Some(kind), name: id.to_owned() }
    }

    #[test]
    fn the_confidence_in_functions_is_the_score_of_their_bodies() {
        let body = |id: &str, score| {
            let Candidate { key, span, name, .. } = candidate(id, SymbolKind::Function);
            Body { key, span, kind: SymbolKind::Function, name, score, words: Vec::new() }
        };
        let bodies = [body("best", 4.0), body("half", 2.0)];
        let confidence = |channel, ids: &[&str], read: &RepoPath| {
            let found = ids.iter().map(|id| Found {
                candidate: candidate(id, SymbolKind::Function),
                score: 1.0,
                detail: String::new(),
            });
            let mut channels = Channels::default();
            channels.add(channel, found.collect());
            let result = &mut channels.0[0];
            if result.body_share.is_some() {
                result.compare_with(&bodies, &HashSet::from([read]));
            }
            [SymbolKind::Function, SymbolKind::Class].map(|kind| result.confidence(&candidate("any", kind)))
        };
        let [here, elsewhere] = ["a.py", "b.py"].map(|path| RepoPath::new(path).unwrap());
        assert_eq!(confidence(Channel::Names, &["best", "half"], &here), [0.75, DEFAULT_CONFIDENCE]);
        assert_eq!(confidence(Channel::Vectors, &["half", "without"], &here), [0.25, DEFAULT_CONFIDENCE]);
        assert_eq!(confidence(Channel::Names, &["best", "half"], &elsewhere), [DEFAULT_CONFIDENCE; 2], "its body was not read");
        assert_eq!(confidence(Channel::Issues, &["without"], &here), [1.0; 2], "the channel is not compared with bodies");
    }
}
