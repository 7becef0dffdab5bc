//! The primitives over maps: each is what it says, and no more.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use codira_contracts::{
    BackendError, EmbeddingSpec, FileState, Language, MemoryBudget, PathPrefix, RepoPath, Totals, WriteScope,
};
use codira_store::{
    At, Begun, Cancel, Draft, Store, Tables, WriterLock,
    tables::{
        Block, Document, EmbeddingRow, FileRow, Having, Parts, QuantizedBatch, Removed, Segment, SpecRow, State, StoredFile,
        StoredResolution, WhichFiles,
    },
};

/// How many files' quantized vectors are read together: few, so that there are several batches.
const BATCH_QUANTIZED: usize = 3;

type Answered<T> = Result<T, BackendError>;

/// One state.
#[derive(Clone, Debug, Default)]
struct Maps {
    state: Option<State>,
    files: BTreeMap<u32, StoredFile>,
    resolutions: BTreeMap<u32, StoredResolution>,
    specs: BTreeMap<u32, EmbeddingSpec>,
    /// By spec, then file.
    embeddings: BTreeMap<(u32, u32), EmbeddingRow>,
    segments: BTreeMap<u32, (Segment, Vec<Block>)>,
}

/// Where the committed state is.
#[derive(Clone, Debug)]
pub(crate) struct MapStore {
    directory: PathBuf,
    committed: Arc<Mutex<Option<Maps>>>,
}

/// A state that is read.
#[derive(Debug)]
pub(crate) struct MapTables {
    maps: Maps,
    location: PathBuf,
}

/// What a session writes.
#[derive(Debug)]
pub(crate) struct MapDraft {
    tables: MapTables,
    store: MapStore,
}

impl MapStore {
    pub(crate) fn in_directory(directory: PathBuf) -> Self {
        Self { directory, committed: Arc::default() }
    }

    fn lock_committed(&self) -> MutexGuard<'_, Option<Maps>> {
        self.committed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tables(&self, maps: Maps) -> MapTables {
        MapTables { maps, location: self.directory.clone() }
    }

    /// The last commit.
    fn committed(&self) -> Answered<MapTables> {
        match &*self.lock_committed() {
            Some(maps) => Ok(self.tables(maps.clone())),
            None => Err(BackendError::NotIndexed { location: self.at().to_string() }),
        }
    }
}

impl Store for MapStore {
    type Draft = MapDraft;

    fn at(&self) -> At<'_> {
        At { backend: "maps", path: &self.directory }
    }

    fn schema(&self) -> u32 {
        1
    }

    async fn open(&self) -> Answered<MapTables> {
        self.committed()
    }

    fn lock(&self) -> Answered<WriterLock> {
        WriterLock::take(self.directory.join("lock"), self.at())
    }

    async fn begin(&self, scope: WriteScope, _memory: MemoryBudget, _cancel: &Cancel) -> Answered<Begun<MapDraft>> {
        let base = self.lock_committed().clone().filter(|_| scope == WriteScope::Incremental);
        let is_empty = base.is_none();
        let draft = MapDraft { tables: self.tables(base.unwrap_or_default()), store: self.clone() };
        Ok(Begun { draft, is_empty, replaced: None })
    }
}

impl MapTables {
    fn listed(&self, wanted: impl Fn(&StoredFile) -> bool) -> Vec<&StoredFile> {
        let mut files: Vec<&StoredFile> = self.maps.files.values().filter(|file| wanted(file)).collect();
        files.sort_by(|a, b| a.file.path.cmp(&b.file.path));
        files
    }
}

impl Tables for MapTables {
    const BATCH_DOCUMENTS: usize = 3;

