//! Keeps embeddings: rows that wait for their vector, and vectors.

use std::collections::{BTreeMap, HashMap, HashSet};

use codira_contracts::{
    BackendError, ComputedEmbedding, ContentHash, EmbeddingSpec, PendingEmbedding, PendingRequest, Precision, RepoPath,
    ReusableEmbedding, ReuseRequest, StableId, Stored, SymbolKey,
};

use sqlx::{Arguments, AssertSqlSafe, sqlite::SqliteArguments};

use super::{
    rows::{Insert, Rows},
    writer::Writer,
};
#[cfg(test)]
use crate::plans::Statement;
use crate::{
    errors::{Failed as _, at},
    forms::{self, vector},
    read,
};

/// By how many bits a spec's number is shifted in the numbers of vectors.
pub(crate) const SPEC_BITS: u32 = 40;

const INSERT_SPEC: Insert = Insert {
    head: "INSERT INTO spec (id, engine, engine_version, model, model_version, dimension, precision) VALUES",
    columns: 7,
};
pub(super) const VECTOR: Insert =
    Insert { head: "INSERT INTO vector (id, file, owner, documents, text_hash, numbers) VALUES", columns: 6 };
pub(super) const PENDING: Insert =
    Insert { head: "INSERT OR REPLACE INTO pending (spec, file, owner, documents, text) VALUES", columns: 5 };

/// How many rows one statement handles.
const BATCH_ROWS: usize = 1_000;

/// Rows of given owners that wait; pairs and two conditions follow.
const PENDING_OF: &str = "SELECT file, owner, text FROM pending WHERE (file, owner) IN (VALUES ";
/// Vectors of given owners; pairs and a range of numbers follow.
const DROP_VECTORS: &str = "DELETE FROM vector WHERE (file, owner) IN (VALUES ";
/// Rows of given owners that wait no more; pairs and a condition follow.
const DROP_PENDING: &str = "DELETE FROM pending WHERE (file, owner) IN (VALUES ";
/// Which is the next free number in a range?
const NEXT_VECTOR: &str = "SELECT coalesce(max(id), ?1 - 1) + 1 FROM vector WHERE id BETWEEN ?1 AND ?2";
/// Counts the embeddings of each spec; the numbers of vectors are in the small index.
const COUNT: &str = "UPDATE spec SET
    computed = (SELECT count(*) FROM vector INDEXED BY vector_owner WHERE vector.id >> 40 = spec.id),
    pending = (SELECT count(*) FROM pending WHERE pending.spec = spec.id)";

/// The statements of this file, for [`plans`](crate::plans).
#[cfg(test)]
pub(crate) const STATEMENTS: &[Statement] = &[
    Statement::of(PENDING_OF).then("(?,?),(?,?)) AND spec = 1"),
    Statement::of(DROP_VECTORS).then("(?,?),(?,?)) AND id >= 1 AND id < 2"),
    Statement::of(DROP_PENDING).then("(?,?),(?,?)) AND spec = 1"),
    Statement::of(NEXT_VECTOR),
    // Counted once a commit, in the small index.
    Statement::of(COUNT).walking(&["vector", "spec"]),
];

/// Specs whose numbers are known, with the next number of a vector.
pub(super) type Specs = HashMap<EmbeddingSpec, SpecNumbers>;

#[derive(Clone, Copy, Debug)]
pub(super) struct SpecNumbers {
    pub(super) id: i64,
    pub(super) next: i64,
}

/// Where an embedding belongs: file, id in it, and whether that is a documentation unit.
#[derive(Clone, Debug)]
struct Owner {
    file: i64,
    id: StableId,
    documents: bool,
}

impl Writer {
    /// The number of a spec, and the first of `count` free numbers of vectors.
    pub(super) async fn spec(&mut self, spec: &EmbeddingSpec, count: usize) -> Result<SpecNumbers, BackendError> {
        let at = at(&self.location);
        if self.specs.is_none() {
            let mut specs = Specs::new();
            for (id, spec) in read::specs(&mut self.connection, at).await? {
                let last = ((id + 1) << SPEC_BITS) - 1;
                let next: i64 = sqlx::query_scalar(NEXT_VECTOR)
                    .bind(id << SPEC_BITS)
                    .bind(last)
                    .fetch_one(&mut self.connection)
                    .await
                    .map_err(|error| at.failed("read", error))?;
                specs.insert(spec, SpecNumbers { id, next });
            }
            self.specs = Some(specs);
        }
        let specs = self.specs.get_or_insert_default();
        if !specs.contains_key(spec) {
            let id = specs.values().map(|numbers| numbers.id).max().unwrap_or(0) + 1;
            let mut rows = Rows::new(&INSERT_SPEC);
            let row = rows.row().with(id).with(&*spec.engine).with(&*spec.engine_version).with(&*spec.model);
            let row = row.with(&*spec.model_version).with(i64::from(spec.dimension));
            row.with(forms::code(Precision::ALL, &spec.precision));
            rows.write(&mut self.connection, at).await?;
            specs.insert(spec.clone(), SpecNumbers { id, next: id << SPEC_BITS });
        }
        let numbers = specs.get_mut(spec).expect("it was put there if it was not");
        let before = *numbers;
        numbers.next += count as i64;
        Ok(before)
    }

