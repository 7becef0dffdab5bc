//! Calls about rows of embeddings that come to something else than the last of them says.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
};

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    embeddings::every_vector,
    fault::{Answer, Fault},
    judge::mutants,
    reuse::ReusesThePast,
};

const ORDERS: &str = "embeddings::rows_are_what_the_last_call_left";

mutants! {
    a_known_text_keeps_its_vector: PutKeepsVectors, "a row that is put to wait keeps the vector that its text had", ORDERS;
    a_file_that_comes_back_has_its_rows: ComesBackWithRows, "a file that is removed and put again in a session has the rows that it had", ORDERS;
    a_row_is_queued_once_a_session: QueuesBeforeStoring, "a row that got its vector in a session cannot be queued again in it", ORDERS;
    the_former_text_is_stored: StoresForTheFormer, "a vector is kept where a row waited for its text when the session began", ORDERS;
    what_is_queued_again_has_no_vector: ForgetsWhatIsQueued, "a vector cannot be reused once its row was queued again", ORDERS;
    removed_rows_wait_in_the_session: ListsRemovedRows, "a session lists rows that wait of files that it removed", ORDERS;
    a_vector_waits_for_the_commit: StoresAtLast, "vectors are stored last of all, whatever is put and queued after them", ORDERS;
}

/// Vectors as the session began with them, by key and spec.
async fn vectors_at_first(past: &ReusesThePast) -> Answer<BTreeMap<(SymbolKey, EmbeddingSpec), (ContentHash, Vector)>> {
    let Some(began) = &*past.began.lock().await else { return Ok(BTreeMap::new()) };
    Ok(every_vector(&**began).await?.into_iter().map(|(key, spec, text, vector)| ((key, spec), (text, vector))).collect())
}

#[derive(Default)]
struct PutKeepsVectors(ReusesThePast);

#[async_trait]
impl Fault for PutKeepsVectors {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        self.0.begin(base, request).await
    }

    async fn put_file(&self, session: &mut DynSession, mut file: FileSnapshot) -> Answer<()> {
        let known = vectors_at_first(&self.0).await?;
        for row in &mut file.embeddings {
            let key = SymbolKey { path: file.state.path.clone(), id: row.owner.clone() };
            if let Some((text, vector)) = known.get(&(key, row.spec.clone()))
                && *text == row.text_hash
            {
                row.state = EmbeddingState::Computed(vector.clone());
            }
        }
        session.put_file(file).await
    }
}

#[derive(Default)]
struct ComesBackWithRows {
    past: ReusesThePast,
    removed: Mutex<BTreeSet<RepoPath>>,
}

#[async_trait]
impl Fault for ComesBackWithRows {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        self.removed.lock().unwrap().clear();
        self.past.begin(base, request).await
    }

    async fn remove_file(&self, session: &mut DynSession, path: &RepoPath) -> Answer<()> {
        self.removed.lock().unwrap().insert(path.clone());
        session.remove_file(path).await
    }

    async fn put_file(&self, session: &mut DynSession, mut file: FileSnapshot) -> Answer<()> {
        let came_back = self.removed.lock().unwrap().contains(file.path());
        if came_back
            && file.embeddings.is_empty()
            && let Some(began) = &*self.past.began.lock().await
        {
            let before = began.file(file.path()).await?.map(|file| file.embeddings).unwrap_or_default();
            let analysis = &file.analysis;
            let has = |id: &StableId| {
                analysis.symbols.iter().any(|it| it.id == *id) || analysis.documentation.iter().any(|it| it.id == *id)
            };
            file.embeddings = before.into_iter().filter(|row| has(&row.owner)).collect();
        }
        session.put_file(file).await
    }
}

/// The keys of rows that got something in the open session.
#[derive(Default)]
struct Keys(Mutex<BTreeSet<(SymbolKey, EmbeddingSpec)>>);

impl Keys {
    fn has(&self, key: &SymbolKey, spec: &EmbeddingSpec) -> bool {
        self.0.lock().unwrap().contains(&(key.clone(), spec.clone()))
    }

    fn add(&self, key: &SymbolKey, spec: &EmbeddingSpec) {
        self.0.lock().unwrap().insert((key.clone(), spec.clone()));
    }

    fn clear(&self) {
        self.0.lock().unwrap().clear();
    }
}

#[derive(Default)]
struct QueuesBeforeStoring(Keys);

#[async_trait]
impl Fault for QueuesBeforeStoring {
    async fn queue_embeddings(&self, session: &mut DynSession, mut rows: Vec<PendingEmbedding>) -> Answer<()> {
        rows.retain(|row| !self.0.has(&row.key, &row.spec));
        session.queue_embeddings(rows).await
    }

