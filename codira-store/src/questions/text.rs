//! Lines in which a text occurs: lists of words say which files to look into, their text decides.

use codira_contracts::{BackendError, TextReference, TextRequest, text};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    batches::{FilesToRead, first, is_full},
    index::Index,
};
use crate::{
    parallel,
    postings::{Key, pairs_of},
    tables::{Document, FileRow, Having, Parts, Tables},
};

impl<T: Tables> Index<'_, T> {
    /// The lines in which a text occurs as whole words.
    pub(super) async fn text_references(&mut self, request: &TextRequest) -> Result<Vec<TextReference>, BackendError> {
        let TextRequest { text, limit, .. } = request;
        let mut references = Vec::new();
        if text.is_empty() || is_full(&references, *limit) {
            return Ok(references);
        }
        let most = limit.unwrap_or(usize::MAX);
        let files = self.files_with_text(request).await?;
        for numbers in FilesToRead::new::<T>(&files, *limit).batches() {
            let read = self.documents(numbers, Parts::Content).await?;
            let mut documents: FxHashMap<u32, Document> = read.into_iter().map(|read| (read.file.number, read)).collect();
            let documents: Option<Vec<Document>> = numbers.iter().map(|number| documents.remove(number)).collect();
            let documents = self.ok_or_corrupt(documents, "a file")?;
            let text = text.clone();
            let found = parallel::run(documents, move |document: Document| {
                let source = document.source()?;
                let hits = text::occurrences(&source, &text).take(most);
                let path = &document.file.path;
                let hits = hits.map(|hit| TextReference { path: path.clone(), site: hit.site, line: hit.line.to_owned() });
                Some(hits.collect::<Vec<_>>())
            });
            let found: Option<Vec<_>> = found.await.into_iter().collect();
            references.extend(self.ok_or_corrupt(found, "a source text")?.into_iter().flatten());
            if is_full(&references, *limit) {
                break;
            }
        }
        Ok(first(references, *limit))
    }

    /// The files inside the prefix of a request that have all words of its text, and perhaps
    /// others, by path.
    async fn files_with_text(&mut self, TextRequest { text, prefix, .. }: &TextRequest) -> Result<Vec<FileRow>, BackendError> {
        let words: FxHashSet<u32> = text::words(text).map(|word| Key::Word(word).digest()).collect();
        if words.is_empty() {
            return self.files_inside(prefix, Having::Anything).await;
        }
        let digests: Vec<u32> = words.iter().copied().collect();
        let mut words_of: FxHashMap<u32, usize> = FxHashMap::default();
        for pair in pairs_of(self.tables, &digests).await? {
            *words_of.entry(pair.file()).or_default() += 1;
        }
        let with_all = words_of.into_iter().filter(|(_, count)| *count == words.len()).map(|(file, _)| file);
        self.files(with_all.collect(), prefix).await
    }
}
