//! Which analyzer a file belongs to.

use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
    sync::Arc,
};

use codira_contracts::{RepoPath, Tool};
use codira_languages::LanguageAnalyzer;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::IndexerError;

/// The index of an analyzer in the list of a run's analyzers.
pub(crate) type AnalyzerIndex = usize;

/// How much of a first line an analyzer is shown, in bytes.
const FIRST_LINE_BYTES: u64 = 256;

/// The analyzers of a run, and how files are found for them.
pub(crate) struct Owners {
    analyzers: Vec<Arc<dyn LanguageAnalyzer>>,
    globs: GlobSet,
    /// The analyzer of each glob of the set.
    analyzer_of_glob: Vec<AnalyzerIndex>,
}

impl Owners {
    /// Reads the globs of `analyzers`.
    ///
    /// # Errors
    ///
    /// [`InvalidGlob`](IndexerError::InvalidGlob), naming the analyzer.
    pub(crate) fn new(analyzers: &[Arc<dyn LanguageAnalyzer>]) -> Result<Self, IndexerError> {
        let mut globs = GlobSetBuilder::new();
        let mut analyzer_of_glob = Vec::new();
        for (index, analyzer) in analyzers.iter().enumerate() {
            for glob in analyzer.globs() {
                let invalid = |error: globset::Error| IndexerError::InvalidGlob {
                    subject: format!("the analyzer {}", analyzer.tool()),
                    glob: (*glob).to_owned(),
                    problem: error.kind().to_string(),
                };
                globs.add(GlobBuilder::new(glob).literal_separator(true).build().map_err(invalid)?);
                analyzer_of_glob.push(index);
            }
        }
        let invalid = |error: globset::Error| IndexerError::InvalidGlob {
            subject: "the analyzers".to_owned(),
            glob: error.glob().unwrap_or_default().to_owned(),
            problem: error.kind().to_string(),
        };
        Ok(Self { analyzers: analyzers.to_vec(), globs: globs.build().map_err(invalid)?, analyzer_of_glob })
    }

    /// The first analyzer that has a glob for `path`, which is relative to the root.
    pub(crate) fn by_glob(&self, path: &Path) -> Option<AnalyzerIndex> {
        self.globs.matches(path).into_iter().map(|glob| self.analyzer_of_glob[glob]).min()
    }

    /// The first analyzer that claims the file at `location` by its first line.
    pub(crate) fn by_first_line(&self, path: &RepoPath, location: &Path) -> Option<AnalyzerIndex> {
        let line = first_line(location).ok()??;
        self.analyzers.iter().position(|analyzer| analyzer.claims(path, &line))
    }

    /// The analyzer of this name and version.
    pub(crate) fn by_tool(&self, tool: &Tool) -> Option<AnalyzerIndex> {
        self.analyzers.iter().position(|analyzer| analyzer.tool() == tool)
    }

    pub(crate) fn analyzer(&self, index: AnalyzerIndex) -> &dyn LanguageAnalyzer {
        &*self.analyzers[index]
    }

    pub(crate) fn analyzers(&self) -> impl Iterator<Item = &dyn LanguageAnalyzer> {
        self.analyzers.iter().map(|analyzer| &**analyzer)
    }
}

/// The first line of a file, as much as is shown of it; `None` when that is no text.
fn first_line(location: &Path) -> io::Result<Option<String>> {
    let mut head = Vec::new();
    File::open(location)?.take(FIRST_LINE_BYTES).read_to_end(&mut head)?;
    let line = head.split(|&byte| byte == b'\n').next().unwrap_or_default();
    // The cut may go through a character.
    let text = match std::str::from_utf8(line) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => std::str::from_utf8(&line[..error.valid_up_to()]).unwrap_or_default(),
        Err(_) => return Ok(None),
    };
    Ok(Some(text.trim_end_matches('\r').to_owned()).filter(|text| !text.contains('\0')))
}
