//! Writes posting lists: gathered over many files, then a segment at a time.

use codira_contracts::BackendError;
use rustc_hash::FxHashSet;

use super::writer::Writer;
use crate::{
    Draft,
    postings::{
        Pair,
        block::{self, Blocks},
        pairs_of,
        sort::sort,
    },
    tables::Segment,
};

/// How many pairs are gathered before a segment is written: eight bytes of memory each.
const GATHERED: usize = 2 << 20;
/// A segment is merged with the one before it unless that is so many times as large, or both are
/// larger than this together.
const TIMES_AS_LARGE: usize = 4;
const LARGEST: usize = 4 << 20;

/// What is gathered so far.
///
/// Resolving asks between one batch of files and the next, so what was sorted once stays so: each
/// run is at most half as long as the one before it, and few are looked through.
#[derive(Debug, Default)]
pub(super) struct Postings {
    /// Sorted, each pair once.
    runs: Vec<Vec<Pair>>,
    /// What was noted after the last of them.
    unsorted: Vec<Pair>,
}

impl Postings {
    /// Notes by which keys a file is found.
    pub(super) fn add(&mut self, file: u32, keys: impl IntoIterator<Item = u32>) {
        self.unsorted.extend(keys.into_iter().map(|key| Pair::new(key, file)));
    }

    fn len(&self) -> usize {
        self.unsorted.len() + self.runs.iter().map(Vec::len).sum::<usize>()
    }

    fn sort(&mut self) {
        if self.unsorted.is_empty() {
            return;
        }
        let mut last = std::mem::take(&mut self.unsorted);
        while let Some(run) = self.runs.pop_if(|run| run.len() < 2 * last.len()) {
            last.extend(run);
        }
        sort(&mut last);
        self.runs.push(last);
    }

    /// The pairs of a key, once sorted.
    fn of(&self, key: u32) -> impl Iterator<Item = &Pair> {
        self.runs.iter().flat_map(move |run| {
            let from = run.partition_point(|pair| pair.key() < key);
            let end = run[from..].partition_point(|pair| pair.key() == key);
            &run[from..from + end]
        })
    }

    /// All of them, sorted, each once.
    fn take(&mut self) -> Vec<Pair> {
        let mut pairs = std::mem::take(&mut self.unsorted);
        pairs.extend(std::mem::take(&mut self.runs).into_iter().flatten());
        sort(&mut pairs);
        pairs
    }
}

impl<D: Draft> Writer<D> {
    /// The pairs of these keys, of what is stored and what is gathered, sorted, each once.
    pub(super) async fn pairs_of(&mut self, keys: &[u32]) -> Result<Vec<Pair>, BackendError> {
        let mut pairs = pairs_of(self.draft.tables(), keys).await?;
        self.postings.sort();
        pairs.extend(keys.iter().flat_map(|key| self.postings.of(*key)));
        sort(&mut pairs);
        Ok(pairs)
    }

    /// Writes what is gathered, when it is much.
    pub(super) async fn write_postings_if_many(&mut self) -> Result<(), BackendError> {
        if self.postings.len() < GATHERED { Ok(()) } else { self.write_postings().await }
    }

    /// Writes what is gathered as a segment, together with those before it that are not much
    /// larger.
    pub(super) async fn write_postings(&mut self) -> Result<(), BackendError> {
        let mut pairs = self.postings.take();
        if pairs.is_empty() {
            return Ok(());
        }
        let mut segments = self.draft.segments().await?;
        let number = segments.last().map_or(1, |last| last.number + 1);
        let mut merged = Vec::new();
        while let Some(Segment { number, pairs: count }) = segments.pop() {
            let count = usize::try_from(count).unwrap_or(usize::MAX);
            if count > TIMES_AS_LARGE * pairs.len() || count.saturating_add(pairs.len()) > LARGEST {
                segments.push(Segment { number, pairs: count as u64 });
                break;
            }
            let blocks = self.draft.segment(number).await?;
            let read = blocks.iter().try_for_each(|block| block::read(block, |_| true, &mut pairs));
            read.ok_or_else(|| self.draft.at().unreadable("a list of files"))?;
            merged.push(number);
        }
        if !merged.is_empty() {
            sort(&mut pairs);
            if segments.is_empty() {
                let files: FxHashSet<u32> = self.all_files().await?.into_iter().map(|file| file.number).collect();
                pairs.retain(|pair| files.contains(&pair.file()));
            }
        }
        let segment = Segment { number, pairs: pairs.len() as u64 };
        self.draft.put_segment(segment, Blocks::of(&pairs), &merged).await
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_noted_is_found_whenever_it_was_sorted(
            steps in prop::collection::vec((0_u32..20, prop::collection::vec(0_u32..10, 0..8), any::<bool>()), 0..40),
        ) {
            let mut postings = Postings::default();
            let mut noted = Vec::new();
            for (file, keys, ask) in steps {
                noted.extend(keys.iter().map(|key| Pair::new(*key, file)));
                postings.add(file, keys);
                if ask {
                    postings.sort();
                    for key in 0..10 {
                        let mut found: Vec<Pair> = postings.of(key).copied().collect();
                        let mut expected: Vec<Pair> = noted.iter().filter(|pair| pair.key() == key).copied().collect();
                        sort(&mut found);
                        sort(&mut expected);
                        prop_assert_eq!(found, expected);
                    }
                    prop_assert!(postings.runs.is_sorted_by(|a, b| a.len() > b.len()));
                }
            }
            sort(&mut noted);
            prop_assert_eq!(postings.take(), noted);
        }
    }
}
