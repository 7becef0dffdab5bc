//! How a session begins: what is there is looked at, put right, and taken over.

use std::{
    fs::File,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use codira_contracts::{BackendError, Coverage, RulesInventory, RunInventory, SessionRequest, Tool, WriteScope};
use codira_store::AllOffers;
use rustc_hash::{FxHashMap, FxHashSet};
use sqlx::Connection;

use super::{
    postings::Postings,
    queue::Queue,
    sketches::Gathered,
    writer::{Target, Writer},
};
#[cfg(test)]
use crate::plans::Statement;
use crate::{
    codec, connection,
    errors::{Failed as _, at},
    files::{self, Files, Found},
    forms, publish,
    schema::Schema,
    wal,
};

/// How many steps of a statement SQLite takes between looks at the stop sign: a fraction of a millisecond.
const STEPS_BETWEEN_LOOKS: i32 = 20_000;

/// Begins the one transaction of the session.
const BEGIN: &str = "BEGIN IMMEDIATE";
/// What was true when the last session committed?
const STATE: &str = "SELECT generation, coverage, analyzers, rules FROM state WHERE id = 1";
/// Which is the next free number of a file?
const NEXT: &str = "SELECT coalesce(max(id), 0) + 1 FROM file";

/// The statements of this file, for [`plans`](crate::plans).
#[cfg(test)]
pub(crate) const STATEMENTS: &[Statement] = &[Statement::of(STATE), Statement::of(NEXT)];

/// What the state row says.
struct State {
    generation: u64,
    inventory: RunInventory,
    /// Nothing where an older schema did not say.
    rules: Option<Vec<RulesInventory>>,
}

impl Writer {
    /// Opens the index for a session.
    pub(super) async fn open(
        files: Files,
        schema: Schema,
        tool: Tool,
        SessionRequest { scope, rules }: SessionRequest,
        stop: Arc<AtomicBool>,
    ) -> Result<Self, BackendError> {
        let location = files.database();
        let at = at(&location);
        files.remove_debris().map_err(|error| at.io("clean up", error))?;
        let mut base = None;
        let mut replaced = None;
        match find(&files).await {
            Ok(None) => {}
            Ok(Some(found)) if found > schema.number() => {
                return Err(BackendError::SchemaMismatch { location: at.to_string(), found, expected: schema.number() });
            }
            Ok(Some(found)) if found < schema.number() => base = Some(migrated(&files, schema).await?),
            Ok(Some(_)) => base = Some(location.clone()),
            Err(error @ BackendError::Corrupt { .. }) if scope == WriteScope::Full => replaced = Some(error.to_string()),
            Err(error) => return Err(error),
        }
        let in_place = base.is_some() && scope == WriteScope::Incremental;
        let mut connection =
            if in_place { connection::in_place(&location).await? } else { connection::fresh(&files.fresh()).await? };
        let opened = async {
            let sign = stop.clone();
            let mut handle = connection.lock_handle().await.map_err(|error| at.failed("begin", error))?;
            handle.set_progress_handler(STEPS_BETWEEN_LOOKS, move || !sign.load(Ordering::Relaxed));
            drop(handle);
            sqlx::query(BEGIN).execute(&mut connection).await.map_err(|error| at.failed("begin", error))?;
            schema.migrate(&mut connection, &at).await?;
            sqlx::query_scalar(NEXT).fetch_one(&mut connection).await.map_err(|error| at.failed("read", error))
        };
        let next_file = match opened.await {
            Ok(opened) => opened,
            Err(error) => {
                let _ = connection.close().await;
                return Err(error);
            }
        };
        let mut writer = Self {
            files,
            location,
            connection,
            target: Target::InPlace,
            tool,
            stop,
            base,
            base_connection: None,
            generation: 0,
            inventory: RunInventory::default(),
            rules,
            rules_changed: false,
            next_file,
            numbers: FxHashMap::default(),
            all_numbers: !in_place,
            queue: Queue::default(),
            in_flight: None,
            postings: Postings::default(),
            specs: None,
            sketches: Gathered::default(),
            embeddings_touched: false,
            dirty: FxHashSet::default(),
            changed: FxHashSet::default(),
            anyone_asked: in_place,
            offers: (!in_place).then(AllOffers::default),
            analyses: FxHashMap::default(),
            analyses_weight: 0,
            failure: None,
        };
        if let Err(error) = writer.take_over(in_place, replaced).await {
            let _ = writer.abandon().await;
            return Err(error);
        }
        Ok(writer)
    }

    /// Takes over what the base says.
    async fn take_over(&mut self, in_place: bool, mut replaced: Option<String>) -> Result<(), BackendError> {
        match self.read_state().await {
            Ok(None) => {}
            Ok(Some(state)) => {
                self.generation = state.generation;
                if in_place {
                    self.inventory = state.inventory;
                    self.rules_changed = state.rules != Some(self.rules.inventory());
                }
            }
            Err(error @ BackendError::Corrupt { .. }) if !in_place => {
                replaced = Some(error.to_string());
                self.forget_base().await;
            }
            Err(error) => return Err(error),
        }
        if !in_place {
            self.target = Target::Fresh { replaced };
        }
        Ok(())
    }

    /// What the state row of the base says.
    async fn read_state(&mut self) -> Result<Option<State>, BackendError> {
        let location = self.location.clone();
        let at = at(&location);
        let Some(base) = self.base().await? else { return Ok(None) };
        let (generation, coverage, analyzers, rules): (i64, i64, Vec<u8>, Option<Vec<u8>>) =
            sqlx::query_as(STATE).fetch_one(base).await.map_err(|error| at.failed("read", error))?;
        let inventory = forms::word(Coverage::ALL, coverage).zip(codec::unpack(&analyzers));
        let (coverage, analyzers) = inventory.ok_or_else(|| at.corrupt("the inventory cannot be read", None))?;
        let unreadable = || at.corrupt("the inventory of rules cannot be read", None);
        let rules = rules.map(|rules| codec::unpack(&rules).ok_or_else(unreadable)).transpose()?;
        Ok(Some(State { generation: generation as u64, inventory: RunInventory { coverage, analyzers }, rules }))
    }
}

/// The schema of the index that is there, once what a killed session left is moved into it; `None` when there is none.
async fn find(files: &Files) -> Result<Option<u32>, BackendError> {
    let path = files.database();
    let at = at(&path);
    let failed = |error| at.io("open", error);
    let look = || match File::open(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        opened => files::inspect(&opened.map_err(failed)?).map(Some).map_err(failed),
    };
    let found = match look()? {
        Some(Found::Index { .. }) if wal::head(&files.wal()).map_err(failed)?.is_some() => {
            publish::recover(files).await?;
            look()?
        }
        found => found,
    };
    match found {
        None => Ok(None),
        Some(Found::Index { schema, whole: true }) => Ok(Some(schema)),
        Some(Found::Index { .. }) => Err(at.corrupt("the file is shorter than it says", None)),
        Some(Found::Foreign { problem }) => Err(at.corrupt(problem, None)),
    }
}

/// A copy of an index of an older schema, brought to the newer one: how a session looks at the state from which it began.
async fn migrated(files: &Files, schema: Schema) -> Result<PathBuf, BackendError> {
    let (path, copy) = (files.database(), files.copy());
    std::fs::copy(&path, &copy).map_err(|error| at(&path).io("copy", error))?;
    let at = at(&path);
    let mut connection = connection::in_place(&copy).await?;
    schema.migrate(&mut connection, &at).await?;
    connection.close().await.map_err(|error| at.failed("migrate", error))?;
    Ok(copy)
}
