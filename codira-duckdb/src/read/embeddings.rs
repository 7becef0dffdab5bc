//! Embeddings: what is stored, what waits, and what is most similar.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use codira_contracts::{
    BackendError, CandidateRequest, ContentHash, EmbeddingInventory, EmbeddingSpec, Owners, PendingEmbedding, PendingRequest,
    Precision, ReuseRequest, StableId, SymbolKey, Vector,
    score::{Query, Scored, TopK},
};
use codira_store::{
    questions::{EmbeddingQuestions, VectorOwner},
    vectors::{self, CandidateSet, Estimator},
};
use duckdb::{params_from_iter, types::Value};

use super::{files::hash, filter::Which, sketches::Kind, snapshot::Snapshot};
use crate::engine::{Database, list, marks};

/// Which specs are there?
const SPECS: &str = "SELECT id, engine, engine_version, model, model_version, dimension, precision FROM spec";

/// How many texts or owners one statement looks for.
const BATCH_ROWS: usize = 1_000;

/// Every spec, by number.
pub(crate) fn specs(database: &Database) -> Result<Vec<(u32, EmbeddingSpec)>, BackendError> {
    database.rows(SPECS, [], |row| {
        let spec = EmbeddingSpec {
            engine: row.get(1)?,
            engine_version: row.get(2)?,
            model: row.get(3)?,
            model_version: row.get(4)?,
            dimension: row.get(5)?,
            precision: row.word(6, Precision::ALL)?,
        };
        Ok((row.get(0)?, spec))
    })
}

/// The number of a spec.
fn number(specs: &[(u32, EmbeddingSpec)], spec: &EmbeddingSpec) -> Option<u32> {
    specs.iter().find(|(_, other)| other == spec).map(|(number, _)| *number)
}

pub(super) fn inventory(snapshot: &Snapshot) -> Result<Vec<EmbeddingInventory>, BackendError> {
    let specs = snapshot.specs()?;
    if specs.is_empty() {
        return Ok(Vec::new());
    }
    // How many rows are there of each spec?
    let counts = |table| {
        let sql = format!("SELECT spec, count(*)::UBIGINT FROM {table} GROUP BY spec");
        let counts = snapshot.database.rows(&sql, [], |row| Ok((row.get::<u32>(0)?, row.get::<u64>(1)?)))?;
        Ok::<HashMap<_, _>, BackendError>(counts.into_iter().collect())
    };
    let (computed, pending) = (counts("vector")?, counts("pending")?);
    let of = |counts: &HashMap<u32, u64>, number: &u32| counts.get(number).copied().unwrap_or_default();
    let entry = |(number, spec): &(u32, EmbeddingSpec)| EmbeddingInventory {
        spec: spec.clone(),
        computed: of(&computed, number),
        pending: of(&pending, number),
    };
    let mut inventory: Vec<_> = specs.iter().map(entry).filter(|row| row.computed + row.pending > 0).collect();
    inventory.sort_by(|a, b| a.spec.cmp(&b.spec));
    Ok(inventory)
}

/// Which text does each vector belong to, and which file?
pub(crate) const OF_ALL: &str = "SELECT text_hash, file FROM vector";

/// The vectors of texts, each with the least key that has one; of some files, where it is known that no other has any.
pub(crate) fn reusable(
    database: &Database,
    specs: &[(u32, EmbeddingSpec)],
    request: &ReuseRequest,
    files: Option<&BTreeSet<u32>>,
) -> Result<BTreeMap<ContentHash, (SymbolKey, Vector)>, BackendError> {
    let mut found: BTreeMap<ContentHash, (SymbolKey, Vector)> = BTreeMap::new();
    let Some(spec) = number(specs, &request.spec) else { return Ok(found) };
    let among = match files {
        Some(files) if files.is_empty() => return Ok(found),
        // Most files are no help.
        Some(files) if files.len() <= BATCH_ROWS => format!(" AND v.file IN ({})", list(files.iter().copied())),
        _ => String::new(),
    };
    let packed = |bytes: &[u8]| vectors::unpack(bytes, request.spec.dimension);
    let texts: HashSet<ContentHash> = request.texts.iter().copied().collect();
    let texts: Vec<ContentHash> = texts.into_iter().collect();
    for some in texts.chunks(BATCH_ROWS) {
        // Whose vectors were made from these texts?
        let sql = format!(
            "SELECT v.text_hash, v.numbers, f.path, v.owner FROM vector v JOIN file f ON f.id = v.file
            WHERE v.spec = {spec}{among} AND v.text_hash IN ({})",
            marks(some.len())
        );
        let hashes = some.iter().map(|hash| Value::Blob(hash.as_bytes().to_vec()));
        let rows = database.rows_once(&sql, params_from_iter(hashes), |row| {
            Ok((hash(row, 0)?, row.key(2)?, row.blob(1, "a vector", packed)?))
        })?;
        for (hash, key, vector) in rows {
            if found.get(&hash).is_none_or(|(least, _)| key < *least) {
                found.insert(hash, (key, vector));
            }
        }
    }
    Ok(found)
}

