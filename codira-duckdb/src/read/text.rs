//! Lines in which a text occurs: each source text is expanded and looked through, on every core.

use codira_contracts::{BackendError, TextReference, TextRequest, text};
use codira_store::{parallel, questions::TextQuestions};

use super::{filter::Which, snapshot::Snapshot};
use crate::forms::document;

/// How many texts are read together, at first where there is a limit, and at most.
const READ: std::ops::RangeInclusive<usize> = 64..=1024;

impl TextQuestions for Snapshot {
    async fn text_references(&mut self, request: &TextRequest) -> Result<Vec<TextReference>, BackendError> {
        let TextRequest { text, prefix, limit } = request;
        let mut references = Vec::new();
        if text.is_empty() || *limit == Some(0) {
            return Ok(references);
        }
        let mut some = if limit.is_some() { *READ.start() } else { *READ.end() };
        let limit = limit.unwrap_or(usize::MAX);
        let files = self.by_path(prefix)?;
        let mut rest = &files[..];
        while !rest.is_empty() && references.len() < limit {
            let (now, later) = rest.split_at(some.min(rest.len()));
            // What do these files read?
            let sources = self.select("file, source", "document", &Which::among("file", now), |row| {
                Ok((row.get::<u32>(0)?, row.get::<Vec<u8>>(1)?))
            })?;
            let names = self.names(now.iter().copied())?;
            let sources = sources.into_iter().map(|(file, source)| (names[&file].path.clone(), source)).collect();
            let found = parallel::map(sources, |(path, source)| {
                let source = document::source(&source)?;
                let hits = text::occurrences(&source, text).take(limit);
                let hits = hits.map(|hit| TextReference { path: path.clone(), site: hit.site, line: hit.line.to_owned() });
                Some((path.clone(), hits.collect::<Vec<_>>()))
            });
            let found: Option<Vec<_>> = found.into_iter().collect();
            let mut found = found.ok_or_else(|| self.database.at().unreadable("a source text"))?;
            found.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
            references.extend(found.into_iter().flat_map(|(_, hits)| hits));
            (rest, some) = (later, (some * 4).min(*READ.end()));
        }
        references.truncate(limit);
        Ok(references)
    }
}
