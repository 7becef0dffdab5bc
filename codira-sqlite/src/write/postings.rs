//! Which files hold a word: gathered over many files, then written as one segment, sorted.

use std::collections::HashMap;

use codira_contracts::{BackendError, text};

use super::{
    rows::{Insert, Rows},
    writer::Writer,
};
use crate::{codec, errors::At};

/// How much is gathered before a segment is written, roughly in bytes of memory.
const WEIGHT: usize = 32 << 20;
/// What an entry of the map weighs, its bytes not counted.
const ENTRY: usize = 80;

const INSERT: Insert = Insert { head: "INSERT INTO posting (word, segment, files) VALUES", columns: 3 };

/// What is gathered so far.
#[derive(Debug, Default)]
pub(super) struct Postings {
    /// The number of the last segment that was written.
    pub(super) segments: i64,
    words: HashMap<Box<str>, Files>,
    weight: usize,
}

/// The files of a word: the last one, and all as differences.
#[derive(Debug, Default)]
struct Files {
    last: i64,
    differences: Vec<u8>,
}

impl Postings {
    /// Notes the words of a file that were not in it before.
    pub(super) fn add(&mut self, file: i64, source: &str, before: Option<&str>) {
        let mut words: Vec<&str> = text::words(source).collect();
        words.sort_unstable();
        words.dedup();
        let mut old: Vec<&str> = before.map(|source| text::words(source).collect()).unwrap_or_default();
        old.sort_unstable();
        for word in words {
            if old.binary_search(&word).is_ok() {
                continue;
            }
            let files = match self.words.get_mut(word) {
                Some(files) => files,
                None => {
                    self.weight += ENTRY + word.len();
                    self.words.entry(word.into()).or_default()
                }
            };
            let length = files.differences.len();
            codec::push_number(&mut files.differences, file - files.last);
            files.last = file;
            self.weight += files.differences.len() - length;
        }
    }
}

impl Writer {
    /// Writes what is gathered, when it is much.
    pub(super) async fn relieve_postings(&mut self) -> Result<(), BackendError> {
        if self.postings.weight < WEIGHT { Ok(()) } else { self.write_postings().await }
    }

    /// Writes what is gathered as a segment.
    pub(super) async fn write_postings(&mut self) -> Result<(), BackendError> {
        if self.postings.words.is_empty() {
            return Ok(());
        }
        self.postings.segments += 1;
        self.postings.weight = 0;
        let segment = self.postings.segments;
        // Sorted rows fill their pages.
        let mut words: Vec<_> = std::mem::take(&mut self.postings.words).into_iter().collect();
        words.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let mut rows = Rows::new(&INSERT);
        for (word, files) in words {
            rows.row().with(word).with(segment).with(files.differences);
        }
        rows.write(&mut self.connection, At(&self.location)).await
    }
}
