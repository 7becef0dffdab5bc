//! From keys to files, and from files to what is said of them. What was read is kept for a while:
//! questions come in families.

use std::sync::Arc;

use codira_contracts::{BackendError, PathPrefix, RepoPath, RuntimeInventory};
use rustc_hash::{FxHashMap, FxHashSet};

use super::prefetch::Prefetch;
use crate::{
    FileOutline, codec,
    compact::FileEdge,
    forms::{
        graph,
        outline::{self, Outline},
    },
    parallel,
    postings::{Key, pairs_of},
    tables::{Document, FileRow, Having, Parts, SpecRow, Tables, WhichFiles},
};

/// How much is kept of what was read, in bytes of what it was read from: in memory it is some times
/// as large.
const CACHE_BYTES: usize = 8 << 20;

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Cache {
    specs: Option<Vec<SpecRow>>,
    pub(super) prefetch: Prefetch,
    outlines: FxHashMap<u32, Arc<FileOutline>>,
    edges: FxHashMap<u32, Edges>,
    weight: usize,
}

impl Cache {
    fn keep(&mut self, weight: usize) {
        if self.weight > CACHE_BYTES {
            self.outlines.clear();
            self.edges.clear();
            self.weight = 0;
        }
        self.weight += weight;
    }
}

/// A committed state, while it is asked.
pub(super) struct Index<'a, T> {
    pub(super) tables: &'a mut T,
    pub(super) head: &'a RuntimeInventory,
    pub(super) cache: &'a mut Cache,
}

