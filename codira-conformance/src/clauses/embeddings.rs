//! Embeddings: vectors kept, awaited, reused and compared.

mod batches;
mod dimensions;
mod many;
mod orders;
mod plain;
mod refused;
mod reuse;
mod small_numbers;
mod specs;
mod ties;

use codira_contracts::{
    CandidateRequest, ComputedEmbedding, ContentHash, DynReader, EmbeddingRow, EmbeddingSpec, EmbeddingState, FileSnapshot,
    IndexBackend, IndexReader, IndexWriteSession, Owners, PendingEmbedding, PendingRequest, Retention, ReusableEmbedding,
    ReuseRequest, Stored, SymbolKey,
    WriteScope::{Full, Incremental},
    score,
};

use crate::{
    Cx, Outcome,
    samples::{defining, file, key, path, row, spec, unit, vector},
    toy::request,
    verdict::ensure,
};

pub(crate) use batches::*;
pub(crate) use dimensions::*;
pub(crate) use many::*;
pub(crate) use orders::*;
pub(crate) use refused::*;
pub(crate) use reuse::*;
pub(crate) use small_numbers::*;
pub(crate) use specs::*;
pub(crate) use ties::*;

fn hash(text: &str) -> ContentHash {
    ContentHash::of(text.as_bytes())
}

/// A file whose symbols `a`, `b`, ... have these vectors under the first spec, each made from its
/// own id.
fn with_vectors(path: &str, vectors: &[&[f32]]) -> FileSnapshot {
    let ids: Vec<String> = ('a'..).take(vectors.len()).map(String::from).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut file = defining(path, &ids);
    file.embeddings = ids.iter().zip(vectors).map(|(id, numbers)| row(id, spec("1"), id, numbers)).collect();
    file
}

pub(crate) fn vectors_are_kept_bit_for_bit(cx: &Cx) -> Outcome {
    let numbers = [0.0, -0.0, 1.0, 0.1, f32::MAX, f32::MIN, f32::MIN_POSITIVE, f32::from_bits(1), -f32::EPSILON];
    cx.block_on(async {
        let index = cx.index().await?;
        let mut file = defining("pkg/a.toy", &["run", "later"]);
        let mut long = spec("1");
        long.dimension = numbers.len() as u32;
        file.embeddings =
            vec![row("run", long.clone(), "text", &numbers), EmbeddingRow::pending("later".into(), long.clone(), "later")];
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        session.put_file(file.clone()).await?;
        let computed = ComputedEmbedding {
            key: key("pkg/a.toy", "later"),
            spec: long.clone(),
            text_hash: hash("later"),
            vector: vector(&numbers),
        };
        session.store_embeddings(vec![computed]).await?;
        session.commit().await?;
        let reader = index.backend.open_reader().await?;
        let found = reader.file(&path("pkg/a.toy")).await?.map(|file| file.embeddings).unwrap_or_default();
        ensure!(found.len() == 2, "two vectors were put, and there are {found:#?}");
        for row in &found {
            let kept = matches!(&row.state, EmbeddingState::Computed(found) if *found == vector(&numbers));
            ensure!(kept, "{numbers:?} is kept as {row:?}");
        }
        let texts = vec![hash("text"), hash("later")];
        let found = reader.reusable_embeddings(&ReuseRequest { spec: long, texts }).await?;
        ensure!(found.iter().all(|row| row.vector == vector(&numbers)), "{numbers:?} is given back as {found:?}");
        Ok(())
    })
}

fn pending(path: &str, id: &str, model: &str, text: &str) -> PendingEmbedding {
    PendingEmbedding { key: key(path, id), spec: spec(model), text: text.to_owned() }
}

