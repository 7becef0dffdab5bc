//! `Cargo.toml`: what a crate is called, and which other ones it asks for.
//!
//! A manifest with a package gives a [namespace](SymbolKind::Namespace) with the id `crate`, named
//! as code names the crate; by it, others know that the crate has its root in this directory. A
//! manifest of a workspace alone gives a mere module: it names no crate, and its directory is
//! often called like one of its members.

use crate::{SourceFile, rust::LANGUAGE};
use codira_contracts::{
    Documentation, DocumentationFormat, DocumentationKind, FileAnalysis, Import, ImportCondition, ImportKind, StableId, Symbol,
    SymbolKind, Visibility,
};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{lines::Lines, partial};

/// The name of all manifests.
pub(super) const FILE_NAME: &str = "Cargo.toml";

/// The tables of dependencies, and whether every build of the crate has them.
const DEPENDENCIES: [(&str, bool); 5] = [
    ("dependencies", true),
    ("dev-dependencies", false),
    ("dev_dependencies", false),
    ("build-dependencies", false),
    ("build_dependencies", false),
];

/// Reads a manifest. Errors in it become diagnostics, and the rest of it is read.
pub(super) fn analyze(file: SourceFile<'_>, lines: &Lines) -> FileAnalysis {
    let (document, errors) = DeTable::parse_recoverable(file.text);
    let manifest = document.get_ref();
    let package = table(manifest, "package").or_else(|| table(manifest, "project"));
    let named = |table: &DeTable<'_>| table.get("name").and_then(|name| name.get_ref().as_str()).map(crate_name);
    let name = package.and_then(|package| table(manifest, "lib").and_then(named).or_else(|| named(package)));
    let (id, kind, name) = match name {
        Some(name) => ("crate", SymbolKind::Namespace, name),
        None => ("module", SymbolKind::Module, directory(file)),
    };
    let mut analysis = FileAnalysis::new(LANGUAGE, name.clone());
    let mut symbol = Symbol { span: lines.whole(file.text), ..Symbol::new(id, kind, name) };
    if let Some(description) = package.and_then(|package| package.get("description"))
        && let Some(text) = description.get_ref().as_str()
    {
        symbol.documentation = Some(text.trim().to_owned());
        analysis.documentation.push(Documentation {
            id: StableId::new(format!("doc:{id}")),
            format: DocumentationFormat::PlainText,
            kind: DocumentationKind::Module,
            title: symbol.name.clone(),
            heading_path: Vec::new(),
            span: lines.span(description.span().start, description.span().end.saturating_sub(1)),
            text: text.trim().to_owned(),
            owner: Some(symbol.id.clone()),
        });
    }
    dependencies(manifest, true, lines, &symbol.id, &mut analysis.imports);
    for platform in table(manifest, "target").into_iter().flat_map(|targets| targets.values()) {
        if let Some(platform) = platform.get_ref().as_table() {
            dependencies(platform, false, lines, &symbol.id, &mut analysis.imports);
        }
    }
    // Tables come in the order of their keys.
    analysis.imports.sort_by_key(|import| import.line);
    analysis.symbols.push(symbol);
    analysis.source = file.text.to_owned();
    let start = |error: &toml::de::Error| error.span().map_or(0, |span| span.start);
    analysis.status = partial(lines, errors.iter().map(|error| (start(error), error.message())).collect());
    analysis
}

/// Adds the dependencies that a table lists in its tables.
fn dependencies(parent: &DeTable<'_>, always: bool, lines: &Lines, owner: &StableId, imports: &mut Vec<Import>) {
    for (kind, in_all_builds) in DEPENDENCIES {
        for (key, value) in table(parent, kind).into_iter().flatten() {
            let renamed = field(value, "package").and_then(DeValue::as_str);
            let is_optional = field(value, "optional").and_then(DeValue::as_bool) == Some(true);
            let name = crate_name(key.get_ref());
            let (module, alias) = match renamed.map(crate_name).filter(|package| *package != name) {
                Some(package) => (package, Some(name)),
                None => (name, None),
            };
            let is_certain = always && in_all_builds && !is_optional;
            imports.push(Import {
                kind: ImportKind::Module,
                module,
                name: None,
                alias,
                owner: Some(owner.clone()),
                visibility: Visibility::Private,
                condition: if is_certain { ImportCondition::Always } else { ImportCondition::Conditional },
                line: lines.site(key.span().start).line,
            });
        }
    }
}

fn table<'t, 'i>(parent: &'t DeTable<'i>, key: &str) -> Option<&'t DeTable<'i>> {
    parent.get(key)?.get_ref().as_table()
}

fn field<'t, 'i>(value: &'t Spanned<DeValue<'i>>, key: &str) -> Option<&'t DeValue<'i>> {
    Some(value.get_ref().as_table()?.get(key)?.get_ref())
}

/// The name of a package, as code has it.
fn crate_name(package: &str) -> String {
    package.replace('-', "_")
}

/// What a manifest without a package is called: its directory.
fn directory(file: SourceFile<'_>) -> String {
    let parent = file.path.parent().map(|parent| parent.rsplit('/').next().unwrap_or(parent));
    crate_name(parent.unwrap_or("workspace"))
}
