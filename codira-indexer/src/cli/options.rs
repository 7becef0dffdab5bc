//! The options that commands share.

use std::path::PathBuf;

use anstream::ColorChoice;
use clap::{
    ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};
use codira_contracts::{PathPrefix, SymbolKind};

use super::names::{Filter, Name};

/// What every command takes.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Global {
    /// A directory of the repository [default: the current one]
    #[arg(long, global = true, value_name = "DIR", help_heading = "Common options")]
    pub(crate) path: Option<PathBuf>,
    /// The backend that keeps the index
    #[arg(long, global = true, value_name = "NAME", help_heading = "Common options")]
    pub(crate) backend: Option<String>,
    /// Where the index is [default: configured, or .codira at the root]
    #[arg(long, global = true, value_name = "DIR", help_heading = "Common options")]
    pub(crate) state_dir: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long, global = true, help_heading = "Common options")]
    pub(crate) json: bool,
    /// Say nothing on standard error but errors
    #[arg(short, long, global = true, help_heading = "Common options")]
    pub(crate) quiet: bool,
    /// Use colours: auto, always or never
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true,
        help_heading = "Common options"
    )]
    pub(crate) color: Color,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl From<Color> for ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}

/// What every question takes.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Question {
    /// Only answers in this file or directory, relative to the root
    #[arg(long, value_name = "PATH", default_value = "", hide_default_value = true)]
    pub(crate) prefix: PathPrefix,
    /// At most so many answers
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// Ask the index as it is, even if files have changed since
    #[arg(long)]
    pub(crate) no_refresh: bool,
}

/// Which symbols of a name are meant.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Named {
    /// A name: run, Flask.run, flask.app.Flask.run
    pub(crate) name: String,
    /// Only of symbols of this kind: class, function, method, ...
    #[arg(long, value_parser = kind_parser(), hide_possible_values = true)]
    pub(crate) kind: Option<SymbolKind>,
    /// Only of symbols defined in this file or directory, relative to the root
    #[arg(long = "in", value_name = "PATH", default_value = "", hide_default_value = true)]
    pub(crate) within: PathPrefix,
}

impl Named {
    /// The name, and the filter of its symbols.
    pub(crate) fn into_parts(self) -> (Name, Filter) {
        let Self { name, kind, within } = self;
        (Name::new(name), Filter { kind, within })
    }
}

/// Takes the kinds of symbols by their names.
pub(crate) fn kind_parser() -> impl TypedValueParser<Value = SymbolKind> {
    PossibleValuesParser::new(SymbolKind::ALL.iter().map(|kind| kind.as_str())).try_map(|word| word.parse::<SymbolKind>())
}
