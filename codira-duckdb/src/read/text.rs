//! Lines in which a text occurs: DuckDB finds the files that hold it, the contract finds the lines.

use std::collections::HashMap;

use codira_contracts::{BackendError, RepoPath, TextReference, TextRequest, text};

use super::filter::{inside, narrowed};
use crate::engine::{Database, list};

/// Which files hold this text, perhaps inside words?
const FILES: &str = concat!(
    "SELECT f.id, f.path FROM content c JOIN file f ON f.id = c.file WHERE contains(c.source, $5) AND ",
    inside!(),
    " ORDER BY f.path LIMIT $4"
);

/// How many texts are read at first, and at most, together.
const READ: std::ops::RangeInclusive<usize> = 16..=1024;

pub(super) fn references(database: &Database, request: &TextRequest) -> Result<Vec<TextReference>, BackendError> {
    let TextRequest { text, prefix, limit } = request;
    let limit = limit.unwrap_or(usize::MAX);
    let mut references = Vec::new();
    if text.is_empty() || limit == 0 {
        return Ok(references);
    }
    let files: Vec<(u32, RepoPath)> =
        database.rows(FILES, narrowed(prefix, None, [text.clone().into()]), |row| Ok((row.get(0)?, row.path(1)?)))?;
    let (mut rest, mut some) = (&files[..], *READ.start());
    while !rest.is_empty() && references.len() < limit {
        let (now, later) = rest.split_at(some.min(rest.len()));
        // What do these files read?
        let sql = format!("SELECT file, source FROM content WHERE file IN ({})", list(now.iter().map(|(file, _)| file)));
        let sources = database.rows_once(&sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let sources: HashMap<u32, String> = sources.into_iter().collect();
        for (file, path) in now {
            let source = sources.get(file).ok_or_else(|| database.at().unreadable("a source text"))?;
            let found = text::occurrences(source, text).take(limit - references.len());
            references.extend(found.map(|hit| TextReference { path: path.clone(), site: hit.site, line: hit.line.to_owned() }));
        }
        rest = later;
        some = (some * 4).min(*READ.end());
    }
    Ok(references)
}