    /// Counts embeddings, if they may have changed.
    pub(super) async fn count_embeddings(&mut self) -> Result<(), BackendError> {
        if self.embeddings_touched { self.run(COUNT.to_owned()).await.map(drop) } else { Ok(()) }
    }

    /// Vectors of texts, of the state that the session began from and of what it wrote.
    pub(super) async fn reusable_embeddings(&mut self, request: ReuseRequest) -> Result<Vec<ReusableEmbedding>, BackendError> {
        let location = self.location.clone();
        let at = at(&location);
        let mut own = read::reusable(&mut self.connection, &request, at).await?;
        // What is on its way need not be written for this, unless more on its way replaces it.
        let mut found = own.values().map(|(key, _)| key.clone()).collect::<Vec<_>>();
        found.extend(self.in_flight.iter().flat_map(|files| files.vectors(&request)).map(|(_, key, _)| key));
        if found.iter().any(|key| self.queue.holds(&key.path)) {
            self.flush().await?;
            own = read::reusable(&mut self.connection, &request, at).await?;
        }
        let in_flight = self.in_flight.iter().flat_map(|files| files.vectors(&request));
        for (hash, key, vector) in in_flight.chain(self.queue.vectors(&request)) {
            match own.get(&hash) {
                Some((least, _)) if *least <= key => {}
                _ => drop(own.insert(hash, (key, vector.clone()))),
            }
        }
        let fresh = self.is_fresh();
        let base = match self.base().await {
            Ok(Some(base)) => read::reusable(base, &request, at).await,
            Ok(None) => Ok(BTreeMap::new()),
            Err(error) => Err(error),
        };
        let mut found = match base {
            // What is replaced may be damaged: then it has nothing to reuse.
            Err(BackendError::Corrupt { .. }) if fresh => {
                self.forget_base().await;
                BTreeMap::new()
            }
            base => base?,
        };
        for (hash, (key, vector)) in own {
            match found.get(&hash) {
                Some((least, _)) if *least < key => {}
                _ => drop(found.insert(hash, (key, vector))),
            }
        }
        Ok(found.into_iter().map(|(text_hash, (_, vector))| ReusableEmbedding { text_hash, vector }).collect())
    }

    /// Rows that wait for their vector.
    pub(super) async fn pending_embeddings(&mut self, request: PendingRequest) -> Result<Vec<PendingEmbedding>, BackendError> {
        self.flush().await?;
        read::pending(&mut self.connection, &request, at(&self.location)).await
    }

    /// Adds rows that wait for their vector.
    pub(super) async fn queue_embeddings(&mut self, rows: Vec<PendingEmbedding>) -> Result<(), BackendError> {
        self.embeddings_touched = true;
        self.flush().await?;
        let owners = self.owners(rows.iter().map(|row| &row.key)).await?;
        if let Some(row) = rows.iter().find(|row| !owners.contains_key(&row.key)) {
            return Err(BackendError::invalid(
                &row.key,
                "an embedding belongs to a symbol or documentation unit, and there is none",
            ));
        }
        for (spec, rows) in by_spec(rows, |row| &row.spec) {
            let SpecNumbers { id, .. } = self.spec(&spec, 0).await?;
            self.drop_vectors(id, &rows.iter().map(|row| &owners[&row.key]).collect::<Vec<_>>()).await?;
            let mut pending = Rows::new(&PENDING);
            for PendingEmbedding { key, text, .. } in rows {
                let Owner { file, id: owner, documents } = &owners[&key];
                pending.row().with(id).with(*file).with(owner.as_str()).with(i64::from(*documents)).with(text);
            }
            pending.write(&mut self.connection, at(&self.location)).await?;
        }
        Ok(())
    }

