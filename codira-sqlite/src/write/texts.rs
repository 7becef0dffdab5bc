//! The numbers of texts: each is kept once.

use std::collections::{HashMap, HashSet};

use codira_contracts::BackendError;
use sqlx::{Arguments, AssertSqlSafe, SqliteConnection, sqlite::SqliteArguments};

use super::rows::{Insert, Rows};
use crate::errors::At;

/// How many texts are remembered before the memory starts anew.
const REMEMBERED: usize = 200_000;
/// How many texts one statement looks for.
const LOOK_UP: usize = 4_000;

/// The next free number.
const NEXT: &str = "SELECT coalesce(max(id), 0) + 1 FROM text";
/// The numbers of given texts; the list of parameters and a parenthesis follow.
pub(crate) const FIND: &str = "SELECT id, value FROM text WHERE value IN (";
const INSERT: Insert = Insert { head: "INSERT INTO text (id, value) VALUES", columns: 2 };

/// Texts whose numbers are known.
#[derive(Debug)]
pub(crate) struct Texts {
    known: HashMap<Box<str>, i64>,
    next: i64,
    /// Whether every text of the table is known, so that an unknown one is new.
    all: bool,
}

impl Texts {
    /// Knows nothing yet of the texts that are stored.
    pub(crate) async fn load(connection: &mut SqliteConnection, at: At<'_>) -> Result<Self, BackendError> {
        let next = sqlx::query_scalar(NEXT).fetch_one(connection).await.map_err(|error| at.failed("read", error))?;
        Ok(Self { known: HashMap::new(), next, all: next == 1 })
    }

    /// Makes the number of every text in `wanted` known; new ones are stored.
    pub(crate) async fn learn(
        &mut self,
        wanted: HashSet<&str>,
        connection: &mut SqliteConnection,
        at: At<'_>,
    ) -> Result<(), BackendError> {
        if self.known.len() > REMEMBERED {
            self.known = HashMap::new();
            self.all = false;
        }
        let mut unknown: Vec<&str> = wanted.into_iter().filter(|text| !self.known.contains_key(*text)).collect();
        if !self.all {
            for some in unknown.chunks(LOOK_UP) {
                for (id, text) in find(some, connection, at).await? {
                    self.known.insert(text.into(), id);
                }
            }
            unknown.retain(|text| !self.known.contains_key(*text));
        }
        // In order, so that equal histories give equal files.
        unknown.sort_unstable();
        let mut rows = Rows::new(&INSERT);
        for text in unknown {
            rows.row().with(self.next).with(text);
            self.known.insert(text.into(), self.next);
            self.next += 1;
        }
        rows.write(connection, at).await
    }

    /// The number of a text that was [learnt](Self::learn).
    pub(crate) fn id(&self, text: &str) -> i64 {
        *self.known.get(text).expect("a text is learnt before its number is asked for")
    }
}

/// The stored ones of `texts`, with their numbers.
pub(crate) async fn find(
    texts: &[&str],
    connection: &mut SqliteConnection,
    at: At<'_>,
) -> Result<Vec<(i64, String)>, BackendError> {
    let mut arguments = SqliteArguments::default();
    for text in texts {
        arguments.add(*text).expect("a text can always be bound");
    }
    let sql = format!("{FIND}{})", vec!["?"; texts.len()].join(","));
    let found = sqlx::query_as_with(AssertSqlSafe(sql), arguments).persistent(false).fetch_all(connection);
    found.await.map_err(|error| at.failed("read", error))
}
