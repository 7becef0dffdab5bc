//! Keeps the sketches what the vectors say they are.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use codira_contracts::{BackendError, StableId};
use codira_store::vectors::{self, Sketch};

use crate::{
    codec,
    engine::{Database, list},
    read::embeddings::specs,
};

/// How long a row of sketches may be. Beyond 4096 bytes, DuckDB keeps them in blocks apart.
const ROW_BYTES: usize = 4_000;
/// What the length of a sketch takes, at most, that goes into a row with others.
const FRAME: usize = 2;

/// Vectors whose sketches lie together: those of one spec and file, by number, and whether they are of documentation units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Group {
    pub(crate) spec: u32,
    pub(crate) file: u32,
    pub(crate) documents: bool,
}

/// Sketches that wait to be written.
#[derive(Debug, Default)]
pub(crate) struct Sketches(BTreeMap<Group, BTreeMap<StableId, Sketch>>);

impl Sketches {
    /// Adds the sketch of the vector of an owner.
    pub(crate) fn add(&mut self, group: Group, owner: StableId, sketch: Sketch) {
        self.0.entry(group).or_default().insert(owner, sketch);
    }

    /// Writes them.
    pub(crate) fn write(self, database: &Database) -> Result<(), BackendError> {
        let mut rows = database.append("sketch")?;
        for (Group { spec, file, documents }, sketches) in self.0 {
            let sketches: Vec<&[u8]> = sketches.values().map(Sketch::as_bytes).collect();
            let longest = sketches.iter().map(|sketch| sketch.len()).max().unwrap_or(0);
            let of_a_row = (ROW_BYTES / (longest + FRAME)).max(1);
            for (some, before) in sketches.chunks(of_a_row).zip((0_u32..).step_by(of_a_row)) {
                rows.push(&[&spec, &file, &documents, &before, &codec::pack(some)])?;
            }
        }
        rows.finish()
    }
}

/// Makes the sketches of these files what their vectors say now.
pub(crate) fn sketch_again(database: &Database, files: impl IntoIterator<Item = u32>) -> Result<(), BackendError> {
    let files: BTreeSet<u32> = files.into_iter().collect();
    if files.is_empty() {
        return Ok(());
    }
    let files = list(files);
    database.batch(&format!("DELETE FROM sketch WHERE file IN ({files})"))?;
    let dimensions: HashMap<u32, u32> = specs(database)?.into_iter().map(|(spec, of)| (spec, of.dimension)).collect();
    let mut sketches = Sketches::default();
    // What are the vectors, and whose?
    let sql = format!("SELECT spec, file, documents, owner, numbers FROM vector WHERE file IN ({files})");
    database.rows_once(&sql, [], |row| {
        let group = Group { spec: row.get(0)?, file: row.get(1)?, documents: row.get(2)? };
        let vector = row.blob(4, "a vector", |bytes| vectors::unpack(bytes, *dimensions.get(&group.spec)?))?;
        sketches.add(group, row.id(3)?, Sketch::of(vector.as_slice()));
        Ok(())
    })?;
    sketches.write(database)
}
