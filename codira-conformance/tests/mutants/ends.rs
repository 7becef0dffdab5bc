//! Ends: edges and imports that are found by what only looks like their end.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    fault::{Answer, Fault},
    judge::faults,
};

const EDGES: &str = "graph::every_end_filters_all_edges";
const IMPORTS: &str = "graph::every_end_filters_all_imports";

faults! {
    owners_have_logical_names: "edges are found by the logical name of their owner", EDGES =>
        Ending(|end, edge| at(end, edge) || matches!(end, EdgeEnd::FromNamed(name) if edge.owner.logical_name == *name));
    owners_have_ids: "edges are found by the id of their owner as by its name", EDGES =>
        Ending(|end, edge| at(end, edge) || matches!(end, EdgeEnd::FromNamed(name) if edge.owner.key.id.as_str() == name));
    full_names_are_names: "an external target is found by its full name as by its last", EDGES =>
        Ending(|end, edge| at(end, edge) || matches!(end, EdgeEnd::ToNamed(name) if external(edge) == Some(name)));
    names_of_symbols_have_a_last: "a symbol whose name has a dot is found by what follows it", EDGES =>
        Ending(|end, edge| match (end, target(edge)) {
            (EdgeEnd::ToNamed(name), Some(symbol)) => last_name(&symbol.name) == name,
            _ => at(end, edge),
        });
    logical_names_are_names: "a resolved target is found by its logical name", EDGES =>
        Ending(|end, edge| match (end, target(edge)) {
            (EdgeEnd::ToNamed(name), Some(symbol)) => symbol.logical_name == *name || symbol.name == *name,
            _ => at(end, edge),
        });
    unresolved_texts_are_external: "what is unresolved is found as external of its text", EDGES =>
        Ending(|end, edge| at(end, edge) || matches!(end, EdgeEnd::ToExternal(name) if unresolved(edge) == Some(name)));
    externals_have_last_names: "an external target is found by its last name as by its full one", EDGES =>
        Ending(|end, edge| {
            at(end, edge) || matches!(end, EdgeEnd::ToExternal(name) if external(edge).is_some_and(|full| last_name(full) == name))
        });
    externals_are_packages: "of external targets of one name only the package is found", EDGES =>
        Ending(|end, edge| {
            let elsewhere = matches!(edge.target, EdgeTarget::External { kind: ExternalKind::Builtin | ExternalKind::System, .. });
            at(end, edge) && !(matches!(end, EdgeEnd::ToExternal(name) if name == "len") && elsewhere)
        });
    keys_are_ids: "the edges to a symbol are those to every symbol of its id", EDGES =>
        Ending(|end, edge| match (end, target(edge)) {
            (EdgeEnd::To(key), Some(symbol)) => symbol.key.id == key.id,
            _ => at(end, edge),
        });
    keys_are_joined_by_a_mark: "keys are compared as path, number sign and id in one text", EDGES =>
        Ending(|end, edge| match (end, target(edge)) {
            (EdgeEnd::To(key), Some(symbol)) => joined('#', &symbol.key, key),
            (EdgeEnd::From(key), _) => joined('#', &edge.owner.key, key),
            _ => at(end, edge),
        });
    keys_are_joined_by_a_slash: "keys are compared as path, slash and id in one text", EDGES =>
        Ending(|end, edge| match (end, target(edge)) {
            (EdgeEnd::To(key), Some(symbol)) => joined('/', &symbol.key, key),
            (EdgeEnd::From(key), _) => joined('/', &edge.owner.key, key),
            _ => at(end, edge),
        });
    paths_of_keys_ignore_case: "the paths of keys are compared without case", EDGES =>
        Ending(|end, edge| match (end, target(edge)) {
            (EdgeEnd::To(key), Some(symbol)) => {
                symbol.key.id == key.id && symbol.key.path.as_str().eq_ignore_ascii_case(key.path.as_str())
            }
            _ => at(end, edge),
        });
    an_empty_name_is_no_name: "no edge is found by an empty name", EDGES =>
        Ending(|end, edge| at(end, edge) && *end != EdgeEnd::ToNamed(String::new()) && *end != EdgeEnd::FromNamed(String::new()));
    an_empty_id_is_no_id: "no edge is found from or to an empty id", EDGES =>
        Ending(|end, edge| {
            at(end, edge) && !matches!(end, EdgeEnd::From(key) | EdgeEnd::To(key) if key.id.as_str().is_empty())
        });
    names_end_at_dots_alone: "the last name of a target is what follows its last dot", EDGES =>
        Ending(|end, edge| match (end, outside(edge)) {
            (EdgeEnd::ToNamed(name), Some(text)) => text.rsplit('.').next() == Some(name),
            _ => at(end, edge),
        });
    last_names_are_never_empty: "the last name of a target is its last part that is not empty", EDGES =>
        Ending(|end, edge| match (end, outside(edge)) {
            (EdgeEnd::ToNamed(name), Some(text)) => {
                text.rsplit(['.', ':']).find(|part| !part.is_empty()).unwrap_or_default() == name
            }
            _ => at(end, edge),
        });
    own_edges_are_left_out: "the edges of a symbol to itself are not among those to it", EDGES =>
        Ending(|end, edge| {
            let own = target(edge).is_some_and(|symbol| symbol.key == edge.owner.key);
            at(end, edge) && !(own && matches!(end, EdgeEnd::To(_)))
        });
    own_edges_are_not_from: "the edges of a symbol to itself are not among those from it", EDGES =>
        Ending(|end, edge| {
            let own = target(edge).is_some_and(|symbol| symbol.key == edge.owner.key);
            at(end, edge) && !(own && matches!(end, EdgeEnd::FromNamed(_)))
        });
    names_of_targets_ignore_case: "targets are found in any case", EDGES =>
        Ending(|end, edge| match end {
            EdgeEnd::ToNamed(name) => edge.target.name().eq_ignore_ascii_case(name),
            _ => at(end, edge),
        });
    names_are_of_one_target: "where a symbol has the name, targets elsewhere are not found by it", EDGES =>
        ToNamedSymbolsOnly;
    aliases_are_names: "a target is found by the alias under which the file imports it", EDGES =>
        ToAlias;
    an_owner_has_one_file: "edges are found from the first file with an owner of that name", EDGES =>
        FromFirstFile;
    imports_lead_to_aliases: "an import is found to the module of its alias", IMPORTS =>
        Importing(|end, entry, modules| {
            let by_alias = matches!(end, ImportEnd::ToModule(module) if entry.import.alias.as_ref() == Some(module));
            imported(end, entry, modules) || by_alias
        });
    imports_lead_to_relative_names: "an import that is resolved is found as it is written, too", IMPORTS =>
        Importing(|end, entry, modules| {
            let as_written = matches!(end, ImportEnd::ToModule(module) if entry.import.module == *module);
            imported(end, entry, modules) || as_written
        });
    imports_lead_to_packages: "an import is found to the packages around its module", IMPORTS =>
        Importing(|end, entry, modules| {
            let inside = |module: &str| target_file(entry).is_some_and(|path| modules[path].starts_with(&format!("{module}.")));
            imported(end, entry, modules) || matches!(end, ImportEnd::ToModule(module) if inside(module))
        });
    imports_lead_to_names: "an external import is found to its module and name joined by a dot", IMPORTS =>
        Importing(|end, entry, modules| {
            let whole = format!("{}.{}", entry.import.module, entry.import.name.clone().unwrap_or_default());
            let external = entry.target == ImportTarget::External;
            imported(end, entry, modules) || external && *end == ImportEnd::ToModule(whole)
        });
    imports_lead_to_paths: "an import is found to the path that it leads to as to its module", IMPORTS =>
        Importing(|end, entry, modules| {
            let by_path = matches!((end, target_file(entry)), (ImportEnd::ToModule(module), Some(path)) if path.as_str() == module);
            imported(end, entry, modules) || by_path
        });
    an_empty_module_is_none: "nothing is found to the empty module", IMPORTS =>
        Importing(|end, entry, modules| imported(end, entry, modules) && *end != ImportEnd::ToModule(String::new()));
    an_empty_module_imports_nothing: "nothing is found from the empty module", IMPORTS =>
        Importing(|end, entry, modules| {
            imported(end, entry, modules) && *end != ImportEnd::FromModule(String::new())
        });
    a_module_is_one_file: "imports are found from the first file of a module", IMPORTS =>
        Importing(|end, entry, modules| {
            let first = modules.iter().find(|(_, module)| **module == entry.module).map(|(path, _)| path);
            imported(end, entry, modules) && (!matches!(end, ImportEnd::FromModule(_)) || first == Some(&entry.path))
        });
    unresolved_imports_are_lost: "an unresolved import is found to no module", IMPORTS =>
        Importing(|end, entry, modules| {
            let lost = matches!(end, ImportEnd::ToModule(_)) && entry.target == ImportTarget::Unresolved;
            imported(end, entry, modules) && !lost
        });
    files_are_known_by_name: "an import is found to every file of the name of that which it leads to", IMPORTS =>
        Importing(|end, entry, modules| match (end, target_file(entry)) {
            (ImportEnd::ToFile(asked), Some(path)) => path.file_name() == asked.file_name(),
            _ => imported(end, entry, modules),
        });
    modules_ignore_case: "modules of imports are compared without case", IMPORTS =>
        Importing(|end, entry, modules| match (end, target_file(entry)) {
            (ImportEnd::ToModule(module), None) => entry.import.module.eq_ignore_ascii_case(module),
            _ => imported(end, entry, modules),
        });
    own_imports_are_left_out: "an import that leads to its own file is not found to it", IMPORTS =>
        Importing(|end, entry, modules| {
            let own = matches!(end, ImportEnd::ToFile(_)) && target_file(entry) == Some(&entry.path);
            imported(end, entry, modules) && !own
        });
    an_import_leads_to_one_module: "where a file is of the module, imports that name it and lead nowhere are not found", IMPORTS =>
        Importing(|end, entry, modules| {
            let known: BTreeSet<&String> = modules.values().collect();
            let lost = matches!(end, ImportEnd::ToModule(module) if known.contains(module) && target_file(entry).is_none());
            imported(end, entry, modules) && !lost
        });
}

