//! Rows of embeddings: ties that are cut otherwise, rows by the thousand, and two vectors for one
//! of them.

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
    specs::fault,
};

const TIES: &str = "embeddings::equal_scores_are_cut_by_key";
const THOUSANDS: &str = "embeddings::rows_by_the_thousand_are_all_kept";
const TWO: &str = "embeddings::the_first_vector_for_a_row_counts";

mutants! {
    a_limit_counts_owners_of_both_kinds: CutsBothKinds, "a limit counts symbols and units, and those of the other kind are left out afterwards", TIES;
    ties_go_by_id: TiesById, "candidates of one score are listed by id, then path", TIES;
    ties_go_by_finer_scores: TiesByFinerScores, "candidates whose scores differ beyond their bits are listed by these", TIES;
    ties_go_by_joined_keys: TiesByText, "candidates of one score are listed by path and id as one text", TIES;
    ties_go_by_case: TiesInAnyCase, "candidates of one score are listed by path in any case", TIES;
    a_limit_counts_what_is_elsewhere: CutsBeforeThePrefix, "a limit counts candidates of the whole repository", TIES;
    units_are_as_many_as_symbols: UnitsLikeSymbols, "a file has as many candidates among units as it has symbols", TIES;
    candidates_fit_on_a_page: APageOfCandidates, "there are at most 128 candidates", TIES;
    one_candidate_of_a_score: OneOfAScore, "a file has one candidate of each score", TIES;

    ten_thousand_rows_are_queued: QueuesTenThousand, "of more than ten thousand rows in one call the others are not queued", THOUSANDS;
    the_last_batch_is_counted: CountsTheLastBatch, "of more than four thousand vectors those of the last batch are counted", THOUSANDS;
    a_row_between_batches_is_lost: LosesBetweenBatches, "of each four thousand vectors in one call the last is not kept", THOUSANDS;
    ten_thousand_rows_wait: ListsTenThousand, "at most ten thousand rows that wait are listed", THOUSANDS;
    texts_beyond_a_batch_are_not_sought: SeeksABatchOfTexts, "of more than 4 096 texts the others have no vectors to reuse", THOUSANDS;
    a_thousand_candidates: AThousandCandidates, "there are at most a thousand candidates", THOUSANDS;

    the_last_vector_counts: KeepsTheLast, "of two vectors for one row in one call the last is kept", TWO;
    both_vectors_are_counted: CountsBoth, "of two vectors for one row in one call both are counted as stored", TWO;
    a_second_vector_is_refused: RefusesTheSecond, "two vectors for one row in one call are refused", TWO;
    a_second_vector_replaces_the_first: ReplacesVectors, "a vector replaces the one that a row has for the same text", TWO;
}

/// All candidates that a request could have, of one kind.
async fn unlimited(reader: &dyn IndexReader, request: &CandidateRequest) -> Answer<Vec<Candidate>> {
    reader.candidates(&CandidateRequest { limit: None, ..request.clone() }).await
}

/// Declares a fault that changes the list of all candidates before it is cut.
macro_rules! lists {
    ($name:ident: |$request:ident, $found:ident| $change:expr) => {
        fault!($name {
            async fn candidates(&self, reader: &dyn IndexReader, $request: &CandidateRequest) -> Answer<Vec<Candidate>> {
                let mut $found = unlimited(reader, $request).await?;
                $change;
                $found.truncate($request.limit.unwrap_or(usize::MAX));
                Ok($found)
            }
        });
    };
}
fn by_score_then<K: Ord>(found: &mut [Candidate], key: impl Fn(&SymbolKey) -> K) {
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| key(&a.owner.key()).cmp(&key(&b.owner.key()))));
}
lists!(TiesById: |request, found| by_score_then(&mut found, |key| (key.id.clone(), key.path.clone())));
lists!(TiesByText: |request, found| by_score_then(&mut found, |key| format!("{}{}", key.path, key.id)));
lists!(TiesInAnyCase: |request, found| by_score_then(&mut found, |key| (key.path.as_str().to_lowercase(), key.id.clone())));
lists!(APageOfCandidates: |request, found| found.truncate(128));
lists!(AThousandCandidates: |request, found| found.truncate(1_000));
lists!(OneOfAScore: |request, found| found.dedup_by_key(|candidate| (candidate.score.to_bits(), candidate.owner.key().path)));

