//! Lines in which a text occurs: the index on words says which files to look into, their text decides.

use std::collections::HashSet;

use codira_contracts::{BackendError, RepoPath, TextReference, TextRequest, text};
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

use super::{
    entries::{get, path, sound},
    filter::{inside, narrowed, range},
};
use crate::{codec, errors::At};

/// Which files may hold this word?
pub(crate) const FILES_OF_WORD: &str = "SELECT files FROM posting WHERE word = ? ORDER BY segment";
/// Where are the files of these numbers, inside the prefix? The list stands for the mark.
pub(crate) const PATHS: &str =
    concat!("SELECT f.id, f.path FROM file f WHERE f.id IN (/*numbers*/) AND ", inside!(), " LIMIT ?4");
/// Which files are there? For a text without words, which any file may hold.
pub(crate) const EVERY_PATH: &str = concat!("SELECT f.id, f.path FROM file f WHERE ", range!(), " ORDER BY f.path LIMIT ?4");
/// What do the files of these numbers read? The list and a parenthesis follow.
pub(crate) const SOURCES: &str = "SELECT file, source FROM content WHERE file IN (";

/// How many files are read at first, and at most, in one statement.
const READ: std::ops::RangeInclusive<usize> = 8..=256;
/// How many numbers stand in one statement.
const NUMBERS: usize = 10_000;

pub(super) async fn references(
    connection: &mut SqliteConnection,
    request: &TextRequest,
    at: At<'_>,
) -> Result<Vec<TextReference>, BackendError> {
    let limit = request.limit.unwrap_or(usize::MAX);
    if request.text.is_empty() || limit == 0 {
        return Ok(Vec::new());
    }
    let files = candidates(connection, request, at).await?;
    let mut references = Vec::new();
    let (mut from, mut some) = (0, *READ.start());
    while from < files.len() && references.len() < limit {
        let chunk = &files[from..files.len().min(from + some)];
        let mut sources = sources(connection, chunk, at).await?;
        for (id, path) in chunk {
            let source = sources.iter_mut().find(|(file, _)| file == id).map(|(_, source)| std::mem::take(source));
            let source = sound(source.and_then(|bytes| String::from_utf8(bytes).ok()), "a source text", at)?;
            let found = text::occurrences(&source, &request.text).map(|hit| TextReference {
                path: path.clone(),
                site: hit.site,
                line: hit.line.to_owned(),
            });
            references.extend(found.take(limit - references.len()));
        }
        from += chunk.len();
        some = (some * 2).min(*READ.end());
    }
    Ok(references)
}

/// The files that may hold the text, by path.
async fn candidates(
    connection: &mut SqliteConnection,
    request: &TextRequest,
    at: At<'_>,
) -> Result<Vec<(i64, RepoPath)>, BackendError> {
    let words: HashSet<&str> = text::words(&request.text).collect();
    if words.is_empty() {
        let rows = narrowed(EVERY_PATH, &request.prefix, None).fetch_all(connection).await;
        let rows = rows.map_err(|error| at.failed("read", error))?;
        return rows.iter().map(|row| Ok((get(row, 0, at)?, path(row, 1, at)?))).collect();
    }
    let mut common: Option<HashSet<i64>> = None;
    for word in words {
        let segments = sqlx::query(FILES_OF_WORD).bind(word).fetch_all(&mut *connection).await;
        let mut files = HashSet::new();
        for row in segments.map_err(|error| at.failed("read", error))? {
            files.extend(sound(codec::unpack_numbers(get(&row, 0, at)?), "the files of a word", at)?);
        }
        common = Some(match common {
            None => files,
            Some(before) => before.intersection(&files).copied().collect(),
        });
    }
    let mut numbers: Vec<i64> = common.unwrap_or_default().into_iter().collect();
    numbers.sort_unstable();
    let mut found = Vec::new();
    for some in numbers.chunks(NUMBERS) {
        let sql = PATHS.replace("/*numbers*/", &crate::write::rows::list(some.iter().copied()));
        let rows = narrowed(AssertSqlSafe(sql), &request.prefix, None).persistent(false).fetch_all(&mut *connection).await;
        for row in rows.map_err(|error| at.failed("read", error))? {
            found.push((row.try_get(0).map_err(|error| at.failed("read", error))?, path(&row, 1, at)?));
        }
    }
    found.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(found)
}

async fn sources(
    connection: &mut SqliteConnection,
    files: &[(i64, RepoPath)],
    at: At<'_>,
) -> Result<Vec<(i64, Vec<u8>)>, BackendError> {
    let sql = format!("{SOURCES}{})", crate::write::rows::list(files.iter().map(|(id, _)| *id)));
    let rows = sqlx::query(AssertSqlSafe(sql)).persistent(false).fetch_all(connection).await;
    let rows = rows.map_err(|error| at.failed("read", error))?;
    let source = |row| Ok((get(row, 0, at)?, sound(codec::expand(get(row, 1, at)?), "a source text", at)?));
    rows.iter().map(source).collect()
}
