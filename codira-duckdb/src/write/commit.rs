//! How a session ends: published whole, or given up.

use codira_contracts::{BackendError, Commit, Coverage, RunInventory};

use super::writer::Writer;
use crate::{codec, errors::at};

/// Says what is true from now on.
const SET_STATE: &str =
    "INSERT INTO state (generation, backend, version, coverage, analyzers, rules) VALUES (?, ?, ?, ?, ?, ?)";

impl Writer {
    /// Publishes the session. On an error nothing was published.
    pub(super) fn commit(mut self) -> Result<Commit, BackendError> {
        self.derive()?;
        let generation = self.generation + 1;
        let RunInventory { coverage, analyzers } = &self.inventory;
        let coverage = codec::code(Coverage::ALL, coverage);
        let state = (
            generation,
            &self.tool.name,
            &self.tool.version,
            coverage,
            codec::pack(analyzers),
            codec::pack(&self.rules.inventory()),
        );
        self.database.batch("DELETE FROM state")?;
        self.database.run(SET_STATE, state)?;
        // The commit writes everything into the file; the checkpoint makes sure that no log stays beside it.
        self.database.batch("COMMIT; CHECKPOINT")?;
        let Self { database, base, drafts, replaced, .. } = self;
        drop(base);
        database.close()?;
        let index = drafts.0.index();
        drafts.0.publish().map_err(|error| at(&index).io("commit", error))?;
        Ok(Commit { generation, replaced })
    }

    /// Leaves everything as it was.
    pub(super) fn abandon(self) -> Result<(), BackendError> {
        let Self { database, base, drafts, .. } = self;
        drop(base);
        drop(database);
        let index = drafts.0.index();
        drafts.0.remove_drafts().map_err(|error| at(&index).io("clean up", error))
    }
}
