//! Lines in which a text occurs: lists of words say which files to look into, their text decides.

use codira_contracts::{BackendError, RepoPath, TextRequest, text};
use codira_store::questions::{FilesToRead, TextQuestions};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    documents::{Document, documents},
    index::{INSIDE, Index, to_read},
    rows::ok_or_corrupt,
};
use crate::{cores, postings::Key};

impl TextQuestions for Index<'_> {
    type Source = Document;

    async fn files_with_text(
        &mut self,
        TextRequest { text, prefix, limit }: &TextRequest,
    ) -> Result<FilesToRead, BackendError> {
        let words: FxHashSet<&str> = text::words(text).collect();
        if words.is_empty() {
            return Ok(to_read(&self.files_inside(INSIDE, prefix).await?, *limit));
        }
        let keys: Vec<Key<'_>> = words.into_iter().map(Key::Word).collect();
        let digests: FxHashSet<u32> = keys.iter().map(|key| key.digest()).collect();
        let mut words_of: FxHashMap<u32, usize> = FxHashMap::default();
        for pair in self.pairs_of(&keys).await? {
            *words_of.entry(pair.file()).or_default() += 1;
        }
        let with_all = words_of.into_iter().filter(|(_, words)| *words == digests.len()).map(|(file, _)| file);
        Ok(to_read(&self.files(with_all.collect(), prefix).await?, *limit))
    }

    async fn sources(&mut self, files: &[u32]) -> Result<Vec<(RepoPath, Document)>, BackendError> {
        let numbers: Vec<i64> = files.iter().copied().map(i64::from).collect();
        let read = documents(self.connection, &numbers, self.at).await?;
        let mut documents: FxHashMap<i64, _> = read.into_iter().map(|document| (document.number, document)).collect();
        let source = |number| documents.remove(number).map(|document| (document.path.clone(), document));
        ok_or_corrupt(numbers.iter().map(source).collect(), "a file", self.at)
    }

    fn decompress(source: Document) -> Option<String> {
        source.source()
    }

    fn on_all_cores<T: Send + 'static, R: Send + 'static>(
        items: Vec<T>,
        work: impl Fn(T) -> R + Send + Sync + 'static,
    ) -> impl Future<Output = Vec<R>> + Send {
        cores::beside(items, work)
    }
}
