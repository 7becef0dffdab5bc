//! The numbers of things that edges lead to and that are no symbols: each is kept once.

use std::collections::{HashMap, HashSet};

use codira_contracts::BackendError;
use sqlx::{AssertSqlSafe, SqliteConnection};

use super::rows::{Insert, Rows, list};
use crate::errors::At;

/// How many are remembered before the memory starts anew.
const REMEMBERED: usize = 500_000;

/// How many texts one statement looks for.
const LOOK_UP: usize = 10_000;

/// The next free number.
const NEXT: &str = "SELECT coalesce(max(id), 0) + 1 FROM outside";
/// The things of given texts; a list of numbers and a parenthesis follow.
pub(crate) const FIND: &str = "SELECT id, text, kind FROM outside WHERE text IN (";
const INSERT: Insert = Insert { head: "INSERT INTO outside (id, kind, text, name) VALUES", columns: 4 };

/// A thing that is no symbol; text and name are numbers of texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Outside {
    /// Unresolved, or the kind of an external thing.
    pub(super) kind: i64,
    pub(super) text: i64,
    pub(super) name: i64,
}

/// Things whose numbers are known.
#[derive(Debug)]
pub(super) struct Outsides {
    known: HashMap<(i64, i64), i64>,
    next: i64,
    all: bool,
}

impl Outsides {
    /// Knows nothing yet of what is stored.
    pub(super) async fn load(connection: &mut SqliteConnection, at: At<'_>) -> Result<Self, BackendError> {
        let next = sqlx::query_scalar(NEXT).fetch_one(connection).await.map_err(|error| at.failed("read", error))?;
        Ok(Self { known: HashMap::new(), next, all: next == 1 })
    }

    /// Makes the number of everything in `wanted` known; what is new is stored.
    pub(super) async fn learn(
        &mut self,
        wanted: &HashSet<Outside>,
        connection: &mut SqliteConnection,
        at: At<'_>,
    ) -> Result<(), BackendError> {
        if self.known.len() > REMEMBERED {
            self.known = HashMap::new();
            self.all = false;
        }
        let unknown = |known: &HashMap<_, _>, thing: &Outside| !known.contains_key(&(thing.kind, thing.text));
        let mut new: Vec<Outside> = wanted.iter().filter(|thing| unknown(&self.known, thing)).copied().collect();
        if !self.all && !new.is_empty() {
            let texts: HashSet<i64> = new.iter().map(|thing| thing.text).collect();
            let texts: Vec<i64> = texts.into_iter().collect();
            for some in texts.chunks(LOOK_UP) {
                let sql = format!("{FIND}{})", list(some.iter().copied()));
                let found = sqlx::query_as(AssertSqlSafe(sql)).persistent(false).fetch_all(&mut *connection).await;
                let found: Vec<(i64, i64, i64)> = found.map_err(|error| at.failed("read", error))?;
                self.known.extend(found.into_iter().map(|(id, text, kind)| ((kind, text), id)));
            }
            new.retain(|thing| unknown(&self.known, thing));
        }
        new.sort_unstable();
        let mut rows = Rows::new(&INSERT);
        for Outside { kind, text, name } in new {
            rows.row().with(self.next).with(kind).with(text).with(name);
            self.known.insert((kind, text), self.next);
            self.next += 1;
        }
        rows.write(connection, at).await
    }

    /// The number of a thing that was [learnt](Self::learn).
    pub(super) fn id(&self, kind: i64, text: i64) -> i64 {
        *self.known.get(&(kind, text)).expect("a thing is learnt before its number is asked for")
    }
}
