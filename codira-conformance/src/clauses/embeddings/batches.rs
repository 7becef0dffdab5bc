//! Rows by the thousand in one call, and two of them for one owner.

use codira_contracts::{
    CandidateRequest, ComputedEmbedding, EmbeddingRow, FileSnapshot, IndexBackend, IndexReader, IndexWriteSession, Owners,
    PathPrefix, PendingEmbedding, PendingRequest, ReuseRequest, Stored,
    WriteScope::{Full, Incremental},
};

use super::{
    hash,
    plain::{Files, compared, same_rows},
};
use crate::{
    Cx, Outcome,
    samples::{defining, key, path, row, spec, vector},
    toy::request,
    verdict::ensure,
};

/// How many rows a file has.
const ROWS_OF_A_FILE: usize = 75;

/// More than a store handles at once, and than there are parameters of a statement.
const COUNT: usize = 10_050;

fn at(number: usize) -> String {
    format!("many/m{}.toy", number / ROWS_OF_A_FILE)
}

fn id(number: usize) -> String {
    format!("s{}", number % ROWS_OF_A_FILE)
}

/// Each text is another, and each vector.
fn text(number: usize) -> String {
    format!("text {number}")
}

fn numbers(number: usize) -> [f32; 2] {
    [1.0 + number as f32, 100.0]
}

fn file(number: usize) -> FileSnapshot {
    let ids: Vec<String> = (0..ROWS_OF_A_FILE).map(id).collect();
    defining(&at(number), &ids.iter().map(String::as_str).collect::<Vec<_>>())
}

/// One file with so many rows.
const LARGE: &str = "large.toy";

fn large(rows: usize) -> FileSnapshot {
    let ids: Vec<String> = (0..rows).map(|number| format!("s{number}")).collect();
    let mut file = defining(LARGE, &ids.iter().map(String::as_str).collect::<Vec<_>>());
    file.embeddings = ids.iter().enumerate().map(|(number, id)| row(id, spec("2"), id, &numbers(number))).collect();
    file.normalize();
    file
}

fn waiting(number: usize) -> PendingEmbedding {
    PendingEmbedding { key: key(&at(number), &id(number)), spec: spec("1"), text: text(number) }
}

fn computed(number: usize, numbers: [f32; 2]) -> ComputedEmbedding {
    let PendingEmbedding { key, spec, text } = waiting(number);
    ComputedEmbedding { key, spec, text_hash: hash(&text), vector: vector(&numbers) }
}