fault!(CutsBothKinds {
    async fn candidates(&self, reader: &dyn IndexReader, request: &CandidateRequest) -> Answer<Vec<Candidate>> {
        let mut both = Vec::new();
        for among in [Owners::Symbols, Owners::Documentation] {
            both.extend(unlimited(reader, &CandidateRequest { among, ..request.clone() }).await?);
        }
        by_score_then(&mut both, SymbolKey::clone);
        both.truncate(request.limit.unwrap_or(usize::MAX));
        both.retain(|it| matches!(it.owner, CandidateOwner::Symbol(_)) == (request.among == Owners::Symbols));
        Ok(both)
    }
});

fault!(CutsBeforeThePrefix {
    async fn candidates(&self, reader: &dyn IndexReader, request: &CandidateRequest) -> Answer<Vec<Candidate>> {
        let mut found = reader.candidates(&CandidateRequest { prefix: PathPrefix::root(), ..request.clone() }).await?;
        found.retain(|candidate| request.prefix.covers(&candidate.owner.key().path));
        Ok(found)
    }
});

fault!(UnitsLikeSymbols {
    async fn candidates(&self, reader: &dyn IndexReader, request: &CandidateRequest) -> Answer<Vec<Candidate>> {
        let mut found = unlimited(reader, request).await?;
        if request.among == Owners::Documentation {
            let mut room = BTreeMap::new();
            for entry in reader.symbol_inventory(&SymbolInventoryRequest::default()).await? {
                *room.entry(entry.symbol.key.path).or_insert(0_usize) += 1;
            }
            // A file without symbols is one of documents.
            found.retain(|candidate| room.get_mut(&candidate.owner.key().path).is_none_or(|room| {
                let fits = *room > 0;
                *room = room.saturating_sub(1);
                fits
            }));
        }
        found.truncate(request.limit.unwrap_or(usize::MAX));
        Ok(found)
    }
});

fault!(TiesByFinerScores {
    async fn candidates(&self, reader: &dyn IndexReader, request: &CandidateRequest) -> Answer<Vec<Candidate>> {
        let mut finer = BTreeMap::new();
        for (key, spec, _, vector) in every_vector(reader).await? {
            if spec == request.spec {
                let (a, b) = (request.vector.as_slice(), vector.as_slice());
                finer.insert(key, score::dot(a, b) / (score::dot(a, a) * score::dot(b, b)).sqrt().max(f64::MIN_POSITIVE));
            }
        }
        let mut found = unlimited(reader, request).await?;
        let of = |candidate: &Candidate| finer[&candidate.owner.key()];
        found.sort_by(|a, b| of(b).total_cmp(&of(a)).then_with(|| a.owner.key().cmp(&b.owner.key())));
        found.truncate(request.limit.unwrap_or(usize::MAX));
        Ok(found)
    }
});

fault!(QueuesTenThousand {
    async fn queue_embeddings(&self, session: &mut DynSession, mut rows: Vec<PendingEmbedding>) -> Answer<()> {
        rows.truncate(10_000);
        session.queue_embeddings(rows).await
    }
});

/// Hands vectors in by batches.
async fn in_batches(session: &mut DynSession, rows: Vec<ComputedEmbedding>, of: usize) -> Answer<Vec<Stored>> {
    let mut stored = Vec::new();
    for batch in rows.chunks(of) {
        stored.push(session.store_embeddings(batch.to_vec()).await?);
    }
    Ok(stored)
}

fault!(CountsTheLastBatch {
    async fn store_embeddings(&self, session: &mut DynSession, rows: Vec<ComputedEmbedding>) -> Answer<Stored> {
        Ok(in_batches(session, rows, 4_000).await?.pop().unwrap_or_default())
    }
});

