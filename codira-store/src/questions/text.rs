//! Questions about source text.

use std::future::Future;

use codira_contracts::{RepoPath, TextReference, TextRequest, text};

use super::{
    Answer,
    documents::{Documents, FilesToRead, first, is_full},
};
/// Source text.
pub trait TextQuestions: Documents {
    /// A source text as it is stored.
    type Source: Send + 'static;

    /// The files inside the prefix of a request that have all words of its text, and perhaps others, by path.
    fn files_with_text(&mut self, request: &TextRequest) -> impl Answer<FilesToRead>;

    /// The source texts of files that are there, with their paths, in their order.
    fn sources(&mut self, files: &[u32]) -> impl Answer<Vec<(RepoPath, Self::Source)>>;

    /// The text of what is stored of it; `None` where it cannot be read.
    fn decompress(source: Self::Source) -> Option<String>;

    /// What `work` makes of each item, in their order, on all cores: where it blocks, nothing else waits for that thread.
    fn on_all_cores<T: Send + 'static, R: Send + 'static>(
        items: Vec<T>,
        work: impl Fn(T) -> R + Send + Sync + 'static,
    ) -> impl Future<Output = Vec<R>> + Send;

    /// The lines in which a text occurs as whole words.
    fn text_references(&mut self, request: &TextRequest) -> impl Answer<Vec<TextReference>> {
        async {
            let TextRequest { text, limit, .. } = request;
            let mut references = Vec::new();
            if text.is_empty() || is_full(&references, *limit) {
                return Ok(references);
            }
            let most = limit.unwrap_or(usize::MAX);
            let files = self.files_with_text(request).await?;
            for files in files.batches() {
                let sources = self.sources(files).await?;
                let (decompress, text) = (Self::decompress as fn(Self::Source) -> Option<String>, text.clone());
                let found = Self::on_all_cores(sources, move |(path, source)| {
                    let source = decompress(source)?;
                    let hits = text::occurrences(&source, &text).take(most);
                    let hits = hits.map(|hit| TextReference { path: path.clone(), site: hit.site, line: hit.line.to_owned() });
                    Some(hits.collect::<Vec<_>>())
                });
                let found: Option<Vec<_>> = found.await.into_iter().collect();
                references.extend(found.ok_or_else(|| self.unreadable("a source text"))?.into_iter().flatten());
                if is_full(&references, *limit) {
                    break;
                }
            }
            Ok(first(references, *limit))
        }
    }
}
