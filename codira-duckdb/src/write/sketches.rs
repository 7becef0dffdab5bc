//! Keeps the sketches what the vectors say they are.

use std::collections::BTreeMap;

use codira_contracts::{BackendError, StableId, Vector, score::Sketch};

use crate::{
    codec,
    engine::{Database, list},
};

/// Whose sketches lie in one row: spec and file, by number, and whether they are of documentation units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) spec: u32,
    pub(super) file: u32,
    pub(super) documents: bool,
}

/// Sketches that wait to be written.
#[derive(Debug, Default)]
pub(super) struct Sketches(BTreeMap<Place, BTreeMap<StableId, Sketch>>);

impl Sketches {
    /// Adds the sketch of the vector of an owner.
    pub(super) fn add(&mut self, place: Place, owner: StableId, vector: &Vector) {
        self.0.entry(place).or_default().insert(owner, Sketch::of(vector.as_slice()));
    }

    /// Writes them.
    pub(super) fn write(self, database: &Database) -> Result<(), BackendError> {
        let mut rows = database.append("sketch")?;
        for (Place { spec, file, documents }, sketches) in self.0 {
            let body = codec::pack(&sketches.values().map(Sketch::as_bytes).collect::<Vec<_>>());
            rows.push(&[&spec, &file, &documents, &body])?;
        }
        rows.finish()
    }
}

/// Makes the sketches of these files what their vectors say now.
pub(super) fn sketch_again(database: &Database, files: impl IntoIterator<Item = u32>) -> Result<(), BackendError> {
    let files = list(files);
    if files.is_empty() {
        return Ok(());
    }
    let of = format!("WHERE file IN ({files})");
    database.batch(&format!("DELETE FROM sketch {of}"))?;
    sketch(database, &of)
}

/// Makes the sketches of vectors of an older schema.
pub(super) fn sketch_all(database: &Database) -> Result<(), BackendError> {
    sketch(database, "")
}

fn sketch(database: &Database, of: &str) -> Result<(), BackendError> {
    let mut sketches = Sketches::default();
    // What are the vectors, and whose?
    database.rows_once(&format!("SELECT spec, file, documents, owner, numbers FROM vector {of}"), [], |row| {
        let place = Place { spec: row.get(0)?, file: row.get(1)?, documents: row.get(2)? };
        sketches.add(place, row.id(3)?, &row.blob(4, "a vector", Vector::from_bytes)?);
        Ok(())
    })?;
    sketches.write(database)
}
