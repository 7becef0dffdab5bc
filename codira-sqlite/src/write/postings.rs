//! Writes inverted lists: gathered over many files, then a segment at a time.

use codira_contracts::BackendError;
use rustc_hash::FxHashSet;

use super::{
    rows::{Insert, Rows, list},
    writer::Writer,
};
#[cfg(test)]
use crate::plans::Statement;
use crate::{
    errors::{Failed as _, at},
    postings::{
        Pair,
        block::{self, Blocks},
        lookup,
        sort::sort,
    },
};

/// How many pairs are gathered before a segment is written: eight bytes of memory each.
const GATHERED: usize = 2 << 20;
/// A segment is merged with the one before it unless that is so many times as large, or both are larger than this together.
const TIMES_AS_LARGE: usize = 4;
const LARGEST: usize = 4 << 20;

/// Which segments are there, the last one first? A handful.
const SEGMENTS: &str = "SELECT id, pairs FROM segment ORDER BY id DESC";
/// What is in a segment? A whole one is read to be merged.
const SEGMENT: &str = "SELECT id, body FROM posting WHERE id >= ?1 << 32 AND id < (?1 + 1) << 32 ORDER BY id";
/// Removes the blocks of a segment.
const DROP: &str = "DELETE FROM posting WHERE id >= ?1 << 32 AND id < (?1 + 1) << 32";
/// Removes segments; a list and a parenthesis follow.
const DROP_SEGMENTS: &str = "DELETE FROM segment WHERE id IN (";
/// Which files are there? Asked when everything is merged.
const NUMBERS: &str = "SELECT id FROM file";

/// The statements of this file, for [`plans`](crate::plans).
#[cfg(test)]
pub(crate) const STATEMENTS: &[Statement] = &[
    Statement::of(SEGMENTS).walking(&["segment"]),
    Statement::of(SEGMENT),
    Statement::of(DROP),
    Statement::of(DROP_SEGMENTS).then("1,2)"),
    // All lists are merged.
    Statement::of(NUMBERS).walking(&["file"]),
];

const INSERT_SEGMENT: Insert = Insert { head: "INSERT INTO segment (id, pairs) VALUES", columns: 2 };
const INSERT: Insert = Insert { head: "INSERT INTO posting (id, body) VALUES", columns: 2 };

/// What is gathered so far.
///
/// Resolving asks between one batch of files and the next, so what was sorted once stays so: each run is at most half as long as
/// the one before it, and few are looked through.
#[derive(Debug, Default)]
pub(super) struct Postings {
    /// Sorted, each pair once.
    runs: Vec<Vec<Pair>>,
    /// What was noted after the last of them.
    unsorted: Vec<Pair>,
}

impl Postings {
    /// Notes by which keys a file is found.
    pub(super) fn add(&mut self, file: i64, keys: impl IntoIterator<Item = u32>) {
        let file = u32::try_from(file).expect("an index holds fewer than four billion files");
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

impl Writer {
    /// The pairs of these keys, of what is stored and what is gathered, sorted, each once.
    pub(super) async fn pairs_of(&mut self, keys: &[u32]) -> Result<Vec<Pair>, BackendError> {
        let mut pairs = lookup::pairs(&mut self.connection, keys, at(&self.location)).await?;
        self.postings.sort();
        pairs.extend(keys.iter().flat_map(|key| self.postings.of(*key)));
        sort(&mut pairs);
        Ok(pairs)
    }

    /// Writes what is gathered, when it is much.
    pub(super) async fn relieve_postings(&mut self) -> Result<(), BackendError> {
        if self.postings.len() < GATHERED { Ok(()) } else { self.write_postings().await }
    }

    /// Writes what is gathered as a segment, together with those before it that are not much larger.
    pub(super) async fn write_postings(&mut self) -> Result<(), BackendError> {
        let mut pairs = self.postings.take();
        if pairs.is_empty() {
            return Ok(());
        }
        let mut segments: Vec<(i64, i64)> = self.rows(SEGMENTS.to_owned()).await?;
        let next = segments.first().map_or(1, |(last, _)| last + 1);
        let mut merged = Vec::new();
        segments.reverse();
        while let Some((segment, count)) = segments.pop() {
            let count = count as usize;
            if count > TIMES_AS_LARGE * pairs.len() || count + pairs.len() > LARGEST {
                segments.push((segment, count as i64));
                break;
            }
            self.read_segment(segment, &mut pairs).await?;
            merged.push(segment);
        }
        if !merged.is_empty() {
            sort(&mut pairs);
            if segments.is_empty() {
                let numbers: Vec<(i64,)> = self.rows(NUMBERS.to_owned()).await?;
                let numbers: FxHashSet<u32> = numbers.into_iter().filter_map(|(number,)| u32::try_from(number).ok()).collect();
                pairs.retain(|pair| numbers.contains(&pair.file()));
            }
            for segment in &merged {
                self.run_of(DROP, *segment).await?;
            }
            self.run(format!("{DROP_SEGMENTS}{})", list(merged.into_iter()))).await?;
        }
        let mut rows = Rows::new(&INSERT_SEGMENT);
        rows.row().with(next).with(pairs.len() as i64);
        rows.write(&mut self.connection, at(&self.location)).await?;
        let mut rows = Rows::new(&INSERT);
        for (first, body) in Blocks::of(&pairs) {
            rows.row().with(next << 32 | i64::from(first)).with(body);
        }
        rows.write(&mut self.connection, at(&self.location)).await
    }

    async fn read_segment(&mut self, segment: i64, pairs: &mut Vec<Pair>) -> Result<(), BackendError> {
        let blocks = sqlx::query_as(SEGMENT).bind(segment).fetch_all(&mut self.connection).await;
        let blocks: Vec<(i64, Vec<u8>)> = blocks.map_err(|error| at(&self.location).failed("read", error))?;
        let read = blocks.iter().try_for_each(|(id, body)| block::read(*id as u32, body, |_| true, pairs));
        read.ok_or_else(|| at(&self.location).corrupt("a list of files cannot be read", None))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_noted_is_found_whenever_it_was_sorted(
            steps in prop::collection::vec((0_i64..20, prop::collection::vec(0_u32..10, 0..8), any::<bool>()), 0..40),
        ) {
            let mut postings = Postings::default();
            let mut noted = Vec::new();
            for (file, keys, ask) in steps {
                noted.extend(keys.iter().map(|key| Pair::new(*key, file as u32)));
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
