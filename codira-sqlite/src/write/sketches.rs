//! Makes the sketches of vectors that came, and forgets those of vectors that went: triggers list the rows that are stale.

use codira_contracts::{BackendError, score::Sketch};

use super::{
    cores::on_every_core,
    rows::{Insert, Rows},
    writer::Writer,
};
use crate::{
    errors::At,
    forms::{
        sketches::{self, BITS, Entry},
        vector,
    },
};

/// Which rows of sketches are not what the vectors say?
pub(crate) const STALE: &str = "SELECT id FROM stale_sketch ORDER BY id";
/// What are the vectors of stale rows, from one row to another?
pub(crate) const VECTORS: &str = "SELECT v.id, v.file, v.documents, v.numbers
    FROM stale_sketch s CROSS JOIN vector v ON v.id >= s.id << 7 AND v.id < (s.id + 1) << 7
    WHERE s.id BETWEEN ? AND ? ORDER BY s.id, v.id";
/// Forgets stale rows.
pub(crate) const DROP: &str = "DELETE FROM sketch WHERE id IN (SELECT id FROM stale_sketch)";
/// Says that no row is stale.
pub(crate) const NONE_STALE: &str = "DELETE FROM stale_sketch";

const SKETCH: Insert = Insert { head: "INSERT INTO sketch (id, body) VALUES", columns: 2 };

/// How many rows are made together: their vectors are in memory meanwhile.
const TOGETHER: usize = 32;

/// A vector as it is stored.
#[derive(Debug)]
struct Stored {
    id: i64,
    file: i64,
    documents: bool,
    numbers: Vec<u8>,
}

impl Writer {
    /// Makes the sketches what the vectors say.
    pub(super) async fn write_sketches(&mut self) -> Result<(), BackendError> {
        let stale: Vec<(i64,)> = self.rows(STALE.to_owned()).await?;
        if stale.is_empty() {
            return Ok(());
        }
        self.run(DROP.to_owned()).await?;
        for some in stale.chunks(TOGETHER) {
            let (Some((first,)), Some((last,))) = (some.first(), some.last()) else { continue };
            let rows = sqlx::query_as(VECTORS).bind(first).bind(last).fetch_all(&mut self.connection).await;
            let rows: Vec<(i64, i64, bool, Vec<u8>)> = rows.map_err(|error| At(&self.location).failed("read", error))?;
            let vectors: Vec<Stored> =
                rows.into_iter().map(|(id, file, documents, numbers)| Stored { id, file, documents, numbers }).collect();
            let bodies = on_every_core(vectors.chunk_by(|a, b| a.id >> BITS == b.id >> BITS).collect(), body);
            let mut rows = Rows::new(&SKETCH);
            for made in bodies {
                let (id, body) = made.ok_or_else(|| At(&self.location).corrupt("a vector cannot be read", None))?;
                rows.row().with(id).with(body);
            }
            rows.write(&mut self.connection, At(&self.location)).await?;
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
