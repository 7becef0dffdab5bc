//! Similarity and reuse: vectors that meet what they must not, are scored otherwise, or are not found again.

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
    replaced_files_have_no_vectors: ReusesThePresent, "a session finds no vectors of files that it replaced or removed", [
        "embeddings::a_text_keeps_its_vector_when_it_moves",
    ];
    dropped_files_have_no_vectors: ReusesUnlessFull, "a session of full scope finds no vectors of the files it dropped", [
        "embeddings::a_text_keeps_its_vector_when_it_moves",
    ];
    a_session_reuses_the_past: ReusesThePast, "a session finds no vectors of files that it put", [
        "embeddings::a_text_keeps_its_vector_when_it_moves",
    ];
    the_former_vector_is_reused: ReusesTheFormer, "of one key, the vector with which the session began is reused", [
        "embeddings::a_text_keeps_its_vector_when_it_moves",
    ];
    the_greatest_key_is_reused: ReusesTheGreatest, "of the owners of a text, the vector of the greatest key is reused", [
        "embeddings::a_text_keeps_its_vector_when_it_moves",
    ];
    texts_are_reused_as_asked: ReusesAsAsked, "vectors to reuse come in the order and number in which texts were asked for", [
        "embeddings::a_text_keeps_its_vector_when_it_moves",
    ];
    specs_are_mixed_in_candidates: MixesCandidates, "candidates come from every version of a model", [
        "embeddings::specs_never_mix",
    ];
    specs_are_mixed_in_reuse: MixesReuse, "a vector of another spec is reused", [
        "embeddings::specs_never_mix",
    ];
    scores_are_summed_in_f32: ScoresInF32, "scores are computed in f32", [
        "embeddings::candidates_are_the_exact_top",
        "embeddings::many_vectors_are_all_compared",
    ];
    scores_are_dot_products: ScoresByDot, "scores are not divided by lengths", [
        "embeddings::candidates_are_the_exact_top",
        "embeddings::many_vectors_are_all_compared",
        "embeddings::specs_never_mix",
    ];
    ties_are_in_any_order: TiesBackwards, "candidates of one score are listed by key backwards", [
        "embeddings::candidates_are_the_exact_top",
    ];
    candidates_are_cut_before_ties: TiesCut, "the candidates of the last score are left out when not all of them fit", [
        "asking::a_limit_gives_the_first",
        "embeddings::candidates_are_the_exact_top",
        "embeddings::many_vectors_are_all_compared",
    ];
    many_vectors_are_compared_roughly: ApproximatesMany, "of more than two hundred vectors, a byte a number decides which are scored", [
        "embeddings::many_vectors_are_all_compared",
    ];
    vectors_are_found_as_they_were: FindsAsTheyWere, "the first vector that an owner had decides whether the present one is scored", [
        "embeddings::many_vectors_are_all_compared",
    ];
    vectors_of_another_dimension_are_compared: ComparesAnyDimension, "a vector of another dimension has no candidates, and is no error", [
        "embeddings::another_dimension_is_refused",
    ];
}

/// The vectors that a session has stored for texts, as its own files have them when it would commit.
#[derive(Default)]
struct Own(std::sync::Mutex<BTreeMap<RepoPath, FileSnapshot>>);

