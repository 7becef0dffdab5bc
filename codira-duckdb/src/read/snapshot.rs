//! A state as a reader's thread sees it: the database, and what was learnt of it, which stays true because nobody changes it.

use std::{
    cell::{OnceCell, Ref, RefCell},
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use codira_contracts::{BackendError, EmbeddingSpec, PathPrefix, RepoPath, RuntimeInventory, StableId};
use duckdb::params_from_iter;

use super::{embeddings, filter::Which, inventory, prefetch::Prefetch, sketches::Sketches};
use crate::engine::{Cells, Database};

/// From how many unknown files on all are learnt at once.
const MIN_FILES_FOR_FULL_SCAN: usize = 256;

/// A committed state.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(super) database: Database,
    pub(super) head: RuntimeInventory,
    names: RefCell<Names>,
    numbers: RefCell<HashMap<RepoPath, Option<u32>>>,
    specs: OnceCell<Vec<(u32, EmbeddingSpec)>>,
    pub(super) ahead: RefCell<Prefetch>,
    pub(super) sketches: RefCell<Sketches>,
}

/// What answers say of a file.
#[derive(Clone, Debug)]
pub(super) struct Name {
    pub(super) path: RepoPath,
    pub(super) module: Arc<str>,
}

/// The names of files, by number.
pub(super) type Names = HashMap<u32, Name>;

/// A table whose rows are listed: they order by the path of their file, then as it says.
#[derive(Clone, Copy)]
pub(super) struct Table {
    pub(super) name: &'static str,
    /// Three expressions: two numbers and a text.
    pub(super) order: &'static str,
    /// What entries are made of.
    pub(super) columns: &'static str,
}

/// The column of a listed row at which a [`Table`]'s own begin.
pub(super) const OWN: usize = 4;

/// What a row orders by within its file.
type Within = (u32, u32, StableId);

impl Snapshot {
    /// The state of a database of this schema that is open for reading.
    pub(crate) fn new(database: Database, schema: u32) -> Result<Self, BackendError> {
        Ok(Self {
            head: inventory::head(&database, schema)?.runtime,
            database,
            names: RefCell::default(),
            numbers: RefCell::default(),
            specs: OnceCell::new(),
            ahead: RefCell::default(),
            sketches: RefCell::default(),
        })
    }

    /// Every spec, by number.
    pub(super) fn specs(&self) -> Result<&[(u32, EmbeddingSpec)], BackendError> {
        if self.specs.get().is_none() {
            let _ = self.specs.set(embeddings::specs(&self.database)?);
        }
        Ok(self.specs.get().map_or(&[], Vec::as_slice))
    }

