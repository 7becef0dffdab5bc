//! Keeps embeddings: rows that wait for their vector, and vectors.

use std::collections::{BTreeMap, HashMap, HashSet};

use codira_contracts::{
    BackendError, ComputedEmbedding, ContentHash, EmbeddingSpec, PendingEmbedding, PendingRequest, Precision,
    ReusableEmbedding, ReuseRequest, StableId, Stored, SymbolKey, Vector, WriteScope,
};
use codira_store::{
    compact::{Embedding, EmbeddingForm},
    parallel, vectors,
};

use super::{
    encode::ROW,
    sketches::{Group, Sketches, sketch_again},
    texts::Texts,
    writer::Writer,
};
use crate::{
    codec,
    engine::list,
    read::{
        documents::documents,
        embeddings::{pending, reusable, specs},
    },
};

/// How many files are read together.
const BATCH_FILES: usize = 512;

/// After how many texts that were asked for it is worth while to know which file of the former state has which.
const MIN_TEXTS_FOR_FULL_SCAN: usize = 4_096;

const INSERT_SPEC: &str = "INSERT INTO spec VALUES (?, ?, ?, ?, ?, ?, ?)";

/// Where an embedding belongs: a file, an id in it, and a spec, by number.
type Place = (u32, StableId, u32);

/// Vectors by their texts, each with where it belongs.
type Vectors = BTreeMap<ContentHash, (SymbolKey, Vector)>;

impl Writer {
    /// The number of a spec.
    fn spec(&mut self, spec: &EmbeddingSpec) -> Result<u32, BackendError> {
        if let Some(number) = self.specs.get(spec) {
            return Ok(*number);
        }
        let number = self.specs.values().max().map_or(1, |last| last + 1);
        let EmbeddingSpec { engine, engine_version, model, model_version, dimension, precision } = spec;
        let precision = codec::code(Precision::ALL, precision);
        let row = (number, engine, engine_version, model, model_version, dimension, precision);
        self.database.run(INSERT_SPEC, row)?;
        self.specs.insert(spec.clone(), number);
        Ok(number)
    }

    /// Every spec, by number.
    fn known_specs(&self) -> Vec<(u32, EmbeddingSpec)> {
        self.specs.iter().map(|(spec, number)| (*number, spec.clone())).collect()
    }

    /// Writes the embeddings of files that were just written, by their numbers.
    pub(super) fn put_embeddings(&mut self, files: Vec<(u32, Vec<Embedding>)>) -> Result<(), BackendError> {
        for row in files.iter().flat_map(|(_, rows)| rows) {
            self.spec(&row.spec)?;
        }
        let mut sketches = Sketches::default();
        let (mut vectors, mut pending) = (self.database.append("vector")?, self.database.append("pending")?);
        for (number, rows) in files {
            for Embedding { owner, documents, spec, form } in rows {
                let (spec, id) = (self.specs[&spec], owner.as_str());
                match form {
                    EmbeddingForm::Computed { text_hash, numbers, sketch } => {
                        let hash = &text_hash.as_bytes()[..];
                        vectors.push(&[&spec, &number, &id, &documents, &hash, &numbers])?;
                        self.texts.add(hash, number);
                        self.unsettled += ROW + numbers.len() + sketch.as_bytes().len();
                        sketches.add(Group { spec, file: number, documents }, owner, sketch);
                    }
                    EmbeddingForm::Pending { text } => {
                        pending.push(&[&spec, &number, &id, &documents, &text])?;
                        self.unsettled += ROW + text.len();
                    }
                }
            }
        }
        vectors.finish()?;
        pending.finish()?;
        sketches.write(&self.database)
    }

