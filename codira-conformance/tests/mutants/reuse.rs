//! Reuse: vectors that are not found again, or not those that should be.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering::SeqCst},
};

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    embeddings::every_vector,
    fault::{Answer, Fault},
    judge::mutants,
};

mutants! {
    replaced_files_have_no_vectors: ReusesThePresent, "a session finds no vectors of files that it replaced or removed",
        "embeddings::a_text_keeps_its_vector_when_it_moves";
    dropped_files_have_no_vectors: ReusesUnlessFull, "a session of full scope finds no vectors of the files it dropped",
        "embeddings::a_text_keeps_its_vector_when_it_moves";
    a_session_reuses_the_past: ReusesThePast, "a session finds no vectors of files that it put",
        "embeddings::a_text_keeps_its_vector_when_it_moves";
    the_former_vector_is_reused: ReusesTheFormer, "of one key, the vector with which the session began is reused",
        "embeddings::a_text_keeps_its_vector_when_it_moves";
    the_greatest_key_is_reused: ReusesTheGreatest, "of the owners of a text, the vector of the greatest key is reused",
        "embeddings::a_text_keeps_its_vector_when_it_moves";
    pruned_vectors_are_not_reused: ReusesUnlessPruned, "a session finds no vectors of a spec that it pruned",
        "embeddings::pruning_removes_orphans";
    texts_are_reused_as_asked: ReusesAsAsked, "vectors to reuse come in the order and number in which texts were asked for",
        "embeddings::a_text_keeps_its_vector_when_it_moves";
    a_session_finds_four_thousand: ReusesFew, "of the texts that a session asks for, the first four thousand are looked up",
        "embeddings::a_session_finds_every_vector";
    specs_are_mixed_in_reuse: MixesReuse, "a vector of another spec is reused",
        "embeddings::specs_never_mix";
}

/// The vectors that a session has stored for texts, as its own files have them when it would
/// commit.
#[derive(Default)]
struct Own(std::sync::Mutex<BTreeMap<RepoPath, FileSnapshot>>);

impl Own {
    /// Keeps what a session puts, beginning with what was committed.
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        let session = base.begin_index_session(request.clone()).await?;
        let mut files = BTreeMap::new();
        if let (WriteScope::Incremental, Ok(reader)) = (request.scope, base.open_reader().await) {
            for state in reader.file_states(&PathPrefix::root()).await? {
                files.extend(reader.file(&state.path).await?.map(|file| (state.path, file)));
            }
        }
        *self.0.lock().unwrap() = files;
        Ok(session)
    }

    async fn put(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        session.put_file(file.clone()).await?;
        self.0.lock().unwrap().insert(file.path().clone(), file);
        Ok(())
    }

    async fn remove(&self, session: &mut DynSession, path: &RepoPath) -> Answer<()> {
        self.0.lock().unwrap().remove(path);
        session.remove_file(path).await
    }

    fn has(&self, row: &ReusableEmbedding) -> bool {
        let is_it = |own: &EmbeddingRow| matches!(&own.state, EmbeddingState::Computed(vector) if *vector == row.vector);
        self.0.lock().unwrap().values().flat_map(|file| &file.embeddings).any(is_it)
    }
}

#[derive(Default)]
struct ReusesThePresent(Own);

#[async_trait]
impl Fault for ReusesThePresent {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        self.0.begin(base, request.clone()).await
    }

    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        self.0.put(session, file).await
    }

    async fn remove_file(&self, session: &mut DynSession, path: &RepoPath) -> Answer<()> {
        self.0.remove(session, path).await
    }

    async fn reusable_in_session(&self, session: &mut DynSession, request: &ReuseRequest) -> Answer<Vec<ReusableEmbedding>> {
        let mut rows = session.reusable_embeddings(request).await?;
        rows.retain(|row| self.0.has(row));
        Ok(rows)
    }
}

/// What the session keeps since it pruned.
#[derive(Default)]
struct ReusesUnlessPruned(std::sync::Mutex<Option<Vec<EmbeddingSpec>>>);

#[async_trait]
impl Fault for ReusesUnlessPruned {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        *self.0.lock().unwrap() = None;
        base.begin_index_session(request).await
    }

    async fn maintain(&self, session: &mut DynSession, retention: &Retention) -> Answer<Maintenance> {
        *self.0.lock().unwrap() = Some(retention.specs.clone());
        session.maintain(retention).await
    }

    async fn reusable_in_session(&self, session: &mut DynSession, request: &ReuseRequest) -> Answer<Vec<ReusableEmbedding>> {
        if self.0.lock().unwrap().as_ref().is_some_and(|kept| !kept.contains(&request.spec)) {
            return Ok(Vec::new());
        }
        session.reusable_embeddings(request).await
    }
}