    async fn store_embeddings(&self, session: &mut DynSession, rows: Vec<ComputedEmbedding>) -> Answer<Stored> {
        let waiting = session.pending_embeddings(&PendingRequest::default()).await?;
        let waits = |row: &&ComputedEmbedding| waiting.iter().any(|it| (&it.key, &it.spec) == (&row.key, &row.spec));
        rows.iter().filter(waits).for_each(|row| self.0.add(&row.key, &row.spec));
        session.store_embeddings(rows).await
    }

    fn ended(&self) {
        self.0.clear();
    }
}

#[derive(Default)]
struct StoresForTheFormer(ReusesThePast);

#[async_trait]
impl Fault for StoresForTheFormer {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        self.0.begin(base, request).await
    }

    async fn store_embeddings(&self, session: &mut DynSession, mut rows: Vec<ComputedEmbedding>) -> Answer<Stored> {
        let former = match &*self.0.began.lock().await {
            Some(began) => began.pending_embeddings(&PendingRequest::default()).await?,
            None => Vec::new(),
        };
        let of = |rows: Vec<PendingEmbedding>| -> BTreeMap<_, _> {
            rows.into_iter().map(|row| ((row.key, row.spec), ContentHash::of(row.text.as_bytes()))).collect()
        };
        let (former, now) = (of(former), of(session.pending_embeddings(&PendingRequest::default()).await?));
        for row in &mut rows {
            let row_key = (row.key.clone(), row.spec.clone());
            if let (Some(former), Some(now)) = (former.get(&row_key), now.get(&row_key))
                && *former == row.text_hash
            {
                row.text_hash = *now;
            }
        }
        session.store_embeddings(rows).await
    }
}

#[derive(Default)]
struct ForgetsWhatIsQueued {
    past: ReusesThePast,
    queued: Keys,
}

#[async_trait]
impl Fault for ForgetsWhatIsQueued {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        self.past.begin(base, request).await
    }

    async fn queue_embeddings(&self, session: &mut DynSession, rows: Vec<PendingEmbedding>) -> Answer<()> {
        rows.iter().for_each(|row| self.queued.add(&row.key, &row.spec));
        session.queue_embeddings(rows).await
    }

    async fn reusable_in_session(&self, session: &mut DynSession, request: &ReuseRequest) -> Answer<Vec<ReusableEmbedding>> {
        let mut found = session.reusable_embeddings(request).await?;
        for ((key, spec), (text, vector)) in vectors_at_first(&self.past).await? {
            if self.queued.has(&key, &spec) {
                found.retain(|row| (row.text_hash, &row.vector) != (text, &vector));
            }
        }
        Ok(found)
    }

    fn ended(&self) {
        self.queued.clear();
    }
}

#[derive(Default)]
struct ListsRemovedRows {
    past: ReusesThePast,
    removed: Mutex<BTreeSet<RepoPath>>,
}

#[async_trait]
impl Fault for ListsRemovedRows {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        self.removed.lock().unwrap().clear();
        self.past.begin(base, request).await
    }

    async fn remove_file(&self, session: &mut DynSession, path: &RepoPath) -> Answer<()> {
        self.removed.lock().unwrap().insert(path.clone());
        session.remove_file(path).await
    }

    async fn pending_in_session(&self, session: &mut DynSession, request: &PendingRequest) -> Answer<Vec<PendingEmbedding>> {
        let mut rows = session.pending_embeddings(request).await?;
        if let Some(began) = &*self.past.began.lock().await {
            let former = began.pending_embeddings(request).await?;
            let removed = self.removed.lock().unwrap();
            rows.extend(former.into_iter().filter(|row| removed.contains(&row.key.path)));
        }
        rows.sort_by(|a, b| (&a.spec, &a.key).cmp(&(&b.spec, &b.key)));
        rows.dedup_by(|a, b| (&a.spec, &a.key) == (&b.spec, &b.key));
        Ok(rows)
    }
}

/// Vectors that are handed in once more before the commit.
#[derive(Default)]
struct StoresAtLast(Mutex<Vec<ComputedEmbedding>>);

#[async_trait]
impl Fault for StoresAtLast {
    async fn store_embeddings(&self, session: &mut DynSession, rows: Vec<ComputedEmbedding>) -> Answer<Stored> {
        self.0.lock().unwrap().extend(rows.clone());
        session.store_embeddings(rows).await
    }

    async fn commit(&self, _base: &DynBackend, mut session: DynSession) -> Answer<Commit> {
        let rows = std::mem::take(&mut *self.0.lock().unwrap());
        session.store_embeddings(rows).await?;
        session.commit().await
    }

    fn ended(&self) {
        self.0.lock().unwrap().clear();
    }
}
