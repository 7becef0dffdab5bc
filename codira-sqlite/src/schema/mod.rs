//! The schema, as numbered migrations, and how the number of a file is told.

use sqlx::{
    SqlSafeStr, SqliteConnection,
    migrate::{Migration, MigrationType, Migrator},
};

use crate::errors::{At, Failed as _};

/// What the header of an index says it is: `codi`.
pub(crate) const APPLICATION_ID: u32 = 0x636f_6469;

/// A schema: the migrations that lead to it, oldest first. The number of the last one is the
/// schema's.
///
/// Every migration sets `user_version` to its own number, so that the header alone tells the schema
/// of a file. A change of the model in the contract that changes the form of a blob needs a
/// migration, too: a test keeps the forms.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schema(&'static [Step]);

/// One migration.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    /// What it is for.
    pub(crate) description: &'static str,
    /// What it does.
    pub(crate) sql: &'static str,
}

/// The schema that this crate reads and writes.
pub(crate) const CURRENT: Schema = Schema::new(&[Step { description: "index", sql: include_str!("0001_index.sql") }]);

/// A schema that a later program might have.
pub(crate) const NEXT: Schema = Schema::new(&[
    Step { description: "index", sql: include_str!("0001_index.sql") },
    Step { description: "note", sql: "CREATE TABLE note (id INTEGER PRIMARY KEY); PRAGMA user_version = 2;" },
]);

impl Schema {
    /// The schema that `steps` lead to.
    pub(crate) const fn new(steps: &'static [Step]) -> Self {
        Self(steps)
    }

    /// Its number.
    pub(crate) fn number(self) -> u32 {
        u32::try_from(self.0.len()).expect("there are not that many migrations")
    }

    /// Brings the database to this schema, inside the transaction that is open on it.
    pub(crate) async fn migrate(
        self,
        connection: &mut SqliteConnection,
        at: &At<'_>,
    ) -> Result<(), codira_contracts::BackendError> {
        let migrations = self.0.iter().zip(1..).map(|(step, number)| {
            // No transaction of its own: what a migration does becomes visible with the session's
            // commit.
            Migration::new(number, step.description.into(), MigrationType::Simple, step.sql.into_sql_str(), true)
        });
        let migrated = Migrator::with_migrations(migrations.collect()).run_direct(None, connection, false).await;
        migrated.map_err(|error| match error {
            sqlx::migrate::MigrateError::Execute(error) | sqlx::migrate::MigrateError::ExecuteMigration(error, _) => {
                at.failed("migrate", error)
            }
            other => at.corrupt("its migrations are not those of this program", Some(other.into())),
        })
    }
}
