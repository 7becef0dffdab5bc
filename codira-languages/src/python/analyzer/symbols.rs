//! The symbols of a file as they are found, and their identities.

use codira_contracts::{Import, LineSpan, StableId, Symbol, SymbolKind, Visibility};
use rustc_hash::FxHashMap;

use super::{exports::Exports, module::Module};

/// Identifies a symbol of [`Symbols`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct SymbolRef(usize);

/// Tells apart symbols that have one path by design. Its text is part of the identity.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// What the path means by itself.
    Main,
    /// A signature of an overloaded function.
    Overload,
    /// The setter of a property.
    Setter,
    /// The deleter of a property.
    Deleter,
}

impl Role {
    /// No identifier holds an `@`, so no path ends like this.
    fn suffix(self) -> &'static str {
        match self {
            Self::Main => "",
            Self::Overload => "@overload",
            Self::Setter => "@setter",
            Self::Deleter => "@deleter",
        }
    }
}

/// The symbols found so far, the file's module first.
///
/// The id of a symbol is its path in the file: `Flask.run`, `outer.<locals>.inner`. A second
/// definition of a path gets a number: `run#2`.
pub(super) struct Symbols {
    all: Vec<Symbol>,
    /// How many symbols have an id that begins with this path and suffix.
    definitions: FxHashMap<String, u32>,
}

impl Symbols {
    /// The symbol of the file.
    pub(super) const MODULE: SymbolRef = SymbolRef(0);
    /// Its id, which no path can be.
    const MODULE_ID: &'static str = "<module>";

    /// The symbols of a file that defines nothing yet.
    pub(super) fn new(module: &Module, lines: u32) -> Self {
        let symbol = Symbol {
            qualified_name: module.name.clone(),
            span: LineSpan::new(1, lines),
            visibility: visibility(module.last_part()),
            ..Symbol::new(Self::MODULE_ID, SymbolKind::Module, module.last_part())
        };
        Self { all: vec![symbol], definitions: FxHashMap::default() }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// The symbols from number `first` on.
    pub(super) fn since(&mut self, first: usize) -> &mut [Symbol] {
        &mut self.all[first..]
    }

    pub(super) fn get_mut(&mut self, symbol: SymbolRef) -> &mut Symbol {
        &mut self.all[symbol.0]
    }

    /// Adds a definition of `name` inside `parent`; the caller sets the rest of it.
    pub(super) fn define(&mut self, kind: SymbolKind, name: &str, role: Role, parent: SymbolRef) -> SymbolRef {
        let enclosing = &self.all[parent.0];
        let inside = match enclosing.kind {
            SymbolKind::Function | SymbolKind::Method | SymbolKind::Overload | SymbolKind::Property => ".<locals>.",
            _ => ".",
        };
        let path = match parent {
            Self::MODULE => [name, role.suffix()].concat(),
            _ => [enclosing.id.as_str(), inside, name, role.suffix()].concat(),
        };
        let symbol = Symbol {
            qualified_name: [&enclosing.qualified_name, inside, name].concat(),
            parent: Some(enclosing.id.clone()),
            visibility: if inside == "." { visibility(name) } else { Visibility::Private },
            ..Symbol::new(self.identity(path), kind, name)
        };
        self.all.push(symbol);
        SymbolRef(self.all.len() - 1)
    }

    fn identity(&mut self, path: String) -> String {
        match self.definitions.get_mut(&path) {
            Some(count) => {
                *count += 1;
                format!("{path}#{count}")
            }
            None => {
                self.definitions.insert(path.clone(), 1);
                path
            }
        }
    }

    pub(super) fn id(&self, symbol: SymbolRef) -> &StableId {
        &self.all[symbol.0].id
    }

    /// All symbols, with the visibility that `__all__` gives to those at top level, and to
    /// `imports`.
    pub(super) fn finish(mut self, exports: &Exports<'_>, imports: &mut [Import]) -> Vec<Symbol> {
        let module = self.all[0].id.clone();
        let top_level = self.all.iter_mut().filter(|symbol| symbol.parent.as_ref() == Some(&module));
        for symbol in top_level {
            symbol.visibility = exports.visibility(&symbol.name, symbol.visibility);
        }
        let top_level = imports.iter_mut().filter(|import| import.owner.as_ref() == Some(&module));
        for import in top_level {
            let exported = import.binds().is_some_and(|name| exports.lists(name));
            if exported {
                import.visibility = Visibility::Public;
            }
        }
        self.all
    }
}

/// The visibility of the name alone: `_x` and `__x` are private, `__x__` is not.
fn visibility(name: &str) -> Visibility {
    let is_dunder = name.len() > 4 && name.starts_with("__") && name.ends_with("__");
    match name.starts_with('_') && !is_dunder {
        true => Visibility::Private,
        false => Visibility::Public,
    }
}
