//! Embeddings that cannot be kept: without an owner, or of another dimension.

use codira_contracts::{
    BackendError, CandidateRequest, ComputedEmbedding, ErrorKind, IndexBackend, IndexReader, IndexWriteSession, Owners,
    PendingRequest, SymbolKey,
    WriteScope::{Full, Incremental},
};

use super::{hash, pending, with_vectors};
use crate::{
    Cx, Outcome,
    samples::{defining, key, path, spec, vector},
    toy::request,
    verdict::ensure,
};

pub(crate) fn a_row_without_owner_is_refused(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let computed = with_vectors("pkg/a.toy", &[&[1.0, 2.0]]);
        let waiting = [pending("pkg/b.toy", "run", "1", "run")];
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        session.put_file(computed.clone()).await?;
        session.put_file(defining("pkg/b.toy", &["run", "stop"])).await?;
        session.put_file(defining("c/a.c", &["run"])).await?;
        session.queue_embeddings(waiting.to_vec()).await?;
        session.commit().await?;
        let mut session = index.backend.begin_index_session(request(Incremental)).await?;
        session.remove_file(&path("c/a.c")).await?;
        for (at, id) in [("pkg/b.toy", "nobody"), ("pkg/a.toy", "run"), ("nowhere.toy", "run"), ("c/a.c", "run")] {
            // Rows that would be added, wait with another text, or replace a vector, on either
            // side of it.
            let rows = vec![
                pending("pkg/b.toy", "stop", "1", "stop"),
                pending("pkg/b.toy", "run", "1", "later"),
                pending(at, id, "1", "nobody's"),
                pending("pkg/a.toy", "a", "1", "later"),
            ];
            naming(&key(at, id), "queuing", session.queue_embeddings(rows).await)?;
            let found = session.pending_embeddings(&PendingRequest::default()).await?;
            ensure!(found == waiting, "of rows that were refused together, some were kept: now {found:#?} wait");
        }
        session.commit().await?;
        let found = index.backend.open_reader().await?.file(computed.path()).await?;
        ensure!(found == Some(computed), "rows that were refused changed a vector: {found:#?}");
        Ok(())
    })
}

pub(crate) fn another_dimension_is_refused(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        session.put_file(with_vectors("pkg/a.toy", &[&[1.0, 2.0]])).await?;
        session.put_file(defining("pkg/b.toy", &["run", "stop"])).await?;
        let waiting = vec![pending("pkg/b.toy", "run", "1", "run"), pending("pkg/b.toy", "stop", "1", "stop")];
        session.queue_embeddings(waiting.clone()).await?;
        let computed = |id: &str, numbers: &[f32]| ComputedEmbedding {
            key: key("pkg/b.toy", id),
            spec: spec("1"),
            text_hash: hash(id),
            vector: vector(numbers),
        };
        for numbers in [&[][..], &[1.0], &[1.0, 2.0, 3.0]] {
            let stored = session.store_embeddings(vec![computed("stop", &[1.0, 2.0]), computed("run", numbers)]).await;
            naming(&key("pkg/b.toy", "run"), format_args!("storing {numbers:?}"), stored)?;
        }
        let found = session.pending_embeddings(&PendingRequest::default()).await?;
        ensure!(found == waiting, "of vectors that were refused together, some were kept: now {found:#?} wait");
        session.commit().await?;
        let reader = index.backend.open_reader().await?;
        for numbers in [&[][..], &[1.0], &[1.0, 2.0, 3.0]] {
            for among in [Owners::Symbols, Owners::Documentation] {
                let nearest = CandidateRequest::new(among, spec("1"), vector(numbers), 9);
                refused(&format!("{among:?}"), numbers, reader.candidates(&nearest).await)?;
            }
        }
        Ok(())
    })
}

fn refused<T>(what: &str, numbers: &[f32], answer: Result<T, BackendError>) -> Outcome {
    let kind = answer.err().map(|error| error.kind());
    let invalid = kind == Some(ErrorKind::InvalidInput);
    ensure!(invalid, "asking for {what} with {numbers:?} under a spec of two numbers is answered by {kind:?}");
    Ok(())
}

/// Fails unless a call is refused with `InvalidInput` that names `key`.
fn naming<T: std::fmt::Debug>(key: &SymbolKey, call: impl std::fmt::Display, answer: Result<T, BackendError>) -> Outcome {
    match answer {
        Err(BackendError::InvalidInput { subject, problem }) => {
            let named = subject.contains(key.path.as_str()) && subject.contains(key.id.as_str());
            ensure!(named, "{call} is refused without naming {key}: {subject}: {problem}");
        }
        other => ensure!(false, "{call} is answered by {other:?}, because of {key}"),
    }
    Ok(())
}
