//! Three small packages whose files mean each other: what their files usually say, so that edges
//! cross files, and come and go with them. What is drawn differs from it now and then.

use codira_contracts::{ImportKind, Language, SymbolKind};
use proptest::{prelude::*, sample::select};

use crate::{
    toy::{OPEN, PLAIN},
    vocabulary,
};

/// A symbol as its file usually has it.
pub(super) struct Seed {
    pub(super) id: &'static str,
    pub(super) kind: SymbolKind,
    pub(super) name: &'static str,
    pub(super) parent: Option<&'static str>,
    /// The type that an implementation is for.
    pub(super) extends: Option<&'static str>,
}

/// An import: kind, module, name, alias.
type ImportWords = (ImportKind, &'static str, Option<&'static str>, Option<&'static str>);

/// What the files of a package say.
pub(super) struct World {
    pub(super) symbols: &'static [Seed],
    pub(super) imports: &'static [ImportWords],
    pub(super) uses: &'static [&'static str],
}

const fn seed(id: &'static str, kind: SymbolKind, name: &'static str, parent: Option<&'static str>) -> Seed {
    Seed { id, kind, name, parent, extends: None }
}

// What is imported gets names of its own, so that the file's own definitions seldom stand in the
// way.

const MODULES: World = World {
    symbols: &[
        seed("run", SymbolKind::Function, "run", Some("m")),
        seed("Base", SymbolKind::Class, "Base", Some("m")),
        seed("Base.run", SymbolKind::Method, "run", Some("Base")),
        seed("helper", SymbolKind::Function, "helper", Some("m")),
        seed("m", SymbolKind::Module, "a", None),
    ],
    imports: &[
        (ImportKind::Name, "pkg.a", Some("run"), Some("one")),
        (ImportKind::Name, ".b", Some("Base"), Some("two")),
        (ImportKind::Name, "pkg", Some("run"), Some("three")),
        (ImportKind::Name, ".", Some("a"), None),
        (ImportKind::Module, "pkg.b", None, None),
        (ImportKind::Glob, ".b", None, None),
        (ImportKind::Name, ".a", Some("run"), None),
        (ImportKind::Module, "json", None, None),
    ],
    uses: &["one", "two", "two.run", "three", "a.run", "pkg.b.run", "run", "helper", "json.dumps", "len"],
};

const ALONE: World = World {
    symbols: &[
        seed("run", SymbolKind::Function, "run", None),
        seed("Base", SymbolKind::Struct, "Base", None),
        Seed { extends: Some("Base"), ..seed("impl", SymbolKind::Implementation, "impl Base", None) },
        seed("Base.run", SymbolKind::Method, "run", Some("impl")),
        seed("helper", SymbolKind::Function, "helper", None),
    ],
    imports: &[
        (ImportKind::Submodule, "a", None, None),
        (ImportKind::Name, "crate::a", Some("run"), Some("one")),
        (ImportKind::Name, "crate", Some("Base"), Some("two")),
        (ImportKind::Glob, "super", None, None),
        (ImportKind::Name, "std::io", Some("Read"), Some("_")),
    ],
    uses: &["one", "two::run", "a::run", "crate::a::helper", "crate::run", "super::Base", "helper", "println"],
};

const NAMES: World = World {
    symbols: &[
        seed("run", SymbolKind::Function, "run", None),
        seed("run declared", SymbolKind::Prototype, "run", None),
        seed("helper", SymbolKind::Function, "helper", None),
        seed("Base", SymbolKind::Macro, "Base", None),
    ],
    imports: &[
        (ImportKind::LocalInclude, "a.h", None, None),
        (ImportKind::LocalInclude, "c/a.h", None, None),
        (ImportKind::SystemInclude, "stdio.h", None, None),
    ],
    uses: &["run", "helper", "Base", "printf"],
};

/// What the files of a language say; files of unknown languages are like modules.
pub(super) fn world(language: &Language) -> &'static World {
    match language {
        language if *language == PLAIN => &ALONE,
        language if *language == OPEN => &NAMES,
        _ => &MODULES,
    }
}

/// Which files a history is mostly about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Focus {
    Modules,
    Plain,
    Open,
    Everything,
}

impl Focus {
    pub(super) fn any() -> impl Strategy<Value = Self> {
        select(vec![Self::Modules, Self::Plain, Self::Open, Self::Everything])
    }

    /// One of these files, as its index in the vocabulary.
    pub(super) fn path_index(self) -> impl Strategy<Value = usize> {
        let indices = match self {
            Self::Modules => 0..3,
            Self::Plain => 3..5,
            Self::Open => 5..7,
            Self::Everything => 0..vocabulary::PATHS,
        };
        prop_oneof![9 => indices, 1 => 0..vocabulary::PATHS]
    }
}
