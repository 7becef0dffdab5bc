//! The words of a question, and their occurrences.

use std::collections::{HashMap, HashSet};

use codira_contracts::text;

use crate::words::stems;

/// Stop words. They are looked for only where there is nothing else.
const STOP_WORDS: &[&str] = &[
    "a", "about", "an", "and", "are", "as", "at", "be", "by", "can", "do", "does", "for", "from", "has", "have", "how", "i",
    "if", "in", "into", "is", "it", "its", "my", "of", "on", "or", "so", "that", "the", "their", "them", "there", "these",
    "they", "this", "to", "was", "we", "were", "what", "when", "where", "which", "who", "why", "will", "with", "you", "your",
];

/// What a question asks for: different stems, each with the word that it came from.
pub(super) struct Terms {
    words: Vec<String>,
    index: HashMap<String, usize>,
}

impl Terms {
    /// The terms of a question, without stop words where others remain.
    pub(super) fn of(question: &str) -> Self {
        let is_stop = |word: &str| STOP_WORDS.contains(&word.to_lowercase().as_str());
        let all: Vec<&str> = text::words(question).collect();
        let telling: Vec<&str> = all.iter().copied().filter(|word| !is_stop(word)).collect();
        let mut terms = Self { words: Vec::new(), index: HashMap::new() };
        for word in if telling.is_empty() { all } else { telling } {
            for stem in stems(word) {
                terms.index.entry(stem).or_insert_with(|| {
                    terms.words.push(word.to_owned());
                    terms.words.len() - 1
                });
            }
        }
        terms
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether a stem is among them.
    pub(super) fn has(&self, stem: &str) -> bool {
        self.index.contains_key(stem)
    }

    /// How often each term occurs in `texts`, and how many words these have.
    pub(super) fn count<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> Occurrences {
        let mut found = Occurrences { counts: vec![0; self.len()], length: 0 };
        for stem in texts.into_iter().flat_map(stems) {
            found.length += 1;
            if let Some(&term) = self.index.get(&stem) {
                found.counts[term] += 1;
            }
        }
        found
    }

    /// The words of the question whose terms are in `occurrences`, each once.
    pub(super) fn words_in(&self, occurrences: &Occurrences) -> Vec<String> {
        let mut told = HashSet::new();
        let found = self.words.iter().zip(&occurrences.counts).filter(|(_, count)| **count > 0);
        found.map(|(word, _)| word).filter(|word| told.insert(*word)).cloned().collect()
    }
}

/// What a text has of a question's terms.
#[derive(Clone, Debug)]
pub(super) struct Occurrences {
    /// How often each term occurs.
    pub(super) counts: Vec<u32>,
    /// How many words the text has.
    pub(super) length: u32,
}

impl Occurrences {
    /// How many of the terms occur.
    pub(super) fn distinct(&self) -> usize {
        self.counts.iter().filter(|count| **count > 0).count()
    }

    /// Whether any term occurs.
    pub(super) fn any(&self) -> bool {
        self.counts.iter().any(|count| *count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stop_words_count_where_there_is_nothing_else() {
        assert_eq!(Terms::of("where is the query cache").words, ["query", "cache"]);
        assert_eq!(Terms::of("what is this").len(), 3);
        assert_eq!(Terms::of("?!").len(), 0);
    }

    #[test]
    fn forms_of_a_word_are_one_term_and_parts_of_a_name_are_several() {
        let terms = Terms::of("caches cached get_queryset");
        assert_eq!(terms.words, ["caches", "get_queryset", "get_queryset"]);
        let found = terms.count(["The caching of a QuerySet: get it."]);
        assert_eq!((found.counts.as_slice(), found.length), (&[1, 1, 0][..], 8));
        assert_eq!(terms.words_in(&found), ["caches", "get_queryset"]);
    }
}
