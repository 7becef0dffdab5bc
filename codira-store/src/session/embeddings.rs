//! Keeps embeddings: texts that wait for their vector, and vectors.

use std::collections::{BTreeMap, HashMap, HashSet};

use codira_contracts::{
    BackendError, ComputedEmbedding, EmbeddingSpec, PendingEmbedding, PendingRequest, RepoPath, ReusableEmbedding,
    ReuseRequest, StableId, Stored, SymbolKey, WriteScope,
};

use rustc_hash::FxHashSet;

use super::writer::Writer;
use crate::{
    Draft,
    forms::embeddings::{Embedding, Embeddings, Form},
    postings::{Key, pairs_of},
    questions::{VectorsOfTexts, pending, vectors_of_files},
    tables::{EmbeddingRow, Parts, SpecRow, Tables as _},
};

/// How many files' embeddings are changed together.
const BATCH_FILES: usize = 256;

/// Where an embedding belongs: the number of its file, and whether it is of a documentation unit.
#[derive(Clone, Copy, Debug)]
struct Owner {
    file: u32,
    documents: bool,
}

impl<D: Draft> Writer<D> {
    /// Vectors of texts, of the state that the session began from and of what it wrote.
    pub(super) async fn reusable_embeddings(&mut self, request: ReuseRequest) -> Result<Vec<ReusableEmbedding>, BackendError> {
        let mut own = self.written_vectors(&request).await?;
        // What is queued need not be written for this, unless it replaces what was found.
        if own.values().any(|(key, _)| self.queue.holds(&key.path)) {
            self.flush().await?;
            own = self.written_vectors(&request).await?;
        }
        for (hash, key, vector) in self.queue.vectors(&request) {
            match own.get(&hash) {
                Some((least, _)) if *least <= key => {}
                _ => drop(own.insert(hash, (key, vector.clone()))),
            }
        }
        let mut found = match self.former_vectors(&request).await {
            // What is replaced may be damaged: then it has nothing to reuse.
            Err(BackendError::Corrupt { .. }) if self.scope == WriteScope::Full => {
                self.forget_base();
                BTreeMap::new()
            }
            found => found?,
        };
        for (hash, (key, vector)) in own {
            match found.get(&hash) {
                Some((least, _)) if *least < key => {}
                _ => drop(found.insert(hash, (key, vector))),
            }
        }
        Ok(found.into_iter().map(|(text_hash, (_, vector))| ReusableEmbedding { text_hash, vector }).collect())
    }

    /// Those that the session wrote, or found in what it goes on from.
    async fn written_vectors(&mut self, request: &ReuseRequest) -> Result<VectorsOfTexts, BackendError> {
        let Some(spec) = self.specs().await?.get(&request.spec).copied() else { return Ok(BTreeMap::new()) };
        let keys: Vec<u32> = request.texts.iter().map(|hash| Key::Text(*hash).digest()).collect();
        let pairs = self.pairs_of(&keys).await?;
        vectors_of_files(self.draft.tables(), spec, pairs, request).await
    }

    /// Those of the state that the session began from, but for files that are as they were.
    async fn former_vectors(&mut self, request: &ReuseRequest) -> Result<VectorsOfTexts, BackendError> {
        let touched = self.touched.clone();
        if touched.as_ref().is_some_and(FxHashSet::is_empty) {
            return Ok(BTreeMap::new());
        }
        let Some(base) = self.base().await? else { return Ok(BTreeMap::new()) };
        let specs = base.specs().await?;
        let Some(SpecRow { number, .. }) = specs.into_iter().find(|row| row.spec == request.spec) else {
            return Ok(BTreeMap::new());
        };
        let keys: Vec<u32> = request.texts.iter().map(|hash| Key::Text(*hash).digest()).collect();
        let mut pairs = pairs_of(base, &keys).await?;
        if let Some(touched) = touched {
            pairs.retain(|pair| touched.contains(&pair.file()));
        }
        vectors_of_files(base, number, pairs, request).await
    }

    /// Rows that wait for their vector.
    pub(super) async fn pending_embeddings(&mut self, request: PendingRequest) -> Result<Vec<PendingEmbedding>, BackendError> {
        self.flush().await?;
        let specs = self.draft.tables().specs().await?;
        pending(self.draft.tables(), specs, &request).await
    }

    /// Adds rows that wait for their vector.
    pub(super) async fn queue_embeddings(&mut self, rows: Vec<PendingEmbedding>) -> Result<(), BackendError> {
        self.flush().await?;
        let owners = self.owners(rows.iter().map(|row| &row.key)).await?;
        if let Some(row) = rows.iter().find(|row| !owners.contains_key(&row.key)) {
            let problem = "an embedding belongs to a symbol or documentation unit, and there is none";
            return Err(BackendError::invalid(&row.key, problem));
        }
        // Of several rows with one key, the last stays.
        let mut texts: HashMap<EmbeddingSpec, BTreeMap<u32, BTreeMap<StableId, Embedding>>> = HashMap::new();
        for PendingEmbedding { key, spec, text } in rows {
            let Owner { file, documents } = owners[&key];
            let embedding = Embedding { owner: key.id.clone(), documents, form: Form::Pending { text } };
            texts.entry(spec).or_default().entry(file).or_default().insert(key.id, embedding);
        }
        for (spec, mut files) in texts {
            let queued = self.change_embeddings(&spec, files.keys().copied().collect(), |file, embeddings| {
                let new = files.remove(&file).unwrap_or_default();
                embeddings.0.retain(|embedding| !new.contains_key(&embedding.owner));
                embeddings.0.extend(new.into_values());
            });
            let queued = queued.await;
            self.whole(queued)?;
        }
        Ok(())
    }