/// Decides in its own way which edges are at an end.
struct Ending(fn(&EdgeEnd, &EdgeEntry) -> bool);

#[async_trait]
impl Fault for Ending {
    async fn edges(&self, reader: &dyn IndexReader, request: &EdgeRequest) -> Answer<Vec<EdgeEntry>> {
        let mut edges = Vec::new();
        for entry in reader.symbol_inventory(&SymbolInventoryRequest::default()).await? {
            let own = EdgeRequest::new(request.kind, EdgeEnd::From(entry.symbol.key)).within(request.prefix.clone());
            edges.extend(reader.edges(&own).await?.into_iter().filter(|edge| self.0(&request.end, edge)));
        }
        edges.sort_by(|a, b| (&a.owner.key, a.target.key()).cmp(&(&b.owner.key, b.target.key())));
        edges.truncate(request.limit.unwrap_or(usize::MAX));
        Ok(edges)
    }
}

/// Whether an edge is at an end, as the contract has it.
fn at(end: &EdgeEnd, edge: &EdgeEntry) -> bool {
    match end {
        EdgeEnd::From(key) => edge.owner.key == *key,
        EdgeEnd::To(key) => target(edge).is_some_and(|symbol| symbol.key == *key),
        EdgeEnd::FromNamed(name) => edge.owner.name == *name,
        EdgeEnd::ToNamed(name) => edge.target.name() == name,
        EdgeEnd::ToExternal(name) => external(edge) == Some(name),
    }
}

