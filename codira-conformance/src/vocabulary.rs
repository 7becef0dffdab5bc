//! The few words that histories are made of: few, so that they collide; hostile, where stores go
//! wrong.

use codira_contracts::{EmbeddingSpec, ImportKind, Language, PathPrefix, Precision, RepoPath, Tool};

use crate::toy::{OPEN, PLAIN, TOY};

/// Quotes, wildcards, an escape and a NUL: what a careless query takes for something else.
pub(crate) const HOSTILE: &str = "%_*'\"\\\0";

/// Three small packages whose files mean each other, and a stranger whose directory begins like
/// the name of a file.
const HOMES: &[(&str, Language, &str)] = &[
    ("pkg/index.toy", TOY, "pkg"),
    ("pkg/a.toy", TOY, "pkg.a"),
    ("pkg/b.toy", TOY, "pkg.b"),
    ("src/lib.plain", PLAIN, "demo"),
    ("src/a.plain", PLAIN, "demo::a"),
    ("c/a.h", OPEN, "c/a.h"),
    ("c/a.c", OPEN, "c/a.c"),
    ("pkg/a.toy.d/n\u{e4} %_*'\"\\.txt", TOY, ""),
];

/// How many paths there are.
pub(crate) const PATHS: usize = HOMES.len();

/// Names of symbols: two that differ in case, one text in two Unicode forms, the empty one.
pub(crate) const NAMES: &[&str] = &["run", "Run", "helper", "Base", "", "\u{e9}t\u{e9}", "e\u{301}te\u{301}", HOSTILE];

/// Identities of symbols and documentation units.
pub(crate) const IDS: &[&str] = &["m", "run", "Base", "Base.run", "impl", "helper", "Run", "", HOSTILE];

/// Module names: of the homes, and of no file.
pub(crate) const MODULES: &[&str] = &["pkg", "pkg.a", "demo::a", "c/a.h", "json", "PKG.A", ""];

/// What uses, bases and implementations say.
pub(crate) const USES: &[&str] = &[
    "run",
    "helper",
    "Base",
    "Base.run",
    "a.run",
    "b.Base",
    "pkg.a.run",
    "pkg.run",
    "a::run",
    "crate::a::run",
    "Base::run",
    "json.dumps",
    "len",
    "printf",
    "println",
    ".run",
    "",
    HOSTILE,
];

/// Imports and includes: kind, module, name, alias.
pub(crate) const IMPORTS: &[(ImportKind, &str, Option<&str>, Option<&str>)] = &[
    (ImportKind::Module, "pkg.a", None, None),
    (ImportKind::Module, "pkg.a", None, Some("a")),
    (ImportKind::Module, "json", None, None),
    (ImportKind::Name, "pkg.a", Some("run"), None),
    (ImportKind::Name, ".a", Some("run"), Some("helper")),
    (ImportKind::Name, ".", Some("b"), None),
    (ImportKind::Name, "pkg", Some("Base"), None),
    (ImportKind::Glob, "pkg.b", None, None),
    (ImportKind::Name, "...x", Some("y"), None),
    (ImportKind::Submodule, "a", None, None),
    (ImportKind::Name, "crate::a", Some("run"), None),
    (ImportKind::Glob, "crate::a", None, None),
    (ImportKind::Name, "std::io", Some("Read"), Some("_")),
    (ImportKind::LocalInclude, "a.h", None, None),
    (ImportKind::LocalInclude, "c/a.h", None, None),
    (ImportKind::SystemInclude, "stdio.h", None, None),
    (ImportKind::Module, "", None, Some("")),
    (ImportKind::Name, HOSTILE, Some(HOSTILE), Some(HOSTILE)),
];

/// Texts of documentation, signatures, messages and embeddings.
pub(crate) const TEXTS: &[&str] = &["", "plain", "two\nlines\r\n", "\u{e9}t\u{e9} e\u{301}te\u{301} \u{1f980}", HOSTILE];

/// Source texts, and what is looked for in them.
pub(crate) const SOURCES: &[&str] =
    &["", "run()\nrunner.run(Base.run)\n", "Base.run\r\nRun run\r\n", "\u{e9}t\u{e9} %_*'\"\\\0 x\nrun", "\n\nrun"];
pub(crate) const SOUGHT: &[&str] =
    &["run", "Run", "Base.run", "()", "\u{e9}t\u{e9}", "t\u{e9}", "%", HOSTILE, "", "run()\nrunner"];

/// Lines, columns and sizes at the edges of their types.
pub(crate) const LINES: &[u32] = &[1, 2, 3, 0, u32::MAX];
pub(crate) const SIZES: &[u64] = &[0, 1, i64::MAX as u64 + 1, u64::MAX];
pub(crate) const TIMES: &[i64] = &[0, -1, i64::MAX, i64::MIN];

/// Numbers of vectors: small integers, and the zero that is not the other zero.
pub(crate) const NUMBERS: &[f32] = &[0.0, 1.0, -1.0, 2.0, -0.0];

const PREFIXES: &[&str] = &[".", "pkg", "pkg/a.toy", "pkg/a", "pkg/a.toy.d", "src", "c", "PKG"];

pub(crate) fn path(index: usize) -> RepoPath {
    RepoPath::new(HOMES[index].0).expect("the paths of the vocabulary are paths")
}

pub(crate) fn paths() -> impl Iterator<Item = RepoPath> {
    (0..PATHS).map(path)
}

/// The language and module name that a file at this path usually has.
pub(crate) fn home(path: &RepoPath) -> (Language, &'static str) {
    let home = HOMES.iter().find(|(known, ..)| *known == path.as_str());
    home.map_or((TOY, "elsewhere"), |(_, language, module)| (language.clone(), module))
}

pub(crate) fn languages() -> Vec<Language> {
    vec![TOY, OPEN, PLAIN, Language::new(HOSTILE)]
}

pub(crate) fn prefixes() -> Vec<PathPrefix> {
    let prefix = |text: &&str| PathPrefix::new(text).expect("the prefixes of the vocabulary stay inside");
    PREFIXES.iter().map(prefix).collect()
}

pub(crate) fn tools() -> Vec<Tool> {
    vec![Tool::new("python", "1"), Tool::new("python", "2"), Tool::new("Python", "1"), Tool::new(HOSTILE, "")]
}

/// Two specs that differ in one word, one of no dimension, and one that is too large to compute.
pub(crate) fn specs() -> Vec<EmbeddingSpec> {
    let spec = |model_version: &str, dimension, precision| EmbeddingSpec {
        engine: "lexical".to_owned(),
        engine_version: "1".to_owned(),
        model: HOSTILE.to_owned(),
        model_version: model_version.to_owned(),
        dimension,
        precision,
    };
    vec![
        spec("1", 2, Precision::F32),
        spec("2", 2, Precision::F32),
        spec("1", 0, Precision::I8),
        spec("1", u32::MAX, Precision::F32),
    ]
}