    fn at(&self) -> At<'_> {
        At { backend: "maps", path: &self.location }
    }

    async fn state(&mut self) -> Answered<State> {
        self.maps.state.clone().ok_or_else(|| self.at().unreadable("the state"))
    }

    async fn totals(&mut self) -> Answered<Totals> {
        let mut totals = Totals { files: self.maps.files.len() as u64, ..Totals::default() };
        for file in self.maps.files.values() {
            totals.symbols += u64::from(file.file.symbols);
            totals.imports += u64::from(file.imports);
            totals.calls += u64::from(file.calls);
            totals.references += u64::from(file.references);
            totals.documentation += u64::from(file.documentation);
            totals.doc_issues += u64::from(file.file.doc_issues);
        }
        for row in self.maps.resolutions.values() {
            totals.edges += u64::from(row.edges);
            totals.resolved_edges += u64::from(row.resolved);
        }
        Ok(totals)
    }

    async fn doc_issue_counts(&mut self) -> Answered<Vec<(Language, u64)>> {
        let faulty = self.listed(|file| file.file.doc_issues > 0).into_iter();
        Ok(faulty.map(|file| (Language::new(file.file.language.clone()), u64::from(file.file.doc_issues))).collect())
    }

    async fn files(&mut self, which: WhichFiles) -> Answered<Vec<FileRow>> {
        let found = match which {
            WhichFiles::At(paths) => self.listed(|file| paths.contains(&file.file.path)),
            WhichFiles::Numbered(numbers) => self.listed(|file| numbers.contains(&file.file.number)),
            WhichFiles::Inside(prefix, having) => self.listed(|file| {
                let has = match having {
                    Having::Anything => true,
                    Having::Documentation => file.documentation > 0,
                    Having::DocIssues => file.file.doc_issues > 0,
                };
                has && prefix.covers(&file.file.path)
            }),
        };
        Ok(found.into_iter().map(|file| file.file.clone()).collect())
    }

    async fn file_states(&mut self, prefix: &PathPrefix) -> Answered<Vec<FileState>> {
        Ok(self.listed(|file| prefix.covers(&file.file.path)).into_iter().map(|file| file.state.clone()).collect())
    }

    async fn files_from(&mut self, path: &RepoPath, count: usize) -> Answered<Vec<(FileRow, FileState)>> {
        let files = self.listed(|file| file.file.path >= *path).into_iter().take(count);
        Ok(files.map(|file| (file.file.clone(), file.state.clone())).collect())
    }

    async fn documents(&mut self, files: &[u32], parts: Parts) -> Answered<Vec<Document>> {
        let document = |number: &u32| {
            let StoredFile { file, outline, content, .. } = self.maps.files.get(number)?.clone();
            let content = if parts == Parts::Outline { Vec::new() } else { content };
            let resolved_uses = match parts {
                Parts::Resolved => self.maps.resolutions.get(number)?.resolved_uses.clone(),
                Parts::Outline | Parts::Content => Vec::new(),
            };
            Some(Document { file, outline, content, resolved_uses })
        };
        Ok(files.iter().filter_map(document).collect())
    }

    async fn doc_issues(&mut self, files: &[u32]) -> Answered<Vec<(u32, Vec<u8>)>> {
        let issues = |number: &u32| Some((*number, self.maps.files.get(number)?.doc_issues.clone()?));
        Ok(files.iter().filter_map(issues).collect())
    }

    async fn blocks(&mut self, keys: &[u32]) -> Answered<Vec<Block>> {
        let mut found: BTreeMap<(u32, u32), Block> = BTreeMap::new();
        for (number, (_, blocks)) in &self.maps.segments {
            for key in keys {
                if let Some(block) = blocks.iter().rfind(|block| block.first <= *key) {
                    found.insert((*number, block.first), block.clone());
                }
            }
        }
        Ok(found.into_values().collect())
    }

    async fn specs(&mut self) -> Answered<Vec<SpecRow>> {
        let specs = self.maps.specs.iter().map(|(number, spec)| {
            let rows = || self.maps.embeddings.values().filter(|row| row.spec == *number);
            SpecRow {
                number: *number,
                spec: spec.clone(),
                computed: rows().map(|row| u64::from(row.computed)).sum(),
                pending: rows().map(|row| u64::from(row.pending)).sum(),
            }
        });
        Ok(specs.collect())
    }

    async fn embeddings(&mut self, files: &[u32], spec: Option<u32>) -> Answered<Vec<EmbeddingRow>> {
        let wanted = |row: &&EmbeddingRow| files.contains(&row.file) && spec.is_none_or(|spec| row.spec == spec);
        Ok(self.maps.embeddings.values().filter(wanted).cloned().collect())
    }

    async fn pending_files(&mut self, spec: u32) -> Answered<Vec<u32>> {
        let rows = self.maps.embeddings.values().filter(|row| row.spec == spec && row.pending > 0);
        Ok(rows.map(|row| row.file).collect())
    }

    async fn quantized_after(&mut self, spec: u32, file: u32) -> Answered<QuantizedBatch> {
        let mut batch = QuantizedBatch::default();
        let rows = self.maps.embeddings.range((spec, file + 1)..(spec + 1, 0)).take(BATCH_QUANTIZED);
        rows.for_each(|(_, row)| batch.push(row.file, &row.quantized));
        Ok(batch)
    }
}