impl Own {
    /// Keeps what a session puts, beginning with what was committed.
    async fn begin(&self, base: &DynBackend, scope: WriteScope) -> Answer<DynSession> {
        let session = base.begin_index_session(scope).await?;
        let mut files = BTreeMap::new();
        if let (WriteScope::Incremental, Ok(reader)) = (scope, base.open_reader().await) {
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
    async fn begin(&self, base: &DynBackend, scope: WriteScope) -> Answer<DynSession> {
        self.0.begin(base, scope).await
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

#[derive(Default)]
struct ReusesUnlessFull {
    own: Own,
    full: AtomicBool,
}

#[async_trait]
impl Fault for ReusesUnlessFull {
    async fn begin(&self, base: &DynBackend, scope: WriteScope) -> Answer<DynSession> {
        self.full.store(scope == WriteScope::Full, SeqCst);
        self.own.begin(base, scope).await
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
    async fn begin(&self, base: &DynBackend, scope: WriteScope) -> Answer<DynSession> {
        let session = base.begin_index_session(scope).await?;
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
    async fn begin(&self, base: &DynBackend, scope: WriteScope) -> Answer<DynSession> {
        self.0.begin(base, scope).await
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

/// The candidates among symbols, scored and ordered in another way.
async fn symbol_candidates(
    reader: &dyn IndexReader,
    request: &CandidateRequest,
    comparable: impl Fn(&EmbeddingSpec) -> bool + Send,
    score: impl Fn(&[f32], &[f32]) -> f32 + Send,
) -> Answer<Vec<Candidate<SymbolEntry>>> {
    // Only a vector that may be asked for has candidates.
    reader.symbol_candidates(request).await?;
    let mut found = Vec::new();
    for (key, spec, _, vector) in every_vector(reader).await? {
        if comparable(&spec)
            && request.prefix.covers(&key.path)
            && let Some(entry) = reader.symbol(&key).await?
        {
            found.push(Candidate { score: score(request.vector.as_slice(), vector.as_slice()), entry });
        }
    }
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.entry.key().cmp(&b.entry.key())));
    found.truncate(request.limit.unwrap_or(usize::MAX));
    Ok(found)
}

#[derive(Default)]
struct MixesCandidates;

#[async_trait]
impl Fault for MixesCandidates {
    async fn symbol_candidates(
        &self,
        reader: &dyn IndexReader,
        request: &CandidateRequest,
    ) -> Answer<Vec<Candidate<SymbolEntry>>> {
        let CandidateRequest { spec: asked, .. } = request;
        let comparable = |spec: &EmbeddingSpec| (&spec.model, spec.dimension) == (&asked.model, asked.dimension);
        symbol_candidates(reader, request, comparable, score::cosine).await
    }
}

#[derive(Default)]
struct ScoresInF32;

#[async_trait]
impl Fault for ScoresInF32 {
    async fn symbol_candidates(
        &self,
        reader: &dyn IndexReader,
        request: &CandidateRequest,
    ) -> Answer<Vec<Candidate<SymbolEntry>>> {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        let cosine = |a: &[f32], b: &[f32]| {
            let lengths = dot(a, a).sqrt() * dot(b, b).sqrt();
            if lengths == 0.0 { 0.0 } else { (dot(a, b) / lengths).clamp(-1.0, 1.0) + 0.0 }
        };
        symbol_candidates(reader, request, |spec| *spec == request.spec, cosine).await
    }
}

#[derive(Default)]
struct ScoresByDot;

#[async_trait]
impl Fault for ScoresByDot {
    async fn symbol_candidates(
        &self,
        reader: &dyn IndexReader,
        request: &CandidateRequest,
    ) -> Answer<Vec<Candidate<SymbolEntry>>> {
        symbol_candidates(reader, request, |spec| *spec == request.spec, |a, b| score::dot(a, b) as f32).await
    }
}

#[derive(Default)]
struct TiesBackwards;

#[async_trait]
impl Fault for TiesBackwards {
    async fn documentation_candidates(
        &self,
        reader: &dyn IndexReader,
        request: &CandidateRequest,
    ) -> Answer<Vec<Candidate<DocumentationEntry>>> {
        let mut found = reader.documentation_candidates(&CandidateRequest { limit: None, ..request.clone() }).await?;
        found.reverse();
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        found.truncate(request.limit.unwrap_or(usize::MAX));
        Ok(found)
    }
}

#[derive(Default)]
struct TiesCut;

#[async_trait]
impl Fault for TiesCut {
    async fn symbol_candidates(
        &self,
        reader: &dyn IndexReader,
        request: &CandidateRequest,
    ) -> Answer<Vec<Candidate<SymbolEntry>>> {
        let all = reader.symbol_candidates(&CandidateRequest { limit: None, ..request.clone() }).await?;
        let mut found = reader.symbol_candidates(request).await?;
        let next = all.get(found.len()).map(|candidate| candidate.score);
        found.retain(|candidate| Some(candidate.score) != next);
        Ok(found)
    }
}

#[derive(Default)]
struct ApproximatesMany;

#[async_trait]
impl Fault for ApproximatesMany {
    async fn symbol_candidates(
        &self,
        reader: &dyn IndexReader,
        request: &CandidateRequest,
    ) -> Answer<Vec<Candidate<SymbolEntry>>> {
        let estimator = score::Estimator::new(request.vector.as_slice());
        let roughly = |_: &[f32], stored: &[f32]| {
            let bounds = estimator.bounds(score::Sketch::of(stored).as_bytes()).unwrap();
            (bounds.low + bounds.high) / 2.0
        };
        let all = reader.symbol_candidates(&CandidateRequest { limit: None, ..request.clone() }).await?;
        if all.len() <= 200 {
            return reader.symbol_candidates(request).await;
        }
        let best = symbol_candidates(reader, request, |spec| *spec == request.spec, roughly).await?;
        Ok(all.into_iter().filter(|exact| best.iter().any(|found| found.entry.key() == exact.entry.key())).collect())
    }
}

/// The first vector of each owner.
#[derive(Default)]
struct FindsAsTheyWere(std::sync::Mutex<BTreeMap<(SymbolKey, EmbeddingSpec), Vector>>);

#[async_trait]
impl Fault for FindsAsTheyWere {
    async fn symbol_candidates(
        &self,
        reader: &dyn IndexReader,
        request: &CandidateRequest,
    ) -> Answer<Vec<Candidate<SymbolEntry>>> {
        let now = every_vector(reader).await?;
        let first = {
            let mut first = self.0.lock().unwrap();
            for (key, spec, _, vector) in now {
                first.entry((key, spec)).or_insert(vector);
            }
            first.clone()
        };
        let mut all = reader.symbol_candidates(&CandidateRequest { limit: None, ..request.clone() }).await?;
        let then = |entry: &SymbolEntry| {
            score::cosine(request.vector.as_slice(), first[&(entry.key(), request.spec.clone())].as_slice())
        };
        all.sort_by(|a, b| then(&b.entry).total_cmp(&then(&a.entry)).then_with(|| a.entry.key().cmp(&b.entry.key())));
        all.truncate(request.limit.unwrap_or(usize::MAX));
        all.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.entry.key().cmp(&b.entry.key())));
        Ok(all)
    }
}

#[derive(Default)]
struct ComparesAnyDimension;

#[async_trait]
impl Fault for ComparesAnyDimension {
    async fn symbol_candidates(
        &self,
        reader: &dyn IndexReader,
        request: &CandidateRequest,
    ) -> Answer<Vec<Candidate<SymbolEntry>>> {
        match reader.symbol_candidates(request).await {
            Err(BackendError::InvalidInput { .. }) => Ok(Vec::new()),
            found => found,
        }
    }
}
