//! What an analyzer says of one file.

use std::{fmt, str::FromStr};

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::{BackendError, DocIssue, Documentation, Language, Site, StableId, Symbol, SymbolKind, Visibility, symbol::words};

words! {
    /// How a file brings in names from elsewhere.
    ImportKind, "import kind" {
        /// A module as a whole: `import a.b`, `extern crate a`.
        Module = "module",
        /// One name of a module, which may itself be a module: `from a import b`, `use a::b`.
        Name = "name",
        /// Every public name of a module: `from a import *`, `use a::*`.
        Glob = "glob",
        /// A part of the same program in another file: `mod a;`.
        Submodule = "submodule",
        /// A file, sought beside the including one first: `#include "a.h"`.
        LocalInclude = "local-include",
        /// A file, sought on the system's path: `#include <a.h>`.
        SystemInclude = "system-include",
    }
}

words! {
    /// When an import takes effect.
    ImportCondition, "import condition" {
        /// Always.
        Always = "always",
        /// Under a condition that is decided at run time or by the build: `try`, `if`, `#ifdef`,
        /// `#[cfg]`.
        Conditional = "conditional",
        /// For type checkers only: `if TYPE_CHECKING`.
        TypeChecking = "type-checking",
    }
}

/// One name, module or file that a file brings in. A statement that brings in several gives
/// several.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Import {
    /// How it is brought in.
    pub kind: ImportKind,
    /// The module or file as written, relative ones included: `a.b`, `..pkg`, `crate::sync`,
    /// `server.h`. For [`ImportKind::Submodule`] its name, or the file of a `#[path]` attribute.
    pub module: String,
    /// The name that is taken, for [`ImportKind::Name`].
    pub name: Option<String>,
    /// The name that it gets here, where it differs; for a submodule with `#[path]`, the
    /// submodule's name.
    pub alias: Option<String>,
    /// The innermost symbol whose scope gets the name: the file's module, an inner module, a
    /// function.
    pub owner: Option<StableId>,
    /// From where the name can be used once it is here: `pub use` and what `__all__` lists are
    /// public.
    pub visibility: Visibility,
    /// When it takes effect.
    pub condition: ImportCondition,
    /// The line of the name, counted from one.
    pub line: u32,
}

impl Import {
    /// The name by which the code of this file reaches what was imported, if there is one.
    ///
    /// `import a.b` binds `a`, `import a.b as c` binds `c`, `from a import b` binds `b`; globs and
    /// includes bind none.
    pub fn binds(&self) -> Option<&str> {
        match (&self.alias, self.kind) {
            (_, ImportKind::Glob | ImportKind::LocalInclude | ImportKind::SystemInclude) => None,
            (Some(alias), _) => Some(alias),
            (None, ImportKind::Name) => self.name.as_deref(),
            (None, ImportKind::Module | ImportKind::Submodule) => self.module.split(['.', ':']).find(|part| !part.is_empty()),
        }
    }
}

words! {
    /// What the code at a site does with a callable.
    UseKind, "use kind" {
        /// It calls it: a [`UseRecord`] of this kind is a *call record*.
        Call = "call",
        /// It names it without calling it (as argument, value, decorator or base): a *callable
        /// reference*.
        Reference = "reference",
    }
}

words! {
    /// How a use reaches what it names; what can be said of it from the file alone.
    UseForm, "use form" {
        /// By a path from the scope around it: `run`, `os.path.join`, `crate::sync::Mutex::new`.
        /// The first part is no parameter and no local variable.
        Path = "path",
        /// By a member of the enclosing type: the text `run` stands for `self.run`, `cls.run`,
        /// `Self::run`.
        SelfMember = "self-member",
        /// By a member of a base of the enclosing type: the text `run` stands for `super().run`.
        SuperMember = "super-member",
        /// By a member of a value whose type is not known, or a local value itself:
        /// `conn.execute`, `callback`. Never resolved.
        Value = "value",
        /// By the name of a macro: `println`, `tokio::select`.
        Macro = "macro",
    }
}

/// One use of a callable: a call record or a callable reference, with its site.
///
/// ```
/// use codira_contracts::{Site, UseForm, UseKind, UseRecord};
///
/// // Inside `Flask.run`, line 625: `cli.load_dotenv()`
/// let record = UseRecord {
///     kind: UseKind::Call,
///     owner: "Flask.run".into(),
///     form: UseForm::Path,
///     text: "cli.load_dotenv".to_owned(),
///     site: Site::new(625, 13),
/// };
/// assert_eq!(record.last_name(), "load_dotenv");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct UseRecord {
    /// Call or reference.
    pub kind: UseKind,
    /// The innermost symbol whose body or head does it; a file's module for its top level.
    pub owner: StableId,
    /// How it reaches what it names.
    pub form: UseForm,
    /// The path of what is used, in the language's notation (`.` or `::`), without whitespace,
    /// comments, arguments and type arguments, and without the part that [`form`](Self::form)
    /// stands for. Of a value that is an expression, only what follows it is kept: `.execute` for
    /// `connect().execute`.
    pub text: String,
    /// Where the last name of the path begins.
    pub site: Site,
}

