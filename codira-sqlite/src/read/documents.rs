//! Files as they were put: read whole, or as much as resolving looks at.

use codira_contracts::{BackendError, Documentation, FileAnalysis, Language, RepoPath, Symbol};
use sqlx::{AssertSqlSafe, SqliteConnection, sqlite::SqliteRow};

use super::rows::{get, path};
#[cfg(test)]
use crate::plans::Statement;
use crate::{
    codec,
    errors::{At, Failed as _},
    forms::{
        content::Content,
        outline::{self, Outline},
    },
    write::rows::list,
};

/// What was said of these files? A list of numbers and a parenthesis follow.
const DOCUMENTS: &str = "SELECT f.id, f.path, f.language, f.module, d.outline, d.content FROM file f
    CROSS JOIN document d ON d.file = f.id WHERE f.id IN (";

/// The statements of this file, for [`plans`](crate::plans).
#[cfg(test)]
pub(crate) const STATEMENTS: &[Statement] = &[Statement::of(DOCUMENTS).then("1,2)")];

/// A file as it is stored; documentation issues and embeddings lie elsewhere.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) number: i64,
    pub(crate) path: RepoPath,
    language: String,
    module: String,
    outline: Vec<u8>,
    content: Vec<u8>,
}

/// Those of these files that are there.
pub(crate) async fn documents(
    connection: &mut SqliteConnection,
    files: &[i64],
    at: At<'_>,
) -> Result<Vec<Document>, BackendError> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let sql = AssertSqlSafe(format!("{DOCUMENTS}{})", list(files.iter().copied())));
    let rows = sqlx::query(sql).persistent(false).fetch_all(connection).await.map_err(|error| at.failed("read", error))?;
    let document = |row: &SqliteRow| {
        Ok(Document {
            number: get(row, 0, at)?,
            path: path(row, 1, at)?,
            language: get(row, 2, at)?,
            module: get(row, 3, at)?,
            outline: get(row, 4, at)?,
            content: get(row, 5, at)?,
        })
    };
    rows.iter().map(document).collect()
}

impl Document {
    /// All of it.
    pub(crate) fn analysis(&self) -> Option<FileAnalysis> {
        self.read(|analysis, content, documentation| {
            analysis.uses = content.uses()?.records(&analysis.symbols)?;
            analysis.source = content.source()?.to_owned();
            analysis.documentation = documentation;
            Some(())
        })
    }

    /// What [`resolve`](codira_contracts::resolve::resolve) looks at.
    pub(crate) fn for_resolving(&self) -> Option<FileAnalysis> {
        self.read(|analysis, content, _| {
            analysis.uses = content.uses()?.records(&analysis.symbols)?;
            Some(())
        })
    }

    /// What [`offers`](codira_contracts::resolve::offers) looks at.
    pub(crate) fn for_offers(&self) -> Option<FileAnalysis> {
        self.read(|_, _, _| Some(()))
    }

    /// Symbols and documentation units.
    pub(crate) fn outline(&self) -> Option<(Vec<Symbol>, Vec<Documentation>)> {
        let Outline { symbols, documentation } = outline::read(&outline::decompress(&self.outline)?)?;
        Some((symbols.into_owned(), documentation.into_owned()))
    }

    /// The text.
    pub(crate) fn source(&self) -> Option<String> {
        let dictionary = codec::decompress_unchecked(&self.outline, b"")?;
        let content = codec::decompress(&self.content, &dictionary)?;
        Some(Content::read(&content)?.source()?.to_owned())
    }

    fn read(
        &self,
        rest: impl FnOnce(&mut FileAnalysis, Content<'_>, Vec<Documentation>) -> Option<()>,
    ) -> Option<FileAnalysis> {
        let dictionary = outline::decompress(&self.outline)?;
        let Outline { symbols, documentation } = outline::read(&dictionary)?;
        let content = codec::decompress(&self.content, &dictionary)?;
        let content = Content::read(&content)?;
        let (imports, status) = content.records()?;
        let mut analysis = FileAnalysis {
            symbols: symbols.into_owned(),
            imports,
            status,
            ..FileAnalysis::new(Language::new(self.language.clone()), self.module.clone())
        };
        rest(&mut analysis, content, documentation.into_owned())?;
        Some(analysis)
    }
}