    /// Vectors of texts, of the state that the session began from and of what it wrote.
    pub(super) fn reusable_embeddings(&mut self, request: &ReuseRequest) -> Result<Vec<ReusableEmbedding>, BackendError> {
        let mut own = self.own_vectors(request)?;
        // What waits need not be written for this, unless it replaces what was found.
        if own.values().any(|(key, _)| self.queue.get(&key.path).is_some()) {
            self.flush()?;
            own = self.own_vectors(request)?;
        }
        for (hash, key, vector) in self.queue.vectors(request) {
            if own.get(&hash).is_none_or(|(least, _)| key < *least) {
                own.insert(hash, (key, vector.clone()));
            }
        }
        let mut found = match self.base_vectors(request) {
            // What is replaced may be damaged: then it has nothing to reuse.
            Err(BackendError::Corrupt { .. }) if self.scope == WriteScope::Full => BTreeMap::new(),
            found => found?,
        };
        for (hash, (key, vector)) in own {
            if found.get(&hash).is_none_or(|(least, _)| key <= *least) {
                found.insert(hash, (key, vector));
            }
        }
        Ok(found.into_iter().map(|(text_hash, (_, vector))| ReusableEmbedding { text_hash, vector }).collect())
    }

    /// Those that the session wrote.
    fn own_vectors(&self, request: &ReuseRequest) -> Result<Vectors, BackendError> {
        reusable(&self.database, &self.known_specs(), request, Some(&self.texts.files(&request.texts)))
    }

    /// Those of the state that the session began from.
    fn base_vectors(&mut self, request: &ReuseRequest) -> Result<Vectors, BackendError> {
        self.asked_texts += request.texts.len();
        let learn = self.base_texts.is_none() && self.asked_texts > MIN_TEXTS_FOR_FULL_SCAN;
        let Some(base) = self.base()? else { return Ok(Vectors::new()) };
        let learnt = if learn { Some(Texts::of(base)?) } else { None };
        let specs = specs(base)?;
        self.base_texts = learnt.or(self.base_texts.take());
        let files = self.base_texts.as_ref().map(|known| known.files(&request.texts));
        let Some(base) = &self.base else { return Ok(Vectors::new()) };
        reusable(base, &specs, request, files.as_ref())
    }

    /// Rows that wait for their vector.
    pub(super) fn pending_embeddings(&mut self, request: &PendingRequest) -> Result<Vec<PendingEmbedding>, BackendError> {
        self.flush()?;
        pending(&self.database, &self.known_specs(), request)
    }

    /// Adds rows that wait for their vector.
    pub(super) fn queue_embeddings(&mut self, rows: Vec<PendingEmbedding>) -> Result<(), BackendError> {
        self.flush()?;
        let owners = self.owners(rows.iter().map(|row| &row.key))?;
        if let Some(row) = rows.iter().find(|row| !owners.contains_key(&row.key)) {
            return Err(BackendError::invalid(&row.key, "no symbol or documentation unit has this key"));
        }
        self.whole(|writer| {
            // Of several rows of one place, the last stays.
            let mut places: BTreeMap<Place, (String, bool)> = BTreeMap::new();
            for PendingEmbedding { key, spec, text } in rows {
                let (file, documents) = owners[&key];
                places.insert((file, key.id, writer.spec(&spec)?), (text, documents));
            }
            writer.drop_rows("vector", places.keys())?;
            writer.drop_rows("pending", places.keys())?;
            let mut pending = writer.database.append("pending")?;
            for ((file, id, spec), (text, documents)) in &places {
                pending.push(&[spec, file, &id.as_str(), documents, text])?;
            }
            pending.finish()?;
            sketch_again(&writer.database, places.keys().map(|(file, ..)| *file))
        })
    }

