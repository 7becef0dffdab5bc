//! `codira backends`: which there are, which is chosen and why, which has the index.

use std::io::{self, Write};

use anstyle::Style;
use codira_contracts::{BackendDescriptor, Capability};
use serde::Serialize;

use crate::{
    BackendChoice, ConfigSource, Plugin as _,
    cli::{
        failure::{Failure, Status},
        invocation::Invocation,
        output::Answer,
        repository::Repository,
        style::{self, Clean, Styled},
        table::{Cell, Table},
    },
};

/// List backends: which are compiled in, which is chosen and why, which holds the index
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  codira backends --json")]
pub(crate) struct Args {}

impl Args {
    /// Looks, and prints the answer.
    pub(crate) async fn run(self, invocation: &Invocation) -> Result<Status, Failure> {
        invocation.answer(&ask(&invocation.repository()?)?)
    }
}

/// The answer of the command.
#[derive(Serialize)]
struct Backends {
    answers: Vec<Backend>,
    chosen: Chosen,
    /// The backend that has the index; `None` without index.
    holder: Option<String>,
}

#[derive(Serialize)]
struct Chosen {
    name: String,
    source: ConfigSource,
}

#[derive(Serialize)]
struct Backend {
    name: String,
    /// The Cargo feature that brings it, where it was not compiled in.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing_feature: Option<&'static str>,
    /// Why it cannot be opened here, where it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    #[serde(flatten)]
    compiled: Option<Compiled>,
}

/// The description of a backend that was compiled in.
#[derive(Serialize)]
struct Compiled {
    provider: String,
    version: String,
    schema: u32,
    capabilities: Vec<Capability>,
}

impl Compiled {
    fn new(provider: &str, descriptor: BackendDescriptor) -> Self {
        let BackendDescriptor { tool, schema, capabilities, .. } = descriptor;
        Self { provider: provider.to_owned(), version: tool.version, schema, capabilities }
    }
}

/// Lists the backends.
fn ask(repository: &Repository<'_>) -> Result<Backends, Failure> {
    let location = repository.location();
    let compiled = repository.registries.backends.plugins().map(|factory| {
        let (compiled, problem) = match factory.descriptor(&location) {
            Ok(descriptor) => (Some(Compiled::new(factory.provider(), descriptor)), None),
            Err(error) => (None, Some(error.to_string())),
        };
        Backend { name: factory.name().to_owned(), missing_feature: None, problem, compiled }
    });
    let missing = repository.registries.backends.not_compiled().iter().map(|known| Backend {
        name: known.name.to_owned(),
        missing_feature: Some(known.feature),
        problem: None,
        compiled: None,
    });
    let BackendChoice { name, source } = repository.choice.clone();
    let holder = location.state.backend()?;
    Ok(Backends { answers: compiled.chain(missing).collect(), chosen: Chosen { name, source }, holder })
}

impl Backends {
    /// Remarks on a backend: whether it is chosen, and whether it has the index.
    fn remarks(&self, backend: &Backend) -> String {
        let mut remarks = Vec::new();
        if backend.name == self.chosen.name {
            remarks.push(format!("chosen by {}", by(&self.chosen.source)));
        }
        if self.holder.as_deref() == Some(&backend.name) {
            remarks.push("has the index".to_owned());
        }
        if let Some(feature) = backend.missing_feature {
            remarks.push(format!("not compiled in: build with the feature `{feature}`"));
        }
        remarks.extend(backend.problem.clone());
        remarks.join(", ")
    }

    /// The chosen name, where no backend has it.
    fn unknown(&self) -> Option<String> {
        let Chosen { name, source } = &self.chosen;
        let known = self.answers.iter().any(|backend| backend.name == *name);
        (!known).then(|| format!("{}: unknown, and chosen by {}", Clean(name), by(source)))
    }
}

/// Which source chose it.
fn by(source: &ConfigSource) -> String {
    match source {
        ConfigSource::Argument => "--backend".to_owned(),
        source => source.to_string(),
    }
}

impl Answer for Backends {
    const COMMAND: &'static str = "backends";

    fn is_empty(&self) -> bool {
        self.answers.is_empty()
    }

    fn lines(&self, out: &mut dyn Write) -> io::Result<()> {
        for backend in &self.answers {
            writeln!(out, "{}: {}\t{}", backend.name, backend.description(), self.remarks(backend))?;
        }
        self.unknown().map_or(Ok(()), |unknown| writeln!(out, "{unknown}"))
    }

    fn page(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut table = Table::default();
        for backend in &self.answers {
            let look = if backend.name == self.chosen.name { style::NAME } else { Style::new() };
            table.row([
                Cell::new(look, &backend.name),
                Cell::new(style::DIM, backend.description()),
                Cell::new(Style::new(), self.remarks(backend)),
            ]);
        }
        table.print(out, "")?;
        self.unknown().map_or(Ok(()), |unknown| writeln!(out, "{}", Styled(style::WARNING, unknown)))
    }
}

impl Backend {
    fn description(&self) -> String {
        let Some(Compiled { provider, version, schema, capabilities }) = &self.compiled else { return String::new() };
        let capabilities: Vec<&str> = capabilities.iter().map(|capability| capability.as_str()).collect();
        format!("{provider} {version}, schema {schema}, {}", capabilities.join(" "))
    }
}
