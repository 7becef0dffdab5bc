//! Embeddings: what is stored, what waits, and what is most similar.

use std::collections::{BTreeMap, HashMap, HashSet, btree_map::Entry};

use codira_contracts::{
    BackendError, Candidate, CandidateRequest, ContentHash, DocumentationEntry, EmbeddingInventory, EmbeddingSpec, PathPrefix,
    PendingEmbedding, PendingRequest, Precision, ReuseRequest, StableId, SymbolEntry, SymbolKey, Vector, check_dimension,
    score::{Query, Scored, TopK},
};
use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, SqliteConnection};

use super::{
    documentation,
    entries::{get, path, sound},
    files::hash,
    filter::{inside, narrowed, range},
    symbols,
};
use crate::{errors::At, records};

/// Which specs are there?
pub(crate) const SPECS: &str =
    "SELECT id, engine, engine_version, model, model_version, dimension, precision FROM spec ORDER BY id";
/// How many embeddings are there of each spec? Sessions count when they commit.
pub(crate) const COUNTS: &str = "SELECT id, computed, pending FROM spec ORDER BY id";
/// Whose vectors were made from these texts? The hashes stand for the mark.
pub(crate) const OF_TEXTS: &str = "SELECT v.text_hash, f.path, t.value, v.numbers FROM vector v
    CROSS JOIN file f ON f.id = v.file CROSS JOIN text t ON t.id = v.owner
    WHERE v.text_hash IN (/*hashes*/) AND v.id >= ?1 << 40 AND v.id < (?1 + 1) << 40";
/// Which rows of this spec wait?
pub(crate) const WAITING: &str = concat!(
    "SELECT f.path, t.value, p.text FROM pending p CROSS JOIN file f ON f.id = p.file CROSS JOIN text t ON t.id = p.owner
    WHERE p.spec = ?5 AND ",
    inside!(),
    " ORDER BY f.path, t.value LIMIT ?4"
);
/// Which vectors are there of this spec? Whole by nature: each is compared.
pub(crate) const VECTORS: &str =
    "SELECT file, owner, numbers FROM vector WHERE id >= ?1 << 40 AND id < (?1 + 1) << 40 AND documents = ?2";
/// Which files are inside the prefix?
pub(crate) const FILES: &str = concat!("SELECT f.id FROM file f WHERE ", range!(), " LIMIT ?4");
/// Which symbols are these? Pairs of file and id stand for the mark.
pub(crate) const SYMBOLS: &str = symbols::entries!(
    "(SELECT column1 AS file, column2 AS id FROM (VALUES /*pairs*/)) w
     CROSS JOIN symbol s ON s.file = w.file AND s.stable_id = w.id CROSS JOIN file f ON f.id = s.file",
    inside!()
);
/// What are these owners called? Pairs of file and id stand for the mark.
pub(crate) const KEYS: &str = "SELECT w.file, w.id, f.path, t.value
    FROM (SELECT column1 AS file, column2 AS id FROM (VALUES /*pairs*/)) w
    CROSS JOIN file f ON f.id = w.file CROSS JOIN text t ON t.id = w.id";
/// Which documentation units are these? Pairs of file and id stand for the mark.
pub(crate) const UNITS: &str = "SELECT f.path, d.body FROM (SELECT column1 AS file, column2 AS id FROM (VALUES /*pairs*/)) w
    CROSS JOIN documentation d ON d.file = w.file AND d.stable_id = w.id CROSS JOIN file f ON f.id = d.file";

/// How many texts one statement looks for.
const LOOK_UP: usize = 4_000;

/// Every spec, by number.
pub(crate) async fn specs(connection: &mut SqliteConnection, at: At<'_>) -> Result<Vec<(i64, EmbeddingSpec)>, BackendError> {
    type Row = (i64, String, String, String, String, i64, i64);
    let rows: Vec<Row> = sqlx::query_as(SPECS).fetch_all(connection).await.map_err(|error| at.failed("read", error))?;
    let spec = |(id, engine, engine_version, model, model_version, dimension, precision): Row| {
        let dimension = sound(u32::try_from(dimension).ok(), "a spec", at)?;
        let precision = sound(records::word(Precision::ALL, precision), "a spec", at)?;
        Ok((id, EmbeddingSpec { engine, engine_version, model, model_version, dimension, precision }))
    };
    rows.into_iter().map(spec).collect()
}

async fn number(connection: &mut SqliteConnection, spec: &EmbeddingSpec, at: At<'_>) -> Result<Option<i64>, BackendError> {
    let specs = specs(connection, at).await?;
    Ok(specs.into_iter().find(|(_, other)| other == spec).map(|(id, _)| id))
}

