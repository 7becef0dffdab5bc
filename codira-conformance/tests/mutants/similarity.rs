//! Similarity: vectors that meet what they must not, or are scored otherwise.

use std::collections::BTreeMap;

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    embeddings::every_vector,
    fault::{Answer, Fault, Lookups},
    judge::mutants,
};

mutants! {
    specs_are_mixed_in_candidates: MixesCandidates, "candidates come from every version of a model",
        "embeddings::specs_never_mix";
    scores_are_summed_in_f32: ScoresInF32, "scores are computed in f32",
        "embeddings::candidates_are_the_exact_top";
    scores_are_dot_products: ScoresByDot, "scores are not divided by lengths",
        "embeddings::specs_never_mix";
    ties_are_in_any_order: TiesBackwards, "candidates of one score are listed by key backwards",
        "embeddings::candidates_are_the_exact_top";
    candidates_are_cut_before_ties: TiesCut, "the candidates of the last score are left out when not all of them fit",
        "embeddings::candidates_are_the_exact_top";
    many_vectors_are_compared_roughly: ApproximatesMany, "of more than two hundred vectors, a byte a number decides which are scored",
        "embeddings::many_vectors_are_all_compared";
    vectors_are_found_as_they_were: FindsAsTheyWere, "the first vector that an owner had decides whether the present one is scored",
        "embeddings::many_vectors_are_all_compared";
    vectors_that_are_gone_take_places: CountsTheGone, "vectors that were replaced count among the first until they are left out",
        "embeddings::many_vectors_are_all_compared";
    small_numbers_are_not_seen: ForgetsSmallNumbers, "which vectors are scored is decided without the small numbers of what is looked for",
        "embeddings::small_numbers_decide";
    long_vectors_are_compared_by_their_beginnings: ComparesBeginnings, "of a vector, the first 8 192 numbers are compared",
        "embeddings::vectors_of_any_dimension_are_kept_and_compared";
    vectors_of_another_dimension_are_compared: ComparesAnyDimension, "a vector of another dimension has no candidates, and is no error",
        "embeddings::another_dimension_is_refused";
}

/// The candidates among symbols, scored and ordered in another way.
pub async fn symbol_candidates(
    reader: &dyn IndexReader,
    request: &CandidateRequest,
    comparable: impl Fn(&EmbeddingSpec) -> bool + Send,
    score: impl Fn(&[f32], &[f32]) -> f32 + Send,
) -> Answer<Vec<Candidate>> {
    if request.among == Owners::Documentation {
        return reader.candidates(request).await;
    }
    // Only a vector that may be asked for has candidates.
    reader.candidates(request).await?;
    let mut found = Vec::new();
    for (key, spec, _, vector) in every_vector(reader).await? {
        if comparable(&spec)
            && request.prefix.covers(&key.path)
            && let Some(entry) = reader.symbol(&key).await?
        {
            let score = score(request.vector.as_slice(), vector.as_slice());
            found.push(Candidate { score, owner: CandidateOwner::Symbol(entry) });
        }
    }
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.owner.key().cmp(&b.owner.key())));
    found.truncate(request.limit.unwrap_or(usize::MAX));
    Ok(found)
}

#[derive(Default)]
struct MixesCandidates;

#[async_trait]
impl Fault for MixesCandidates {
    async fn candidates(&self, reader: &dyn IndexReader, request: &CandidateRequest) -> Answer<Vec<Candidate>> {
        let CandidateRequest { spec: asked, .. } = request;
        let comparable = |spec: &EmbeddingSpec| (&spec.model, spec.dimension) == (&asked.model, asked.dimension);
        symbol_candidates(reader, request, comparable, score::cosine).await
    }
}

#[derive(Default)]
struct ComparesBeginnings;

#[async_trait]
impl Fault for ComparesBeginnings {
    async fn candidates(&self, reader: &dyn IndexReader, request: &CandidateRequest) -> Answer<Vec<Candidate>> {
        let cosine = |a: &[f32], b: &[f32]| score::cosine(&a[..a.len().min(8_192)], &b[..b.len().min(8_192)]);
        symbol_candidates(reader, request, |spec| *spec == request.spec, cosine).await
    }
}

#[derive(Default)]
struct ScoresInF32;

