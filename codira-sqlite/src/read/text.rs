//! Lines in which a text occurs: lists of words say which files to look into, their text decides.

use codira_contracts::{BackendError, TextReference, TextRequest, text};
use codira_store::questions::TextQuestions;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    documents,
    index::{File, INSIDE, Index, batches, is_full},
    rows::sound,
};
use crate::postings::Key;

impl TextQuestions for Index<'_> {
    async fn text_references(&mut self, request: &TextRequest) -> Result<Vec<TextReference>, BackendError> {
        let limit = request.limit.unwrap_or(usize::MAX);
        if request.text.is_empty() || limit == 0 {
            return Ok(Vec::new());
        }
        let files = candidates(self, request).await?;
        let mut references = Vec::new();
        for numbers in batches(&files, request.limit) {
            if is_full(&references, request.limit) {
                break;
            }
            let read = documents::documents(self.connection, &numbers, self.at).await?;
            let mut documents: FxHashMap<i64, _> = read.into_iter().map(|document| (document.number, document)).collect();
            for number in &numbers {
                let document = sound(documents.remove(number), "a file", self.at)?;
                let source = sound(document.source(), "a source text", self.at)?;
                let found = text::occurrences(&source, &request.text).map(|hit| TextReference {
                    path: document.path.clone(),
                    site: hit.site,
                    line: hit.line.to_owned(),
                });
                references.extend(found.take(limit - references.len()));
            }
        }
        Ok(references)
    }
}

/// The files that may hold the text, by path.
async fn candidates(index: &mut Index<'_>, request: &TextRequest) -> Result<Vec<File>, BackendError> {
    let words: FxHashSet<&str> = text::words(&request.text).collect();
    if words.is_empty() {
        return index.files_inside(INSIDE, &request.prefix).await;
    }
    let keys: Vec<Key<'_>> = words.into_iter().map(Key::Word).collect();
    let digests: FxHashSet<u32> = keys.iter().map(|key| key.digest()).collect();
    let mut words_of: FxHashMap<i64, usize> = FxHashMap::default();
    for pair in index.pairs_of(&keys).await? {
        *words_of.entry(i64::from(pair.file())).or_default() += 1;
    }
    let with_all = words_of.into_iter().filter(|(_, words)| *words == digests.len()).map(|(file, _)| file);
    index.files(with_all.collect(), &request.prefix).await
}