pub(super) async fn inventory(connection: &mut SqliteConnection, at: At<'_>) -> Result<Vec<EmbeddingInventory>, BackendError> {
    let specs = specs(connection, at).await?;
    let counts: Vec<(i64, i64, i64)> =
        sqlx::query_as(COUNTS).fetch_all(connection).await.map_err(|error| at.failed("read", error))?;
    let rows = specs.into_iter().zip(counts);
    let mut inventory: Vec<EmbeddingInventory> = rows
        .map(|((_, spec), (_, computed, pending))| EmbeddingInventory {
            spec,
            computed: computed as u64,
            pending: pending as u64,
        })
        .filter(|row| row.computed + row.pending > 0)
        .collect();
    inventory.sort_by(|a, b| a.spec.cmp(&b.spec));
    Ok(inventory)
}

/// The vectors of texts, each with the least key that has one.
pub(crate) async fn reusable(
    connection: &mut SqliteConnection,
    request: &ReuseRequest,
    at: At<'_>,
) -> Result<BTreeMap<ContentHash, (SymbolKey, Vector)>, BackendError> {
    let mut found: BTreeMap<ContentHash, (SymbolKey, Vector)> = BTreeMap::new();
    let Some(spec) = number(connection, &request.spec, at).await? else { return Ok(found) };
    let texts: HashSet<ContentHash> = request.texts.iter().copied().collect();
    let texts: Vec<String> = texts.into_iter().map(|hash| format!("x'{hash}'")).collect();
    for some in texts.chunks(LOOK_UP) {
        let sql = OF_TEXTS.replace("/*hashes*/", &some.join(","));
        let rows = sqlx::query(AssertSqlSafe(sql)).persistent(false).bind(spec).fetch_all(&mut *connection).await;
        for row in rows.map_err(|error| at.failed("read", error))? {
            let key = SymbolKey { path: path(&row, 1, at)?, id: StableId::new(get::<String>(&row, 2, at)?) };
            let vector = || sound(Vector::from_bytes(get(&row, 3, at)?), "a vector", at);
            match found.entry(hash(&row, 0, at)?) {
                Entry::Vacant(entry) => drop(entry.insert((key, vector()?))),
                Entry::Occupied(mut entry) if key < entry.get().0 => drop(entry.insert((key, vector()?))),
                Entry::Occupied(_) => {}
            }
        }
    }
    Ok(found)
}

/// The rows that wait for their vector.
pub(crate) async fn pending(
    connection: &mut SqliteConnection,
    request: &PendingRequest,
    at: At<'_>,
) -> Result<Vec<PendingEmbedding>, BackendError> {
    let mut specs = specs(connection, at).await?;
    specs.retain(|(_, spec)| request.spec.as_ref().is_none_or(|wanted| wanted == spec));
    specs.sort_by(|a, b| a.1.cmp(&b.1));
    let mut waiting = Vec::new();
    for (id, spec) in specs {
        let limit = request.limit.map(|limit| limit - waiting.len());
        let rows = narrowed(WAITING, &request.prefix, limit).bind(id).fetch_all(&mut *connection).await;
        for row in rows.map_err(|error| at.failed("read", error))? {
            let key = SymbolKey { path: path(&row, 0, at)?, id: StableId::new(get::<String>(&row, 1, at)?) };
            waiting.push(PendingEmbedding { key, spec: spec.clone(), text: get(&row, 2, at)? });
        }
    }
    Ok(waiting)
}

pub(super) async fn symbol_candidates(
    connection: &mut SqliteConnection,
    request: &CandidateRequest,
    at: At<'_>,
) -> Result<Vec<Candidate<SymbolEntry>>, BackendError> {
    let best = best(connection, request, false, at).await?;
    let mut entries = HashMap::new();
    for some in best.chunks(LOOK_UP) {
        let query = narrowed(AssertSqlSafe(of_winners(SYMBOLS, some)), &PathPrefix::root(), None).persistent(false);
        let found = symbols::fetch(connection, query, at).await?;
        entries.extend(found.into_iter().map(|entry| (entry.key(), entry)));
    }
    candidates(best, entries, at)
}