fn target(edge: &EdgeEntry) -> Option<&SymbolSummary> {
    match &edge.target {
        EdgeTarget::Resolved(symbol) => Some(symbol),
        _ => None,
    }
}

fn external(edge: &EdgeEntry) -> Option<&str> {
    match &edge.target {
        EdgeTarget::External { name, .. } => Some(name),
        _ => None,
    }
}

fn unresolved(edge: &EdgeEntry) -> Option<&str> {
    match &edge.target {
        EdgeTarget::Unresolved { text } => Some(text),
        _ => None,
    }
}

/// What an edge that leads to no symbol says.
fn outside(edge: &EdgeEntry) -> Option<&str> {
    external(edge).or(unresolved(edge))
}

/// Whether two keys are one text.
fn joined(mark: char, a: &SymbolKey, b: &SymbolKey) -> bool {
    let text = |key: &SymbolKey| format!("{}{mark}{}", key.path, key.id);
    text(a) == text(b)
}

struct ToNamedSymbolsOnly;

#[async_trait]
impl Fault for ToNamedSymbolsOnly {
    async fn edges(&self, reader: &dyn IndexReader, request: &EdgeRequest) -> Answer<Vec<EdgeEntry>> {
        let mut edges = reader.edges(request).await?;
        if let EdgeEnd::ToNamed(name) = &request.end
            && !reader.symbols(&SymbolRequest::named(name)).await?.is_empty()
        {
            edges.retain(|edge| edge.target.is_resolved());
        }
        Ok(edges)
    }
}

