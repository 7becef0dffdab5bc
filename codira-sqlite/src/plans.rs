//! Looks at the plan of every statement: none may walk through a whole table that grows with the repository.
#![allow(clippy::unwrap_used)]

use sqlx::{AssertSqlSafe, Connection, Row};

use crate::{
    connection,
    errors::At,
    postings::lookup,
    read::{documentation, documents, embeddings, files, index, inventory, states},
    schema,
    write::{embeddings as vectors, facts, maintenance, open, postings, put, sketches},
};

/// Statements that look at every row of a table by nature, with the tables that they may walk through.
const WHOLE: &[(&str, &[&str])] = &[
    // Counted once a commit, in the small index.
    (vectors::COUNT, &["vector", "spec"]),
    // When a large part of all files is resolved, or all lists are merged.
    (facts::ALL, &["file"]),
    (postings::NUMBERS, &["file"]),
    // A handful of rows: one for each spec, segment, or file with issues.
    (embeddings::SPECS, &["spec"]),
    (embeddings::COUNTS, &["spec"]),
    (lookup::BLOCKS, &["s"]),
    (postings::SEGMENTS, &["segment"]),
    (inventory::ISSUES, &["file"]),
    (maintenance::ISSUES, &["file"]),
    // What a session changed, no more.
    (sketches::STALE, &["stale_sketch"]),
    (sketches::NONE_STALE, &["stale_sketch"]),
];

/// Every statement, with something in the place of what is filled in.
fn statements() -> Vec<(&'static str, String)> {
    let plain = [
        embeddings::SPECS,
        embeddings::COUNTS,
        embeddings::OF_TEXTS,
        embeddings::WAITING,
        embeddings::SKETCHES,
        embeddings::VECTORS,
        states::STATES,
        states::STATE,
        files::DOC_ISSUES,
        files::VECTORS,
        files::PENDING,
        index::FILE,
        index::FILES,
        index::INSIDE,
        index::DOCUMENTED,
        index::FAULTY,
        inventory::STATE,
        inventory::TOTALS,
        inventory::ISSUES,
        lookup::BLOCKS,
        open::STATE,
        open::NEXT,
        maintenance::ISSUES,
        postings::SEGMENTS,
        postings::SEGMENT,
        postings::DROP,
        postings::NUMBERS,
        vectors::COUNT,
        vectors::NEXT_VECTOR,
        facts::ALL,
        sketches::STALE,
        sketches::VECTORS,
        sketches::DROP,
        sketches::NONE_STALE,
    ];
    let filled =
        |sql: &str| sql.replace("/*numbers*/", "1,2").replace("/*hashes*/", "x'00',x'01'").replace("/*keys*/", "(3),(4)");
    let mut statements: Vec<_> = plain.into_iter().map(|sql| (sql, filled(sql))).collect();
    let mut listed = |sql: &'static str, list: &str| statements.push((sql, format!("{sql}{list}")));
    for sql in [documents::DOCUMENTS, documentation::ISSUES, index::OUTLINES, index::GRAPHS, postings::DROP_SEGMENTS]
        .into_iter()
        .chain(put::DROP)
        .chain(put::DROP_EMBEDDINGS)
    {
        listed(sql, "1,2)");
    }
    listed(sketches::FRESH, "1,2)");
    listed(put::FILES, "?,?)");
    listed(vectors::WAITING, "(?,?),(?,?)) AND spec = 1");
    listed(vectors::DROP_PENDING, "(?,?),(?,?)) AND spec = 1");
    listed(vectors::DROP_VECTORS, "(?,?),(?,?)) AND id >= 1 AND id < 2");
    statements
}

#[tokio::test]
async fn no_statement_walks_through_a_large_table() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("plans.db");
    let mut connection = connection::fresh(&path).await.unwrap();
    schema::CURRENT.migrate(&mut connection, &At(&path)).await.unwrap();
    let mut faults = Vec::new();
    for (sql, filled) in statements() {
        let allowed = WHOLE.iter().find(|(whole, _)| *whole == sql).map_or(&[][..], |(_, tables)| tables);
        let plan = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {filled}"))).fetch_all(&mut connection).await;
        let plan = plan.unwrap_or_else(|error| panic!("{error} in\n{filled}"));
        let steps: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
        // What is made on the way: lists of constants, and hits that were found by an index.
        let scans = |step: &&String| {
            step.strip_prefix("SCAN ").is_some_and(|what| {
                let table = what.split(' ').next().unwrap_or_default();
                what != "CONSTANT ROW"
                    && !what.ends_with("VALUES CLAUSE")
                    && table != "w"
                    && !table.starts_with("(subquery")
                    && !allowed.contains(&table)
            })
        };
        if let Some(step) = steps.iter().find(scans) {
            faults.push(format!("{step}\n  in {}\n  of {filled}", steps.join("\n     ")));
        }
        // An index that SQLite makes for one statement is a walk through the whole table, too.
        if let Some(step) = steps.iter().find(|step| step.contains("AUTOMATIC")) {
            faults.push(format!("{step}\n  of {filled}"));
        }
    }
    connection.close().await.unwrap();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

/// Answers that come by path are not sorted as a whole: a limit ends the walk.
#[tokio::test]
async fn listings_by_path_need_no_sorting_of_everything() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("plans.db");
    let mut connection = connection::fresh(&path).await.unwrap();
    schema::CURRENT.migrate(&mut connection, &At(&path)).await.unwrap();
    for sql in [index::INSIDE, index::DOCUMENTED, index::FAULTY, states::STATES] {
        let plan = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"))).fetch_all(&mut connection).await.unwrap();
        let sorted = plan.iter().map(|row| row.get::<String, _>("detail")).any(|step| step == "USE TEMP B-TREE FOR ORDER BY");
        assert!(!sorted, "{sql}");
    }
    connection.close().await.unwrap();
}
