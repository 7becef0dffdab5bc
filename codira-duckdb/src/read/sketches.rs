//! The sketches of vectors, which a search passes one and all: read once, then remembered.

use std::collections::HashMap;

use codira_contracts::BackendError;

use super::{filter::Which, snapshot::Snapshot};
use crate::codec;

/// How many bytes of sketches are remembered: some hundred thousand vectors.
const CACHE_BYTES: usize = 64 << 20;

/// Which sketches a search passes: those of a spec, and of symbols or of documentation units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    pub(super) spec: u32,
    pub(super) documents: bool,
}

/// Sketches of one file.
#[derive(Clone, Debug)]
struct Row {
    file: u32,
    /// How many owners come before.
    before: u32,
    body: Box<[u8]>,
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Sketches {
    rows: HashMap<Kind, Vec<Row>>,
    bytes: usize,
}

impl Snapshot {
    /// Shows each sketch with its file and its place among the owners of that. What cannot be read, `visit` says by `None`.
    pub(super) fn visit_sketches(
        &self,
        kind: Kind,
        mut visit: impl FnMut(u32, usize, &[u8]) -> Option<()>,
    ) -> Result<(), BackendError> {
        let mut visit_row = |file: u32, before: u32, body: &[u8]| {
            codec::unpack_borrowed::<Vec<&[u8]>>(body)?
                .into_iter()
                .zip(before as usize..)
                .try_for_each(|(sketch, place)| visit(file, place, sketch))
        };
        if let Some(rows) = self.sketches.borrow().rows.get(&kind) {
            let unreadable = || self.database.at().unreadable("sketches");
            return rows.iter().try_for_each(|row| visit_row(row.file, row.before, &row.body).ok_or_else(unreadable));
        }
        let mut sketches = self.sketches.borrow_mut();
        let mut bytes = sketches.bytes;
        let mut rows = Vec::new();
        let which = Which::is("spec", kind.spec).and_is("documents", Some(kind.documents));
        self.select("file, before, body", "sketch", &which, |row| {
            let (file, before) = (row.get(0)?, row.get(1)?);
            row.blob(2, "sketches", |body| {
                bytes += body.len();
                if bytes <= CACHE_BYTES {
                    rows.push(Row { file, before, body: body.into() });
                }
                visit_row(file, before, body)
            })
        })?;
        if bytes <= CACHE_BYTES {
            sketches.bytes = bytes;
            sketches.rows.insert(kind, rows);
        }
        Ok(())
    }
}
