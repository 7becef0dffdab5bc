//! Embeddings: what is stored, what waits, and what is most similar.

use std::collections::{BTreeMap, HashMap, HashSet, btree_map::Entry};

use codira_contracts::{
    BackendError, CandidateRequest, ContentHash, EmbeddingInventory, EmbeddingSpec, Owners, PathPrefix, PendingEmbedding,
    PendingRequest, Precision, RepoPath, ReuseRequest, StableId, SymbolKey, Vector,
    score::{Query, Scored, TopK},
};
use codira_store::{
    questions::{EmbeddingQuestions, VectorOwner},
    vectors::{CandidateSet, Estimator},
};
use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, SqliteConnection};

use super::{
    files::hash,
    filter::{inside, narrowed},
    index::{INSIDE, Index},
    rows::{get, ok_or_corrupt, path},
};
#[cfg(test)]
use crate::plans::Statement;
use crate::{
    errors::{At, Failed as _},
    forms::{self, sketches, vector},
    write::rows::list,
};

/// Which specs are there?
const SPECS: &str = "SELECT id, engine, engine_version, model, model_version, dimension, precision FROM spec ORDER BY id";
/// How many embeddings are there of each spec? Sessions count when they commit.
const COUNTS: &str = "SELECT id, computed, pending FROM spec ORDER BY id";
/// Whose vectors were made from these texts? The hashes stand for the mark.
const OF_TEXTS: &str = "SELECT v.text_hash, f.path, v.owner, v.numbers FROM vector v CROSS JOIN file f ON f.id = v.file
    WHERE v.text_hash IN (/*hashes*/) AND v.id >= ?1 << 40 AND v.id < (?1 + 1) << 40";
/// Which rows of this spec wait?
const PENDING_OF: &str = concat!(
    "SELECT f.path, p.owner, p.text FROM pending p CROSS JOIN file f ON f.id = p.file WHERE p.spec = ?5 AND ",
    inside!(),
    " ORDER BY f.path, p.owner LIMIT ?4"
);
/// Which sketches are there of this spec? Whole by nature: each is compared.
const SKETCHES: &str = "SELECT id, body FROM sketch WHERE id >= ?1 << 33 AND id < (?1 + 1) << 33";
/// Whose are these vectors, and what are they? The numbers stand for the mark.
const VECTORS: &str = "SELECT id, owner, numbers FROM vector WHERE id IN (/*numbers*/)";

/// The statements of this file, for [`plans`](crate::plans).
#[cfg(test)]
pub(crate) const STATEMENTS: &[Statement] = &[
    Statement::of(SPECS).walking(&["spec"]),
    Statement::of(COUNTS).walking(&["spec"]),
    Statement::of(OF_TEXTS),
    Statement::of(PENDING_OF),
    Statement::of(SKETCHES),
    Statement::of(VECTORS),
];
/// How many texts or vectors one statement looks for.
const BATCH_ROWS: usize = 4_000;

