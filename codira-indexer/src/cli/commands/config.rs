//! `codira config`: each effective value, and its source.

use std::io::{self, Write};

use anstyle::Style;
use serde::Serialize;

use crate::{
    ConfigEntry, ConfigSource,
    cli::{
        failure::{Failure, Status},
        invocation::Invocation,
        output::Answer,
        repository::Repository,
        style,
        table::{Cell, Table},
    },
};

/// Show the effective configuration, and who set each value
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  CODIRA_INDEX_JOBS=1 codira config")]
pub(crate) struct Args {}

impl Args {
    /// Looks, and prints the answer.
    pub(crate) async fn run(self, invocation: &Invocation) -> Result<Status, Failure> {
        invocation.answer(&ask(&invocation.repository()?))
    }
}

/// The answer of the command.
#[derive(Serialize)]
struct Settings {
    answers: Vec<Setting>,
}

#[derive(Serialize)]
struct Setting {
    #[serde(flatten)]
    entry: ConfigEntry,
    /// The environment variable that would set it.
    variable: String,
    meaning: &'static str,
}

/// Lists the settings.
fn ask(repository: &Repository<'_>) -> Settings {
    let setting = |entry: ConfigEntry| Setting { variable: entry.key.variable(), meaning: entry.key.meaning(), entry };
    Settings { answers: repository.config.entries().into_iter().map(setting).collect() }
}

impl Answer for Settings {
    const COMMAND: &'static str = "config";

    fn is_empty(&self) -> bool {
        self.answers.is_empty()
    }

    fn lines(&self, out: &mut dyn Write) -> io::Result<()> {
        for Setting { entry: ConfigEntry { key, value, source }, .. } in &self.answers {
            writeln!(out, "{key} = {value}\t{source}")?;
        }
        Ok(())
    }

    fn page(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut table = Table::default();
        for Setting { entry: ConfigEntry { key, value, source }, .. } in &self.answers {
            let (name, from) = match source {
                ConfigSource::Default => (Style::new(), style::DIM),
                _ => (style::NAME, style::PATH),
            };
            table.row([Cell::new(name, key), Cell::new(Style::new(), format_args!("= {value}")), Cell::new(from, source)]);
        }
        table.print(out, "")
    }
}
