//! Imports of every form.

use codira_contracts::{Import, ImportKind, Visibility};
use ruff_python_ast::{Alias, Expr, StmtImport, StmtImportFrom};
use ruff_text_size::Ranged;
use rustc_hash::FxHashMap;

use super::{scope::Binding, symbols::Symbols, walk::Walk};

/// What imported names are called where they come from: `overload` for `o` of
/// `from typing import overload as o`.
#[derive(Default)]
pub(super) struct OriginalNames<'s>(FxHashMap<&'s str, &'s str>);

impl<'s> Walk<'s> {
    /// The last name of a path, as it is called where it comes from; `None` for other expressions.
    pub(super) fn original_name(&self, path: &Expr) -> Option<&'s str> {
        match path {
            Expr::Name(name) => {
                let name = self.source.slice(name.range);
                Some(self.originals.0.get(name).copied().unwrap_or(name))
            }
            Expr::Attribute(attribute) => Some(self.source.slice(attribute.attr.range)),
            _ => None,
        }
    }

    /// `import a.b, c as d`
    pub(super) fn import(&mut self, statement: &StmtImport) {
        for alias in &statement.names {
            let module = without_space(self.source.slice(alias.name.range));
            self.add_import(ImportKind::Module, module, None, alias);
        }
    }

    /// `from ..a import b, c as d`, `from a import *`
    pub(super) fn import_from(&mut self, statement: &StmtImportFrom) {
        let mut module = ".".repeat(statement.level as usize);
        module.extend(statement.module.as_ref().map(|module| without_space(self.source.slice(module.range))));
        for alias in &statement.names {
            let name = self.source.slice(alias.name.range);
            match name {
                "*" => self.add_import(ImportKind::Glob, module.clone(), None, alias),
                name => {
                    if let Some(local) = &alias.asname {
                        self.originals.0.insert(self.source.slice(local.range), name);
                    }
                    self.add_import(ImportKind::Name, module.clone(), Some(name), alias);
                }
            }
        }
    }

    fn add_import(&mut self, kind: ImportKind, module: String, name: Option<&'s str>, written: &Alias) {
        let source = self.source;
        let local = written.asname.as_ref().map(|local| source.slice(local.range));
        let again = name.unwrap_or(&module);
        let visibility = match () {
            _ if self.at.owner != Symbols::MODULE => Visibility::Private,
            // By `import a as a`, a stub exports the name.
            _ if self.module.is_package || local == Some(again) => Visibility::Public,
            _ => Visibility::Internal,
        };
        let import = Import {
            kind,
            alias: local.filter(|local| *local != again).map(str::to_owned),
            module,
            name: name.map(str::to_owned),
            owner: Some(self.symbols.id(self.at.owner).clone()),
            visibility,
            condition: self.at.condition,
            line: self.lines.line(written.start()),
        };
        let whole = self.source.slice(written.name.range);
        let bound = match kind {
            ImportKind::Glob => "",
            _ => local.unwrap_or(whole.split(['.', ' ']).next().unwrap_or(whole)),
        };
        self.bind(bound, Binding::Definition);
        self.imports.push(import);
    }
}

/// A dotted path; the language allows whitespace around its dots.
fn without_space(path: &str) -> String {
    path.split(|char: char| char.is_whitespace() || char == '\\').collect()
}