impl UseRecord {
    /// The last name of the path: what the thing used is called, as far as the text tells.
    pub fn last_name(&self) -> &str {
        last_name(&self.text)
    }
}

/// The part of a path after its last `.` or `::`.
pub fn last_name(path: &str) -> &str {
    path.rsplit(['.', ':']).next().unwrap_or(path)
}

/// Something that an analyzer could not make sense of.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Diagnostic {
    /// The line, counted from one.
    pub line: u32,
    /// What is wrong there.
    pub message: String,
}

/// Whether an analysis says all that there is to say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnalysisStatus {
    /// The whole file was understood.
    #[default]
    Complete,
    /// Parts of the file were not understood; the rest is said.
    Partial(Vec<Diagnostic>),
}

/// Everything an analyzer says of one file: a pure function of the file's path and bytes.
///
/// The order of each list is the analyzer's, and a store keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileAnalysis {
    /// The language that the file was read as.
    pub language: Language,
    /// The name by which people of the language call the file as a module: `flask.app`,
    /// `tokio::sync::mutex`; for C its path.
    pub module: String,
    /// What the file defines.
    pub symbols: Vec<Symbol>,
    /// What it brings in.
    pub imports: Vec<Import>,
    /// What it calls and which callables it names.
    pub uses: Vec<UseRecord>,
    /// Its documentation units.
    pub documentation: Vec<Documentation>,
    /// What an auditor finds wrong with its documentation.
    pub doc_issues: Vec<DocIssue>,
    /// The text of the file, from which text references are answered; empty where none should be.
    pub source: String,
    /// Whether the file was understood.
    pub status: AnalysisStatus,
}

impl FileAnalysis {
    /// An analysis that says nothing.
    pub fn new(language: Language, module: impl Into<String>) -> Self {
        Self {
            language,
            module: module.into(),
            symbols: Vec::new(),
            imports: Vec::new(),
            uses: Vec::new(),
            documentation: Vec::new(),
            doc_issues: Vec::new(),
            source: String::new(),
            status: AnalysisStatus::Complete,
        }
    }

    /// The logical name of every symbol, in the order of [`symbols`](Self::symbols).
    ///
    /// A logical name is how people write a symbol down inside its module: the names of the
    /// symbols that hold it, the file's module left out, and its own, joined by dots: `Flask.run`,
    /// `outer.inner`. A member of an implementation is named after the type that gets it. The
    /// logical name of a file's module is its own name.
    ///
    /// A parent that does not exist or holds itself ends the chain.
    ///
    /// ```
    /// use codira_contracts::{FileAnalysis, Language, Symbol, SymbolKind};
    ///
    /// let mut file = FileAnalysis::new(Language::from_static("python"), "flask.app");
    /// file.symbols = vec![
    ///     Symbol::new("module", SymbolKind::Module, "app"),
    ///     Symbol { parent: Some("module".into()), ..Symbol::new("Flask", SymbolKind::Class, "Flask") },
    ///     Symbol { parent: Some("Flask".into()), ..Symbol::new("Flask.run", SymbolKind::Method, "run") },
    /// ];
    /// assert_eq!(file.logical_names(), ["app", "Flask", "Flask.run"]);
    /// ```
    pub fn logical_names(&self) -> Vec<String> {
        let by_id: FxHashMap<&StableId, &Symbol> = self.symbols.iter().map(|symbol| (&symbol.id, symbol)).collect();
        let is_file_module = |symbol: &Symbol| symbol.kind == SymbolKind::Module && symbol.parent.is_none();
        let logical_name = |symbol: &Symbol| {
            let mut names = vec![symbol.name.as_str()];
            let mut parent = symbol.parent.as_ref();
            // No chain is longer than the list: a cycle ends here.
            for _ in 0..self.symbols.len() {
                let Some(enclosing) = parent.and_then(|id| by_id.get(id)) else { break };
                if is_file_module(enclosing) {
                    break;
                }
                names.push(match &enclosing.extends {
                    Some(extended) => last_name(extended),
                    None => &enclosing.name,
                });
                parent = enclosing.parent.as_ref();
            }
            names.reverse();
            names.join(".")
        };
        self.symbols.iter().map(logical_name).collect()
    }
}
