//! Symbols: what a file defines.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{BackendError, LineSpan, StableId};

/// Declares an enum that is also a closed list of lower-case words, for stores, commands and JSON
/// alike.
macro_rules! words {
    (
        $(#[$meta:meta])*
        $name:ident, $what:literal { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every variant, in order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word for it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = BackendError;

            fn from_str(word: &str) -> Result<Self, BackendError> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(BackendError::invalid(
                        format_args!("{word:?}"),
                        concat!("not a ", $what, "; known are", $(" ", $word),+),
                    )),
                }
            }
        }
    };
}
pub(crate) use words;

words! {
    /// What a symbol is. The names are those of LSP's `SymbolKind` where it has one.
    SymbolKind, "symbol kind" {
        /// A file as a scope: a Python module, a Rust module, a C translation unit or header. Owns
        /// what the file does at top level.
        Module = "module",
        /// A scope of names alone, also a package or crate.
        Namespace = "namespace",
        /// A class.
        Class = "class",
        /// A structure, with or without named fields.
        Struct = "struct",
        /// A union.
        Union = "union",
        /// An enumeration.
        Enum = "enum",
        /// One value of an enumeration; its parent is the enumeration.
        EnumMember = "enum-member",
        /// A trait.
        Trait = "trait",
        /// An interface or protocol.
        Interface = "interface",
        /// A block that gives members to a type defined elsewhere, such as
        /// `impl Shape for Circle`. See [`Symbol::extends`].
        Implementation = "implementation",
        /// A function that belongs to no type.
        Function = "function",
        /// A function of a type.
        Method = "method",
        /// A signature of an overloaded function or method: it has the name and parent of what it
        /// overloads, and no body.
        Overload = "overload",
        /// A declaration of a function that is defined elsewhere.
        Prototype = "prototype",
        /// A value that does not change.
        Constant = "constant",
        /// A value of a module or class that may change.
        Variable = "variable",
        /// A named part of a structure, union or class.
        Field = "field",
        /// A computed attribute.
        Property = "property",
        /// Another name for a type.
        TypeAlias = "type-alias",
        /// A macro.
        Macro = "macro",
    }
}

impl SymbolKind {
    /// Whether symbols of this kind have members that are reached through a value or the name of
    /// the type.
    pub const fn is_type(self) -> bool {
        use SymbolKind as K;
        matches!(self, K::Class | K::Struct | K::Union | K::Enum | K::Trait | K::Interface | K::Implementation | K::TypeAlias)
    }
}

words! {
    /// From where a name can be used.
    Visibility, "visibility" {
        /// From everywhere; a wildcard import takes it.
        Public = "public",
        /// From the same crate, package or subtypes, as the language has it.
        Internal = "internal",
        /// From the same file or type.
        Private = "private",
    }
}

words! {
    /// How an argument reaches a parameter.
    ParameterKind, "parameter kind" {
        /// By position only.
        PositionalOnly = "positional-only",
        /// By position, or by name where the language has named arguments.
        Positional = "positional",
        /// By name only.
        KeywordOnly = "keyword-only",
        /// Takes all further positional arguments: `*args`, `...`.
        Variadic = "variadic",
        /// Takes all further named arguments: `**kwargs`.
        KeywordVariadic = "keyword-variadic",
        /// The value that the method is called on: `self`, `cls`, `&mut self`.
        Receiver = "receiver",
        /// A parameter of a type, constant or lifetime.
        Generic = "generic",
    }
}

/// One parameter, as written.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name or pattern; empty where the declaration has none.
    pub name: String,
    /// How arguments reach it.
    pub kind: ParameterKind,
    /// The annotation or declared type, as written.
    pub annotation: Option<String>,
    /// The default, as written.
    pub default: Option<String>,
}

/// What the body of a function does, nested functions apart: what documentation should mention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BodyFacts {
    /// It returns a value.
    pub returns_value: bool,
    /// It yields.
    pub yields: bool,
    /// It raises, throws or panics by an explicit statement.
    pub raises: bool,
    /// It asserts.
    pub asserts: bool,
}

/// One definition or declaration in a file.
///
/// A file's symbols are a flat list; nesting is told by [`parent`](Self::parent).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Symbol {
    /// Identity in the file.
    pub id: StableId,
    /// What it is.
    pub kind: SymbolKind,
    /// The unqualified name, as written where it is defined.
    pub name: String,
    /// The full name in the language's own notation: `flask.app.Flask.run`,
    /// `crate::sync::Mutex::lock`.
    pub qualified_name: String,
    /// The symbol of the same file that holds it.
    pub parent: Option<StableId>,
    /// All lines of the definition: decorators and attributes included, documentation comments
    /// before it not.
    pub span: LineSpan,
    /// The head of the definition on one line, whitespace folded:
    /// `def run(self, host=None) -> None`.
    pub signature: Option<String>,
    /// The documentation text, without comment marks and common indentation.
    pub documentation: Option<String>,
    /// From where it can be used.
    pub visibility: Visibility,
    /// Its parameters, in order; type parameters first.
    pub parameters: Vec<Parameter>,
    /// Decorators or attributes as written, without the mark (`@`, `#[]`), in order.
    pub decorators: Vec<String>,
    /// Base types, supertraits or, for an implementation, the trait: paths as
    /// [`UseRecord::text`](crate::UseRecord::text) has them, in order.
    pub bases: Vec<String>,
    /// For [`SymbolKind::Implementation`]: the path of the type that gets the members. For a
    /// [`SymbolKind::TypeAlias`]: the path of the type that it names, if it names one.
    pub extends: Option<String>,
    /// What its body does.
    pub body: BodyFacts,
}

impl Symbol {
    /// A symbol with the given identity, and nothing else said of it: public, on line one.
    ///
    /// ```
    /// use codira_contracts::{Symbol, SymbolKind};
    ///
    /// let run = Symbol { parent: Some("Flask".into()), ..Symbol::new("Flask.run", SymbolKind::Method, "run") };
    /// assert_eq!(run.qualified_name, "run");
    /// ```
    pub fn new(id: impl AsRef<str>, kind: SymbolKind, name: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            id: StableId::new(id),
            kind,
            qualified_name: name.clone(),
            name,
            parent: None,
            span: LineSpan::new(1, 1),
            signature: None,
            documentation: None,
            visibility: Visibility::Public,
            parameters: Vec::new(),
            decorators: Vec::new(),
            bases: Vec::new(),
            extends: None,
            body: BodyFacts::default(),
        }
    }
}
