//! What a backend does not claim, it refuses.

use codira_contracts::{
    BackendError, CandidateRequest, Capability, ContentHash, EmbeddingRow, EmbeddingState, ErrorKind, IndexBackend,
    IndexReader, IndexWriteSession, Owners, PendingRequest, Retention, ReuseRequest, WriteScope,
};

use crate::{
    Cx, Outcome, Violation,
    samples::{defining, spec, vector},
    toy::request,
    verdict::ensure,
};

pub(crate) fn what_a_backend_claims_never_changes(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let first = index.backend.descriptor().clone();
        let session = index.backend.begin_index_session(request(WriteScope::Full)).await?;
        let during = index.backend.descriptor().clone();
        session.commit().await?;
        let other = cx.open(index.path()).await?;
        for (when, now) in [("in a session", &during), ("after it", index.backend.descriptor()), ("anew", other.descriptor())] {
            ensure!(*now == first, "at first it is {first:?}, and {when} {now:?}");
        }
        Ok(())
    })
}

pub(crate) fn embeddings_are_refused_when_not_claimed(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let mut session = index.backend.begin_index_session(request(WriteScope::Full)).await?;
        let mut file = defining("pkg/a.toy", &["run"]);
        session.put_file(file.clone()).await?;
        file.embeddings = vec![EmbeddingRow {
            owner: "run".into(),
            spec: spec("1"),
            text_hash: ContentHash::of(b""),
            state: EmbeddingState::Computed(vector(&[1.0, 2.0])),
        }];
        let reuse = ReuseRequest { spec: spec("1"), texts: Vec::new() };
        refused("put_file", session.put_file(file).await)?;
        refused("reusable_embeddings of a session", session.reusable_embeddings(&reuse).await)?;
        refused("pending_embeddings of a session", session.pending_embeddings(&PendingRequest::default()).await)?;
        refused("queue_embeddings", session.queue_embeddings(Vec::new()).await)?;
        refused("store_embeddings", session.store_embeddings(Vec::new()).await)?;
        session.commit().await?;

        let reader = index.backend.open_reader().await?;
        refused("reusable_embeddings", reader.reusable_embeddings(&reuse).await)?;
        refused("pending_embeddings", reader.pending_embeddings(&PendingRequest::default()).await)?;
        let nearest = |among| CandidateRequest::new(among, spec("1"), vector(&[1.0, 2.0]), 1);
        refused("candidates among symbols", reader.candidates(&nearest(Owners::Symbols)).await)?;
        refused("candidates among documentation", reader.candidates(&nearest(Owners::Documentation)).await)?;
        // What is not kept is none, and nothing of it has to go.
        let (stored, left) = (reader.inventory().await?.embeddings, reader.maintenance(&Retention::default()).await?);
        ensure!(stored.is_empty(), "no embedding is kept, and counted are {stored:?}");
        ensure!(left.orphaned_embeddings == 0, "no embedding is kept, and {left:?} is to go");
        Ok(())
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