#[derive(Default)]
struct ReusesFew;

#[async_trait]
impl Fault for ReusesFew {
    async fn reusable_in_session(&self, session: &mut DynSession, request: &ReuseRequest) -> Answer<Vec<ReusableEmbedding>> {
        let texts = request.texts.iter().copied().take(4_000).collect();
        session.reusable_embeddings(&ReuseRequest { texts, ..request.clone() }).await
    }
}

#[derive(Default)]
struct ReusesUnlessFull {
    own: Own,
    full: AtomicBool,
}

#[async_trait]
impl Fault for ReusesUnlessFull {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        self.full.store(request.scope == WriteScope::Full, SeqCst);
        self.own.begin(base, request.clone()).await
    }

    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        self.own.put(session, file).await
    }

    async fn remove_file(&self, session: &mut DynSession, path: &RepoPath) -> Answer<()> {
        self.own.remove(session, path).await
    }

    async fn reusable_in_session(&self, session: &mut DynSession, request: &ReuseRequest) -> Answer<Vec<ReusableEmbedding>> {
        let mut rows = session.reusable_embeddings(request).await?;
        rows.retain(|row| !self.full.load(SeqCst) || self.own.has(row));
        Ok(rows)
    }
}

#[derive(Default)]
pub struct ReusesThePast {
    pub began: tokio::sync::Mutex<Option<DynReader>>,
}

#[async_trait]
impl Fault for ReusesThePast {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        let session = base.begin_index_session(request.clone()).await?;
        *self.began.lock().await = base.open_reader().await.ok();
        Ok(session)
    }

    async fn reusable_in_session(&self, _session: &mut DynSession, request: &ReuseRequest) -> Answer<Vec<ReusableEmbedding>> {
        match &*self.began.lock().await {
            Some(began) => began.reusable_embeddings(request).await,
            None => Ok(Vec::new()),
        }
    }
}

#[derive(Default)]
struct ReusesTheFormer(ReusesThePast);

#[async_trait]
impl Fault for ReusesTheFormer {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        self.0.begin(base, request.clone()).await
    }

    async fn reusable_in_session(&self, session: &mut DynSession, request: &ReuseRequest) -> Answer<Vec<ReusableEmbedding>> {
        let mut rows = session.reusable_embeddings(request).await?;
        for former in self.0.reusable_in_session(session, request).await? {
            rows.iter_mut().filter(|row| row.text_hash == former.text_hash).for_each(|row| row.clone_from(&former));
        }
        Ok(rows)
    }
}

#[derive(Default)]
struct ReusesTheGreatest;

#[async_trait]
impl Fault for ReusesTheGreatest {
    async fn reusable_embeddings(&self, reader: &dyn IndexReader, request: &ReuseRequest) -> Answer<Vec<ReusableEmbedding>> {
        let mut found = BTreeMap::new();
        for (_, spec, text_hash, vector) in every_vector(reader).await? {
            if spec == request.spec && request.texts.contains(&text_hash) {
                found.insert(text_hash, vector);
            }
        }
        Ok(found.into_iter().map(|(text_hash, vector)| ReusableEmbedding { text_hash, vector }).collect())
    }
}

#[derive(Default)]
struct ReusesAsAsked;

#[async_trait]
impl Fault for ReusesAsAsked {
    async fn reusable_embeddings(&self, reader: &dyn IndexReader, request: &ReuseRequest) -> Answer<Vec<ReusableEmbedding>> {
        let found = reader.reusable_embeddings(request).await?;
        let of = |text: &ContentHash| found.iter().find(|row| row.text_hash == *text).cloned();
        Ok(request.texts.iter().filter_map(of).collect())
    }
}

#[derive(Default)]
struct MixesReuse;

#[async_trait]
impl Fault for MixesReuse {
    async fn reusable_embeddings(&self, reader: &dyn IndexReader, request: &ReuseRequest) -> Answer<Vec<ReusableEmbedding>> {
        let mut found = BTreeMap::new();
        for (_, spec, text_hash, vector) in every_vector(reader).await? {
            if spec.model == request.spec.model && request.texts.contains(&text_hash) {
                found.entry(text_hash).or_insert(vector);
            }
        }
        Ok(found.into_iter().map(|(text_hash, vector)| ReusableEmbedding { text_hash, vector }).collect())
    }
}