impl Draft for MapDraft {
    type Tables = MapTables;

    // Few, so that several batches are in flight.
    const BATCH_FILES: usize = 4;

    fn at(&self) -> At<'_> {
        self.tables.at()
    }

    fn tables(&mut self) -> &mut MapTables {
        &mut self.tables
    }

    async fn base(&mut self) -> Answered<Option<MapTables>> {
        Ok(self.store.committed().ok())
    }

    async fn last_file(&mut self) -> Answered<u32> {
        Ok(self.tables.maps.files.keys().next_back().copied().unwrap_or_default())
    }

    async fn put_files(&mut self, files: Vec<StoredFile>) -> Answered<()> {
        for mut file in files {
            self.put_embeddings(std::mem::take(&mut file.embeddings)).await?;
            let former = self.tables.maps.files.insert(file.file.number, file);
            assert!(former.is_none(), "something is there of the number of a file that is added");
        }
        Ok(())
    }

    async fn put_resolutions(&mut self, rows: Vec<StoredResolution>) -> Answered<()> {
        for row in rows {
            let former = self.tables.maps.resolutions.insert(row.file, row);
            assert!(former.is_none(), "a file is resolved already");
        }
        Ok(())
    }

    async fn put_embeddings(&mut self, rows: Vec<EmbeddingRow>) -> Answered<()> {
        self.tables.maps.embeddings.extend(rows.into_iter().map(|row| ((row.spec, row.file), row)));
        Ok(())
    }

    async fn put_spec(&mut self, number: u32, spec: &EmbeddingSpec) -> Answered<()> {
        let former = self.tables.maps.specs.insert(number, spec.clone());
        assert!(former.is_none(), "a number has two specs");
        Ok(())
    }

    async fn remove(&mut self, files: &[u32], what: Removed) -> Answered<()> {
        let maps = &mut self.tables.maps;
        match what {
            Removed::Everything => {
                maps.files.retain(|number, _| !files.contains(number));
                maps.resolutions.retain(|number, _| !files.contains(number));
                maps.embeddings.retain(|(_, file), _| !files.contains(file));
            }
            Removed::Resolution => maps.resolutions.retain(|number, _| !files.contains(number)),
            Removed::DocIssues => {
                for file in maps.files.values_mut().filter(|file| files.contains(&file.file.number)) {
                    (file.file.doc_issues, file.doc_issues) = (0, None);
                }
            }
        }
        Ok(())
    }

    async fn remove_specs(&mut self, specs: &[u32]) -> Answered<()> {
        self.tables.maps.specs.retain(|number, _| !specs.contains(number));
        self.tables.maps.embeddings.retain(|(spec, _), _| !specs.contains(spec));
        Ok(())
    }

    async fn segments(&mut self) -> Answered<Vec<Segment>> {
        Ok(self.tables.maps.segments.values().map(|(segment, _)| *segment).collect())
    }

    async fn segment(&mut self, number: u32) -> Answered<Vec<Block>> {
        Ok(self.tables.maps.segments[&number].1.clone())
    }

    async fn put_segment(&mut self, segment: Segment, blocks: Vec<Block>, merged: &[u32]) -> Answered<()> {
        self.tables.maps.segments.retain(|number, _| !merged.contains(number));
        self.tables.maps.segments.insert(segment.number, (segment, blocks));
        Ok(())
    }

    async fn commit(mut self, state: State) -> Answered<()> {
        self.tables.maps.state = Some(state);
        *self.store.lock_committed() = Some(self.tables.maps);
        Ok(())
    }

    async fn abort(self) -> Answered<()> {
        Ok(())
    }
}
