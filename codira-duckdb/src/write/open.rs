//! How a session begins: what is there is looked at, copied or left aside, and migrated.

use codira_contracts::{BackendError, SessionRequest, Tool, WriteScope};
use codira_store::AllOffers;

use super::writer::{Drafts, Writer};
use crate::{
    engine::Database,
    errors::at,
    files::{Files, Found, inspect},
    instance::{Use, room_for},
    read::{embeddings::specs, inventory::head},
    schema::{self, Schema},
};

/// How large is the largest file?
const LARGEST: &str = "SELECT coalesce(max(size), 0) FROM file";
/// Which files are there?
const PATHS: &str = "SELECT path, id FROM file";
/// Which files were not resolved? A migration may forget what came of that.
const UNRESOLVED: &str = "SELECT id FROM file WHERE id NOT IN (SELECT file FROM resolution)";

impl Writer {
    /// Opens a draft for a session. For the holder of the writer lock.
    pub(super) fn open(files: Files, schema: Schema, tool: Tool, request: SessionRequest) -> Result<Self, BackendError> {
        let index = files.index();
        let at = at(&index);
        files.remove_drafts().map_err(|error| at.io("clean up", error))?;
        let drafts = Drafts(files);
        let there = match inspect(&index).map_err(|error| at.io("open", error))? {
            Found::Nothing => Ok(None),
            Found::Foreign(problem) => Err(at.corrupt(problem, None)),
            Found::Database => Ok(Some(())),
        };
        match (request.scope, there) {
            (WriteScope::Incremental, Ok(Some(()))) => Self::open_copy(drafts, schema, tool, request),
            (WriteScope::Incremental, Err(problem)) => Err(problem),
            (_, there) => Self::open_empty(drafts, schema, tool, request, there.map(|there| there.is_some())),
        }
    }

    /// Goes on from a copy of the index.
    fn open_copy(drafts: Drafts, schema: Schema, tool: Tool, request: SessionRequest) -> Result<Self, BackendError> {
        let files = &drafts.0;
        let (index, draft) = (files.index(), files.draft());
        files.copy_index(&draft).map_err(|error| at(&index).io("copy", error))?;
        let database = Database::open(&draft, &index, Use::Write)?;
        let Migrated { was_older, largest } = migrate(&database, schema, &index)?;
        let mut writer = Self::new(database, drafts, schema, request, tool);
        let head = head(&writer.database, schema.number())?;
        writer.has_base = true;
        writer.largest = largest;
        writer.generation = head.runtime.generation;
        writer.rules_changed = head.rules != Some(writer.rules.inventory());
        writer.inventory = head.inventory;
        writer.paths = writer.database.rows(PATHS, [], |row| Ok((row.path(0)?, row.get(1)?)))?.into_iter().collect();
        writer.next_file = writer.paths.values().max().map_or(1, |last| last + 1);
        writer.specs = specs(&writer.database)?.into_iter().map(|(number, spec)| (spec, number)).collect();
        writer.anyone_asked = true;
        if was_older {
            writer.dirty.extend(writer.database.rows(UNRESOLVED, [], |row| row.get::<u32>(0))?);
        }
        writer.database.batch("BEGIN")?;
        Ok(writer)
    }

    /// Starts from nothing; what is there tells its number, if it can be read.
    fn open_empty(
        drafts: Drafts,
        schema: Schema,
        tool: Tool,
        request: SessionRequest,
        there: Result<bool, BackendError>,
    ) -> Result<Self, BackendError> {
        let files = &drafts.0;
        let base = there.and_then(|there| if there { open_base(files, schema).map(Some) } else { Ok(None) });
        let base = base.and_then(|base| match base {
            Some(base) => head(&base, schema.number()).map(|head| Some((base, head))),
            None => Ok(None),
        });
        let (base, replaced) = match base {
            Ok(base) => (base, None),
            Err(error @ BackendError::Corrupt { .. }) => (None, Some(error.to_string())),
            Err(error) => return Err(error),
        };
        let database = Database::open(&files.draft(), &files.index(), Use::Write)?;
        database.batch("BEGIN")?;
        schema.migrate(&database, 0)?;
        let mut writer = Self::new(database, drafts, schema, request, tool);
        writer.replaced = replaced;
        writer.offers = Some(AllOffers::default());
        if let Some((base, head)) = base {
            writer.generation = head.runtime.generation;
            (writer.base, writer.has_base) = (Some(base), true);
        }
        Ok(writer)
    }

    /// The state from which the session began. Only this session replaces it: it holds the writer lock.
    pub(super) fn base(&mut self) -> Result<Option<&Database>, BackendError> {
        if self.base.is_none() && self.has_base {
            self.base = Some(open_base(self.files(), self.schema)?);
        }
        Ok(self.base.as_ref())
    }
}

/// Opens what is there for reading: a migrated copy, where it has an older schema.
fn open_base(files: &Files, schema: Schema) -> Result<Database, BackendError> {
    let index = files.index();
    let database = Database::open(&index, &index, Use::Read)?;
    if schema::number_of(&database)? == schema.number() {
        return Ok(database);
    }
    database.close()?;
    let copy = files.base();
    files.copy_index(&copy).map_err(|error| at(&index).io("copy", error))?;
    let database = Database::open(&copy, &index, Use::Write)?;
    migrate(&database, schema, &index)?;
    Ok(database)
}

/// A copy of an index that has the schema.
struct Migrated {
    /// Whether it had an older one.
    was_older: bool,
    /// The size of its largest file, for which there is memory.
    largest: u64,
}

/// Brings a copy of the index to the schema. A newer one cannot be.
fn migrate(copy: &Database, schema: Schema, index: &std::path::Path) -> Result<Migrated, BackendError> {
    let (found, expected) = (schema::number_of(copy)?, schema.number());
    if found > expected {
        return Err(BackendError::SchemaMismatch { location: at(index).to_string(), found, expected });
    }
    let largest = copy.rows_once(LARGEST, [], |row| row.get(0))?.into_iter().next().unwrap_or_default();
    if let Some(setting) = room_for(largest) {
        copy.batch(&setting)?;
    }
    if found < expected {
        copy.batch("BEGIN")?;
        schema.migrate(copy, found)?;
        copy.batch("COMMIT")?;
    }
    Ok(Migrated { was_older: found < expected, largest })
}
