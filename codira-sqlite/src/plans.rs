//! Looks at the plan of every statement: none may walk through a whole table that grows with the repository.
#![allow(clippy::unwrap_used)]

use sqlx::{AssertSqlSafe, Connection, Row};

use crate::{
    connection,
    errors::At,
    read::{documentation, edges, embeddings, files, imports, inventory, symbols, text},
    schema,
    write::{clear, derive, embeddings as vectors, facts, maintenance, open, outside, put, texts},
};

/// Statements that look at every row of a table by nature, with the tables that they may walk through.
const WHOLE: &[(&str, &[&str])] = &[
    // A sum over all files is over all files.
    (inventory::TOTALS, &["file"]),
    (inventory::EDGES, &["resolution"]),
    // Counted once a commit, in the small index.
    (vectors::COUNT, &["vector", "spec"]),
    // When a large part of all files is resolved.
    (facts::COUNT, &["offered", "offer"]),
    (facts::ALL, &["o"]),
    // A handful of rows: one for each spec, or each language with issues.
    (embeddings::SPECS, &["spec"]),
    (embeddings::COUNTS, &["spec"]),
    (inventory::ISSUES, &["f"]),
    (maintenance::LANGUAGES, &["f"]),
];

/// Every statement, with something in the place of what is filled in.
fn statements() -> Vec<(&'static str, String)> {
    let plain = [
        documentation::UNITS,
        documentation::UNITS_OF,
        documentation::ISSUES,
        documentation::ISSUES_OF_RULE,
        documentation::ISSUES_OF_SEVERITY,
        edges::FROM,
        edges::TO,
        edges::FROM_NAMED,
        edges::TO_NAMED,
        edges::TO_EXTERNAL,
        embeddings::SPECS,
        embeddings::COUNTS,
        embeddings::OF_TEXTS,
        embeddings::WAITING,
        embeddings::VECTORS,
        embeddings::FILES,
        embeddings::SYMBOLS,
        embeddings::KEYS,
        embeddings::UNITS,
        files::STATES,
        files::STATE,
        files::SOURCE,
        files::DOCUMENTATION,
        files::DOC_ISSUES,
        files::VECTORS,
        files::PENDING,
        imports::FROM_FILE,
        imports::FROM_MODULE,
        imports::TO_FILE,
        imports::TO_MODULE,
        inventory::STATE,
        inventory::TOTALS,
        inventory::EDGES,
        inventory::ISSUES,
        symbols::BY_KEY,
        symbols::BY_NAME,
        symbols::BY_LOGICAL_NAME,
        symbols::BY_MODULE,
        symbols::CHILDREN,
        symbols::OVERLOADS,
        symbols::INVENTORY,
        text::FILES_OF_WORD,
        text::PATHS,
        text::EVERY_PATH,
        open::STATE,
        open::NEXT,
        maintenance::LANGUAGES,
        vectors::COUNT,
        facts::COUNT,
        facts::ALL,
        vectors::NEXT_VECTOR,
    ];
    let filled =
        |sql: &str| sql.replace("/*numbers*/", "1,2").replace("/*hashes*/", "x'00',x'01'").replace("/*pairs*/", "(1,2),(3,4)");
    let mut statements: Vec<_> = plain.into_iter().map(|sql| (sql, filled(sql))).collect();
    let mut listed = |sql: &'static str, list: &str| statements.push((sql, format!("{sql}{list}")));
    for sql in [files::CONTENTS, text::SOURCES, clear::SYMBOLS, clear::SOURCES, clear::OFFERED, clear::ASKED, derive::ASKED] {
        listed(sql, "1,2)");
    }
    for sql in [facts::OFFERS, facts::FILES, outside::FIND]
        .into_iter()
        .chain(clear::BY_FILE)
        .chain(clear::EMBEDDINGS)
        .chain(clear::DERIVED)
    {
        listed(sql, "1,2)");
    }
    listed(files::SYMBOLS, "1,2) ORDER BY d.id");
    listed(clear::EDGES, "1,2))");
    for sql in [put::FILES, texts::FIND] {
        listed(sql, "?,?)");
    }
    for sql in [derive::SYMBOL, vectors::OWNERS[0], vectors::OWNERS[1]] {
        listed(sql, "(1,2),(3,4))");
    }
    listed(vectors::WAITING, "(1,2),(3,4)) AND spec = 1");
    listed(vectors::DROP_PENDING, "(1,2),(3,4)) AND spec = 1");
    listed(vectors::DROP_VECTORS, "(1,2),(3,4)) AND id >= 1 AND id < 2");
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
                    && !["h", "w", "(subquery"].contains(&table)
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
    for sql in [symbols::INVENTORY, documentation::UNITS, documentation::ISSUES, files::STATES] {
        let plan = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"))).fetch_all(&mut connection).await.unwrap();
        let sorted = plan.iter().map(|row| row.get::<String, _>("detail")).any(|step| step == "USE TEMP B-TREE FOR ORDER BY");
        assert!(!sorted, "{sql}");
    }
    connection.close().await.unwrap();
}
