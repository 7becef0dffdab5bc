//! Embeddings: vectors of texts, pending rows, and what is most similar.

use std::collections::{BTreeMap, btree_map::Entry};

use codira_contracts::{
    BackendError, Candidate, CandidateOwner, CandidateRequest, ContentHash, Owners, PathPrefix, PendingEmbedding,
    PendingRequest, RepoPath, ReusableEmbedding, ReuseRequest, StableId, SymbolKey, Vector, check_dimension,
    score::{Query, Scored, TopK},
};
use futures_util::future::join;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{batches::BATCH_FILES, index::Index};
use crate::{
    FileOutline,
    forms::embeddings::{Embedding, Embeddings, Form, sections_of},
    parallel::Job,
    postings::{Key, Pair, pairs_of},
    tables::{FileRow, Having, QuantizedBatch, SpecRow, Tables, WhichFiles},
    vectors::{self, CandidateSet, Estimator},
};

/// Vectors by the hash of their text, each with the least key that has one.
pub(crate) type VectorsOfTexts = BTreeMap<ContentHash, (SymbolKey, Vector)>;

impl<T: Tables> Index<'_, T> {
    /// The vectors of texts, by text hash.
    pub(super) async fn reusable_embeddings(&mut self, request: &ReuseRequest) -> Result<Vec<ReusableEmbedding>, BackendError> {
        let Some(spec) = self.number_of(request).await? else { return Ok(Vec::new()) };
        let keys: Vec<u32> = request.texts.iter().map(|hash| Key::Text(*hash).digest()).collect();
        let pairs = pairs_of(self.tables, &keys).await?;
        let found = vectors_of_files(self.tables, spec, pairs, request).await?;
        Ok(found.into_iter().map(|(text_hash, (_, vector))| ReusableEmbedding { text_hash, vector }).collect())
    }

    /// The rows that wait for their vector, by spec, then key.
    pub(super) async fn pending_embeddings(&mut self, request: &PendingRequest) -> Result<Vec<PendingEmbedding>, BackendError> {
        let specs = self.specs().await?.to_vec();
        pending(self.tables, specs, request).await
    }

    /// What is most similar to a vector, best first.
    pub(super) async fn candidates(&mut self, request: &CandidateRequest) -> Result<Vec<Candidate>, BackendError> {
        check_dimension(&"the vector of a request", &request.spec, &request.vector)?;
        if request.limit == Some(0) {
            return Ok(Vec::new());
        }
        let specs = self.specs().await?;
        let Some(spec) = specs.iter().find(|row| row.spec == request.spec).map(|row| row.number) else {
            return Ok(Vec::new());
        };
        let mut of_files: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (file, index) in self.nearest(spec, request).await? {
            of_files.entry(file).or_default().push(index);
        }
        let query = Query::new(request.vector.as_slice());
        let mut top = TopK::new(request.limit);
        let files: Vec<u32> = of_files.keys().copied().collect();
        for files in files.chunks(BATCH_FILES) {
            let paths = self.tables.files(WhichFiles::Numbered(files.to_vec())).await?;
            let paths: FxHashMap<u32, RepoPath> = paths.into_iter().map(|file| (file.number, file.path)).collect();
            for row in self.tables.embeddings(files, Some(spec)).await? {
                let embeddings = self.ok_or_corrupt(Embeddings::decode(&row), "embeddings")?;
                let path = self.ok_or_corrupt(paths.get(&row.file), "the file of embeddings")?;
                let computed: Vec<&Embedding> = embeddings.computed().collect();
                for index in of_files.remove(&row.file).unwrap_or_default() {
                    let embedding = self.ok_or_corrupt(computed.get(index), "the owner of a vector")?;
                    let Form::Computed { vector, .. } = &embedding.form else { continue };
                    let vector = self.ok_or_corrupt(vectors::unpack(vector, request.spec.dimension), "a vector")?;
                    let score = query.score(vector.as_slice());
                    // Most are not among the best: no key is made for them.
                    if top.admits(score) {
                        let key = SymbolKey { path: path.clone(), id: embedding.owner.clone() };
                        top.push(score, Ranked { key, file: row.file });
                    }
                }
            }
        }
        if !of_files.is_empty() {
            return Err(self.tables.at().corrupt("a quantized vector is of no vector", None));
        }
        let best = top.into_sorted();
        let mut outlines: FxHashMap<u32, _> = FxHashMap::default();
        let numbers: FxHashSet<u32> = best.iter().map(|scored| scored.key.file).collect();
        let numbers: Vec<u32> = numbers.into_iter().collect();
        for some in numbers.chunks(T::BATCH_DOCUMENTS) {
            outlines.extend(some.iter().copied().zip(self.outlines(some).await?));
        }
        let candidate = |Scored { score, key: Ranked { key, file } }| {
            Some(Candidate { score, owner: owner(&outlines[&file], &key.id, request.among)? })
        };
        self.ok_or_corrupt(best.into_iter().map(candidate).collect(), "the owner of a vector")
    }

    /// The vectors that may be among the most similar, with the number of the file and the index
    /// among its vectors.
    async fn nearest(&mut self, spec: u32, request: &CandidateRequest) -> Result<Vec<(u32, usize)>, BackendError> {
        let documents = request.among == Owners::Documentation;
        let files: Option<FxHashSet<u32>> = match request.prefix.is_root() {
            true => None,
            false => {
                let files = self.files_inside(&request.prefix, Having::Anything).await?;
                Some(files.into_iter().map(|file| file.number).collect())
            }
        };
        let mut scan = Scan {
            estimator: Estimator::new(request.vector.as_slice()),
            documents,
            files,
            candidates: CandidateSet::new(request.limit),
        };
        let mut batch = self.tables.quantized_after(spec, 0).await?;
        while let Some(last) = batch.files.iter().map(|file| file.number).max() {
            // One batch is passed while the next is read.
            let passed = Job::spawn(move || scan.pass(&batch).map(|()| scan));
            let (next, passed) = join(self.tables.quantized_after(spec, last), passed.done()).await;
            scan = self.ok_or_corrupt(passed, "quantized vectors")?;
            batch = next?;
        }
        Ok(scan.candidates.into_keys())
    }

    async fn number_of(&mut self, request: &ReuseRequest) -> Result<Option<u32>, BackendError> {
        Ok(self.specs().await?.iter().find(|row| row.spec == request.spec).map(|row| row.number))
    }
}

