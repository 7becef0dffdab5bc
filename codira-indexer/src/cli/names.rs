//! Reading a NAME of the command line, and finding the symbols that it means.
//!
//! People write symbols down in many ways; each form is tried in this order, and the first that
//! finds something wins:
//!
//! 1. `path#id`: the identity of a symbol, as JSON answers give it;
//! 2. `run`: every symbol of that name; `Flask.run` or `Flask::run`: every symbol of that logical
//!    name;
//! 3. `flask.app.Flask.run`: a logical name inside a module, the longest module first;
//! 4. `app.Flask.run`: the same, with the end of the module's name; `flask.Flask.run`: with its
//!    beginning;
//! 5. `flask.app`: the module itself.
//!
//! A Rust file calls its own crate `crate`; here it goes by its name, as others write it:
//! `tokio::sync::Mutex`.

use codira_contracts::{
    BackendError, IndexReader, PathPrefix, RepoPath, StableId, SymbolEntry, SymbolKey, SymbolKind, SymbolMatch, SymbolRequest,
    last_name,
};

use super::output::Page;

/// What a symbol must be like, apart from its name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    /// Its kind.
    pub(crate) kind: Option<SymbolKind>,
    /// Where it is defined: a file or directory.
    pub(crate) within: PathPrefix,
}

impl Filter {
    /// Whether every symbol passes.
    pub(crate) fn is_open(&self) -> bool {
        self.kind.is_none() && self.within.is_root()
    }

    fn passes(&self, entry: &SymbolEntry) -> bool {
        self.kind.is_none_or(|kind| entry.symbol.kind == kind) && self.within.covers(&entry.path)
    }
}

/// A NAME as it was written.
#[derive(Clone, Debug)]
pub(crate) struct Name(String);

impl Name {
    /// Takes what was written.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// What was written.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is a name alone, without anything that says where.
    pub(crate) fn is_bare(&self) -> bool {
        !self.is_identity() && !self.0.contains(['.', ':'])
    }

    /// Whether it is the identity of one symbol.
    pub(crate) fn is_identity(&self) -> bool {
        self.key().is_some()
    }

    /// The name alone: what calls of it end with.
    pub(crate) fn last(&self) -> &str {
        last_name(&self.0)
    }

    /// Whether `path`, as code writes it, ends with this name.
    pub(crate) fn ends(&self, path: &str) -> bool {
        ends_at_boundary(&dotted(path), &dotted(&self.0))
    }

    /// The identity, where one was written.
    fn key(&self) -> Option<SymbolKey> {
        let (path, id) = self.0.split_once('#')?;
        Some(SymbolKey { path: RepoPath::new(path).ok()?, id: StableId::new(id) })
    }

    /// The symbols that the name means, in the order of entries; at most `limit`.
    pub(crate) async fn find(
        &self,
        reader: &dyn IndexReader,
        filter: &Filter,
        limit: Option<usize>,
    ) -> Result<Page<SymbolEntry>, BackendError> {
        if let Some(key) = self.key() {
            let Filter { kind, within } = filter;
            let request = SymbolRequest { kind: *kind, prefix: within.clone(), ..SymbolRequest::of(key) };
            return Ok(Page::cut(reader.symbols(&request).await?, limit));
        }
        let dotted = dotted(&self.0);
        let whole = if self.is_bare() { SymbolMatch::Name(dotted.clone()) } else { SymbolMatch::LogicalName(dotted.clone()) };
        let ask = |matching, limit| SymbolRequest { matching, kind: filter.kind, prefix: filter.within.clone(), limit };
        let found = reader.symbols(&ask(whole, Page::<SymbolEntry>::to_ask(limit))).await?;
        if !found.is_empty() {
            return Ok(Page::cut(found, limit));
        }
        let crates = Crates::named(reader, dotted.split('.').next().unwrap_or_default()).await?;
        let mut in_modules = Vec::new();
        for (dot, _) in dotted.rmatch_indices('.') {
            let (module, logical) = (&dotted[..dot], &dotted[dot + 1..]);
            let named = reader.symbols(&ask(SymbolMatch::LogicalName(logical.to_owned()), None)).await?;
            let closeness = |entry: &SymbolEntry| Closeness::of(module, &crates.module_of(entry));
            in_modules.extend(named.into_iter().filter_map(|entry| Some(((closeness(&entry)?, dot), entry))));
        }
        let Some(closest) = in_modules.iter().map(|(closeness, _)| *closeness).max() else {
            return Ok(Page::cut(self.modules(reader, filter, &crates).await?, limit));
        };
        in_modules.retain(|(closeness, _)| *closeness == closest);
        Ok(Page::cut(in_modules.into_iter().map(|(_, entry)| entry).collect(), limit))
    }