pub(crate) fn pending_rows_wait_until_they_are_stored(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        let mut file = defining("pkg/a.toy", &["b", "a"]);
        file.analysis.documentation = vec![unit("unit", "text")];
        session.put_file(file).await?;
        session.put_file(defining("c/a.c", &["a"])).await?;
        let rows = [
            pending("c/a.c", "a", "1", "of c"),
            pending("pkg/a.toy", "a", "1", "of a"),
            pending("pkg/a.toy", "unit", "1", "of the unit"),
            // One key under two specs.
            pending("pkg/a.toy", "a", "2", "of a"),
            pending("pkg/a.toy", "b", "2", "of b"),
        ];
        // A row queued again replaces the one before, and of two in one call the last stays.
        session.queue_embeddings(vec![pending("c/a.c", "a", "1", "earlier")]).await?;
        let twice = [pending("pkg/a.toy", "a", "1", "earlier")].into_iter().chain(rows.iter().rev().cloned());
        session.queue_embeddings(twice.collect()).await?;
        let found = session.pending_embeddings(&PendingRequest::default()).await?;
        ensure!(found == rows, "queued were {rows:#?}, and the session lists {found:#?}");
        session.commit().await?;
        // One at a time, each in a session of its own that touches no file.
        let states = index.backend.open_reader().await?.file_states(&Default::default()).await?;
        for done in 0..rows.len() {
            let reader = index.backend.open_reader().await?;
            let found = reader.pending_embeddings(&PendingRequest::default()).await?;
            ensure!(found == rows[done..], "after {done} vectors, {found:#?} wait");
            let next = reader.pending_embeddings(&PendingRequest::default().limit(1)).await?;
            let mut session = index.backend.begin_index_session(request(Incremental)).await?;
            let computed = next.into_iter().map(|PendingEmbedding { key, spec, text }| {
                let text_hash = hash(&text);
                ComputedEmbedding { key, spec, text_hash, vector: vector(&[1.0, done as f32]) }
            });
            let stored = session.store_embeddings(computed.collect()).await?;
            ensure!(stored == Stored { stored: 1, stale: 0 }, "one vector was handed in, and {stored:?}");
            session.commit().await?;
        }
        let reader = index.backend.open_reader().await?;
        let inventory = reader.inventory().await?.embeddings;
        let counts: Vec<_> = inventory.iter().map(|row| (row.spec.model.as_str(), row.computed, row.pending)).collect();
        ensure!(counts == [("1", 3, 0), ("2", 2, 0)], "all are computed, and counted are {inventory:?}");
        let now = reader.file_states(&Default::default()).await?;
        ensure!(now == states, "storing vectors changed the files to {now:?}");
        // What is queued again waits again, and has no vector meanwhile.
        let mut session = index.backend.begin_index_session(request(Incremental)).await?;
        session.queue_embeddings(vec![rows[0].clone()]).await?;
        session.commit().await?;
        let reader = index.backend.open_reader().await?;
        let found = reader.pending_embeddings(&PendingRequest::default()).await?;
        ensure!(found == rows[..1], "queued again was {:#?}, and {found:#?} wait", rows[0]);
        let text = ReuseRequest { spec: spec("1"), texts: vec![hash("of c")] };
        let found = reader.reusable_embeddings(&text).await?;
        ensure!(found.is_empty(), "a row that waits again has still the vector {found:?}");
        Ok(())
    })
}

pub(crate) fn a_stale_vector_is_not_kept(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        session.put_file(with_vectors("pkg/a.toy", &[&[1.0, 0.0]])).await?;
        session.put_file(defining("pkg/b.toy", &["run"])).await?;
        session.queue_embeddings(vec![pending("pkg/b.toy", "run", "1", "new")]).await?;
        session.commit().await?;
        let computed = |path: &str, id: &str, model: &str, text: &str| ComputedEmbedding {
            key: key(path, id),
            spec: spec(model),
            text_hash: hash(text),
            vector: vector(&[0.0, 1.0]),
        };
        let stale = vec![
            computed("pkg/b.toy", "run", "1", "old"),
            computed("pkg/b.toy", "run", "2", "new"),
            computed("pkg/b.toy", "gone", "1", "new"),
            computed("nowhere.toy", "run", "1", "new"),
            // This one is computed already.
            computed("pkg/a.toy", "a", "1", "a"),
        ];
        let mut session = index.backend.begin_index_session(request(Incremental)).await?;
        let stored = session.store_embeddings(stale).await?;
        ensure!(stored == Stored { stored: 0, stale: 5 }, "five vectors are stale, and {stored:?}");
        session.commit().await?;
        let reader = index.backend.open_reader().await?;
        let (a, b) = (reader.file(&path("pkg/a.toy")).await?, reader.file(&path("pkg/b.toy")).await?);
        ensure!(a == Some(with_vectors("pkg/a.toy", &[&[1.0, 0.0]])), "a computed vector became {a:#?}");
        let waiting = b.map(|file| file.embeddings);
        let expected = vec![EmbeddingRow::pending("run".into(), spec("1"), "new")];
        ensure!(waiting.as_ref() == Some(&expected), "the row that waits became {waiting:#?}");
        Ok(())
    })
}

