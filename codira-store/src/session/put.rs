//! Writes files: gathered, then encoded while those before them are written.

use codira_contracts::{BackendError, EmbeddingSpec, FileSnapshot, RepoPath, resolve::Offer};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    encode::{Encoded, Put, Unresolved, weight},
    in_flight::InFlight,
    writer::Writer,
};
use crate::{
    Draft,
    postings::Key,
    tables::{Removed, SpecRow, Tables as _},
};

/// How much analyses may weigh that are kept for resolving, roughly in bytes of memory.
const UNRESOLVED_BYTES: usize = 48 << 20;
/// How many offers are kept for resolving everything: some seventy bytes of memory each.
pub(super) const OFFERS: usize = 3_000_000;

impl<D: Draft> Writer<D> {
    /// Takes a file, and writes what is gathered when it is much.
    pub(super) async fn put(&mut self, file: FileSnapshot) {
        self.queue.push(file.state.path.clone(), Some(file));
        self.advance_if_full().await;
    }

    /// Takes word that a file is gone.
    pub(super) async fn remove(&mut self, path: RepoPath) {
        self.queue.push(path, None);
        self.advance_if_full().await;
    }

    async fn advance_if_full(&mut self) {
        if self.queue.is_full() && self.check().is_ok() {
            let advanced = self.advance().await;
            // The next call is told.
            let _ = self.whole(advanced);
        }
    }

    /// Writes everything that is gathered. What fails here leaves a session that can do nothing any more.
    pub(super) async fn flush(&mut self) -> Result<(), BackendError> {
        self.check()?;
        let mut flushed = Ok(());
        if !self.queue.is_empty() {
            flushed = self.advance().await;
        }
        if flushed.is_ok() {
            flushed = self.write_in_flight().await;
        }
        self.whole(flushed)
    }

    /// Begins to encode the files that are gathered, and writes those that were encoded meanwhile: the database takes its time, too.
    async fn advance(&mut self) -> Result<(), BackendError> {
        let queued = self.queue.take();
        self.find_files(queued.iter().map(|(path, _)| path)).await?;
        let stored: Vec<u32> = queued.iter().filter_map(|(path, _)| self.numbers.get(path).copied()).collect();
        if self.in_flight.as_ref().is_some_and(|in_flight| in_flight.has_any(&stored)) {
            self.write_in_flight().await?;
        }
        let mut former = self.clear(&stored).await?;
        let specs = self.specs_of(queued.iter().filter_map(|(_, file)| file.as_ref())).await?;
        let mut puts = Vec::with_capacity(queued.len());
        for (path, file) in queued {
            let stored = self.numbers.get(&path).copied();
            let before = stored.and_then(|number| former.remove(&number));
            match (file, stored) {
                (Some(file), Some(number)) => puts.push(Put { number, file, before }),
                (Some(file), None) => {
                    let number = self.next_file;
                    self.next_file += 1;
                    self.numbers.insert(path, number);
                    puts.push(Put { number, file, before: self.has_resolutions.then(Vec::new) });
                }
                (None, Some(number)) => {
                    self.numbers.remove(&path);
                    self.dirty.remove(&number);
                    self.changed.extend(before.iter().flatten().map(|offer| Key::Asked(&offer.key).digest()));
                }
                (None, None) => {}
            }
        }
        // Numbers only grow where rows are added at the end.
        puts.sort_unstable_by_key(|put| put.number);
        let next = InFlight::begin(puts, self.rules.clone(), specs);
        self.write_in_flight().await?;
        self.in_flight = Some(next);
        Ok(())
    }

    /// Writes the files that are being encoded.
    pub(super) async fn write_in_flight(&mut self) -> Result<(), BackendError> {
        let Some(in_flight) = self.in_flight.take() else { return Ok(()) };
        let mut files = Vec::new();
        for Encoded { stored, keys, offers, changed, unresolved } in in_flight.encoded().await {
            self.postings.add(unresolved.number, keys);
            self.keep_offers(&unresolved.path, &offers);
            self.changed.extend(changed);
            self.dirty.insert(unresolved.number);
            self.keep_analysis(unresolved);
            files.push(stored);
        }
        self.draft.put_files(files).await?;
        self.write_postings_if_many().await
    }

    /// Removes everything that is stored of these files, and tells what they offered, if any file may have asked.
    async fn clear(&mut self, numbers: &[u32]) -> Result<FxHashMap<u32, Vec<Offer>>, BackendError> {
        let mut former = FxHashMap::default();
        if numbers.is_empty() {
            return Ok(former);
        }
        if self.has_resolutions {
            former.extend(self.offers_of(numbers).await?.into_iter().map(|(number, _, offers)| (number, offers)));
        }
        // What is gathered is no longer what is stored.
        self.offers = None;
        self.draft.remove(numbers, Removed::Everything).await?;
        self.touch(numbers);
        for number in numbers {
            self.analyses.remove(number);
        }
        Ok(former)
    }

    /// Notes that files are not as they were.
    pub(super) fn touch(&mut self, files: &[u32]) {
        if let Some(touched) = &mut self.touched {
            touched.extend(files);
        }
    }

    /// Every spec, by number.
    pub(super) async fn specs(&mut self) -> Result<&mut FxHashMap<EmbeddingSpec, u32>, BackendError> {
        if self.specs.is_none() {
            let rows = self.draft.tables().specs().await?;
            self.specs = Some(rows.into_iter().map(|SpecRow { number, spec, .. }| (spec, number)).collect());
        }
        Ok(self.specs.get_or_insert_default())
    }

    /// The number of a spec; it gets one if it has none.
    pub(super) async fn spec(&mut self, spec: &EmbeddingSpec) -> Result<u32, BackendError> {
        let specs = self.specs().await?;
        if let Some(number) = specs.get(spec) {
            return Ok(*number);
        }
        let number = specs.values().max().map_or(1, |last| last + 1);
        specs.insert(spec.clone(), number);
        self.draft.put_spec(number, spec).await?;
        Ok(number)
    }

    /// The numbers of the specs of all embeddings that files bring.
    async fn specs_of<'f>(
        &mut self,
        files: impl Iterator<Item = &'f FileSnapshot>,
    ) -> Result<FxHashMap<EmbeddingSpec, u32>, BackendError> {
        let specs: FxHashSet<&EmbeddingSpec> = files.flat_map(|file| &file.embeddings).map(|row| &row.spec).collect();
        let mut numbers = FxHashMap::default();
        for spec in specs {
            numbers.insert(spec.clone(), self.spec(spec).await?);
        }
        Ok(numbers)
    }

    /// Keeps what is offered, while everything will be resolved.
    fn keep_offers(&mut self, path: &RepoPath, offers: &[Offer]) {
        if let Some(kept) = &mut self.offers {
            kept.add(path, offers);
            if kept.len() > OFFERS {
                self.offers = None;
            }
        }
    }

    /// Keeps what resolving looks at, so that it need not be read again.
    fn keep_analysis(&mut self, file: Unresolved) {
        let weight = weight(&file.analysis);
        if self.analyses_weight + weight <= UNRESOLVED_BYTES {
            self.analyses_weight += weight;
            self.analyses.insert(file.number, file);
        }
    }
}
