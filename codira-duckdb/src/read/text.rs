//! Lines in which a text occurs: each source text is looked through.

use codira_contracts::{BackendError, RepoPath, TextRequest};
use codira_store::{
    parallel,
    questions::{Batches, Documents, FilesToRead, TextQuestions},
};
use rustc_hash::FxHashMap;

use super::{filter::Which, snapshot::Snapshot};
use crate::forms::document;

/// How many texts are read at a time.
const BATCHES: Batches = Batches { first: 64, growth: 4, most: 1024 };

impl TextQuestions for Snapshot {
    type Source = Vec<u8>;

    async fn files_with_text(&mut self, request: &TextRequest) -> Result<FilesToRead, BackendError> {
        Ok(FilesToRead::in_batches(self.by_path(&request.prefix)?, request.limit, BATCHES))
    }

    async fn sources(&mut self, files: &[u32]) -> Result<Vec<(RepoPath, Vec<u8>)>, BackendError> {
        // What do these files read?
        let sources = self.select("file, source", "document", &Which::among("file", files), |row| {
            Ok((row.get::<u32>(0)?, row.get::<Vec<u8>>(1)?))
        })?;
        let mut sources: FxHashMap<u32, Vec<u8>> = sources.into_iter().collect();
        let names = self.names(files.iter().copied())?;
        let source = |file: &u32| sources.remove(file).map(|source| (names[file].path.clone(), source));
        files.iter().map(source).collect::<Option<_>>().ok_or_else(|| self.unreadable("the document of a file"))
    }

    fn decompress(source: Vec<u8>) -> Option<String> {
        document::source(&source)
    }

    async fn on_all_cores<T: Send + 'static, R: Send + 'static>(
        items: Vec<T>,
        work: impl Fn(T) -> R + Send + Sync + 'static,
    ) -> Vec<R> {
        // The reader's own thread, which may block.
        parallel::map(items, work)
    }
}
