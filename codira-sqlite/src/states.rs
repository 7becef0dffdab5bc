//! States of files: what a run compares with what it sees.

use codira_contracts::{BackendError, ContentHash, FileState, PathPrefix, RepoPath, Tool};
use sqlx::SqliteConnection;

#[cfg(test)]
use crate::plans::Statement;
use crate::{
    errors::{At, Failed as _},
    prefix::{narrowed, range},
    rows::{get, ok_or_corrupt},
};

/// Which files are there after this path, and in which state? Each column of all of them is one
/// text: thousands of rows take less time to read than to be sent from SQLite's thread one by one.
const STATES: &str = concat!(
    "SELECT group_concat(path, char(0)), CAST(group_concat(hash, '') AS BLOB), group_concat(size, ','), group_concat(modified, ','),
        group_concat(hex(analyzer), ','), group_concat(hex(analyzer_version), ',')
    FROM (SELECT f.path, f.hash, f.size, f.modified, f.analyzer, f.analyzer_version FROM file f WHERE ",
    range!(),
    " AND f.path > ?5 ORDER BY f.path LIMIT ?4)"
);
/// How many states are read together; few under test, so that there are several batches.
const BATCH_STATES: i64 = if cfg!(test) { 2 } else { 10_000 };

/// The statements of this file, for [`plans`](crate::plans).
#[cfg(test)]
pub(crate) const STATEMENTS: &[Statement] = &[Statement::of(STATES).by_path()];

/// The state of every file inside a prefix, by path.
pub(crate) async fn states(
    connection: &mut SqliteConnection,
    prefix: &PathPrefix,
    at: At<'_>,
) -> Result<Vec<FileState>, BackendError> {
    let mut states: Vec<FileState> = Vec::new();
    loop {
        let after = states.last().map_or_else(String::new, |state| state.path.to_string());
        let rows = narrowed(STATES, prefix).bind(BATCH_STATES).bind(after).fetch_one(&mut *connection).await;
        let row = rows.map_err(|error| at.failed("read", error))?;
        let before = states.len();
        let text = |column| Ok(get::<Option<&str>>(&row, column, at)?.unwrap_or_default());
        let hashes = get::<Option<&[u8]>>(&row, 1, at)?.unwrap_or_default();
        let columns =
            Columns { paths: text(0)?, hashes, sizes: text(2)?, times: text(3)?, names: text(4)?, versions: text(5)? };
        ok_or_corrupt(add_states(&mut states, columns), "the state of a file", at)?;
        if states.len() - before < BATCH_STATES as usize {
            return Ok(states);
        }
    }
}

/// What [`STATES`] tells of many files.
struct Columns<'a> {
    /// Separated by NULs, which no path holds.
    paths: &'a str,
    /// One after the other.
    hashes: &'a [u8],
    // Separated by commas from here on; names and versions in hexadecimal digits, as they may hold
    // anything.
    sizes: &'a str,
    times: &'a str,
    names: &'a str,
    versions: &'a str,
}

/// Adds the states that these columns hold; `None` when they hold something else.
fn add_states(states: &mut Vec<FileState>, columns: Columns<'_>) -> Option<()> {
    let Columns { paths, hashes, sizes, times, names, versions } = columns;
    if paths.is_empty() {
        return Some(());
    }
    let (hashes, []) = hashes.as_chunks::<32>() else { return None };
    let numbers = sizes.split(',').zip(times.split(','));
    let rest = hashes.iter().zip(numbers).zip(names.split(',').zip(versions.split(',')));
    // Of one tool after another, nearly all are the same.
    let (mut known, mut tool) = (("", ""), Tool::new("", ""));
    let before = states.len();
    for (path, ((hash, (size, modified)), named)) in paths.split('\0').zip(rest) {
        if named != known {
            (known, tool) = (named, Tool::new(unhex(named.0)?, unhex(named.1)?));
        }
        states.push(FileState {
            path: RepoPath::new(path).ok()?,
            hash: ContentHash::from_bytes(*hash),
            size: size.parse::<i64>().ok()? as u64,
            modified: modified.parse().ok()?,
            analyzer: tool.clone(),
        });
    }
    // Columns of different lengths are no states.
    let whole = states.len() - before == hashes.len() && paths.split('\0').count() == hashes.len();
    (whole && states.is_sorted_by(|a, b| a.path < b.path)).then_some(())
}

/// The text whose bytes these digits are.
fn unhex(digits: &str) -> Option<String> {
    let byte = |digits: &[u8]| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok();
    String::from_utf8(digits.as_bytes().chunks(2).map(byte).collect::<Option<_>>()?).ok()
}
