//! Embeddings: what is stored, what waits, and what is most similar.

use std::collections::{BTreeMap, HashMap, HashSet};

use codira_contracts::{
    BackendError, Candidate, CandidateRequest, ContentHash, DocumentationEntry, EmbeddingInventory, EmbeddingSpec,
    PendingEmbedding, PendingRequest, Precision, ReuseRequest, SymbolEntry, SymbolKey, Vector, check_dimension,
    score::{Query, Scored, TopK},
};
use duckdb::{params_from_iter, types::Value};

use super::{
    documentation,
    files::hash,
    filter::{inside, narrowed},
    symbols,
};
use crate::engine::{Cells, Database, list, marks};

/// Which specs are there?
const SPECS: &str = "SELECT id, engine, engine_version, model, model_version, dimension, precision FROM spec ORDER BY id";
/// How many embeddings are there of each spec?
const COUNTS: &str = "SELECT spec, sum(computed)::UBIGINT, sum(waiting)::UBIGINT FROM (
        SELECT spec, count(*) AS computed, 0 AS waiting FROM vector GROUP BY spec
        UNION ALL SELECT spec, 0, count(*) FROM pending GROUP BY spec)
    GROUP BY spec";
/// Which rows of this spec wait?
const WAITING: &str = concat!(
    "SELECT f.path, p.owner, p.text FROM pending p JOIN file f ON f.id = p.file WHERE p.spec = $5::UINTEGER AND ",
    inside!(),
    " ORDER BY f.path, p.owner LIMIT $4"
);
/// Which vectors are there of this spec? Whole by nature: each is compared.
const VECTORS: &str = concat!(
    "SELECT f.path, v.owner, v.file, v.numbers FROM vector v JOIN file f ON f.id = v.file
    WHERE v.spec = $5::UINTEGER AND v.documents = $6::BOOLEAN AND ",
    inside!(),
    " LIMIT $4"
);

/// How many texts or owners one statement looks for.
const LOOK_UP: usize = 1_000;

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

fn number(database: &Database, spec: &EmbeddingSpec) -> Result<Option<u32>, BackendError> {
    Ok(specs(database)?.into_iter().find(|(_, other)| other == spec).map(|(number, _)| number))
}

pub(crate) fn inventory(database: &Database) -> Result<Vec<EmbeddingInventory>, BackendError> {
    let mut specs: HashMap<u32, EmbeddingSpec> = specs(database)?.into_iter().collect();
    if specs.is_empty() {
        return Ok(Vec::new());
    }
    let mut inventory = database.rows(COUNTS, [], |row| {
        let spec = specs.remove(&row.get(0)?).ok_or_else(|| database.at().unreadable("a spec"))?;
        Ok(EmbeddingInventory { spec, computed: row.get(1)?, pending: row.get(2)? })
    })?;
    inventory.sort_by(|a, b| a.spec.cmp(&b.spec));
    Ok(inventory)
}

/// The vectors of texts, each with the least key that has one.
pub(crate) fn reusable(
    database: &Database,
    request: &ReuseRequest,
) -> Result<BTreeMap<ContentHash, (SymbolKey, Vector)>, BackendError> {
    let mut found: BTreeMap<ContentHash, (SymbolKey, Vector)> = BTreeMap::new();
    let Some(spec) = number(database, &request.spec)? else { return Ok(found) };
    let texts: HashSet<ContentHash> = request.texts.iter().copied().collect();
    let texts: Vec<ContentHash> = texts.into_iter().collect();
    for some in texts.chunks(LOOK_UP) {
        // Whose vectors were made from these texts?
        let sql = format!(
            "SELECT v.text_hash, v.numbers, f.path, v.owner FROM vector v JOIN file f ON f.id = v.file
            WHERE v.spec = {spec} AND v.text_hash IN ({})",
            marks(some.len())
        );
        let hashes = some.iter().map(|hash| Value::Blob(hash.as_bytes().to_vec()));
        let rows = database.rows_once(&sql, params_from_iter(hashes), |row| {
            Ok((hash(row, 0)?, row.key(2)?, row.blob(1, "a vector", Vector::from_bytes)?))
        })?;
        for (hash, key, vector) in rows {
            if found.get(&hash).is_none_or(|(least, _)| key < *least) {
                found.insert(hash, (key, vector));
            }
        }
    }
    Ok(found)
}

