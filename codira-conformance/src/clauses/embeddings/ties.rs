//! Equal scores on both sides of a limit, among owners of two kinds.

use codira_contracts::{
    CandidateRequest, ComputedEmbedding, EmbeddingState, FileSnapshot, IndexBackend, IndexWriteSession, Owners, PathPrefix,
    PendingEmbedding,
    WriteScope::{Full, Incremental},
};

use super::plain::{Files, compared};
use crate::{
    Cx, Outcome,
    samples::{defining, key, row, spec, unit, vector},
    toy::request,
};

/// Paths that sort otherwise by directory, by letter, by what people read, and together with what
/// follows them.
const PATHS: [&str; 9] = ["B.toy", "a-b.toy", "a.toy", "a.toy.b.toy", "a/b.toy", "a/b/c.toy", "a0.toy", "z.toy", "\u{e9}.toy"];
/// How many owners a file has.
const OWNERS: usize = 48;

/// Groups of vectors: within each of them scores are equal, also where lengths are not. The last
/// two differ in more bits than a score has.
fn numbers(number: usize) -> [f32; 2] {
    let times = (1 << (number % 5)) as f32;
    let [a, b] = [[3.0, 4.0], [4.0, 3.0], [-3.0, 4.0], [3.0, 4.000_000_5], [3.0, 3.999_999_8]][number / 5 % 5];
    [a * times, b * times]
}

/// A file of symbols and units side by side: the first file has symbols alone, the last one units
/// alone.
fn mixed(index: usize) -> FileSnapshot {
    let symbols = OWNERS - OWNERS * index / (PATHS.len() - 1);
    let id = |number: usize| ["s", "S", "s0", "\u{e9}"][number % 4].to_owned() + &number.to_string();
    let ids: Vec<String> = (0..OWNERS).map(id).collect();
    // In the order of ids, symbols and units alternate as long as there are both.
    let (own, others): (Vec<_>, Vec<_>) =
        ids.iter().enumerate().partition(|(number, _)| number * symbols / OWNERS != (number + 1) * symbols / OWNERS);
    let mut file = defining(PATHS[index], &own.iter().map(|(_, id)| id.as_str()).collect::<Vec<_>>());
    file.analysis.documentation = others.iter().map(|(_, id)| unit(id, "text")).collect();
    let rows = ids.iter().enumerate().map(|(number, id)| row(id, spec("1"), id, &numbers(number + 7 * index)));
    file.embeddings = rows.collect();
    file
}

pub(crate) fn equal_scores_are_cut_by_key(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let files: Vec<FileSnapshot> = (0..PATHS.len()).map(mixed).collect();
        // Half of the files come with their vectors, last first; those of the others are made
        // afterwards.
        let (mut queued, mut computed) = (Vec::new(), Vec::new());
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        for (nth, file) in files.iter().enumerate().rev() {
            let mut file = file.clone();
            if nth % 2 == 0 {
                for row in file.embeddings.drain(..).rev() {
                    let key = key(PATHS[nth], row.owner.as_str());
                    let text = row.owner.as_str().to_owned();
                    if let EmbeddingState::Computed(vector) = row.state {
                        let (key, spec, text_hash) = (key.clone(), row.spec.clone(), row.text_hash);
                        computed.push(ComputedEmbedding { key, spec, text_hash, vector });
                    }
                    queued.push(PendingEmbedding { key, spec: row.spec, text });
                }
            }
            session.put_file(file).await?;
        }
        session.commit().await?;
        let mut session = index.backend.begin_index_session(request(Incremental)).await?;
        session.queue_embeddings(queued).await?;
        session.store_embeddings(computed).await?;
        session.commit().await?;

        let (reader, files) = (index.backend.open_reader().await?, Files::of(files));
        for among in [Owners::Symbols, Owners::Documentation] {
            for query in [[3.0, 4.0], [-1.0, 0.5], [0.0, 0.0]] {
                let nearest = CandidateRequest::new(among, spec("1"), vector(&query), 0);
                let all = files.candidates(&CandidateRequest { limit: None, ..nearest.clone() }).len();
                let limits = [0, 1, 2, 3, 5, 20, 39, 40, 41, 63, 64, 65, 100, 127, 128, 129, all - 1, all, all + 1];
                for limit in limits.map(Some).into_iter().chain([None]) {
                    compared("of equal scores", &reader, &files, &CandidateRequest { limit, ..nearest.clone() }).await?;
                }
                for (prefix, limit) in
                    [("a", 1), ("a", 30), ("a/b", 7), ("a/b.toy", 1), ("a/b.toy", 13), ("z.toy", 1), ("B.toy", 1)]
                {
                    let nearest = nearest.clone().within(PathPrefix::new(prefix)?).limit(limit);
                    compared("of equal scores", &reader, &files, &nearest).await?;
                }
            }
        }
        Ok(())
    })
}