pub(super) async fn documentation_candidates(
    connection: &mut SqliteConnection,
    request: &CandidateRequest,
    at: At<'_>,
) -> Result<Vec<Candidate<DocumentationEntry>>, BackendError> {
    let best = best(connection, request, true, at).await?;
    let mut entries = HashMap::new();
    for some in best.chunks(LOOK_UP) {
        let rows = sqlx::query(AssertSqlSafe(of_winners(UNITS, some))).persistent(false).fetch_all(&mut *connection).await;
        for row in rows.map_err(|error| at.failed("read", error))? {
            let entry = documentation::unit(&row, at)?;
            entries.insert(SymbolKey { path: entry.path.clone(), id: entry.unit.id.clone() }, entry);
        }
    }
    candidates(best, entries, at)
}

/// The owner of a vector: by numbers, and by what it orders by.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Owner {
    key: SymbolKey,
    file: i64,
    id: i64,
}

fn of_winners(sql: &str, winners: &[Scored<Owner>]) -> String {
    sql.replace("/*pairs*/", &pairs(winners.iter().map(|Scored { key, .. }| (key.file, key.id))))
}

fn pairs(pairs: impl Iterator<Item = (i64, i64)>) -> String {
    pairs.map(|(file, id)| format!("({file},{id})")).collect::<Vec<_>>().join(",")
}

fn candidates<T>(
    best: Vec<Scored<Owner>>,
    mut entries: HashMap<SymbolKey, T>,
    at: At<'_>,
) -> Result<Vec<Candidate<T>>, BackendError> {
    let candidate = |Scored { score, key }: Scored<Owner>| {
        Ok(Candidate { score, entry: sound(entries.remove(&key.key), "the owner of a vector", at)? })
    };
    best.into_iter().map(candidate).collect()
}

/// The owners of the most similar vectors, best first.
///
/// Scores come first, with numbers alone; keys are looked up of those that may win.
async fn best(
    connection: &mut SqliteConnection,
    request: &CandidateRequest,
    documents: bool,
    at: At<'_>,
) -> Result<Vec<Scored<Owner>>, BackendError> {
    check_dimension(&"the vector of a request", &request.spec, &request.vector)?;
    let failed = |error| at.failed("read", error);
    let limit = request.limit.unwrap_or(usize::MAX);
    let spec = number(connection, &request.spec, at).await?;
    let Some(spec) = spec.filter(|_| limit > 0) else { return Ok(Vec::new()) };
    let files = files_inside(connection, &request.prefix, at).await?;
    let query = Query::new(request.vector.as_slice());
    let mut scored: Vec<(f32, i64, i64)> = Vec::new();
    let mut rows = sqlx::query(VECTORS).bind(spec).bind(i64::from(documents)).fetch(&mut *connection);
    while let Some(row) = rows.try_next().await.map_err(failed)? {
        let file: i64 = get(&row, 0, at)?;
        if files.as_ref().is_none_or(|files| files.contains(&file)) {
            let vector = sound(Vector::from_bytes(get(&row, 2, at)?), "a vector", at)?;
            scored.push((query.score(vector.as_slice()), file, get(&row, 1, at)?));
        }
    }
    drop(rows);
    if limit < scored.len() {
        let (_, (least, ..), _) = scored.select_nth_unstable_by(limit - 1, |a, b| b.0.total_cmp(&a.0));
        let least = *least;
        scored.retain(|(score, ..)| *score >= least);
    }
    let mut top = TopK::new(request.limit);
    for some in scored.chunks(LOOK_UP) {
        let scores: HashMap<(i64, i64), f32> = some.iter().map(|(score, file, id)| ((*file, *id), *score)).collect();
        let sql = KEYS.replace("/*pairs*/", &pairs(scores.keys().copied()));
        let rows = sqlx::query(AssertSqlSafe(sql)).persistent(false).fetch_all(&mut *connection).await.map_err(failed)?;
        for row in rows {
            let (file, id): (i64, i64) = (get(&row, 0, at)?, get(&row, 1, at)?);
            let key = SymbolKey { path: path(&row, 2, at)?, id: StableId::new(get::<String>(&row, 3, at)?) };
            top.push(sound(scores.get(&(file, id)).copied(), "a vector", at)?, Owner { key, file, id });
        }
    }
    Ok(top.into_sorted())
}

/// The files inside a prefix; `None` for all.
async fn files_inside(
    connection: &mut SqliteConnection,
    prefix: &PathPrefix,
    at: At<'_>,
) -> Result<Option<HashSet<i64>>, BackendError> {
    if prefix.is_root() {
        return Ok(None);
    }
    let rows = narrowed(FILES, prefix, None).fetch_all(connection).await.map_err(|error| at.failed("read", error))?;
    rows.iter().map(|row| get(row, 0, at)).collect::<Result<_, _>>().map(Some)
}