    /// Gives rows that wait their vectors.
    pub(super) async fn store_embeddings(&mut self, rows: Vec<ComputedEmbedding>) -> Result<Stored, BackendError> {
        self.flush().await?;
        let mut stored = Stored { stale: rows.len() as u64, ..Stored::default() };
        self.find_files(rows.iter().map(|row| &row.key.path)).await?;
        let mut of_specs: HashMap<EmbeddingSpec, BTreeMap<u32, Vec<ComputedEmbedding>>> = HashMap::new();
        for row in rows {
            let known = self.specs().await?.contains_key(&row.spec);
            if let (true, Some(file)) = (known, self.numbers.get(&row.key.path)) {
                of_specs.entry(row.spec.clone()).or_default().entry(*file).or_default().push(row);
            }
        }
        for (spec, mut files) in of_specs {
            let mut keys = Vec::new();
            let change = self.change_embeddings(&spec, files.keys().copied().collect(), |file, embeddings| {
                for row in files.remove(&file).unwrap_or_default() {
                    let waits = |embedding: &&mut Embedding| {
                        let Form::Pending { text } = &embedding.form else { return false };
                        embedding.owner == row.key.id && codira_contracts::ContentHash::of(text.as_bytes()) == row.text_hash
                    };
                    if let Some(embedding) = embeddings.0.iter_mut().find(waits) {
                        embedding.form = Form::computed(row.text_hash, &row.vector);
                        keys.push((file, Key::Text(row.text_hash).digest()));
                    }
                }
            });
            let changed = change.await;
            self.whole(changed)?;
            stored.stored += keys.len() as u64;
            keys.into_iter().for_each(|(file, key)| self.postings.add(file, [key]));
        }
        stored.stale -= stored.stored;
        Ok(stored)
    }

    /// Changes the embeddings that files have of a spec.
    async fn change_embeddings(
        &mut self,
        spec: &EmbeddingSpec,
        files: Vec<u32>,
        mut change: impl FnMut(u32, &mut Embeddings),
    ) -> Result<(), BackendError> {
        let number = self.spec(spec).await?;
        for some in files.chunks(BATCH_FILES) {
            let rows = self.draft.tables().embeddings(some, Some(number)).await?;
            let mut there: HashMap<u32, EmbeddingRow> = rows.into_iter().map(|row| (row.file, row)).collect();
            let mut changed = Vec::with_capacity(some.len());
            for file in some {
                let mut embeddings = match there.remove(file) {
                    Some(row) => Embeddings::decode(&row).ok_or_else(|| self.draft.at().unreadable("embeddings"))?,
                    None => Embeddings::default(),
                };
                change(*file, &mut embeddings);
                if !embeddings.0.is_empty() {
                    let row = embeddings.encode(*file, number, spec.dimension);
                    changed.push(row.ok_or_else(|| self.draft.at().unreadable("a vector"))?);
                }
            }
            self.touch(some);
            self.draft.put_embeddings(changed).await?;
        }
        Ok(())
    }

    /// Those of `keys` that are symbols or documentation units.
    async fn owners<'a>(
        &mut self,
        keys: impl Iterator<Item = &'a SymbolKey>,
    ) -> Result<HashMap<SymbolKey, Owner>, BackendError> {
        let mut wanted: HashMap<&RepoPath, HashSet<&StableId>> = HashMap::new();
        for key in keys {
            wanted.entry(&key.path).or_default().insert(&key.id);
        }
        self.find_files(wanted.keys().copied()).await?;
        let numbers: Vec<u32> = wanted.keys().filter_map(|path| self.numbers.get(*path).copied()).collect();
        let mut owners = HashMap::new();
        for some in numbers.chunks(BATCH_FILES) {
            for document in self.documents(some, Parts::Outline).await? {
                let outline = document.outline();
                let (symbols, units) = outline.ok_or_else(|| self.draft.at().unreadable("a file"))?;
                let (file, path) = (document.file.number, document.file.path);
                let owner = |id: &StableId, documents| {
                    let wanted = wanted.get(&path).is_some_and(|ids| ids.contains(id));
                    wanted.then(|| (SymbolKey { path: path.clone(), id: id.clone() }, Owner { file, documents }))
                };
                owners.extend(symbols.iter().filter_map(|symbol| owner(&symbol.id, false)));
                owners.extend(units.iter().filter_map(|unit| owner(&unit.id, true)));
            }
        }
        Ok(owners)
    }
}