/// A search that passes the quantized vectors of all files.
struct Scan {
    estimator: Estimator,
    /// Whether documentation units are sought.
    documents: bool,
    /// The files among which is sought; all, if nothing.
    files: Option<FxHashSet<u32>>,
    candidates: CandidateSet<(u32, usize)>,
}

impl Scan {
    /// Offers the vectors of a batch; `None` where it is damaged.
    fn pass(&mut self, QuantizedBatch { files, bytes }: &QuantizedBatch) -> Option<()> {
        let mut rest = &bytes[..];
        for file in files {
            let (blob, others) = rest.split_at_checked(file.bytes)?;
            rest = others;
            if self.files.as_ref().is_some_and(|files| !files.contains(&file.number)) {
                continue;
            }
            let sections = sections_of(blob)?.into_iter().enumerate();
            for (index, section) in sections.filter(|(_, section)| section.documents == self.documents) {
                self.candidates.push(self.estimator.bounds(&blob[section.at])?, (file.number, index));
            }
        }
        rest.is_empty().then_some(())
    }
}

/// The owner of a vector: what it orders by, and the number of its file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Ranked {
    key: SymbolKey,
    file: u32,
}

/// What a vector of a file belongs to.
fn owner(outline: &FileOutline, id: &StableId, among: Owners) -> Option<CandidateOwner> {
    match among {
        Owners::Symbols => Some(CandidateOwner::Symbol(outline.entry(outline.index_of(id)?))),
        Owners::Documentation => outline.units(|unit| unit.id == *id).next().map(CandidateOwner::Documentation),
    }
}