    /// Gives rows that wait their vectors.
    pub(super) async fn store_embeddings(&mut self, rows: Vec<ComputedEmbedding>) -> Result<Stored, BackendError> {
        self.embeddings_touched = true;
        self.flush().await?;
        let owners = self.owners(rows.iter().map(|row| &row.key)).await?;
        let mut stored = Stored::default();
        for (spec, rows) in by_spec(rows, |row| &row.spec) {
            let SpecNumbers { id, next } = self.spec(&spec, rows.len()).await?;
            let known: Vec<&Owner> = rows.iter().filter_map(|row| owners.get(&row.key)).collect();
            let mut waiting: HashMap<(i64, StableId), ContentHash> = HashMap::new();
            if !known.is_empty() {
                let sql = format!("{PENDING_OF}{}) AND spec = {id}", pairs(known.len()));
                let rows = sqlx::query_as_with(AssertSqlSafe(sql), arguments(&known)).persistent(false);
                let rows: Vec<(i64, String, String)> =
                    rows.fetch_all(&mut self.connection).await.map_err(|error| at(&self.location).failed("read", error))?;
                let hashed = |(file, owner, text): (i64, String, String)| {
                    ((file, StableId::new(owner)), ContentHash::of(text.as_bytes()))
                };
                waiting = rows.into_iter().map(hashed).collect();
            }
            let mut vectors = Rows::new(&VECTOR);
            let mut done = Vec::new();
            for (number, row) in (next..).zip(rows) {
                let owner = owners.get(&row.key);
                let place = owner.map(|owner| (owner.file, owner.id.clone()));
                let wanted = place.as_ref().and_then(|place| waiting.get(place)).is_some_and(|hash| *hash == row.text_hash);
                let (Some(owner), true) = (owner, wanted) else {
                    stored.stale += 1;
                    continue;
                };
                waiting.remove(&(owner.file, owner.id.clone()));
                stored.stored += 1;
                let new = vectors.row().with(number).with(owner.file).with(owner.id.as_str()).with(i64::from(owner.documents));
                new.with(&row.text_hash.as_bytes()[..]).with(vector::pack(&row.vector));
                done.push(owner);
            }
            if !done.is_empty() {
                vectors.write(&mut self.connection, at(&self.location)).await?;
                let sql = format!("{DROP_PENDING}{}) AND spec = {id}", pairs(done.len()));
                self.run_with(sql, arguments(&done)).await?;
            }
        }
        Ok(stored)
    }

    async fn drop_vectors(&mut self, spec: i64, owners: &[&Owner]) -> Result<(), BackendError> {
        self.sketches.forget();
        let (first, end) = (spec << SPEC_BITS, (spec + 1) << SPEC_BITS);
        let sql = format!("{DROP_VECTORS}{}) AND id >= {first} AND id < {end}", pairs(owners.len()));
        self.run_with(sql, arguments(owners)).await
    }

    async fn run_with(&mut self, sql: String, arguments: SqliteArguments) -> Result<(), BackendError> {
        let done = sqlx::query_with(AssertSqlSafe(sql), arguments).persistent(false).execute(&mut self.connection).await;
        done.map(drop).map_err(|error| at(&self.location).failed("write", error))
    }

    /// Those of `keys` that are symbols or documentation units, with their numbers.
    async fn owners<'a>(
        &mut self,
        keys: impl Iterator<Item = &'a SymbolKey>,
    ) -> Result<HashMap<SymbolKey, Owner>, BackendError> {
        let keys: HashSet<&SymbolKey> = keys.collect();
        let keys: Vec<&SymbolKey> = keys.into_iter().collect();
        let mut owners = HashMap::new();
        for some in keys.chunks(BATCH_ROWS) {
            let paths: HashSet<&RepoPath> = some.iter().map(|key| &key.path).collect();
            self.find_files(paths.iter().copied()).await?;
            let numbers: Vec<i64> = paths.into_iter().filter_map(|path| self.numbers.get(path).copied()).collect();
            let mut wanted: HashMap<&RepoPath, HashSet<&StableId>> = HashMap::new();
            for key in some {
                wanted.entry(&key.path).or_default().insert(&key.id);
            }
            for document in self.documents(&numbers).await? {
                let outline = document.outline();
                let (symbols, units) = outline.ok_or_else(|| at(&self.location).corrupt("a file cannot be read", None))?;
                let owner = |id: &StableId, documents| {
                    let wanted = wanted.get(&document.path).is_some_and(|ids| ids.contains(id));
                    let key = SymbolKey { path: document.path.clone(), id: id.clone() };
                    wanted.then(|| (key, Owner { file: document.number, id: id.clone(), documents }))
                };
                owners.extend(symbols.iter().filter_map(|symbol| owner(&symbol.id, false)));
                owners.extend(units.iter().filter_map(|unit| owner(&unit.id, true)));
            }
        }
        Ok(owners)
    }
}

/// Rows of each spec, in the order of specs, and not too many at a time.
fn by_spec<T>(rows: Vec<T>, spec: impl Fn(&T) -> &EmbeddingSpec) -> Vec<(EmbeddingSpec, Vec<T>)> {
    let mut groups: BTreeMap<EmbeddingSpec, Vec<Vec<T>>> = BTreeMap::new();
    for row in rows {
        let batches = groups.entry(spec(&row).clone()).or_default();
        match batches.last_mut() {
            Some(batch) if batch.len() < BATCH_ROWS => batch.push(row),
            _ => batches.push(vec![row]),
        }
    }
    groups.into_iter().flat_map(|(spec, batches)| batches.into_iter().map(move |batch| (spec.clone(), batch))).collect()
}

/// As many pairs of parameters.
fn pairs(count: usize) -> String {
    vec!["(?,?)"; count].join(",")
}

/// The values of pairs.
fn arguments(owners: &[&Owner]) -> SqliteArguments {
    let mut arguments = SqliteArguments::default();
    for owner in owners {
        arguments.add(owner.file).expect("a number can always be bound");
        arguments.add(owner.id.as_str()).expect("a text can always be bound");
    }
    arguments
}