/// The rows that wait for their vector.
pub(crate) fn pending(database: &Database, request: &PendingRequest) -> Result<Vec<PendingEmbedding>, BackendError> {
    let mut specs = specs(database)?;
    specs.retain(|(_, spec)| request.spec.as_ref().is_none_or(|wanted| wanted == spec));
    specs.sort_by(|a, b| a.1.cmp(&b.1));
    let mut waiting = Vec::new();
    for (number, spec) in specs {
        let limit = request.limit.map(|limit| limit - waiting.len());
        waiting.extend(database.rows(WAITING, narrowed(&request.prefix, limit, [number.into()]), |row| {
            Ok(PendingEmbedding { key: row.key(0)?, spec: spec.clone(), text: row.get(2)? })
        })?);
    }
    Ok(waiting)
}

pub(super) fn symbol_candidates(
    database: &Database,
    request: &CandidateRequest,
) -> Result<Vec<Candidate<SymbolEntry>>, BackendError> {
    let best = best(database, request, false)?;
    let entries = owners(
        database,
        &best,
        "SELECT f.path, f.module, s.logical_name, s.body FROM symbol s JOIN file f ON f.id = s.file",
        "s",
        |row| symbols::entry(row).map(|entry| (entry.key(), entry)),
    )?;
    candidates(database, best, entries)
}

pub(super) fn documentation_candidates(
    database: &Database,
    request: &CandidateRequest,
) -> Result<Vec<Candidate<DocumentationEntry>>, BackendError> {
    let best = best(database, request, true)?;
    let entries =
        owners(database, &best, "SELECT f.path, d.body FROM documentation d JOIN file f ON f.id = d.file", "d", |row| {
            let entry = documentation::unit(row)?;
            Ok((SymbolKey { path: entry.path.clone(), id: entry.unit.id.clone() }, entry))
        })?;
    candidates(database, best, entries)
}

/// The owner of a vector: what it orders by, and the number of its file.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Owner {
    key: SymbolKey,
    file: u32,
}

/// The owners of the most similar vectors, best first.
fn best(database: &Database, request: &CandidateRequest, documents: bool) -> Result<Vec<Scored<Owner>>, BackendError> {
    check_dimension(&"the vector to compare with", &request.spec, &request.vector)?;
    let spec = number(database, &request.spec)?;
    let Some(spec) = spec.filter(|_| request.limit != Some(0)) else { return Ok(Vec::new()) };
    let query = Query::new(request.vector.as_slice());
    let mut top = TopK::new(request.limit);
    database.rows(VECTORS, narrowed(&request.prefix, None, [spec.into(), documents.into()]), |row| {
        let vector = row.blob(3, "a vector", Vector::from_bytes)?;
        let score = query.score(vector.as_slice());
        // Most are not among the best: no key is made for them.
        if top.admits(score) {
            top.push(score, Owner { key: row.key(0)?, file: row.get(2)? });
        }
        Ok(())
    })?;
    Ok(top.into_sorted())
}

/// The entries of owners, found by a statement on a table of that name.
fn owners<T>(
    database: &Database,
    best: &[Scored<Owner>],
    select: &str,
    table: &str,
    mut read: impl FnMut(&Cells<'_>) -> Result<(SymbolKey, T), BackendError>,
) -> Result<HashMap<SymbolKey, T>, BackendError> {
    let mut entries = HashMap::new();
    for some in best.chunks(LOOK_UP) {
        let files: HashSet<u32> = some.iter().map(|scored| scored.key.file).collect();
        let sql = format!("{select} WHERE {table}.file IN ({}) AND {table}.stable_id IN ({})", list(files), marks(some.len()));
        let ids = some.iter().map(|scored| scored.key.key.id.as_str());
        entries.extend(database.rows_once(&sql, params_from_iter(ids), &mut read)?);
    }
    Ok(entries)
}

fn candidates<T>(
    database: &Database,
    best: Vec<Scored<Owner>>,
    mut entries: HashMap<SymbolKey, T>,
) -> Result<Vec<Candidate<T>>, BackendError> {
    let candidate = |Scored { score, key }: Scored<Owner>| {
        let entry = entries.remove(&key.key).ok_or_else(|| database.at().unreadable("the owner of a vector"))?;
        Ok(Candidate { score, entry })
    };
    best.into_iter().map(candidate).collect()
}