/// The vectors of texts, of the files of these pairs.
pub(crate) async fn vectors_of_files(
    tables: &mut impl Tables,
    spec: u32,
    pairs: Vec<Pair>,
    request: &ReuseRequest,
) -> Result<VectorsOfTexts, BackendError> {
    let texts: FxHashSet<ContentHash> = request.texts.iter().copied().collect();
    let files: FxHashSet<u32> = pairs.into_iter().map(Pair::file).collect();
    let mut files: Vec<u32> = files.into_iter().collect();
    files.sort_unstable();
    let mut found = VectorsOfTexts::new();
    for some in files.chunks(BATCH_FILES) {
        let paths = tables.files(WhichFiles::Numbered(some.to_vec())).await?;
        let paths: FxHashMap<u32, RepoPath> = paths.into_iter().map(|file| (file.number, file.path)).collect();
        for row in tables.embeddings(some, Some(spec)).await? {
            let embeddings = Embeddings::decode(&row).ok_or_else(|| tables.at().unreadable("embeddings"))?;
            let path = paths.get(&row.file).ok_or_else(|| tables.at().unreadable("the file of embeddings"))?;
            for Embedding { owner, form, .. } in embeddings.0 {
                let Form::Computed { text_hash, vector } = form else { continue };
                if !texts.contains(&text_hash) {
                    continue;
                }
                let key = SymbolKey { path: path.clone(), id: owner };
                let entry = found.entry(text_hash);
                if matches!(&entry, Entry::Occupied(entry) if entry.get().0 <= key) {
                    continue;
                }
                let vector = vectors::unpack(&vector, request.spec.dimension);
                let vector = vector.ok_or_else(|| tables.at().unreadable("a vector"))?;
                entry.insert_entry((key, vector));
            }
        }
    }
    Ok(found)
}

/// The rows that wait for their vector, by spec, then key.
pub(crate) async fn pending(
    tables: &mut impl Tables,
    mut specs: Vec<SpecRow>,
    request: &PendingRequest,
) -> Result<Vec<PendingEmbedding>, BackendError> {
    specs.retain(|row| row.pending > 0 && request.spec.as_ref().is_none_or(|wanted| *wanted == row.spec));
    specs.sort_by(|a, b| a.spec.cmp(&b.spec));
    let most = request.limit.unwrap_or(usize::MAX);
    let mut waiting = Vec::new();
    for SpecRow { number, spec, .. } in specs {
        for files in files_by_path(tables, number, &request.prefix).await?.chunks(BATCH_FILES) {
            if waiting.len() >= most {
                return Ok(waiting);
            }
            // A file has at least one: no more are read than are wanted.
            for files in files.chunks(most.saturating_sub(waiting.len()).clamp(1, BATCH_FILES)) {
                let numbers: Vec<u32> = files.iter().map(|file| file.number).collect();
                let rows = tables.embeddings(&numbers, Some(number)).await?;
                let mut rows: FxHashMap<u32, _> = rows.into_iter().map(|row| (row.file, row)).collect();
                for FileRow { number, path, .. } in files {
                    let embeddings = rows.remove(number).and_then(|row| Embeddings::decode(&row));
                    let embeddings = embeddings.ok_or_else(|| tables.at().unreadable("embeddings"))?;
                    waiting.extend(embeddings.0.into_iter().filter_map(|embedding| match embedding.form {
                        Form::Pending { text } => {
                            let key = SymbolKey { path: path.clone(), id: embedding.owner };
                            Some(PendingEmbedding { key, spec: spec.clone(), text })
                        }
                        Form::Computed { .. } => None,
                    }));
                }
                if waiting.len() >= most {
                    break;
                }
            }
        }
        waiting.truncate(most);
    }
    Ok(waiting)
}

/// The files inside a prefix in which something waits for its vector, by path.
async fn files_by_path(tables: &mut impl Tables, spec: u32, prefix: &PathPrefix) -> Result<Vec<FileRow>, BackendError> {
    let files = tables.pending_files(spec).await?;
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let mut files = tables.files(WhichFiles::Numbered(files)).await?;
    files.retain(|file| prefix.covers(&file.path));
    files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}
