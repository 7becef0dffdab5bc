//! What a backend does not claim, it refuses.

use codira_contracts::{
    BackendError, CandidateRequest, Capability, ContentHash, EmbeddingRow, EmbeddingState, ErrorKind, IndexBackend,
    IndexReader, IndexWriteSession, PendingRequest, ReuseRequest, WriteScope,
};

use crate::{
    Cx, Fixture, Outcome, Violation,
    samples::{defining, spec, vector},
    verdict::ensure,
};

pub(crate) fn what_a_backend_claims_never_changes<F: Fixture>(cx: &Cx<F>) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let first = index.backend.descriptor().clone();
        let session = index.backend.begin_index_session(WriteScope::Full).await?;
        let during = index.backend.descriptor().clone();
        session.commit().await?;
        let other = cx.open(index.path()).await?;
        for (when, now) in [("in a session", &during), ("after it", index.backend.descriptor()), ("anew", other.descriptor())] {
            ensure!(*now == first, "at first it is {first:?}, and {when} {now:?}");
        }
        Ok(())
    })
}

pub(crate) fn embeddings_are_refused_when_not_claimed<F: Fixture>(cx: &Cx<F>) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let mut session = index.backend.begin_index_session(WriteScope::Full).await?;
        let mut file = defining("pkg/a.py", &["run"]);
        session.put_file(file.clone()).await?;
        file.embeddings = vec![EmbeddingRow {
            owner: "run".into(),
            spec: spec("1"),
            text_hash: ContentHash::of(b""),
            state: EmbeddingState::Computed(vector(&[1.0, 2.0])),
        }];
        let reuse = ReuseRequest { spec: spec("1"), texts: Vec::new() };
        refused("put_file", session.put_file(file).await)?;
        refused("prune_embeddings", session.prune_embeddings(&[]).await)?;
        refused("reusable_embeddings of a session", session.reusable_embeddings(&reuse).await)?;
        refused("pending_embeddings of a session", session.pending_embeddings(&PendingRequest::default()).await)?;
        refused("queue_embeddings", session.queue_embeddings(Vec::new()).await)?;
        refused("store_embeddings", session.store_embeddings(Vec::new()).await)?;
        session.commit().await?;

        let reader = index.backend.open_reader().await?;
        let nearest = CandidateRequest::new(spec("1"), vector(&[1.0, 2.0]), 1);
        refused("embedding_inventory", reader.embedding_inventory().await)?;
        refused("reusable_embeddings", reader.reusable_embeddings(&reuse).await)?;
        refused("pending_embeddings", reader.pending_embeddings(&PendingRequest::default()).await)?;
        refused("symbol_candidates", reader.symbol_candidates(&nearest).await)?;
        refused("documentation_candidates", reader.documentation_candidates(&nearest).await)
    })
}

fn refused<T>(call: &str, answer: Result<T, BackendError>) -> Outcome {
    match answer {
        Err(BackendError::Unsupported { capability: Capability::Embeddings, .. }) => Ok(()),
        Err(error) if error.kind() == ErrorKind::Unsupported => {
            Err(Violation::new(format_args!("{call} names another capability: {error}")))
        }
        Err(error) => Err(Violation::from(error).during(call)),
        Ok(_) => Err(Violation::new(format_args!("{call} is not refused"))),
    }
}