fault!(LosesBetweenBatches {
    async fn store_embeddings(&self, session: &mut DynSession, rows: Vec<ComputedEmbedding>) -> Answer<Stored> {
        let mut lost = 0;
        let mut kept = Vec::new();
        for (number, row) in rows.into_iter().enumerate() {
            if number % 4_000 == 3_999 { lost += 1 } else { kept.push(row) }
        }
        let Stored { stored, stale } = session.store_embeddings(kept).await?;
        Ok(Stored { stored: stored + lost, stale })
    }
});

fault!(ListsTenThousand {
    async fn pending_embeddings(&self, reader: &dyn IndexReader, request: &PendingRequest) -> Answer<Vec<PendingEmbedding>> {
        let limit = Some(request.limit.unwrap_or(usize::MAX).min(10_000));
        reader.pending_embeddings(&PendingRequest { limit, ..request.clone() }).await
    }
});

fault!(SeeksABatchOfTexts {
    async fn reusable_embeddings(&self, reader: &dyn IndexReader, request: &ReuseRequest) -> Answer<Vec<ReusableEmbedding>> {
        let texts = request.texts.iter().copied().take(4_096).collect();
        reader.reusable_embeddings(&ReuseRequest { texts, ..request.clone() }).await
    }
});

/// The vectors without those for whose row another one follows, or comes before.
fn one_of_each(mut rows: Vec<ComputedEmbedding>, last: bool) -> (Vec<ComputedEmbedding>, u64) {
    let (all, mut seen) = (rows.len(), BTreeSet::new());
    if last {
        rows.reverse();
    }
    rows.retain(|row| seen.insert((row.key.clone(), row.spec.clone(), row.text_hash)));
    if last {
        rows.reverse();
    }
    let left_out = (all - rows.len()) as u64;
    (rows, left_out)
}

fault!(KeepsTheLast {
    async fn store_embeddings(&self, session: &mut DynSession, rows: Vec<ComputedEmbedding>) -> Answer<Stored> {
        let (rows, left_out) = one_of_each(rows, true);
        let Stored { stored, stale } = session.store_embeddings(rows).await?;
        Ok(Stored { stored, stale: stale + left_out })
    }
});

fault!(CountsBoth {
    async fn store_embeddings(&self, session: &mut DynSession, rows: Vec<ComputedEmbedding>) -> Answer<Stored> {
        let (rows, left_out) = one_of_each(rows, false);
        let Stored { stored, stale } = session.store_embeddings(rows).await?;
        Ok(Stored { stored: stored + left_out, stale })
    }
});

fault!(RefusesTheSecond {
    async fn store_embeddings(&self, session: &mut DynSession, rows: Vec<ComputedEmbedding>) -> Answer<Stored> {
        match one_of_each(rows.clone(), false) {
            (_, 0) => session.store_embeddings(rows).await,
            _ => Err(BackendError::invalid(&rows[0].key, "a row has one vector in a call")),
        }
    }
});

#[derive(Default)]
struct ReplacesVectors(Mutex<BTreeMap<(SymbolKey, EmbeddingSpec), PendingEmbedding>>);

#[async_trait]
impl Fault for ReplacesVectors {
    async fn store_embeddings(&self, session: &mut DynSession, rows: Vec<ComputedEmbedding>) -> Answer<Stored> {
        let waiting = session.pending_embeddings(&PendingRequest::default()).await?;
        let again: Vec<_> = {
            let mut known = self.0.lock().unwrap();
            known.extend(waiting.into_iter().map(|row| ((row.key.clone(), row.spec.clone()), row)));
            let of_row = |row: &ComputedEmbedding| known.get(&(row.key.clone(), row.spec.clone())).cloned();
            let same_text =
                |row: &ComputedEmbedding| of_row(row).filter(|it| ContentHash::of(it.text.as_bytes()) == row.text_hash);
            rows.iter().filter_map(same_text).collect()
        };
        session.queue_embeddings(again).await?;
        session.store_embeddings(rows).await
    }

    fn ended(&self) {
        self.0.lock().unwrap().clear();
    }
}
