//! Documents: what was said of files, for whoever reads them whole.

use codira_contracts::{BackendError, FileAnalysis, Language, RepoPath};
use codira_store::parallel;

use crate::{
    engine::{Database, list},
    forms::document::{self, Outline, Records},
};

/// A file as it is stored; documentation issues and embeddings lie elsewhere.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) file: u32,
    pub(crate) path: RepoPath,
    language: String,
    module: String,
    source: Vec<u8>,
    records: Vec<u8>,
}

/// Those of these files that are there, by number. Two statements, as a join takes as long as both to plan.
pub(crate) fn documents(database: &Database, files: &[u32]) -> Result<Vec<Document>, BackendError> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let files = list(files);
    // What is said of these files in their own rows, and in their documents?
    let sql = format!("SELECT id, path, language, module FROM file WHERE id IN ({files}) ORDER BY id");
    let named = database.rows_once(&sql, [], |row| Ok((row.get::<u32>(0)?, row.path(1)?, row.get(2)?, row.get(3)?)))?;
    let sql = format!("SELECT file, source, records FROM document WHERE file IN ({files}) ORDER BY file");
    let blobs = database.rows_once(&sql, [], |row| Ok((row.get::<u32>(0)?, row.get(1)?, row.get(2)?)))?;
    if !named.iter().map(|row| row.0).eq(blobs.iter().map(|row| row.0)) {
        return Err(database.at().unreadable("the document of a file"));
    }
    let document =
        |((file, path, language, module), (_, source, records))| Document { file, path, language, module, source, records };
    Ok(named.into_iter().zip(blobs).map(document).collect())
}

impl Document {
    /// Everything but the source text.
    pub(crate) fn records(&self) -> Option<Records> {
        Records::read(&self.records, &document::source(&self.source)?)
    }

    /// What [`offers`](codira_contracts::resolve::offers) looks at.
    pub(crate) fn for_offers(&self, outline: Outline<'static>) -> FileAnalysis {
        FileAnalysis { symbols: outline.symbols.into_owned(), imports: outline.imports.into_owned(), ..self.analysis() }
    }

    fn analysis(&self) -> FileAnalysis {
        FileAnalysis::new(Language::new(self.language.clone()), self.module.clone())
    }
}

/// What resolving looks at of files, by number.
pub(crate) fn analyses(database: &Database, files: &[u32]) -> Result<Vec<(u32, RepoPath, FileAnalysis)>, BackendError> {
    let analyses = parallel::map(documents(database, files)?, |document| {
        let mut analysis = document.analysis();
        document.records()?.fill(&mut analysis, false)?;
        Some((document.file, document.path, analysis))
    });
    let analyses: Option<Vec<_>> = analyses.into_iter().collect();
    analyses.ok_or_else(|| database.at().unreadable("the records of a file"))
}
