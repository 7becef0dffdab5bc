//! Looks at the plan of every statement: none may walk through a whole table that grows with the
//! repository.
//!
//! Statements are constants beside the code that runs them, and each file lists its own.
#![allow(clippy::unwrap_used)]

use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};
use tempfile::TempDir;

use crate::{connection, draft, errors::at, schema, states, tables};

/// Every statement, file by file.
const STATEMENTS: &[&[Statement]] = &[draft::STATEMENTS, states::STATEMENTS, tables::STATEMENTS];

/// A statement, and what its plan may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Statement {
    sql: &'static str,
    rest: &'static str,
    walks: &'static [&'static str],
    by_path: bool,
}

impl Statement {
    /// A statement that looks at no more rows of a table than it has to.
    pub(crate) const fn of(sql: &'static str) -> Self {
        Self { sql, rest: "", walks: &[], by_path: false }
    }

    /// It ends like this when it is run.
    pub(crate) const fn then(self, rest: &'static str) -> Self {
        Self { rest, ..self }
    }

    /// It looks at every row of these tables by nature: a handful, or all that there are.
    pub(crate) const fn walking(self, tables: &'static [&'static str]) -> Self {
        Self { walks: tables, ..self }
    }

    /// Its rows come by path and are not sorted as a whole: a limit ends the walk.
    pub(crate) const fn by_path(self) -> Self {
        Self { by_path: true, ..self }
    }

    /// With something in the place of what is filled in.
    fn filled(self) -> String {
        let sql = self.sql.replace("/*keys*/", "(3),(4)");
        sql + self.rest
    }

    /// What is wrong with the steps of its plan.
    fn fault(self, steps: &[String]) -> Option<String> {
        // What is made on the way: lists of constants, and hits that were found by an index.
        let scans = |step: &str| {
            step.strip_prefix("SCAN ").is_some_and(|what| {
                let table = what.split(' ').next().unwrap_or_default();
                what != "CONSTANT ROW"
                    && !what.ends_with("VALUES CLAUSE")
                    && table != "w"
                    && !table.starts_with("(subquery")
                    && !self.walks.contains(&table)
            })
        };
        // An index that SQLite makes for one statement is a walk through the whole table, too.
        let bad = |step: &&String| {
            scans(step) || step.contains("AUTOMATIC") || (self.by_path && *step == "USE TEMP B-TREE FOR ORDER BY")
        };
        let step = steps.iter().find(bad)?;
        Some(format!("{step}\n  in {}\n  of {}", steps.join("\n     "), self.filled()))
    }
}

#[tokio::test]
async fn no_statement_walks_through_a_large_table() {
    let (_directory, mut connection) = empty().await;
    let mut faults = Vec::new();
    for statement in STATEMENTS.iter().copied().flatten() {
        let steps = steps(&mut connection, &statement.filled()).await;
        faults.extend(statement.fault(&steps));
    }
    connection.close().await.unwrap();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

/// An index without a file.
async fn empty() -> (TempDir, SqliteConnection) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("plans.db");
    let mut connection = connection::fresh(&path).await.unwrap();
    schema::CURRENT.migrate(&mut connection, &at(&path)).await.unwrap();
    (directory, connection)
}

/// The steps of the plan of a statement.
async fn steps(connection: &mut SqliteConnection, sql: &str) -> Vec<String> {
    let plan = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"))).fetch_all(connection).await;
    let plan = plan.unwrap_or_else(|error| panic!("{error} in\n{sql}"));
    plan.iter().map(|row| row.get("detail")).collect()
}

/// A plan that walks is noticed, whether it is a table's, an order's or an index that is made for
/// it.
#[tokio::test]
async fn walks_are_noticed() {
    let (_directory, mut connection) = empty().await;
    let walking = Statement::of("SELECT path FROM file WHERE language = 'a' OR size = 3");
    let sorting = Statement::of("SELECT path FROM file WHERE id IN (1,2) ORDER BY path").by_path();
    for (statement, allowed) in [(walking, walking.walking(&["file"])), (sorting, Statement { by_path: false, ..sorting })] {
        let steps = steps(&mut connection, &statement.filled()).await;
        assert!(statement.fault(&steps).is_some(), "{steps:?}");
        assert_eq!(allowed.fault(&steps), None);
    }
    connection.close().await.unwrap();
}