pub(crate) fn a_text_keeps_its_vector_when_it_moves(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let reuse = ReuseRequest { spec: spec("1"), texts: vec![hash("a"), hash("nobody's"), hash("a")] };
        let one = |numbers: &[f32]| vec![ReusableEmbedding { text_hash: hash("a"), vector: vector(numbers) }];
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        session.put_file(with_vectors("pkg/a.toy", &[&[1.0, 2.0]])).await?;
        let found = session.reusable_embeddings(&reuse).await?;
        ensure!(found == one(&[1.0, 2.0]), "of its own writes, the session finds {found:?}");
        session.commit().await?;
        for (scope, change) in [(Incremental, "removed"), (Incremental, "replaced"), (Full, "dropped by the scope")] {
            let mut session = index.backend.begin_index_session(request(scope)).await?;
            match change {
                "removed" => session.remove_file(&path("pkg/a.toy")).await?,
                "replaced" => session.put_file(file("pkg/a.toy")).await?,
                _ => {}
            }
            let found = session.reusable_embeddings(&reuse).await?;
            ensure!(found == one(&[1.0, 2.0]), "of a file that was {change}, the session finds {found:?}");
            // Of one key, the present vector counts.
            session.put_file(with_vectors("pkg/a.toy", &[&[7.0, 8.0]])).await?;
            let found = session.reusable_embeddings(&reuse).await?;
            ensure!(
                found == one(&[7.0, 8.0]),
                "of a file that was {change} and put with another vector, the session finds {found:?}"
            );
            // The owner with the lowest key counts, in whichever state it is.
            session.put_file(with_vectors("c/a.c", &[&[3.0, 4.0]])).await?;
            session.put_file(with_vectors("src/a.plain", &[&[5.0, 6.0]])).await?;
            let found = session.reusable_embeddings(&reuse).await?;
            ensure!(found == one(&[3.0, 4.0]), "of three owners, the session takes {found:?}");
        }
        let found = index.backend.open_reader().await?.reusable_embeddings(&reuse).await?;
        ensure!(found == one(&[1.0, 2.0]), "the reader finds {found:?}");
        let mut session = index.backend.begin_index_session(request(Incremental)).await?;
        session.put_file(with_vectors("src/a.plain", &[&[5.0, 6.0]])).await?;
        session.put_file(with_vectors("c/a.c", &[&[3.0, 4.0]])).await?;
        session.commit().await?;
        let found = index.backend.open_reader().await?.reusable_embeddings(&reuse).await?;
        ensure!(found == one(&[3.0, 4.0]), "of three owners, the reader takes {found:?}");
        Ok(())
    })
}

