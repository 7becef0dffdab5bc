//! Makes the sketches of vectors that came, and forgets those of vectors that went: triggers list the rows that are stale.
//!
//! Sketches of files that are put are at hand: once all vectors of a row were written, [`Gathered`] has it, and it is stale no
//! more. All other rows are made when the session commits, of the vectors that are there then.

use codira_contracts::BackendError;
use codira_store::{parallel, vectors::Sketch};
use rustc_hash::FxHashMap;

use super::{
    embeddings::SPEC_BITS,
    rows::{Insert, Rows, list},
    writer::Writer,
};
#[cfg(test)]
use crate::plans::Statement;
use crate::{
    errors::{Failed as _, at},
    forms::{
        sketches::{self, BITS, Entry},
        vector,
    },
};

/// Which rows of sketches are not what the vectors say?
const STALE: &str = "SELECT id FROM stale_sketch ORDER BY id";
/// What are the vectors of stale rows, from one row to another?
const VECTORS: &str = "SELECT v.id, v.file, v.documents, v.numbers
    FROM stale_sketch s CROSS JOIN vector v ON v.id >= s.id << 7 AND v.id < (s.id + 1) << 7
    WHERE s.id BETWEEN ? AND ? ORDER BY s.id, v.id";
/// Forgets stale rows.
const DROP: &str = "DELETE FROM sketch WHERE id IN (SELECT id FROM stale_sketch)";
/// Says that no row is stale.
const NONE_STALE: &str = "DELETE FROM stale_sketch";

/// Says that some rows are what the vectors say; a list of numbers and a parenthesis follow.
const FRESH: &str = "DELETE FROM stale_sketch WHERE id IN (";

/// The statements of this file, for [`plans`](crate::plans).
#[cfg(test)]
pub(crate) const STATEMENTS: &[Statement] = &[
    // What a session changed, no more.
    Statement::of(STALE).walking(&["stale_sketch"]),
    Statement::of(VECTORS),
    Statement::of(DROP),
    Statement::of(NONE_STALE).walking(&["stale_sketch"]),
    Statement::of(FRESH).then("1,2)"),
];

/// What was there of a row whose vectors are all new is stale.
const SKETCH: Insert = Insert { head: "INSERT OR REPLACE INTO sketch (id, body) VALUES", columns: 2 };

/// How many rows are made together: their vectors are in memory meanwhile.
const BATCH_ROWS: usize = 32;

/// A vector as it is stored.
#[derive(Debug)]
struct Stored {
    id: i64,
    file: i64,
    documents: bool,
    numbers: Vec<u8>,
}

/// The sketch of a vector that was written.
#[derive(Debug)]
pub(super) struct Sketched {
    pub(super) vector: i64,
    pub(super) file: u32,
    pub(super) documents: bool,
    pub(super) sketch: Sketch,
}

/// Sketches of vectors that the session wrote, by spec, until all vectors of their row were written.
#[derive(Debug, Default)]
pub(super) struct Gathered(FxHashMap<i64, Run>);

/// Sketches of vectors whose numbers follow one another.
#[derive(Debug)]
struct Run {
    /// The first number of the run.
    first: i64,
    /// The number that comes next.
    next: i64,
    sketches: Vec<Sketched>,
}

impl Gathered {
    /// Adds the sketches of the vectors that have some of the `count` numbers from `first` on; the others of them are nobody's.
    pub(super) fn add(&mut self, first: i64, count: usize, sketches: impl IntoIterator<Item = Sketched>) {
        let run = self.0.entry(first >> SPEC_BITS).or_insert_with(|| Run { first, next: first, sketches: Vec::new() });
        if run.next != first {
            *run = Run { first, next: first, sketches: Vec::new() };
        }
        run.next = first + count as i64;
        run.sketches.extend(sketches);
    }

    /// Forgets everything: some of the vectors may be gone.
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }

    /// Takes the rows whose vectors were all written: number and body of each.
    fn take_whole(&mut self) -> Vec<(i64, Vec<u8>)> {
        let mut whole = Vec::new();
        for Run { first, next, sketches } in self.0.values_mut() {
            let open = sketches.partition_point(|sketched| sketched.vector >> BITS < *next >> BITS);
            let done: Vec<Sketched> = sketches.drain(..open).collect();
            for row in done.chunk_by(|a, b| a.vector >> BITS == b.vector >> BITS) {
                let number = row[0].vector >> BITS;
                // Where the run began within a row, others have the rest of it.
                if *first <= number << BITS {
                    let entries = row.iter().map(|Sketched { vector, file, documents, sketch }| Entry {
                        vector: *vector,
                        file: *file,
                        documents: *documents,
                        sketch: sketch.as_bytes(),
                    });
                    whole.push((number, sketches::pack(entries)));
                }
            }
        }
        whole
    }
}