    /// Gives rows that wait their vectors.
    pub(super) fn store_embeddings(&mut self, rows: Vec<ComputedEmbedding>) -> Result<Stored, BackendError> {
        self.flush()?;
        let files: HashSet<u32> = rows.iter().filter_map(|row| self.paths.get(&row.key.path).copied()).collect();
        let mut stored = Stored::default();
        if files.is_empty() {
            stored.stale = rows.len() as u64;
            return Ok(stored);
        }
        let sql = format!("SELECT file, owner, spec, documents, text FROM pending WHERE file IN ({})", list(files));
        let waiting = self.database.rows_once(&sql, [], |row| {
            let place: Place = (row.get(0)?, row.id(1)?, row.get(2)?);
            Ok((place, (row.get::<bool>(3)?, ContentHash::of(row.get::<String>(4)?.as_bytes()))))
        })?;
        let mut waiting: HashMap<Place, (bool, ContentHash)> = waiting.into_iter().collect();
        self.whole(|writer| {
            let mut done = Vec::new();
            let mut vectors = writer.database.append("vector")?;
            for row in rows {
                let place = writer.paths.get(&row.key.path).zip(writer.specs.get(&row.spec));
                let place = place.map(|(file, spec)| (*file, row.key.id.clone(), *spec));
                let wanted = place.as_ref().and_then(|place| waiting.get(place)).filter(|(_, hash)| *hash == row.text_hash);
                let (Some(place), Some((documents, _))) = (place, wanted) else {
                    stored.stale += 1;
                    continue;
                };
                let (file, id, spec) = &place;
                let hash = &row.text_hash.as_bytes()[..];
                vectors.push(&[spec, file, &id.as_str(), documents, &hash, &vectors::pack(&row.vector)])?;
                writer.texts.add(hash, *file);
                waiting.remove(&place);
                done.push(place);
                stored.stored += 1;
            }
            vectors.finish()?;
            writer.drop_rows("pending", done.iter())?;
            sketch_again(&writer.database, done.iter().map(|(file, ..)| *file))?;
            Ok(stored)
        })
    }

    /// Removes the rows of these places from a table of embeddings.
    fn drop_rows<'a>(&self, table: &str, places: impl Iterator<Item = &'a Place>) -> Result<(), BackendError> {
        let places: Vec<&Place> = places.collect();
        if places.is_empty() {
            return Ok(());
        }
        self.database.batch("CREATE OR REPLACE TEMP TABLE place (spec UINTEGER, file UINTEGER, owner VARCHAR)")?;
        let mut rows = self.database.append("place")?;
        for (file, id, spec) in places {
            rows.push(&[spec, file, &id.as_str()])?;
        }
        rows.finish()?;
        self.database.batch(&format!(
            "DELETE FROM {table} USING place p
            WHERE {table}.file = p.file AND {table}.spec = p.spec AND {table}.owner = p.owner"
        ))
    }

    /// Those of `keys` that are symbols or documentation units: the file, and whether it is a unit.
    fn owners<'a>(
        &mut self,
        keys: impl Iterator<Item = &'a SymbolKey>,
    ) -> Result<HashMap<SymbolKey, (u32, bool)>, BackendError> {
        let keys: HashSet<&SymbolKey> = keys.collect();
        let files: HashSet<u32> = keys.iter().filter_map(|key| self.paths.get(&key.path).copied()).collect();
        if files.is_empty() {
            return Ok(HashMap::new());
        }
        let mut files: Vec<u32> = files.into_iter().collect();
        files.sort_unstable();
        let mut there: HashMap<(u32, StableId), bool> = HashMap::new();
        for some in files.chunks(BATCH_FILES) {
            let outlines = parallel::map(documents(&self.database, some)?, |document| {
                Some((document.file, document.records()?.outline()?))
            });
            for outline in outlines {
                let (file, outline) = outline.ok_or_else(|| self.database.at().unreadable("a file"))?;
                there.extend(outline.symbols.iter().map(|symbol| ((file, symbol.id.clone()), false)));
                there.extend(outline.documentation.iter().map(|unit| ((file, unit.id.clone()), true)));
            }
        }
        let owner = |key: &SymbolKey| {
            let file = *self.paths.get(&key.path)?;
            Some((file, *there.get(&(file, key.id.clone()))?))
        };
        Ok(keys.into_iter().filter_map(|key| Some((key.clone(), owner(key)?))).collect())
    }
}