    /// The files whose module has this name.
    pub(crate) async fn files(&self, reader: &dyn IndexReader) -> Result<Vec<RepoPath>, BackendError> {
        let crates = Crates::named(reader, dotted(&self.0).split('.').next().unwrap_or_default()).await?;
        let modules = self.modules(reader, &Filter::default(), &crates).await?;
        Ok(modules.into_iter().map(|entry| entry.path).collect())
    }

    /// The symbols of files whose module has this name.
    async fn modules(
        &self,
        reader: &dyn IndexReader,
        filter: &Filter,
        crates: &Crates,
    ) -> Result<Vec<SymbolEntry>, BackendError> {
        let dotted = dotted(&self.0);
        let mut spellings = vec![self.0.clone(), dotted.clone(), dotted.replace('.', "::")];
        if let Some((_, inner)) = dotted.split_once('.') {
            spellings.push(format!("crate::{}", inner.replace('.', "::")));
        }
        spellings.sort();
        spellings.dedup();
        let mut found = Vec::new();
        for module in spellings {
            let mut named = reader.symbols(&SymbolRequest::new(SymbolMatch::Module(module.clone()))).await?;
            named.retain(|entry| {
                let is_meant = module == self.0 || crates.module_of(entry) == dotted;
                entry.symbol.kind == SymbolKind::Module && entry.symbol.parent.is_none() && is_meant && filter.passes(entry)
            });
            found.extend(named);
        }
        found.sort_by(|a, b| a.order().cmp(&b.order()));
        Ok(found)
    }
}

/// The Rust crates of one name, by the directories of their manifests.
struct Crates {
    name: String,
    directories: Vec<PathPrefix>,
}

impl Crates {
    async fn named(reader: &dyn IndexReader, name: &str) -> Result<Self, BackendError> {
        let request = SymbolRequest { kind: Some(SymbolKind::Namespace), ..SymbolRequest::named(name) };
        let mut directories = Vec::new();
        for SymbolEntry { path, .. } in reader.symbols(&request).await? {
            if path.file_name() == "Cargo.toml" {
                directories.push(PathPrefix::new(path.parent().unwrap_or_default())?);
            }
        }
        Ok(Self { name: name.to_owned(), directories })
    }

    /// The module of a symbol, dotted, and with the name of its crate where it is one of these.
    fn module_of(&self, entry: &SymbolEntry) -> String {
        let module = dotted(&entry.module);
        match module.strip_prefix("crate") {
            Some(inner) if self.directories.iter().any(|directory| directory.covers(&entry.path)) => {
                format!("{}{inner}", self.name)
            }
            _ => module,
        }
    }
}

/// How well the module that was written fits the module of a symbol; the best is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Closeness {
    /// `flask` for `flask.app`, from where it is exported again.
    Above,
    /// `app` for `flask.app`.
    End,
    /// The module itself.
    Same,
}

impl Closeness {
    /// Of modules with dots between their parts.
    fn of(written: &str, module: &str) -> Option<Self> {
        if module == written {
            Some(Self::Same)
        } else if ends_at_boundary(module, written) {
            Some(Self::End)
        } else {
            module.strip_prefix(written).is_some_and(|rest| rest.starts_with('.')).then_some(Self::Above)
        }
    }
}

/// The name with dots between its parts, whatever the language puts there.
fn dotted(name: &str) -> String {
    name.replace("::", ".").trim_start_matches('.').to_owned()
}

/// Whether `path` is `end`, or ends with it after a dot.
fn ends_at_boundary(path: &str, end: &str) -> bool {
    path.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

#[cfg(test)]
mod tests;
