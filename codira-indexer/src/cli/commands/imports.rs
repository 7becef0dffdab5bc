//! `codira imports`: what a module or file imports, and who imports it.

use std::io::{self, Write};

use anstyle::Style;
use codira_contracts::{
    BackendError, Import, ImportCondition, ImportEnd, ImportEntry, ImportKind, ImportRequest, ImportTarget, IndexReader,
    PathPrefix, RepoPath,
};
use serde::Serialize;

use crate::cli::{
    edges::Direction,
    failure::{Failure, Status},
    invocation::Invocation,
    names::Name,
    options::Question,
    output::{Answer, Page},
    style::{self, Clean, Styled},
    table::{Cell, Table},
};

/// Show what a module or file imports, or who imports it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  codira imports flask.app\n  codira imports src/server.h --incoming")]
pub(crate) struct Args {
    /// A module, or a file relative to the root
    #[arg(value_name = "MODULE")]
    subject: String,
    /// Show who imports it
    #[arg(long)]
    incoming: bool,
    #[command(flatten)]
    question: Question,
}

impl Args {
    /// Asks, and prints the answer.
    pub(crate) async fn run(self, invocation: &Invocation) -> Result<Status, Failure> {
        let Self { subject, incoming, question } = self;
        let repository = invocation.repository()?;
        let reader = repository.reader(!question.no_refresh).await?;
        let direction = if incoming { Direction::Incoming } else { Direction::Outgoing };
        let query = ImportQuery { subject, direction, prefix: question.prefix, limit: question.limit };
        let answer = ask(&reader, &query).await?;
        if answer.is_empty() {
            repository.note(match direction {
                Direction::Outgoing => format!("`{}` is no module or file that imports anything", query.subject),
                Direction::Incoming => format!("nothing imports `{}`", query.subject),
            });
        }
        invocation.answer(&answer)
    }
}

/// The answer of the command.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct Imports(Page<ImportEntry>);

/// What is asked of imports.
#[derive(Clone, Debug)]
pub(crate) struct ImportQuery {
    /// A module, or a file.
    pub(crate) subject: String,
    /// From which end.
    pub(crate) direction: Direction,
    /// Where the importing files are.
    pub(crate) prefix: PathPrefix,
    /// At most so many.
    pub(crate) limit: Option<usize>,
}

/// Asks for imports.
///
/// A subject that is an indexed file means that file; every other one is a module. Where the index
/// has no such module, it is the one that other crates write so: `tokio::sync` for `crate::sync`.
pub(crate) async fn ask(reader: &dyn IndexReader, query: &ImportQuery) -> Result<Imports, BackendError> {
    let subject = &query.subject;
    if let Some(file) = file(reader, subject).await? {
        return Ok(Imports(Page::cut(query.of_file(reader, file).await?, query.limit)));
    }
    let end = match query.direction {
        Direction::Outgoing => ImportEnd::FromModule(subject.clone()),
        Direction::Incoming => ImportEnd::ToModule(subject.clone()),
    };
    let mut found = query.at(reader, end).await?;
    if found.is_empty() {
        for file in Name::new(subject).files(reader).await? {
            found.extend(query.of_file(reader, file).await?);
        }
        // Each file's are in order, and a file lists each import once: only the files are not.
        found.sort_by(|a, b| a.path.cmp(&b.path));
    }
    Ok(Imports(Page::cut(found, query.limit)))
}

impl ImportQuery {
    async fn of_file(&self, reader: &dyn IndexReader, file: RepoPath) -> Result<Vec<ImportEntry>, BackendError> {
        let end = match self.direction {
            Direction::Outgoing => ImportEnd::FromFile(file),
            Direction::Incoming => ImportEnd::ToFile(file),
        };
        self.at(reader, end).await
    }

    async fn at(&self, reader: &dyn IndexReader, end: ImportEnd) -> Result<Vec<ImportEntry>, BackendError> {
        let limit = Page::<ImportEntry>::to_ask(self.limit);
        reader.imports(&ImportRequest { end, prefix: self.prefix.clone(), limit }).await
    }
}

/// The indexed file at this path, if there is one.
async fn file(reader: &dyn IndexReader, subject: &str) -> Result<Option<RepoPath>, BackendError> {
    let Ok(path) = PathPrefix::new(subject) else { return Ok(None) };
    let states = reader.file_states(&path).await?;
    Ok(states.into_iter().map(|state| state.path).find(|found| found.as_str() == path.as_str()))
}

impl Answer for Imports {
    const COMMAND: &'static str = "imports";

    fn is_empty(&self) -> bool {
        self.0.answers.is_empty()
    }

    fn lines(&self, out: &mut dyn Write) -> io::Result<()> {
        for entry in &self.0.answers {
            let ImportEntry { path, import, target, .. } = entry;
            write!(out, "{}:{}:1: {} -> {}", Clean(path), import.line, Clean(statement(entry)), Clean(target_text(target)))?;
            match condition(import) {
                Some(condition) => writeln!(out, "\t{condition}")?,
                None => writeln!(out)?,
            }
        }
        Ok(())
    }

    fn page(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut table = Table::default();
        for group in self.0.answers.chunk_by(|a, b| a.path == b.path) {
            let ImportEntry { path, module, .. } = &group[0];
            let mut heading = Styled(style::PATH, Clean(path)).to_string();
            if module != path.as_str() {
                heading += &format!("  {}", Styled(style::DIM, Clean(module)));
            }
            table.heading(heading);
            for entry in group {
                let look = match entry.target {
                    ImportTarget::Resolved(_) => style::PATH,
                    ImportTarget::External => style::DIM,
                    ImportTarget::Unresolved => style::WARNING,
                };
                table.row([
                    Cell::new(style::DIM, entry.import.line).right(),
                    Cell::new(Style::new(), Clean(statement(entry))),
                    Cell::new(look, Clean(target_text(&entry.target))),
                    Cell::new(style::DIM, condition(&entry.import).unwrap_or_default()),
                ]);
            }
        }
        table.print(out, "  ")
    }
}

fn target_text(target: &ImportTarget) -> &str {
    match target {
        ImportTarget::Resolved(path) => path.as_str(),
        ImportTarget::External => "external",
        ImportTarget::Unresolved => "unresolved",
    }
}

/// When the import takes effect, unless it always does.
fn condition(import: &Import) -> Option<&'static str> {
    (import.condition != ImportCondition::Always).then(|| import.condition.as_str())
}

/// The import as the language of its file would have it.
fn statement(ImportEntry { path, import, .. }: &ImportEntry) -> String {
    let Import { kind, module, name, alias, .. } = import;
    let name = name.as_deref().unwrap_or_default();
    let in_rust = path.extension() == Some("rs");
    let mut text = match kind {
        ImportKind::Module if in_rust => format!("use {module}"),
        ImportKind::Module => format!("import {module}"),
        ImportKind::Name if in_rust && module.is_empty() => format!("use {name}"),
        ImportKind::Name if in_rust => format!("use {module}::{name}"),
        ImportKind::Name => format!("from {module} import {name}"),
        ImportKind::Glob if in_rust => format!("use {module}::*"),
        ImportKind::Glob => format!("from {module} import *"),
        ImportKind::Submodule => format!("mod {module}"),
        ImportKind::LocalInclude => format!("#include \"{module}\""),
        ImportKind::SystemInclude => format!("#include <{module}>"),
    };
    if let Some(alias) = alias {
        text += &format!(" as {alias}");
    }
    text
}