impl<T: Tables> Index<'_, T> {
    /// The file at a path.
    pub(super) async fn file_at(&mut self, path: &RepoPath) -> Result<Option<FileRow>, BackendError> {
        Ok(self.tables.files(WhichFiles::At(vec![path.clone()])).await?.pop())
    }

    /// The file at a path, if it is there and inside the prefix.
    pub(super) async fn file_inside(&mut self, path: &RepoPath, prefix: &PathPrefix) -> Result<Vec<FileRow>, BackendError> {
        if prefix.covers(path) { Ok(self.file_at(path).await?.into_iter().collect()) } else { Ok(Vec::new()) }
    }

    /// The files to which any of these keys may lead, by path.
    pub(super) async fn files_of(&mut self, keys: &[Key<'_>], prefix: &PathPrefix) -> Result<Vec<FileRow>, BackendError> {
        let digests: Vec<u32> = keys.iter().map(|key| key.digest()).collect();
        let numbers = pairs_of(self.tables, &digests).await?.into_iter().map(|pair| pair.file()).collect();
        self.files(numbers, prefix).await
    }

    /// Those of these files that are there, by path.
    pub(super) async fn files(&mut self, numbers: FxHashSet<u32>, prefix: &PathPrefix) -> Result<Vec<FileRow>, BackendError> {
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        let mut numbers: Vec<u32> = numbers.into_iter().collect();
        numbers.sort_unstable();
        let mut files = self.tables.files(WhichFiles::Numbered(numbers)).await?;
        files.retain(|file| prefix.covers(&file.path));
        files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }

    /// The files inside the prefix that have something, by path.
    pub(super) async fn files_inside(&mut self, prefix: &PathPrefix, having: Having) -> Result<Vec<FileRow>, BackendError> {
        self.tables.files(WhichFiles::Inside(prefix.clone(), having)).await
    }

    /// Every spec.
    pub(super) async fn specs(&mut self) -> Result<&[SpecRow], BackendError> {
        if self.cache.specs.is_none() {
            self.cache.specs = Some(self.tables.specs().await?);
        }
        Ok(self.cache.specs.as_deref().unwrap_or_default())
    }

    /// The outlines of files that are there, in their order.
    pub(super) async fn outlines(&mut self, files: &[u32]) -> Result<Vec<Arc<FileOutline>>, BackendError> {
        let mut found: FxHashMap<u32, Arc<FileOutline>> = FxHashMap::default();
        let mut missing = Vec::new();
        for number in files {
            match self.cache.outlines.get(number) {
                Some(outline) => drop(found.insert(*number, outline.clone())),
                None => missing.push(*number),
            }
        }
        for document in self.documents(&missing, Parts::Outline).await? {
            let bytes = self.ok_or_corrupt(outline::decompress(&document.outline), "an outline")?;
            found.insert(document.file.number, self.outline(document.file, &bytes)?);
        }
        let outlines = files.iter().map(|number| found.get(number).cloned());
        self.ok_or_corrupt(outlines.collect(), "an outline")
    }

    /// The edges that begin in files that are there, in their order, with the outlines.
    pub(super) async fn edges_of(&mut self, files: &[u32]) -> Result<Vec<(Arc<FileOutline>, Edges)>, BackendError> {
        let mut found: FxHashMap<u32, (Arc<FileOutline>, Edges)> = FxHashMap::default();
        let mut missing = Vec::new();
        for number in files {
            match (self.cache.outlines.get(number), self.cache.edges.get(number)) {
                (Some(outline), Some(edges)) => drop(found.insert(*number, (outline.clone(), edges.clone()))),
                _ => missing.push(*number),
            }
        }
        let documents = self.documents(&missing, Parts::Resolved).await?;
        let with_outlines = documents.into_iter().map(|document| {
            let outline = self.cache.outlines.get(&document.file.number).cloned();
            (document, outline)
        });
        let with_outlines: Vec<(Document, Option<Arc<FileOutline>>)> = with_outlines.collect();
        let decoded = parallel::run(with_outlines, decode).await;
        for decoded in decoded {
            let Decoded { number, outline, edges, bytes } = self.ok_or_corrupt(decoded, "edges")?;
            self.cache.keep(bytes);
            self.cache.outlines.insert(number, outline.clone());
            self.cache.edges.insert(number, edges.clone());
            found.insert(number, (outline, edges));
        }
        let edges = files.iter().map(|number| found.get(number).cloned());
        self.ok_or_corrupt(edges.collect(), "edges")
    }

    /// What is read of content and resolved uses of files that are there, in their order: less work
    /// than [`Self::edges_of`] where outlines are not looked at.
    pub(super) async fn resolved<V: Send + 'static>(
        &mut self,
        files: &[u32],
        read: fn(&[u8], &[u8]) -> Option<V>,
    ) -> Result<Vec<(FileRow, V)>, BackendError> {
        let documents = self.documents(files, Parts::Resolved).await?;
        let read = parallel::run(documents, move |document| {
            let (content, resolved_uses) = document.resolved()?;
            Some((document.file.number, (document.file, read(&content, &resolved_uses)?)))
        });
        let read: Option<FxHashMap<u32, (FileRow, V)>> = read.await.into_iter().collect();
        let mut read = self.ok_or_corrupt(read, "edges")?;
        self.ok_or_corrupt(files.iter().map(|number| read.remove(number)).collect(), "edges")
    }

    /// The documents of files.
    pub(super) async fn documents(&mut self, files: &[u32], parts: Parts) -> Result<Vec<Document>, BackendError> {
        if files.is_empty() { Ok(Vec::new()) } else { self.tables.documents(files, parts).await }
    }

    /// What was made of stored bytes, unless it could not be.
    pub(super) fn ok_or_corrupt<V>(&self, value: Option<V>, what: &str) -> Result<V, BackendError> {
        value.ok_or_else(|| self.tables.at().unreadable(what))
    }

    /// The outline of a file whose bytes these are.
    fn outline(&mut self, file: FileRow, bytes: &[u8]) -> Result<Arc<FileOutline>, BackendError> {
        if let Some(outline) = self.cache.outlines.get(&file.number) {
            return Ok(outline.clone());
        }
        let Outline { symbols, documentation } = self.ok_or_corrupt(outline::read(bytes), "an outline")?;
        let FileRow { number, path, module, .. } = file;
        let outline = Arc::new(FileOutline::new(path, module, symbols.into_owned(), documentation.into_owned()));
        self.cache.keep(bytes.len());
        self.cache.outlines.insert(number, outline.clone());
        Ok(outline)
    }
}

/// The edges that begin in a file.
pub(super) type Edges = Arc<[FileEdge]>;

/// A file as its edges are read.
struct Decoded {
    number: u32,
    outline: Arc<FileOutline>,
    edges: Edges,
    /// What it was read from.
    bytes: usize,
}

/// Reads the edges of a file, and its outline where that is not known yet.
fn decode((document, known): (Document, Option<Arc<FileOutline>>)) -> Option<Decoded> {
    let Document { file: FileRow { number, path, module, .. }, outline, content, resolved_uses } = document;
    let dictionary = outline::decompress(&outline)?;
    let (outline, bytes) = match known {
        Some(outline) => (outline, 0),
        None => {
            let Outline { symbols, documentation } = outline::read(&dictionary)?;
            let outline = FileOutline::new(path, module, symbols.into_owned(), documentation.into_owned());
            (Arc::new(outline), dictionary.len())
        }
    };
    let content = codec::decompress(&content, &dictionary)?;
    let resolved_uses = codec::decompress(&resolved_uses, b"")?;
    let edges = graph::edges(&content, &resolved_uses)?;
    let owners_are_there = edges.iter().all(|edge| edge.owner < outline.symbols.len());
    owners_are_there.then(|| Decoded { number, outline, edges: edges.into(), bytes: bytes + content.len() })
}
