//! Moves the vectors of the first schema: packed, and with sketches.

use codira_contracts::{BackendError, StableId, Vector};
use codira_store::vectors::{self, Sketch};

use crate::{
    engine::Database,
    write::sketches::{Group, Sketches},
};

/// How many rows are moved at a time: all vectors of a large repository are more than there is memory.
const BATCH_ROWS: i64 = 10_000;

/// How many rows are there?
const ROWS: &str = "SELECT coalesce(max(rowid) + 1, 0) FROM former_vector";
/// What are some of them?
const SOME: &str = "SELECT spec, file, owner, documents, text_hash, numbers FROM former_vector WHERE rowid >= ? AND rowid < ?";
const DROP: &str = "DROP TABLE former_vector";

/// A row of the former table.
struct Row {
    group: Group,
    owner: StableId,
    text_hash: Vec<u8>,
    vector: Vector,
}

pub(super) fn move_vectors(database: &Database) -> Result<(), BackendError> {
    let rows = database.rows_once(ROWS, [], |row| row.get::<i64>(0))?.into_iter().max().unwrap_or_default();
    let mut sketches = Sketches::default();
    for first in (0..rows).step_by(BATCH_ROWS as usize) {
        let some = database.rows_once(SOME, [first, first + BATCH_ROWS], |row| {
            Ok(Row {
                group: Group { spec: row.get(0)?, file: row.get(1)?, documents: row.get(3)? },
                owner: row.id(2)?,
                text_hash: row.get(4)?,
                vector: row.blob(5, "a vector", Vector::from_bytes)?,
            })
        })?;
        let mut vectors = database.append("vector")?;
        for Row { group, owner, text_hash, vector } in some {
            let Group { spec, file, documents } = group;
            vectors.push(&[&spec, &file, &owner.as_str(), &documents, &text_hash, &vectors::pack(&vector)])?;
            sketches.add(group, owner, Sketch::of(vector.as_slice()));
        }
        vectors.finish()?;
    }
    sketches.write(database)?;
    database.batch(DROP)
}
