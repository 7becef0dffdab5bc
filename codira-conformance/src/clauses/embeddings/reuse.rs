//! Vectors that a session finds again, of more texts and files than it handles at once.

use codira_contracts::{
    FileSnapshot, IndexBackend, IndexWriteSession, ReusableEmbedding, ReuseRequest,
    WriteScope::{Full, Incremental},
};

use super::{
    hash,
    plain::{Files, same_rows},
};
use crate::{
    Cx, Outcome,
    samples::{defining, path, row, spec},
    toy::request,
};

/// How many rows a file has.
const ROWS_OF_A_FILE: usize = 40;

/// How many files there are at first, and are put afterwards in each of two directories. Of their
/// rows, some share a text.
const FIRST: usize = 140;
const MORE: usize = 80;

/// A file with rows of the texts of its number; `stamp` tells its vectors from those of other
/// files.
fn with_rows(at: &str, number: usize, texts: usize, stamp: f32) -> FileSnapshot {
    let ids: Vec<String> = (0..ROWS_OF_A_FILE).map(|index| format!("s{index}")).collect();
    let mut file = defining(at, &ids.iter().map(String::as_str).collect::<Vec<_>>());
    let rows = ids.iter().zip(number * ROWS_OF_A_FILE..);
    file.embeddings = rows.map(|(id, index)| row(id, spec("1"), &text(index % texts), &[index as f32 + 1.0, stamp])).collect();
    file
}

fn text(number: usize) -> String {
    format!("text {number}")
}

/// Of each text the vector with the lowest key, among those of before and of now; of one key, that
/// of now.
fn expected(before: &Files, now: &Files) -> Vec<ReusableEmbedding> {
    let mut all = before.reusable(&spec("1"));
    for (text, (key, row)) in now.reusable(&spec("1")) {
        if all.get(&text).is_none_or(|(lowest, _)| key <= *lowest) {
            all.insert(text, (key, row));
        }
    }
    all.into_values().map(|(_, row)| row).collect()
}

pub(crate) fn a_session_finds_every_vector(cx: &Cx) -> Outcome {
    // Some texts are those of two files.
    let texts = FIRST * ROWS_OF_A_FILE * 4 / 5;
    let request_of = |session_texts: usize| ReuseRequest {
        spec: spec("1"),
        texts: (0..session_texts).map(|number| hash(&text(number))).collect(),
    };
    cx.block_on(async {
        let index = cx.index().await?;
        let at = |number: usize| format!("many/m{}.toy", number * 11 % FIRST);
        let before = Files::of((0..FIRST).map(|number| with_rows(&at(number), number, texts, 0.0)));
        for scope in [Incremental, Full] {
            let mut session = index.backend.begin_index_session(request(Full)).await?;
            for file in before.0.values() {
                session.put_file(file.clone()).await?;
            }
            session.commit().await?;
            let mut now = Files::default();
            let mut session = index.backend.begin_index_session(request(scope)).await?;
            // Those of the lowest keys come last, so that what was found changes.
            for (directory, stamp) in [("other", 1.0), ("least", 2.0)] {
                for number in 0..MORE {
                    let file = with_rows(&format!("{directory}/f{number}.toy"), number, texts, stamp);
                    now.put(file.clone());
                    session.put_file(file).await?;
                    if [0, 1, MORE * 2 / 3, MORE - 1].contains(&number) {
                        let found = session.reusable_embeddings(&request_of(texts)).await?;
                        let when = format!("in a session of {scope:?} scope, after {} files", now.0.len());
                        same_rows(when, &expected(&before, &now), &found)?;
                    }
                }
            }
            // What the session takes back, it finds no more.
            for number in (0..MORE).step_by(3) {
                let gone = path(&format!("least/f{number}.toy"));
                now.0.remove(&gone);
                session.remove_file(&gone).await?;
                session.remove_file(&path(&at(number))).await?;
            }
            let found = session.reusable_embeddings(&request_of(texts)).await?;
            same_rows("after the session took files back", &expected(&before, &now), &found)?;
            session.abort().await?;
        }
        Ok(())
    })
}
