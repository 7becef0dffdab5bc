//! Files: their states, and whole ones.

use codira_contracts::{
    BackendError, EmbeddingRow, EmbeddingSpec, FileAnalysis, FileSnapshot, FileState, PathPrefix, RepoPath,
};
use rustc_hash::FxHashMap;

use super::{documentation, index::Index, prefetch::Prefetch};
use crate::{
    forms::embeddings::{Embedding, Embeddings},
    parallel,
    tables::{Document, FileRow, Parts, Tables},
};

impl<T: Tables> Index<'_, T> {
    /// The state of every file inside a prefix, by path.
    pub(super) async fn file_states(&mut self, prefix: &PathPrefix) -> Result<Vec<FileState>, BackendError> {
        self.tables.file_states(prefix).await
    }

    /// One file as it was put, with the embeddings that it has now.
    pub(super) async fn file(&mut self, path: &RepoPath) -> Result<Option<FileSnapshot>, BackendError> {
        if let Some(file) = self.cache.prefetch.take(path) {
            return Ok(Some(file));
        }
        let count = self.cache.prefetch.count(path);
        let mut found = self.tables.files_from(path, count).await?;
        // Another one comes first where this one is not stored.
        if found.first().is_none_or(|(file, _)| file.path != *path) {
            return Ok(None);
        }
        found.truncate(Prefetch::fitting(found.iter().map(|(_, state)| state.size)));
        let mut files = self.whole(found).await?.into_iter();
        let first = files.next();
        self.cache.prefetch.keep(files);
        Ok(first)
    }

    /// Files as they were put, in their order.
    async fn whole(&mut self, files: Vec<(FileRow, FileState)>) -> Result<Vec<FileSnapshot>, BackendError> {
        let numbers: Vec<u32> = files.iter().map(|(file, _)| file.number).collect();
        let documents = self.documents(&numbers, Parts::Content).await?;
        let mut documents: FxHashMap<u32, Document> = documents.into_iter().map(|read| (read.file.number, read)).collect();
        let audited: Vec<u32> = files.iter().filter(|(file, _)| file.doc_issues > 0).map(|(file, _)| file.number).collect();
        let mut doc_issues = FxHashMap::default();
        if !audited.is_empty() {
            doc_issues.extend(self.tables.doc_issues(&audited).await?);
        }
        let mut embeddings = self.embeddings_of(&numbers).await?;
        let with_documents = files.into_iter().map(|(file, state)| (documents.remove(&file.number), file, state));
        let read =
            parallel::run(with_documents.collect(), |(document, file, state): (Option<Document>, FileRow, FileState)| {
                Some((file.number, state, document?.analysis()?))
            })
            .await;
        let mut whole = Vec::with_capacity(read.len());
        for read in read {
            let (number, state, analysis) = self.ok_or_corrupt(read, "a file")?;
            let doc_issues = match doc_issues.remove(&number) {
                Some(body) => self.ok_or_corrupt(documentation::read(&body), "documentation issues")?,
                None => Vec::new(),
            };
            let embeddings = embeddings.remove(&number).unwrap_or_default();
            let mut file = FileSnapshot { state, analysis: FileAnalysis { doc_issues, ..analysis }, embeddings };
            file.normalize();
            whole.push(file);
        }
        Ok(whole)
    }

    /// The embeddings of files.
    async fn embeddings_of(&mut self, files: &[u32]) -> Result<FxHashMap<u32, Vec<EmbeddingRow>>, BackendError> {
        let specs: FxHashMap<u32, EmbeddingSpec> =
            self.specs().await?.iter().map(|row| (row.number, row.spec.clone())).collect();
        let mut of_files: FxHashMap<u32, Vec<EmbeddingRow>> = FxHashMap::default();
        if specs.is_empty() {
            return Ok(of_files);
        }
        for row in self.tables.embeddings(files, None).await? {
            let spec = self.ok_or_corrupt(specs.get(&row.spec), "a spec")?;
            let embeddings = self.ok_or_corrupt(Embeddings::decode(&row), "embeddings")?;
            for Embedding { owner, form, .. } in embeddings.0 {
                let (text_hash, state) = self.ok_or_corrupt(form.state(spec.dimension), "a vector")?;
                of_files.entry(row.file).or_default().push(EmbeddingRow { owner, spec: spec.clone(), text_hash, state });
            }
        }
        Ok(of_files)
    }
}