/// Every spec, by number.
pub(crate) async fn specs(connection: &mut SqliteConnection, at: At<'_>) -> Result<Vec<(i64, EmbeddingSpec)>, BackendError> {
    type Row = (i64, String, String, String, String, i64, i64);
    let rows: Vec<Row> = sqlx::query_as(SPECS).fetch_all(connection).await.map_err(|error| at.failed("read", error))?;
    let spec = |(id, engine, engine_version, model, model_version, dimension, precision): Row| {
        let dimension = ok_or_corrupt(u32::try_from(dimension).ok(), "a spec", at)?;
        let precision = ok_or_corrupt(forms::word(Precision::ALL, precision), "a spec", at)?;
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
    for some in texts.chunks(BATCH_ROWS) {
        let sql = OF_TEXTS.replace("/*hashes*/", &some.join(","));
        let rows = sqlx::query(AssertSqlSafe(sql)).persistent(false).bind(spec).fetch_all(&mut *connection).await;
        for row in rows.map_err(|error| at.failed("read", error))? {
            let key = SymbolKey { path: path(&row, 1, at)?, id: StableId::new(get::<String>(&row, 2, at)?) };
            let vector = || ok_or_corrupt(vector::unpack(get(&row, 3, at)?), "a vector", at);
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
        let rows = narrowed(PENDING_OF, &request.prefix, limit).bind(id).fetch_all(&mut *connection).await;
        for row in rows.map_err(|error| at.failed("read", error))? {
            let key = SymbolKey { path: path(&row, 0, at)?, id: StableId::new(get::<String>(&row, 1, at)?) };
            waiting.push(PendingEmbedding { key, spec: spec.clone(), text: get(&row, 2, at)? });
        }
    }
    Ok(waiting)
}

impl EmbeddingQuestions for Index<'_> {
    async fn vectors_of_texts(
        &mut self,
        request: &ReuseRequest,
    ) -> Result<BTreeMap<ContentHash, (SymbolKey, Vector)>, BackendError> {
        reusable(self.connection, request, self.at).await
    }

    async fn pending_embeddings(&mut self, request: &PendingRequest) -> Result<Vec<PendingEmbedding>, BackendError> {
        pending(self.connection, request, self.at).await
    }

    async fn nearest(&mut self, request: &CandidateRequest) -> Result<Vec<Scored<VectorOwner>>, BackendError> {
        let Some(spec) = number(self.connection, &request.spec, self.at).await? else { return Ok(Vec::new()) };
        // Sketches tell which vectors are worth reading; paths are looked up of those that may win.
        let candidates = candidates(self, spec, request).await?;
        let mut scored = scored(self, request, &candidates).await?;
        if let Some(limit) = request.limit.filter(|limit| *limit < scored.len()) {
            let (_, (least, ..), _) = scored.select_nth_unstable_by(limit - 1, |a, b| b.0.total_cmp(&a.0));
            let least = *least;
            scored.retain(|(score, ..)| *score >= least);
        }
        let files = self.files(scored.iter().map(|(_, file, _)| *file).collect(), &PathPrefix::root()).await?;
        let paths: HashMap<u32, RepoPath> = files.into_iter().map(|file| (file.number, file.path)).collect();
        let mut top = TopK::new(request.limit);
        for (score, file, id) in scored {
            let path = ok_or_corrupt(paths.get(&file).cloned(), "the file of a vector", self.at)?;
            top.push(score, VectorOwner { key: SymbolKey { path, id: StableId::new(id) }, file });
        }
        Ok(top.into_sorted())
    }
}

/// A vector that may be among the most similar, and its file, by number.
#[derive(Clone, Copy, Debug)]
struct Contender {
    vector: i64,
    file: u32,
}

/// The vectors that may be among the most similar.
async fn candidates(index: &mut Index<'_>, spec: i64, request: &CandidateRequest) -> Result<Vec<Contender>, BackendError> {
    let at = index.at;
    let documents = request.among == Owners::Documentation;
    let files = files_inside(index, &request.prefix).await?;
    let estimator = Estimator::new(request.vector.as_slice());
    let mut candidates = CandidateSet::new(request.limit);
    let mut rows = sqlx::query(SKETCHES).bind(spec).fetch(&mut *index.connection);
    while let Some(row) = rows.try_next().await.map_err(|error| at.failed("read", error))? {
        for entry in ok_or_corrupt(sketches::unpack(get(&row, 0, at)?, get(&row, 1, at)?), "sketches", at)? {
            let file = entry.file;
            if entry.documents == documents && files.as_ref().is_none_or(|files| files.contains(&file)) {
                let bounds = ok_or_corrupt(estimator.bounds(entry.sketch), "a sketch", at)?;
                candidates.push(bounds, Contender { vector: entry.vector, file });
            }
        }
    }
    Ok(candidates.into_keys())
}

/// The scores of vectors, with the number of the file and the owner in it.
async fn scored(
    index: &mut Index<'_>,
    request: &CandidateRequest,
    candidates: &[Contender],
) -> Result<Vec<(f32, u32, String)>, BackendError> {
    let at = index.at;
    let files: HashMap<i64, u32> = candidates.iter().map(|contender| (contender.vector, contender.file)).collect();
    let query = Query::new(request.vector.as_slice());
    let mut scored = Vec::with_capacity(candidates.len());
    for some in candidates.chunks(BATCH_ROWS) {
        let sql = VECTORS.replace("/*numbers*/", &list(some.iter().map(|contender| contender.vector)));
        let mut rows = sqlx::query(AssertSqlSafe(sql)).persistent(false).fetch(&mut *index.connection);
        while let Some(row) = rows.try_next().await.map_err(|error| at.failed("read", error))? {
            let vector = ok_or_corrupt(vector::unpack(get(&row, 2, at)?), "a vector", at)?;
            scored.push((query.score(vector.as_slice()), files[&get(&row, 0, at)?], get(&row, 1, at)?));
        }
    }
    if scored.len() < candidates.len() {
        return Err(at.corrupt("a sketch is of no vector", None));
    }
    Ok(scored)
}

/// The files inside a prefix; `None` for all.
async fn files_inside(index: &mut Index<'_>, prefix: &PathPrefix) -> Result<Option<HashSet<u32>>, BackendError> {
    if prefix.is_root() {
        return Ok(None);
    }
    let files = index.files_inside(INSIDE, prefix).await?;
    Ok(Some(files.into_iter().map(|file| file.number).collect()))
}
