//! Which files are code, and which are documents.

use std::path::Path;

use codira_contracts::RepoPath;
use codira_languages::Content;

use crate::{IndexerError, LanguageRegistry, scan::Owners};

/// What the files of registered languages are.
pub(crate) struct Contents {
    owners: Owners,
    by_analyzer: Vec<Content>,
}

impl Contents {
    /// What files are, by the globs of the analyzers.
    ///
    /// # Errors
    ///
    /// [`InvalidGlob`](IndexerError::InvalidGlob), naming the analyzer.
    pub(crate) fn new(languages: &LanguageRegistry) -> Result<Self, IndexerError> {
        let with_analyzer = languages.languages().iter().filter(|language| language.analyzer.is_some());
        let by_analyzer = with_analyzer.map(|language| language.content).collect();
        Ok(Self { owners: Owners::new(&languages.analyzers())?, by_analyzer })
    }

    /// What a file is; one of no language's globs is code.
    pub(crate) fn of(&self, path: &RepoPath) -> Content {
        self.owners.by_glob(Path::new(path.as_str())).map_or(Content::Code, |analyzer| self.by_analyzer[analyzer])
    }
}