struct ToAlias;

#[async_trait]
impl Fault for ToAlias {
    async fn edges(&self, reader: &dyn IndexReader, request: &EdgeRequest) -> Answer<Vec<EdgeEntry>> {
        let mut edges = reader.edges(request).await?;
        let EdgeEnd::ToNamed(asked) = &request.end else { return Ok(edges) };
        for state in reader.file_states(&request.prefix).await? {
            let imports = reader.imports(&ImportRequest::new(ImportEnd::FromFile(state.path.clone()))).await?;
            for entry in imports.into_iter().filter(|entry| entry.import.alias.as_ref() == Some(asked)) {
                let end = EdgeEnd::ToNamed(entry.import.name.unwrap_or_default());
                let named = reader.edges(&EdgeRequest { end, ..request.clone() }).await?;
                edges.extend(named.into_iter().filter(|edge| edge.owner.key.path == state.path));
            }
        }
        Ok(edges)
    }
}

struct FromFirstFile;

#[async_trait]
impl Fault for FromFirstFile {
    async fn edges(&self, reader: &dyn IndexReader, request: &EdgeRequest) -> Answer<Vec<EdgeEntry>> {
        let mut edges = reader.edges(request).await?;
        if let (EdgeEnd::FromNamed(_), Some(first)) = (&request.end, edges.first().map(|edge| edge.owner.key.path.clone())) {
            edges.retain(|edge| edge.owner.key.path == first);
        }
        Ok(edges)
    }
}

/// The modules of the files, by path.
type Modules = BTreeMap<RepoPath, String>;

/// Decides in its own way which imports are at an end.
struct Importing(fn(&ImportEnd, &ImportEntry, &Modules) -> bool);

#[async_trait]
impl Fault for Importing {
    async fn imports(&self, reader: &dyn IndexReader, request: &ImportRequest) -> Answer<Vec<ImportEntry>> {
        let mut modules = Modules::new();
        let mut imports = Vec::new();
        for state in reader.file_states(&PathPrefix::root()).await? {
            let file = reader.file(&state.path).await?;
            modules.extend(file.map(|file| (state.path.clone(), file.analysis.module)));
            imports.extend(reader.imports(&ImportRequest::new(ImportEnd::FromFile(state.path))).await?);
        }
        imports.retain(|entry| self.0(&request.end, entry, &modules) && request.prefix.covers(&entry.path));
        imports.truncate(request.limit.unwrap_or(usize::MAX));
        Ok(imports)
    }
}

/// Whether an import is at an end, as the contract has it.
fn imported(end: &ImportEnd, entry: &ImportEntry, modules: &Modules) -> bool {
    match (end, &entry.target) {
        (ImportEnd::FromFile(path), _) => entry.path == *path,
        (ImportEnd::FromModule(module), _) => entry.module == *module,
        (ImportEnd::ToFile(path), target) => *target == ImportTarget::Resolved(path.clone()),
        (ImportEnd::ToModule(module), ImportTarget::Resolved(path)) => modules.get(path) == Some(module),
        (ImportEnd::ToModule(module), _) => entry.import.module == *module,
    }
}

fn target_file(entry: &ImportEntry) -> Option<&RepoPath> {
    match &entry.target {
        ImportTarget::Resolved(path) => Some(path),
        _ => None,
    }
}
