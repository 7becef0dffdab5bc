//! Candidates among so many vectors that a backend may look for a way around comparing each.

use std::collections::BTreeMap;

use codira_contracts::{
    BackendError, CandidateRequest, ComputedEmbedding, DynSession, EmbeddingState, FileSnapshot, IndexBackend, IndexReader,
    IndexWriteSession, Owners, PathPrefix, PendingEmbedding, PendingRequest, RepoPath, Retention, SymbolKey,
    WriteScope::{Full, Incremental},
    score::{self, Scored},
};

use super::hash;
use crate::{
    Cx, Outcome,
    samples::{defining, key, path, row, spec, vector},
    toy::request,
    verdict::ensure,
};

/// How many numbers a vector has.
const DIMENSION: u8 = 24;
/// How many vectors a file has.
const VECTORS_OF_A_FILE: u16 = 150;

/// Vectors that hardly differ: their scores do from the third or fourth digit on.
fn close(seed: u32) -> Vec<f32> {
    let number = |index: u8| {
        // Squares modulo a prime have no pattern that a quantized vector could follow.
        let noise = (u64::from(seed) * 7919 + u64::from(index) * 104_729 + 1).pow(2) % 65_521;
        f32::from(index % 5) - 1.5 + noise as f32 / 6_552_100.0
    };
    (0..DIMENSION).map(number).collect()
}

fn of_close_vectors(path: &str, seed: u32) -> FileSnapshot {
    let ids: Vec<String> = (0..VECTORS_OF_A_FILE).map(|number| format!("s{number}")).collect();
    let mut file = defining(path, &ids.iter().map(String::as_str).collect::<Vec<_>>());
    let mut spec = spec("1");
    spec.dimension = DIMENSION.into();
    let rows = ids.iter().zip(seed..).map(|(id, seed)| row(id, spec.clone(), &format!("{path} {id}"), &close(seed)));
    file.embeddings = rows.collect();
    file
}

pub(crate) fn many_vectors_are_all_compared(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let paths = ["c/a.c", "pkg/a.toy", "pkg/b.toy", "pkg/sub/c.toy", "src/a.plain"];
        let mut files: BTreeMap<RepoPath, FileSnapshot> = BTreeMap::new();
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        for (at, number) in paths.iter().zip(0..) {
            let file = of_close_vectors(at, 1_000 * number);
            session.put_file(file.clone()).await?;
            files.insert(path(at), file);
        }
        session.commit().await?;
        compared(&index.backend.open_reader().await?, &files, "at first").await?;
        // A file goes, one has other vectors under the same keys, twice, and of one every third
        // vector is made anew.
        let mut session = index.backend.begin_index_session(request(Incremental)).await?;
        session.remove_file(&path("pkg/a.toy")).await?;
        files.remove(&path("pkg/a.toy"));
        let (mut queued, mut made) = (Vec::new(), Vec::new());
        let anew = files.get_mut(&path("src/a.plain")).into_iter().flat_map(|file| file.embeddings.iter_mut().step_by(3));
        for (row, seed) in anew.zip(7_000..) {
            let (key, numbers) = (key("src/a.plain", row.owner.as_str()), vector(&close(seed)));
            let text = format!("anew {seed}");
            row.state = EmbeddingState::Computed(numbers.clone());
            row.text_hash = hash(&text);
            made.push(ComputedEmbedding {
                key: key.clone(),
                spec: row.spec.clone(),
                text_hash: row.text_hash,
                vector: numbers,
            });
            queued.push(PendingEmbedding { key, spec: row.spec.clone(), text });
        }
        session.queue_embeddings(queued).await?;
        session.put_file(of_close_vectors("pkg/b.toy", 6_000)).await?;
        put(&mut session, &mut files, "pkg/b.toy", 9_000).await?;
        // Between the vectors of two files, which some backends number one after the other.
        session.store_embeddings(made).await?;
        put(&mut session, &mut files, "pkg/c.toy", 2_500).await?;
        // One comes, loses every second vector again, and another one comes after it.
        put(&mut session, &mut files, "pkg/d.toy", GONE).await?;
        let mut queued = Vec::new();
        for row in files.get_mut(&path("pkg/d.toy")).into_iter().flat_map(|file| file.embeddings.iter_mut().step_by(2)) {
            let text = "once more".to_owned();
            row.text_hash = hash(&text);
            row.state = EmbeddingState::Pending { text: text.clone() };
            queued.push(PendingEmbedding { key: key("pkg/d.toy", row.owner.as_str()), spec: row.spec.clone(), text });
        }
        session.queue_embeddings(queued).await?;
        put(&mut session, &mut files, "pkg/e.toy", 3_500).await?;
        session.commit().await?;
        compared(&index.backend.open_reader().await?, &files, "after changes").await?;
        // One comes, all vectors are pruned, and another one comes after them.
        let mut session = index.backend.begin_index_session(request(Incremental)).await?;
        put(&mut session, &mut files, "pkg/f.toy", GONE).await?;
        session.maintain(&Retention::default()).await?;
        files.values_mut().for_each(|file| file.embeddings.clear());
        put(&mut session, &mut files, "pkg/g.toy", 5_500).await?;
        session.commit().await?;
        compared(&index.backend.open_reader().await?, &files, "after pruning").await
    })
}

