//! Lines in which a text occurs: DuckDB finds the files that hold it, the contract finds the lines.

use std::collections::HashMap;

use codira_contracts::{BackendError, RepoPath, TextReference, TextRequest, text};

use super::{filter::Which, snapshot::Snapshot};

/// How many texts are read at first, and at most, together.
const READ: std::ops::RangeInclusive<usize> = 16..=1024;

pub(super) fn references(snapshot: &Snapshot, request: &TextRequest) -> Result<Vec<TextReference>, BackendError> {
    let TextRequest { text, prefix, limit } = request;
    let limit = limit.unwrap_or(usize::MAX);
    let mut references = Vec::new();
    if text.is_empty() || limit == 0 {
        return Ok(references);
    }
    // Which files hold this text, perhaps inside words?
    let which = Which::all().and("contains(source, ?)", [text.clone().into()]).inside(prefix);
    let holders = snapshot.select("file", "content", &which, |row| row.get::<u32>(0))?;
    let names = snapshot.names(holders.iter().copied())?;
    let mut files: Vec<(u32, RepoPath)> = holders.into_iter().map(|file| (file, names[&file].path.clone())).collect();
    files.sort_unstable_by(|(_, a), (_, b)| a.cmp(b));
    let (mut rest, mut some) = (&files[..], *READ.start());
    while !rest.is_empty() && references.len() < limit {
        let (now, later) = rest.split_at(some.min(rest.len()));
        // What do these files read?
        let which = Which::among("file", now.iter().map(|(file, _)| file));
        let sources = snapshot.select("file, source", "content", &which, |row| Ok((row.get(0)?, row.get(1)?)))?;
        let sources: HashMap<u32, String> = sources.into_iter().collect();
        for (file, path) in now {
            let source = sources.get(file).ok_or_else(|| snapshot.database.at().unreadable("a source text"))?;
            let found = text::occurrences(source, text).take(limit - references.len());
            references.extend(found.map(|hit| TextReference { path: path.clone(), site: hit.site, line: hit.line.to_owned() }));
        }
        rest = later;
        some = (some * 4).min(*READ.end());
    }
    Ok(references)
}