impl Writer {
    /// Writes the rows of sketches that became whole.
    pub(super) async fn write_gathered_sketches(&mut self) -> Result<(), BackendError> {
        let whole = self.sketches.take_whole();
        if whole.is_empty() {
            return Ok(());
        }
        let numbers = list(whole.iter().map(|(number, _)| *number));
        let mut rows = Rows::new(&SKETCH);
        for (number, body) in whole {
            rows.row().with(number).with(body);
        }
        rows.write(&mut self.connection, at(&self.location)).await?;
        self.run(format!("{FRESH}{numbers})")).await.map(drop)
    }

    /// Makes the sketches what the vectors say.
    pub(super) async fn write_sketches(&mut self) -> Result<(), BackendError> {
        let stale: Vec<(i64,)> = self.rows(STALE.to_owned()).await?;
        if stale.is_empty() {
            return Ok(());
        }
        self.run(DROP.to_owned()).await?;
        for some in stale.chunks(BATCH_ROWS) {
            let (Some((first,)), Some((last,))) = (some.first(), some.last()) else { continue };
            let rows = sqlx::query_as(VECTORS).bind(first).bind(last).fetch_all(&mut self.connection).await;
            let rows: Vec<(i64, i64, bool, Vec<u8>)> = rows.map_err(|error| at(&self.location).failed("read", error))?;
            let vectors: Vec<Stored> =
                rows.into_iter().map(|(id, file, documents, numbers)| Stored { id, file, documents, numbers }).collect();
            let bodies = parallel::map(vectors.chunk_by(|a, b| a.id >> BITS == b.id >> BITS).collect(), body);
            let mut rows = Rows::new(&SKETCH);
            for made in bodies {
                let (id, body) = made.ok_or_else(|| at(&self.location).corrupt("a vector cannot be read", None))?;
                rows.row().with(id).with(body);
            }
            rows.write(&mut self.connection, at(&self.location)).await?;
        }
        self.run(NONE_STALE.to_owned()).await.map(drop)
    }
}

/// The row of the sketches of these vectors: its number and its body; `None` where they cannot be read.
fn body(vectors: &[Stored]) -> Option<(i64, Vec<u8>)> {
    let sketches: Option<Vec<Sketch>> =
        vectors.iter().map(|stored| Some(Sketch::of(vector::unpack(&stored.numbers)?.as_slice()))).collect();
    let sketches = sketches?;
    let files: Result<Vec<u32>, _> = vectors.iter().map(|stored| u32::try_from(stored.file)).collect();
    let entries = vectors.iter().zip(files.ok()?).zip(&sketches).map(|((stored, file), sketch)| Entry {
        vector: stored.id,
        file,
        documents: stored.documents,
        sketch: sketch.as_bytes(),
    });
    Some((vectors.first()?.id >> BITS, sketches::pack(entries)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sketched(vectors: std::ops::Range<i64>) -> impl Iterator<Item = Sketched> {
        vectors.map(|vector| Sketched { vector, file: 7, documents: false, sketch: Sketch::of(&[vector as f32, 1.0]) })
    }

    fn whole(gathered: &mut Gathered) -> Vec<i64> {
        gathered.take_whole().into_iter().map(|(number, _)| number).collect()
    }

    const ROW: i64 = 1 << BITS;

    #[test]
    fn a_row_is_whole_when_all_its_numbers_were_given() {
        let mut gathered = Gathered::default();
        gathered.add(0, 100, sketched(0..100));
        assert!(whole(&mut gathered).is_empty());
        // Some of the numbers are those of rows that wait for their vector.
        gathered.add(100, 200, sketched(120..290));
        assert_eq!(whole(&mut gathered), [0, 1]);
        gathered.add(300, 84, sketched(300..384));
        assert_eq!(whole(&mut gathered), [2]);
        assert!(whole(&mut gathered).is_empty());
    }

    #[test]
    fn a_row_that_others_began_is_not_whole() {
        let mut gathered = Gathered::default();
        gathered.add(5, 400, sketched(5..405));
        assert_eq!(whole(&mut gathered), [1, 2]);
        // Somebody else took numbers in between.
        gathered.add(500, 200, sketched(500..700));
        assert_eq!(whole(&mut gathered), [4]);
        gathered.forget();
        gathered.add(700, 2 * ROW as usize, sketched(700..700 + 2 * ROW));
        assert_eq!(whole(&mut gathered), [6]);
    }

    #[test]
    fn specs_have_rows_of_their_own() {
        let mut gathered = Gathered::default();
        let other = 3 << SPEC_BITS;
        gathered.add(0, 64, sketched(0..64));
        gathered.add(other, 128, sketched(other..other + 128));
        gathered.add(64, 64, sketched(64..128));
        let mut numbers = whole(&mut gathered);
        numbers.sort();
        assert_eq!(numbers, [0, other >> BITS]);
    }
}