/// Vectors from this seed on are those of files that lose them again.
const GONE: u32 = 8_000;

/// Puts a file, and asks: to answer, some backends write what they have gathered.
async fn put(
    session: &mut DynSession,
    files: &mut BTreeMap<RepoPath, FileSnapshot>,
    at: &str,
    seed: u32,
) -> Result<(), BackendError> {
    drop(session.pending_embeddings(&PendingRequest::default()).await?);
    let file = of_close_vectors(at, seed);
    session.put_file(file.clone()).await?;
    files.insert(path(at), file);
    session.pending_embeddings(&PendingRequest::default()).await.map(drop)
}

/// The candidates are those that comparing each vector finds.
async fn compared(reader: &impl IndexReader, files: &BTreeMap<RepoPath, FileSnapshot>, when: &str) -> Outcome {
    let mut spec = spec("1");
    spec.dimension = DIMENSION.into();
    // One that is stored, one that is stored no more, one that is near all of them, and one that
    // is far from all.
    for query in [close(9_005), close(GONE + 148), close(500_000), close(1).into_iter().map(|number| -number).collect()] {
        for prefix in ["", "pkg", "src/a.plain"] {
            let prefix = PathPrefix::new(prefix)?;
            let rows = files.values().filter(|file| prefix.covers(file.path())).flat_map(|file| {
                file.embeddings.iter().map(|row| (SymbolKey { path: file.path().clone(), id: row.owner.clone() }, row))
            });
            let scored = rows.filter_map(|(key, row)| match &row.state {
                EmbeddingState::Computed(stored) => Some(Scored { score: score::cosine(&query, stored.as_slice()), key }),
                EmbeddingState::Pending { .. } => None,
            });
            let mut expected: Vec<_> = scored.collect();
            expected.sort();
            for limit in [1, 10, 1_000] {
                let nearest = CandidateRequest::new(Owners::Symbols, spec.clone(), vector(&query), limit);
                let found = reader.candidates(&nearest.within(prefix.clone())).await?;
                let found: Vec<_> = found.iter().map(|it| Scored { score: it.score, key: it.owner.key() }).collect();
                let first = &expected[..limit.min(expected.len())];
                let unlike = first.iter().zip(&found).position(|(expected, found)| {
                    (expected.score.to_bits(), &expected.key) != (found.score.to_bits(), &found.key)
                });
                ensure!(
                    unlike.is_none() && found.len() == first.len(),
                    "{when}, of {} vectors inside {prefix:?}, the first {limit} are {}, and given are {}; index {unlike:?} is the first that differs: {:?} is right, and {:?} is given",
                    expected.len(),
                    first.len(),
                    found.len(),
                    unlike.map(|index| &first[index]),
                    unlike.map(|index| &found[index]),
                );
            }
        }
    }
    Ok(())
}
