//! The lines of a context, inside its budget.

use std::collections::{BTreeSet, HashMap, HashSet};

use codira_contracts::{BackendError, IndexReader, RepoPath};
use serde::Serialize;

use super::candidate::Candidate;
use crate::retrieval::terms::Terms;

/// How many lines of a candidate are shown from its beginning: the head, and the beginning of its
/// text.
const HEAD_LINES: usize = 6;

/// How many further lines are shown, with one before and after each.
const MATCHING_LINES: usize = 3;

/// Bytes of a token, as a rule of thumb for source text.
const BYTES_PER_TOKEN: usize = 4;

/// What a candidate takes besides its lines, in tokens: its path and its name.
const HEADING_TOKENS: usize = 12;

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Its number, counted from one.
    pub number: u32,
    /// Its text, without its end.
    pub text: String,
}

/// Takes lines until the budget is spent.
pub(super) struct Excerpt<'a> {
    reader: &'a dyn IndexReader,
    terms: &'a Terms,
    budget: usize,
    spent: usize,
    sources: HashMap<RepoPath, Vec<String>>,
    shown: HashSet<(RepoPath, u32)>,
}

impl<'a> Excerpt<'a> {
    pub(super) fn new(reader: &'a dyn IndexReader, terms: &'a Terms, budget: usize) -> Self {
        Self { reader, terms, budget, spent: 0, sources: HashMap::new(), shown: HashSet::new() }
    }

    /// How many tokens were spent.
    pub(super) fn spent(&self) -> usize {
        self.spent
    }

    /// The lines of a candidate that fit, each shown once in a context; `None` when not even its
    /// first line fits.
    pub(super) async fn take(&mut self, candidate: &Candidate) -> Result<Option<Vec<Line>>, BackendError> {
        let path = &candidate.key.path;
        if !self.sources.contains_key(path) {
            let file = self.reader.file(path).await?;
            let source = file.map(|file| file.analysis.source).unwrap_or_default();
            self.sources.insert(path.clone(), source.lines().map(str::to_owned).collect());
        }
        let source = &self.sources[path];
        let mut lines = Vec::new();
        let mut tokens = HEADING_TOKENS;
        for number in chosen(source, candidate, self.terms) {
            let text = source[number as usize - 1].trim_end().to_owned();
            let cost = text.len() / BYTES_PER_TOKEN + 2;
            if self.spent + tokens + cost > self.budget {
                break;
            }
            if self.shown.insert((path.clone(), number)) {
                tokens += cost;
                lines.push(Line { number, text });
            }
        }
        if lines.is_empty() && self.spent + tokens + HEADING_TOKENS > self.budget {
            return Ok(None);
        }
        self.spent += tokens;
        Ok(Some(lines))
    }
}

/// The numbers of the lines that are worth showing, in order.
fn chosen(source: &[String], candidate: &Candidate, terms: &Terms) -> BTreeSet<u32> {
    let first = candidate.span.first.max(1) as usize;
    let last = (candidate.span.last as usize).min(source.len());
    let words = |number: usize| terms.count([source[number - 1].as_str()]).distinct();
    let head = first..=last.min(first + HEAD_LINES - 1);
    let mut best: Vec<(usize, usize)> = (head.end() + 1..=last).map(|number| (words(number), number)).collect();
    best.retain(|(words, _)| *words > 0);
    // The sort is stable: of equal lines the first.
    best.sort_by(|(a, _), (b, _)| b.cmp(a));
    let matching = best
        .into_iter()
        .take(MATCHING_LINES)
        .flat_map(|(_, number)| number.saturating_sub(1).max(first)..=(number + 1).min(last));
    head.chain(matching).filter_map(|number| u32::try_from(number).ok()).collect()
}
