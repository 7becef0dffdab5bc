//! Writes files that were queued, many at a time.

use codira_contracts::{
    BackendError, EmbeddingSpec, RepoPath,
    resolve::{self, Offer},
};
use rustc_hash::FxHashMap;

use super::{
    encode::{Encoded, Unresolved, weight},
    queue::Queued,
    writer::Writer,
};
use crate::{
    Draft,
    postings::Key,
    tables::{EmbeddingRow, Removed, SpecRow, StoredFile, Tables as _},
};

impl<D: Draft> Writer<D> {
    /// Queues what is to become of a path, and writes the queue when it is full.
    pub(super) async fn queue(&mut self, path: RepoPath, queued: Queued) {
        if self.check().is_err() {
            return;
        }
        self.queue.push(path, queued);
        if self.queue.is_full() {
            let written = self.write_queued().await;
            // The next call is told.
            let _ = self.whole(written);
        }
    }

    /// Writes everything that is queued. What fails here leaves a session that can do nothing any
    /// more.
    pub(super) async fn flush(&mut self) -> Result<(), BackendError> {
        self.check()?;
        let written = self.write_queued().await;
        self.whole(written)
    }

    async fn write_queued(&mut self) -> Result<(), BackendError> {
        if self.queue.is_empty() {
            return Ok(());
        }
        let queued = self.queue.take();
        self.find_files(queued.iter().map(|(path, _)| path)).await?;
        let stored: Vec<u32> = queued.iter().filter_map(|(path, _)| self.numbers.get(path).copied()).collect();
        let mut former = self.clear(&stored).await?;
        let (mut puts, mut rooms) = (Vec::with_capacity(queued.len()), Vec::with_capacity(queued.len()));
        for (path, Queued { file, room }) in queued {
            rooms.push(room);
            let stored = self.numbers.get(&path).copied();
            let before = stored.and_then(|number| former.remove(&number)).unwrap_or_default();
            if let Some(file) = file {
                let number = stored.unwrap_or(self.next_file);
                self.next_file = self.next_file.max(number + 1);
                self.numbers.insert(path, number);
                puts.push((number, before, file.encoding));
            } else if let Some(number) = stored {
                self.numbers.remove(&path);
                self.dirty.remove(&number);
                self.changed.extend(before.iter().map(|offer| Key::Asked(&offer.key).digest()));
            }
        }
        // Numbers only grow where rows are added at the end.
        puts.sort_unstable_by_key(|(number, ..)| *number);
        let mut files = Vec::with_capacity(puts.len());
        for (number, before, encoding) in puts {
            files.push(self.take_encoded(number, &before, encoding.done().await).await?);
        }
        self.draft.put_files(files).await?;
        drop(rooms);
        self.write_postings_if_many().await
    }

    /// Notes what an encoded file brings, and gives it its number; `before` is what it offered, if
    /// any file may have asked.
    async fn take_encoded(&mut self, number: u32, before: &[Offer], encoded: Encoded) -> Result<StoredFile, BackendError> {
        let Encoded { mut stored, embeddings, keys, offers, analysis } = encoded;
        stored.file.number = number;
        for (spec, row) in embeddings {
            stored.embeddings.push(EmbeddingRow { file: number, spec: self.spec(&spec).await?, ..row });
        }
        stored.embeddings.sort_unstable_by_key(|row| row.spec);
        self.postings.add(number, keys);
        let path = stored.file.path.clone();
        self.keep_offers(&path, &offers);
        if self.has_resolutions {
            let changed = resolve::changed_keys(before, &offers);
            self.changed.extend(changed.iter().map(|key| Key::Asked(key).digest()));
        }
        self.dirty.insert(number);
        self.keep_analysis(Unresolved { number, path, analysis });
        Ok(stored)
    }

    /// Removes everything that is stored of these files, and tells what they offered, if any file
    /// may have asked.
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

    /// Keeps what is offered, while everything will be resolved.
    fn keep_offers(&mut self, path: &RepoPath, offers: &[Offer]) {
        if let Some(kept) = &mut self.offers {
            kept.add(path, offers);
            if kept.len() > self.limits.offers {
                self.offers = None;
            }
        }
    }

    /// Keeps what resolving looks at, so that it need not be read again.
    fn keep_analysis(&mut self, file: Unresolved) {
        let weight = weight(&file.analysis);
        if self.analyses_weight + weight <= self.limits.unresolved_bytes {
            self.analyses_weight += weight;
            self.analyses.insert(file.number, file);
        }
    }
}