/// The rows that wait for their vector. DuckDB orders them: of many, the first are asked for again and again.
pub(crate) fn pending(
    database: &Database,
    specs: &[(u32, EmbeddingSpec)],
    request: &PendingRequest,
) -> Result<Vec<PendingEmbedding>, BackendError> {
    let mut specs: Vec<_> =
        specs.iter().filter(|(_, spec)| request.spec.as_ref().is_none_or(|wanted| wanted == spec)).collect();
    specs.sort_by(|a, b| a.1.cmp(&b.1));
    let mut waiting = Vec::new();
    for (number, spec) in specs {
        let which = Which::is("spec", *number).inside(&request.prefix);
        // More rows than DuckDB can count are all.
        let limit = request.limit.and_then(|limit| i64::try_from(limit - waiting.len()).ok());
        let limit = limit.map(|limit| format!("LIMIT {limit}")).unwrap_or_default();
        let sql = format!(
            "SELECT f.path, p.owner, p.text FROM (SELECT * FROM pending{}) p JOIN file f ON f.id = p.file
            ORDER BY f.path, p.owner {limit}",
            which.sql()
        );
        waiting.extend(database.rows(&sql, params_from_iter(which.values()), |row| {
            Ok(PendingEmbedding { key: row.key(0)?, spec: spec.clone(), text: row.get(2)? })
        })?);
    }
    Ok(waiting)
}

impl EmbeddingQuestions for Snapshot {
    async fn vectors_of_texts(
        &mut self,
        request: &ReuseRequest,
    ) -> Result<BTreeMap<ContentHash, (SymbolKey, Vector)>, BackendError> {
        reusable(&self.database, self.specs()?, request, None)
    }

    async fn pending_embeddings(&mut self, request: &PendingRequest) -> Result<Vec<PendingEmbedding>, BackendError> {
        pending(&self.database, self.specs()?, request)
    }

    async fn nearest(&mut self, request: &CandidateRequest) -> Result<Vec<Scored<VectorOwner>>, BackendError> {
        let Some(spec) = number(self.specs()?, &request.spec) else { return Ok(Vec::new()) };
        // Sketches tell which vectors are worth reading.
        let candidates = candidates(self, request, Kind { spec, documents: request.among == Owners::Documentation })?;
        let mut top = TopK::new(request.limit);
        if candidates.is_empty() {
            return Ok(top.into_sorted());
        }
        let query = Query::new(request.vector.as_slice());
        let packed = |bytes: &[u8]| vectors::unpack(bytes, request.spec.dimension);
        let names = self.names(candidates.values().map(|(file, _)| *file))?;
        // Where many may win, all are read: a long list of rows takes longer.
        let which =
            if candidates.len() > BATCH_ROWS { Which::is("spec", spec) } else { Which::among("rowid", candidates.keys()) };
        self.select("rowid, numbers", "vector", &which, |row| {
            if let Some((file, id)) = candidates.get(&row.get(0)?) {
                let score = query.score(row.blob(1, "a vector", packed)?.as_slice());
                // Most are not among the best: no key is made for them.
                if top.admits(score) {
                    let key = SymbolKey { path: names[file].path.clone(), id: id.clone() };
                    top.push(score, VectorOwner { key, file: *file });
                }
            }
            Ok(())
        })?;
        Ok(top.into_sorted())
    }
}

/// The rows of the vectors that may be among the most similar, with file and owner of each.
fn candidates(
    snapshot: &Snapshot,
    request: &CandidateRequest,
    kind: Kind,
) -> Result<HashMap<i64, (u32, StableId)>, BackendError> {
    let files = snapshot.files_inside(&request.prefix)?;
    let estimator = Estimator::new(request.vector.as_slice());
    let mut candidates = CandidateSet::new(request.limit);
    snapshot.visit_sketches(kind, |file, place, sketch| {
        if files.as_ref().is_none_or(|files| files.contains(&file)) {
            candidates.push(estimator.bounds(sketch)?, (file, place));
        }
        Some(())
    })?;
    let mut places: HashMap<u32, Vec<usize>> = HashMap::new();
    for (file, place) in candidates.into_keys() {
        places.entry(file).or_default().push(place);
    }
    let mut found = HashMap::new();
    if places.is_empty() {
        return Ok(found);
    }
    // Sketches lie in the order of the owners of their file.
    let mut owners: HashMap<u32, BTreeMap<StableId, i64>> = HashMap::new();
    let which = Which::is("spec", kind.spec).and_is("documents", Some(kind.documents));
    let which = if places.len() > BATCH_ROWS { which } else { which.and_among("file", places.keys()) };
    snapshot.select("rowid, file, owner", "vector", &which, |row| {
        owners.entry(row.get(1)?).or_default().insert(row.id(2)?, row.get(0)?);
        Ok(())
    })?;
    for (file, places) in places {
        let owners: Vec<(StableId, i64)> = owners.remove(&file).unwrap_or_default().into_iter().collect();
        for place in places {
            let (owner, row) = owners.get(place).ok_or_else(|| snapshot.database.at().unreadable("the owner of a sketch"))?;
            found.insert(*row, (file, owner.clone()));
        }
    }
    Ok(found)
}