pub(crate) fn candidates_are_the_exact_top(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        // Equal directions, opposite ones, none, and such as only rounding tells apart.
        let vectors: [&[f32]; 9] = [
            &[1.0, 2.0],
            &[2.0, 4.0],
            &[-1.0, -2.0],
            &[0.0, 0.0],
            &[1.0, 2.000_000_2],
            &[0.1, 0.2],
            &[2.0, -1.0],
            &[f32::MAX, f32::MAX],
            &[f32::from_bits(1), 0.0],
        ];
        let mut files = ["pkg/b.toy", "pkg/a.toy", "c/a.c"].map(|path| with_vectors(path, &vectors));
        // Units, all of them alike.
        for file in &mut files {
            file.analysis.documentation = ["z", "y"].map(|id| unit(id, "text")).to_vec();
            file.embeddings.extend(["z", "y"].map(|id| row(id, spec("1"), "text", &[2.0, 1.0])));
        }
        for file in &files {
            session.put_file(file.clone()).await?;
        }
        session.commit().await?;
        let reader = index.backend.open_reader().await?;
        for query in [vector(&[1.0, 2.0]), vector(&[-0.3, 0.7]), vector(&[0.0, 0.0])] {
            let mut expected: Vec<score::Scored<SymbolKey>> = Vec::new();
            for file in &files {
                for row in file.embeddings.iter().filter(|row| !["z", "y"].contains(&row.owner.as_str())) {
                    let EmbeddingState::Computed(stored) = &row.state else { continue };
                    let score = score::cosine(query.as_slice(), stored.as_slice());
                    let key = SymbolKey { path: file.path().clone(), id: row.owner.clone() };
                    expected.push(score::Scored { score, key });
                }
            }
            expected.sort();
            for limit in [1, 4, 27, 100] {
                let found = reader.candidates(&CandidateRequest::new(Owners::Symbols, spec("1"), query.clone(), limit)).await?;
                let bits = |score: f32| score.to_bits();
                let found: Vec<_> = found.iter().map(|it| (bits(it.score), it.score, it.owner.key())).collect();
                let first = expected.iter().take(limit).map(|it| (bits(it.score), it.score, it.key.clone()));
                let first: Vec<_> = first.collect();
                ensure!(found == first, "the first {limit} for {query:?} are {first:#?}, and given are {found:#?}");
            }
            let units = reader.candidates(&CandidateRequest::new(Owners::Documentation, spec("1"), query, 5)).await?;
            let keys: Vec<_> = units.iter().map(|it| it.owner.key()).collect();
            let first = [("c/a.c", "y"), ("c/a.c", "z"), ("pkg/a.toy", "y"), ("pkg/a.toy", "z"), ("pkg/b.toy", "y")];
            ensure!(keys == first.map(|(path, id)| key(path, id)), "all units are alike, and the first are {keys:#?}");
        }
        Ok(())
    })
}

pub(crate) fn pruning_removes_orphans(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        let mut file = defining("pkg/a.toy", &["a", "b"]);
        let kept = row("a", spec("1"), "a", &[1.0, 2.0]);
        file.embeddings = vec![
            kept.clone(),
            row("a", EmbeddingSpec { model_version: "2".to_owned(), ..spec("1") }, "a", &[1.0, 2.0]),
            EmbeddingRow::pending("b".into(), spec("2"), "b"),
            EmbeddingRow::pending("b".into(), spec("3"), "b"),
        ];
        session.put_file(file).await?;
        session.commit().await?;
        let retention = Retention { specs: vec![spec("1")], ..Retention::default() };
        let orphaned =
            async |reader: DynReader| reader.maintenance(&retention).await.map(|maintenance| maintenance.orphaned_embeddings);
        let counted = orphaned(index.backend.open_reader().await?).await?;
        ensure!(counted == 3, "three rows are orphaned, and counted are {counted}");
        let mut session = index.backend.begin_index_session(request(Incremental)).await?;
        let first = session.maintain(&retention).await?.orphaned_embeddings;
        let second = session.maintain(&retention).await?.orphaned_embeddings;
        ensure!((first, second) == (3, 0), "three rows are orphaned, and pruning says {first}, then {second}");
        // The state from which it began is what it was.
        let former =
            ReuseRequest { spec: EmbeddingSpec { model_version: "2".to_owned(), ..spec("1") }, texts: vec![hash("a")] };
        let found = session.reusable_embeddings(&former).await?;
        ensure!(found.len() == 1, "of a spec that the session pruned, it finds {found:#?} again");
        session.commit().await?;
        let counted = orphaned(index.backend.open_reader().await?).await?;
        ensure!(counted == 0, "after pruning, {counted} rows are orphaned");
        let found = index.backend.open_reader().await?.file(&path("pkg/a.toy")).await?.map(|file| file.embeddings);
        ensure!(found == Some(vec![kept]), "left are {found:#?}");
        Ok(())
    })
}