#[async_trait]
impl Fault for ScoresInF32 {
    async fn candidates(&self, reader: &dyn IndexReader, request: &CandidateRequest) -> Answer<Vec<Candidate>> {
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
    async fn candidates(&self, reader: &dyn IndexReader, request: &CandidateRequest) -> Answer<Vec<Candidate>> {
        symbol_candidates(reader, request, |spec| *spec == request.spec, |a, b| score::dot(a, b) as f32).await
    }
}

#[derive(Default)]
struct TiesBackwards;

#[async_trait]
impl Fault for TiesBackwards {
    async fn candidates(&self, reader: &dyn IndexReader, request: &CandidateRequest) -> Answer<Vec<Candidate>> {
        if request.among == Owners::Symbols {
            return reader.candidates(request).await;
        }
        let mut found = reader.candidates(&CandidateRequest { limit: None, ..request.clone() }).await?;
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
    async fn candidates(&self, reader: &dyn IndexReader, request: &CandidateRequest) -> Answer<Vec<Candidate>> {
        if request.among == Owners::Documentation {
            return reader.candidates(request).await;
        }
        let all = reader.candidates(&CandidateRequest { limit: None, ..request.clone() }).await?;
        let mut found = reader.candidates(request).await?;
        let next = all.get(found.len()).map(|candidate| candidate.score);
        found.retain(|candidate| Some(candidate.score) != next);
        Ok(found)
    }
}

#[derive(Default)]
struct ApproximatesMany;

#[async_trait]
impl Fault for ApproximatesMany {
    async fn candidates(&self, reader: &dyn IndexReader, request: &CandidateRequest) -> Answer<Vec<Candidate>> {
        let in_bytes = |numbers: &[f32]| -> Vec<f32> {
            let most = numbers.iter().fold(f32::MIN_POSITIVE, |most, number| most.max(number.abs()));
            numbers.iter().map(|number| (number / most * 127.0).round()).collect()
        };
        let roughly = |query: &[f32], stored: &[f32]| score::cosine(query, &in_bytes(stored));
        let all = reader.candidates(&CandidateRequest { limit: None, ..request.clone() }).await?;
        if all.len() <= 200 {
            return reader.candidates(request).await;
        }
        let best = symbol_candidates(reader, request, |spec| *spec == request.spec, roughly).await?;
        Ok(all.into_iter().filter(|exact| best.iter().any(|found| found.owner.key() == exact.owner.key())).collect())
    }
}

/// The first vector of each owner.
#[derive(Default)]
struct FindsAsTheyWere(std::sync::Mutex<BTreeMap<(SymbolKey, EmbeddingSpec), Vector>>);

#[async_trait]
impl Fault for FindsAsTheyWere {
    async fn candidates(&self, reader: &dyn IndexReader, request: &CandidateRequest) -> Answer<Vec<Candidate>> {
        if request.among == Owners::Documentation {
            return reader.candidates(request).await;
        }
        let now = every_vector(reader).await?;
        let first = {
            let mut first = self.0.lock().unwrap();
            for (key, spec, _, vector) in now {
                first.entry((key, spec)).or_insert(vector);
            }
            first.clone()
        };
        let mut all = reader.candidates(&CandidateRequest { limit: None, ..request.clone() }).await?;
        let then = |owner: &CandidateOwner| {
            score::cosine(request.vector.as_slice(), first[&(owner.key(), request.spec.clone())].as_slice())
        };
        all.sort_by(|a, b| then(&b.owner).total_cmp(&then(&a.owner)).then_with(|| a.owner.key().cmp(&b.owner.key())));
        all.truncate(request.limit.unwrap_or(usize::MAX));
        all.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.owner.key().cmp(&b.owner.key())));
        Ok(all)
    }
}

/// Every vector that was put.
#[derive(Default)]
struct CountsTheGone(std::sync::Mutex<Vec<(SymbolKey, EmbeddingSpec, Vector)>>);

#[async_trait]
impl Fault for CountsTheGone {
    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        session.put_file(file.clone()).await?;
        let vectors = file.embeddings.iter().filter_map(|row| match &row.state {
            EmbeddingState::Computed(vector) => {
                let key = SymbolKey { path: file.path().clone(), id: row.owner.clone() };
                Some((key, row.spec.clone(), vector.clone()))
            }
            EmbeddingState::Pending { .. } => None,
        });
        self.0.lock().unwrap().extend(vectors);
        Ok(())
    }

    async fn candidates(&self, reader: &dyn IndexReader, request: &CandidateRequest) -> Answer<Vec<Candidate>> {
        let all = reader.candidates(&CandidateRequest { limit: None, ..request.clone() }).await?;
        if request.among == Owners::Documentation {
            return reader.candidates(request).await;
        }
        let now = every_vector(reader).await?;
        let is_there = |gone: &(SymbolKey, EmbeddingSpec, Vector)| {
            now.iter().any(|(key, spec, _, vector)| (key, spec, vector) == (&gone.0, &gone.1, &gone.2))
        };
        let of_request = |gone: &&(SymbolKey, EmbeddingSpec, Vector)| {
            gone.1 == request.spec && request.prefix.covers(&gone.0.path) && !is_there(gone)
        };
        let gone: Vec<f32> = {
            let put = self.0.lock().unwrap();
            let score = |vector: &Vector| score::cosine(request.vector.as_slice(), vector.as_slice());
            put.iter().filter(of_request).map(|(.., vector)| score(vector)).collect()
        };
        let mut ranked: Vec<(f32, Option<Candidate>)> = gone.into_iter().map(|score| (score, None)).collect();
        ranked.extend(all.into_iter().map(|candidate| (candidate.score, Some(candidate))));
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        Ok(ranked.into_iter().take(request.limit.unwrap_or(usize::MAX)).filter_map(|(_, candidate)| candidate).collect())
    }
}

#[derive(Default)]
struct ForgetsSmallNumbers;

#[async_trait]
impl Fault for ForgetsSmallNumbers {
    async fn candidates(&self, reader: &dyn IndexReader, request: &CandidateRequest) -> Answer<Vec<Candidate>> {
        let most = request.vector.as_slice().iter().fold(0.0, |most: f32, number| most.max(number.abs()));
        let great = request.vector.as_slice().iter().map(|number| if number.abs() < most / 4096.0 { 0.0 } else { *number });
        let Ok(vector) = Vector::new(great.collect()) else { return reader.candidates(request).await };
        let chosen = reader.candidates(&CandidateRequest { vector, ..request.clone() }).await?;
        let mut all = reader.candidates(&CandidateRequest { limit: None, ..request.clone() }).await?;
        all.retain(|candidate| chosen.iter().any(|other| other.owner.key() == candidate.owner.key()));
        Ok(all)
    }
}

#[derive(Default)]
struct ComparesAnyDimension;

#[async_trait]
impl Fault for ComparesAnyDimension {
    async fn candidates(&self, reader: &dyn IndexReader, request: &CandidateRequest) -> Answer<Vec<Candidate>> {
        match reader.candidates(request).await {
            Err(BackendError::InvalidInput { .. }) if request.among == Owners::Symbols => Ok(Vec::new()),
            found => found,
        }
    }
}