pub(crate) fn rows_by_the_thousand_are_all_kept(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let mut files = Files::of((0..COUNT).step_by(ROWS_OF_A_FILE).map(file));
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        for file in files.0.values() {
            session.put_file(file.clone()).await?;
        }
        session.put_file(large(COUNT / 3)).await?;
        session.queue_embeddings((0..COUNT).rev().map(waiting).collect()).await?;
        session.commit().await?;

        for number in 0..COUNT {
            files.set(&at(number), EmbeddingRow::pending((*id(number)).into(), spec("1"), text(number)));
        }
        let pending = files.pending();
        let reader = index.backend.open_reader().await?;
        for limit in [999, 1_000, 1_001, 4_000, 10_000, COUNT - 1, COUNT, COUNT + 1] {
            let found = reader.pending_embeddings(&PendingRequest::default().limit(limit)).await?;
            same_rows(format_args!("the first {limit} of {COUNT} rows that wait"), &pending[..limit.min(COUNT)], &found)?;
        }

        // All in one call, with a few at which a batch may end twice, and one whose text is
        // another.
        let mut rows: Vec<_> = (0..COUNT).map(|number| computed(number, numbers(number))).collect();
        let again = [0, 999, 1_000, 3_999, 4_000, COUNT - 1];
        rows.extend(again.map(|number| computed(number, [-1.0, -1.0])));
        rows.push(ComputedEmbedding { text_hash: hash("another"), ..computed(1, [-1.0, -1.0]) });
        let mut session = index.backend.begin_index_session(request(Incremental)).await?;
        let stored = session.store_embeddings(rows).await?;
        let expected = Stored { stored: COUNT as u64, stale: again.len() as u64 + 1 };
        ensure!(stored == expected, "{expected:?} is right, and {stored:?} is said");
        session.commit().await?;

        for number in 0..COUNT {
            files.set(&at(number), row(&id(number), spec("1"), &text(number), &numbers(number)));
        }
        let reader = index.backend.open_reader().await?;
        let left = reader.pending_embeddings(&PendingRequest::default()).await?;
        ensure!(left.is_empty(), "every row has its vector, and {} wait: {:?}", left.len(), left.first());
        let counted = reader.inventory().await?.embeddings;
        let right = counted.iter().map(|row| (row.computed, row.pending)).eq([(COUNT as u64, 0), (COUNT as u64 / 3, 0)]);
        ensure!(right, "{COUNT} rows and a third of them have their vectors, and counted are {counted:?}");
        files.put(large(COUNT / 3));
        let found = reader.file(&path(LARGE)).await?;
        ensure!(found.as_ref() == files.0.get(&path(LARGE)), "a file of {} rows is not as it was put", COUNT / 3);
        let nearest = CandidateRequest::new(Owners::Symbols, spec("2"), vector(&[1_000.0, 100.0]), 1_001);
        compared("of one large file", &reader, &files, &nearest).await?;
        for number in [0, 1, 999, 1_000, COUNT - 1] {
            let found = reader.file(&path(&at(number))).await?;
            let expected = files.0.get(&path(&at(number)));
            ensure!(found.as_ref() == expected, "{} is {found:#?}, and should be {expected:#?}", at(number));
        }
        // Texts that are not there lie between those that are.
        let texts = (0..COUNT).step_by(2).flat_map(|number| [hash(&text(number)), hash(&format!("no {number}"))]).collect();
        let found = reader.reusable_embeddings(&ReuseRequest { spec: spec("1"), texts }).await?;
        let asked: std::collections::BTreeSet<_> = (0..COUNT).step_by(2).map(|number| hash(&text(number))).collect();
        let expected: Vec<_> = files.reusable(&spec("1")).into_values().map(|(_, row)| row).collect();
        let expected: Vec<_> = expected.into_iter().filter(|row| asked.contains(&row.text_hash)).collect();
        same_rows("what can be reused", &expected, &found)?;
        let nearest = |limit| CandidateRequest::new(Owners::Symbols, spec("1"), vector(&[5_000.0, 100.0]), limit);
        for limit in [1, 255, 1_000, 1_001, COUNT] {
            compared("of thousands", &reader, &files, &nearest(limit)).await?;
        }
        compared("of thousands", &reader, &files, &nearest(3).within(PathPrefix::new(&at(0))?)).await
    })
}

pub(crate) fn the_first_vector_for_a_row_counts(cx: &Cx) -> Outcome {
    const COUNT: usize = 6;
    let [first, second] = [[1.0, 0.0], [0.0, 1.0]];
    cx.block_on(async {
        let index = cx.index().await?;
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        session.put_file(file(0)).await?;
        // Of two rows in one call, the last waits.
        let earlier = PendingEmbedding { text: "earlier".to_owned(), ..waiting(3) };
        session.queue_embeddings([earlier].into_iter().chain((0..COUNT).map(waiting)).collect()).await?;
        let stale = |number| ComputedEmbedding { text_hash: hash("earlier"), ..computed(number, second) };
        let elsewhere = ComputedEmbedding { spec: spec("2"), ..computed(0, second) };
        for (rows, stored, stale) in [
            // Side by side, with another row in between, and with one of another text or spec
            // before it.
            (vec![computed(0, first), computed(0, second)], 1, 1),
            (vec![computed(1, first), computed(2, first), computed(1, second), computed(2, second)], 2, 2),
            (vec![stale(3), computed(3, first), stale(3), computed(3, second)], 1, 3),
            (vec![elsewhere, computed(4, first), computed(4, first)], 1, 2),
            // In a call of its own.
            (vec![computed(5, first)], 1, 0),
            (vec![computed(5, second), computed(0, second)], 0, 2),
        ] {
            let said = session.store_embeddings(rows.clone()).await?;
            ensure!(
                said == Stored { stored, stale },
                "{stored} of these are kept and {stale} stale, and {said:?} is said of {rows:#?}"
            );
        }
        let mut expected = file(0);
        expected.embeddings = (0..COUNT).map(|number| row(&id(number), spec("1"), &text(number), &first)).collect();
        let mut files = Files::default();
        files.put(expected);
        session.commit().await?;
        super::plain::kept("of two vectors for one row, the first counts", &index.backend.open_reader().await?, &files).await
    })
}