    /// The names of these files, and perhaps of others.
    pub(super) fn names(&self, files: impl IntoIterator<Item = u32>) -> Result<Ref<'_, Names>, BackendError> {
        let unknown: BTreeSet<u32> = {
            let known = self.names.borrow();
            files.into_iter().filter(|file| !known.contains_key(file)).collect()
        };
        if unknown.len() > MIN_FILES_FOR_FULL_SCAN {
            self.learn(&Which::all())?;
        } else if !unknown.is_empty() {
            self.learn(&Which::among("id", &unknown))?;
        }
        let names = self.names.borrow();
        match unknown.iter().find(|file| !names.contains_key(file)) {
            Some(_) => Err(self.database.at().unreadable("the file of a row")),
            None => Ok(names),
        }
    }

    /// The number of the file at this path.
    pub(super) fn number(&self, path: &RepoPath) -> Result<Option<u32>, BackendError> {
        if let Some(known) = self.numbers.borrow().get(path) {
            return Ok(*known);
        }
        let number = self.learn(&Which::is("path", path.as_str().to_owned()))?.pop();
        self.numbers.borrow_mut().insert(path.clone(), number);
        Ok(number)
    }

    /// The numbers of the files of a module.
    pub(super) fn of_module(&self, module: &str) -> Result<Vec<u32>, BackendError> {
        self.learn(&Which::is("module", module.to_owned()))
    }

    /// The numbers of the files inside a prefix, by path.
    pub(super) fn by_path(&self, prefix: &PathPrefix) -> Result<Vec<u32>, BackendError> {
        self.in_order(self.learn(&Which::all().and_below(prefix))?)
    }

    /// Files, by path.
    pub(super) fn in_order(&self, mut files: Vec<u32>) -> Result<Vec<u32>, BackendError> {
        let names = self.names(files.iter().copied())?;
        files.sort_unstable_by(|a, b| names[a].path.cmp(&names[b].path));
        Ok(files)
    }

    /// The numbers of the files inside a prefix; `None` for all.
    pub(super) fn files_inside(&self, prefix: &PathPrefix) -> Result<Option<HashSet<u32>>, BackendError> {
        if prefix.is_root() {
            return Ok(None);
        }
        Ok(Some(self.learn(&Which::all().and_below(prefix))?.into_iter().collect()))
    }

    /// Learns the names of files; tells their numbers.
    fn learn(&self, which: &Which) -> Result<Vec<u32>, BackendError> {
        let found = self.select("id, path, module", "file", which, |row| {
            let module = row.get::<String>(2)?.into();
            Ok((row.get::<u32>(0)?, Name { path: row.path(1)?, module }))
        })?;
        let numbers = found.iter().map(|(number, _)| *number).collect();
        self.names.borrow_mut().extend(found);
        Ok(numbers)
    }

    /// Rows of one table, in no order.
    pub(super) fn select<T>(
        &self,
        columns: &str,
        table: &str,
        which: &Which,
        read: impl FnMut(&Cells<'_>) -> Result<T, BackendError>,
    ) -> Result<Vec<T>, BackendError> {
        let sql = format!("SELECT {columns} FROM {table}{}", which.sql());
        self.database.rows(&sql, params_from_iter(which.values()), read)
    }

    /// What `read` makes of rows, with the names of their files, in the order of the table.
    pub(super) fn listed<T>(
        &self,
        table: Table,
        which: Which,
        prefix: &PathPrefix,
        limit: Option<usize>,
        mut read: impl FnMut(&Cells<'_>) -> Result<T, BackendError>,
    ) -> Result<Vec<(Name, T)>, BackendError> {
        let Some(which) = self.narrowed(table, which.inside(prefix), limit)? else { return Ok(Vec::new()) };
        let columns = format!("file, {}, {}", table.order, table.columns);
        let mut rows = self.select(&columns, table.name, &which, |row| Ok((row.get::<u32>(0)?, within(row)?, read(row)?)))?;
        let names = self.names(rows.iter().map(|(file, ..)| *file))?;
        rows.sort_unstable_by(|(file, a, _), (other, b, _)| (&names[file].path, a).cmp(&(&names[other].path, b)));
        Ok(rows.into_iter().map(|(file, _, entry)| (names[&file].clone(), entry)).collect())
    }

    /// The first rows, where a limit leaves some out: only what they order by is read of the others. `None` is no row.
    fn narrowed(&self, table: Table, which: Which, limit: Option<usize>) -> Result<Option<Which>, BackendError> {
        let limit = match limit {
            None => return Ok(Some(which)),
            Some(0) => return Ok(None),
            Some(limit) => limit,
        };
        let columns = format!("file, {}, rowid", table.order);
        let mut rows =
            self.select(&columns, table.name, &which, |row| Ok((row.get::<u32>(0)?, within(row)?, row.get::<i64>(OWN)?)))?;
        if rows.is_empty() {
            return Ok(None);
        }
        if rows.len() <= limit {
            return Ok(Some(which));
        }
        let names = self.names(rows.iter().map(|(file, ..)| *file))?;
        let order = |(file, a, _): &(u32, Within, i64), (other, b, _): &(u32, Within, i64)| {
            (&names[file].path, a).cmp(&(&names[other].path, b))
        };
        rows.select_nth_unstable_by(limit, order);
        rows.truncate(limit);
        Ok(Some(Which::among("rowid", rows.iter().map(|(_, _, row)| row))))
    }
}

fn within(row: &Cells<'_>) -> Result<Within, BackendError> {
    Ok((row.get(1)?, row.get(2)?, row.id(3)?))
}
