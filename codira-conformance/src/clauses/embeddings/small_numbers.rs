//! Numbers that are small beside the others of their vector, and decide all the same.

use codira_contracts::{CandidateRequest, IndexBackend, IndexWriteSession, Owners, WriteScope::Full};

use super::plain::{Files, compared};
use crate::{
    Cx, Outcome,
    samples::{defining, row, spec, vector},
    toy::request,
};

/// How many vectors there are.
const VECTORS: u16 = 150;
/// How many numbers a vector has.
const DIMENSION: u16 = 128;

/// A number between 0.5 and 1, and its sign.
fn small(index: u16) -> f32 {
    let noise = (u32::from(index) * 7_919 + 17) % 101;
    let size = 0.5 + noise as f32 / 202.0;
    if noise.is_multiple_of(2) { size } else { -size }
}

/// What is looked for: beside one great number, all others are too small for a code of two bytes,
/// and together they are not.
fn of_small_numbers() -> Vec<f32> {
    (0..DIMENSION).map(|index| if index == 0 { 1.0 } else { small(index) * 2e-4 }).collect()
}

/// Vectors like the small numbers, and vectors unlike them that have a little of the great one.
fn near_small_numbers(number: u16) -> Vec<f32> {
    let (great, sign) = if number.is_multiple_of(2) { (0.0, 1.0) } else { (1.0 / 127.0, -1.0) };
    // Each of them has some signs of its own.
    let turned = |index: u16| if (index + number) % 16 < number % 5 { -sign } else { sign };
    (0..DIMENSION).map(|index| if index == 0 { great } else { turned(index) * small(index).signum() }).collect()
}

pub(crate) fn small_numbers_decide(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let mut spec = spec("1");
        spec.dimension = DIMENSION.into();
        let ids: Vec<String> = (0..VECTORS).map(|number| format!("s{number}")).collect();
        let mut file = defining("small.toy", &ids.iter().map(String::as_str).collect::<Vec<_>>());
        let rows = ids.iter().zip(0..).map(|(id, number)| row(id, spec.clone(), id, &near_small_numbers(number)));
        file.embeddings = rows.collect();
        let files = Files::of([file.clone()]);
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        session.put_file(file).await?;
        session.commit().await?;
        let reader = index.backend.open_reader().await?;
        for limit in [1, 10, 40, 75, 1_000] {
            let nearest = CandidateRequest::new(Owners::Symbols, spec.clone(), vector(&of_small_numbers()), limit);
            compared("where small numbers decide", &reader, &files, &nearest).await?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use codira_contracts::score;

    use super::*;

    /// Without its small numbers, what is looked for is nearest to vectors that it is not near to.
    #[test]
    fn small_numbers_turn_the_order() {
        let (query, mut great) = (of_small_numbers(), vec![0.0; DIMENSION.into()]);
        great[0] = 1.0;
        let best = |query: &[f32]| {
            (0..VECTORS).max_by(|a, b| {
                let score = |number| score::cosine(query, &near_small_numbers(number));
                score(*a).total_cmp(&score(*b))
            })
        };
        assert!(best(&query).is_some_and(|number| number.is_multiple_of(2)));
        assert!(best(&great).is_some_and(|number| !number.is_multiple_of(2)));
    }
}
