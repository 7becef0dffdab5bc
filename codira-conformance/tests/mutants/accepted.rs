//! The accepted table of mutants: which clauses meet which mutant, made by a run and reviewed like
//! a snapshot.
//!
//! A mutant's test judges the clauses that the mutant names, which is quick. `CODIRA_MUTANTS=rows`
//! judges every clause of their chapters and compares the row with the accepted one;
//! `CODIRA_MUTANTS=accept` writes it to `table.txt` instead, to be read before it is committed.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs::File,
    io::{Read, Seek, Write},
    path::{Path, PathBuf},
};

const VARIABLE: &str = "CODIRA_MUTANTS";

/// How much of a row is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The clauses that the mutant names.
    Named,
    /// The whole row, which is compared.
    Rows,
    /// The whole row, which is written down.
    Accept,
}

/// What the environment asks for.
pub fn asked() -> Asked {
    match std::env::var(VARIABLE).as_deref() {
        Err(_) => Asked::Named,
        Ok("rows") => Asked::Rows,
        Ok("accept") => Asked::Accept,
        Ok(other) => panic!("{VARIABLE}={other:?}: `rows` compares whole rows, `accept` writes them"),
    }
}

/// One mutant's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What the backend does wrong.
    pub does: String,
    /// The ids of the clauses that meet it, in the order of the contract.
    pub met_by: Vec<String>,
}

/// Rows by the mutant's path, without the name of this program.
pub type Rows = BTreeMap<String, Row>;

/// Whether a clause belongs to a row: it is of the chapter of a clause that the mutant names. Of
/// six hundred mutants, whole rows would take an hour.
pub fn is_near(clause: &str, met_by: &[&str]) -> bool {
    let chapter = |id: &str| id.split_once("::").map(|(chapter, _)| chapter.to_owned());
    met_by.iter().any(|named| chapter(named) == chapter(clause))
}

/// The mutant's path as the table has it.
pub fn key(test: &str) -> &str {
    test.split_once("::").map_or(test, |(_, path)| path)
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mutants/table.txt")
}

/// Reads the accepted table.
pub fn rows() -> Rows {
    parse(&std::fs::read_to_string(path()).unwrap_or_default())
}

/// A row is a line with the mutant's path and what it does, and an indented line for each clause.
fn parse(text: &str) -> Rows {
    let mut rows = Rows::new();
    let mut open: Option<String> = None;
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(clause) = line.strip_prefix("    ") {
            let row = open.as_ref().and_then(|path| rows.get_mut(path)).expect("a clause stands below its mutant");
            row.met_by.push(clause.to_owned());
        } else {
            let (path, does) = line.split_once(": ").expect("a mutant's line says what it does");
            open = Some(path.to_owned());
            rows.insert(path.to_owned(), Row { does: does.to_owned(), met_by: Vec::new() });
        }
    }
    rows
}

fn print(rows: &Rows) -> String {
    let mut text = format!(
        "# Which clauses meet which mutant. Written by a run with {VARIABLE}=accept, and read before it is committed.\n"
    );
    for (path, Row { does, met_by }) in rows {
        writeln!(text, "\n{path}: {does}").expect("a text grows");
        met_by.iter().for_each(|clause| writeln!(text, "    {clause}").expect("a text grows"));
    }
    text
}

/// Fails unless `broken` has all that must meet the mutant, and the accepted row says so.
/// `details` go with a failure.
#[track_caller]
pub fn compare(test: &str, does: &str, met_by: &[&str], broken: &[&str], details: &str) {
    let missed: Vec<&&str> = met_by.iter().filter(|clause| !broken.contains(clause)).collect();
    assert!(missed.is_empty(), "not met by {missed:?}: a backend that is wrong in this: {does}\n\n{details}");
    if met_by.is_empty() {
        assert!(broken.is_empty(), "a sound backend breaks clauses\n\n{details}");
        return;
    }
    let found = Row { does: does.to_owned(), met_by: broken.iter().map(|clause| (*clause).to_owned()).collect() };
    match asked() {
        Asked::Named => {
            let accepted = rows().remove(key(test));
            let same = accepted.is_some_and(|row| {
                row.does == does && broken.iter().all(|clause| row.met_by.iter().any(|accepted| accepted == clause))
            });
            assert!(same, "the accepted table has another row for {test}: see it with {VARIABLE}=accept");
        }
        Asked::Rows => {
            let accepted = rows().remove(key(test));
            assert_eq!(Some(&found), accepted.as_ref(), "another row than accepted\n\n{details}");
        }
        Asked::Accept => accept(key(test), found).expect("the table can be written"),
    }
}

/// Replaces one row. Tests do so side by side, in threads and processes.
fn accept(mutant: &str, row: Row) -> std::io::Result<()> {
    let mut file = File::options().read(true).write(true).create(true).truncate(false).open(path())?;
    file.lock()?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    let mut rows = parse(&text);
    // Rows of mutants that are gone go with them.
    rows.retain(|path, _| crate::mutants_of_all_chapters().any(|line| key(line.id) == path));
    rows.insert(mutant.to_owned(), row);
    file.rewind()?;
    file.set_len(0)?;
    file.write_all(print(&rows).as_bytes())
}

#[test]
fn the_table_reads_back_as_printed() {
    let rows = rows();
    assert_eq!(parse(&print(&rows)), rows);
    assert_eq!(std::fs::read_to_string(path()).unwrap(), print(&rows), "the accepted table was edited by hand");
}
