//! `codira plugins`: the backends, languages with their rules and auditors, and embedding engines
//! of this program.

use std::io::{self, Write};

use anstyle::Style;
use codira_contracts::Tool;
use codira_languages::LanguageSupport;
use serde::Serialize;

use crate::{
    BackendFactory, Location, NotCompiled, Plugin as _, PluginKind, Registries,
    cli::{
        failure::{Failure, Status},
        invocation::Invocation,
        output::Answer,
        style::{self, Clean},
        table::{Cell, Table},
    },
};

/// List backends, languages and embedding engines, with version and provider
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  codira plugins\n  codira plugins --json")]
pub(crate) struct Args {}

impl Args {
    /// Looks, and prints the answer.
    pub(crate) async fn run(self, invocation: &Invocation) -> Result<Status, Failure> {
        let location = invocation.repository()?.location();
        invocation.answer(&Plugins::of(&invocation.registries, &location))
    }
}

/// The answer of the command.
#[derive(Serialize)]
struct Plugins {
    answers: Vec<Plugin>,
}

#[derive(Serialize)]
struct Plugin {
    kind: PluginKind,
    name: String,
    /// The crate that brings it; `None` where it was not compiled in and the crate is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    /// `None` where it was not compiled in, where it cannot be opened, and where a language has no
    /// analyzer.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    /// The Cargo feature that brings it, where it was not compiled in.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing_feature: Option<&'static str>,
    /// Why it cannot be opened here, where it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

impl Plugin {
    fn new(kind: PluginKind, name: &str, provider: &str, version: Option<String>) -> Self {
        let (name, provider) = (name.to_owned(), Some(provider.to_owned()));
        Self { kind, name, provider, version, missing_feature: None, problem: None }
    }

    fn backend(backend: &BackendFactory, location: &Location) -> Self {
        let plugin = |version| Self::new(PluginKind::Backend, backend.name(), backend.provider(), version);
        match backend.descriptor(location) {
            Ok(descriptor) => plugin(Some(descriptor.tool.version)),
            Err(error) => Self { problem: Some(error.to_string()), ..plugin(None) },
        }
    }

    fn language(language: &LanguageSupport) -> Self {
        let version = language.analyzer.as_ref().map(|analyzer| analyzer.tool().version.clone());
        let missing_feature = language.feature.filter(|_| language.analyzer.is_none());
        let plugin = Self::new(PluginKind::Language, language.language.as_str(), &language.provider, version);
        Self { missing_feature, ..plugin }
    }

    /// What `provider` brings for a language besides its analyzer.
    fn of_language(kind: PluginKind, tool: &Tool, provider: &str) -> Self {
        Self::new(kind, &tool.name, provider, Some(tool.version.clone()))
    }

    fn not_compiled(kind: PluginKind, missing: &NotCompiled) -> Self {
        let (name, missing_feature) = (missing.name.to_owned(), Some(missing.feature));
        Self { kind, name, provider: None, version: None, missing_feature, problem: None }
    }

    /// The crate that brings it, and its version.
    fn origin(&self) -> String {
        [&self.provider, &self.version].into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    fn remark(&self) -> String {
        let missing = |feature| format!("not compiled in: build with the feature `{feature}`");
        self.missing_feature.map(missing).or_else(|| self.problem.clone()).unwrap_or_default()
    }
}

impl Plugins {
    /// What `registries` hold, by kind: backends and engines by name, all of languages as they
    /// were registered.
    fn of(registries: &Registries, location: &Location) -> Self {
        let Registries { backends, languages, engines } = registries;
        let languages = languages.languages();
        let missing = |kind| move |missing| Plugin::not_compiled(kind, missing);
        let mut answers: Vec<Plugin> = backends.plugins().map(|backend| Plugin::backend(backend, location)).collect();
        answers.extend(backends.not_compiled().iter().map(missing(PluginKind::Backend)));
        answers.extend(languages.iter().map(Plugin::language));
        answers.extend(languages.iter().filter_map(|language| {
            Some(Plugin::of_language(PluginKind::Rules, language.rules.as_ref()?.tool(), &language.provider))
        }));
        answers.extend(languages.iter().filter_map(|language| {
            Some(Plugin::of_language(PluginKind::Auditor, language.auditor.as_ref()?.tool(), &language.provider))
        }));
        answers.extend(engines.plugins().map(|engine| {
            let version = engine.tool().version.clone();
            Plugin::new(PluginKind::Engine, engine.name(), engine.provider(), Some(version))
        }));
        answers.extend(engines.not_compiled().iter().map(missing(PluginKind::Engine)));
        Self { answers }
    }
}

impl Answer for Plugins {
    const COMMAND: &'static str = "plugins";

    fn is_empty(&self) -> bool {
        self.answers.is_empty()
    }

    fn lines(&self, out: &mut dyn Write) -> io::Result<()> {
        for plugin in &self.answers {
            let (kind, name) = (plugin.kind.as_str(), Clean(&plugin.name));
            writeln!(out, "{kind} {name}: {}\t{}", Clean(plugin.origin()), plugin.remark())?;
        }
        Ok(())
    }

    fn page(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut table = Table::default();
        for plugin in &self.answers {
            table.row([
                Cell::new(style::KIND, plugin.kind.as_str()),
                Cell::new(style::NAME, Clean(&plugin.name)),
                Cell::new(style::DIM, Clean(plugin.origin())),
                Cell::new(Style::new(), plugin.remark()),
            ]);
        }
        table.print(out, "")
    }
}
