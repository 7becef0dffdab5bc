//! Random worlds: small ones whose names meet often, with an edit; and hostile ones.

use std::collections::BTreeSet;

use codira_contracts::{ImportKind, RepoPath, SymbolKind, UseForm, UseKind, Visibility};
use proptest::prelude::*;

use crate::world::{File, World, file, world};

/// Paths that make a small repository in each language, close enough to each other that names
/// meet.
const PATHS: [&[&str]; 3] = [
    &[
        "a.py",
        "b.py",
        "pkg/__init__.py",
        "pkg/a.py",
        "pkg/b.py",
        "pkg/sub/__init__.py",
        "pkg/sub/a.py",
        "src/pkg/__init__.py",
        "src/x/a.py",
        "pkg/a.pyi",
    ],
    &[
        "Cargo.toml",
        "src/lib.rs",
        "src/main.rs",
        "src/a.rs",
        "src/a/b.rs",
        "src/b/mod.rs",
        "tests/a.rs",
        "x/Cargo.toml",
        "x/src/lib.rs",
        "x/src/a.rs",
    ],
    &["a.h", "b.h", "a.c", "b.c", "src/a.h", "src/a.c", "src/b.h", "include/b.h"],
];

const IDS: &[&str] = &["f", "f#2", "g", "A", "A.f", "A.B", "A.B.f", "B", "B.g", "f.g", "b", "b.f"];
const TEXTS: [&[&str]; 3] = [
    &["f", "g", "A", "A.f", "A.B.f", "a.f", "b.A.g", "pkg.a.f", "pkg.b", "len", "json.dumps", "sub.a.A.f"],
    &[
        "f",
        "g",
        "A",
        "A::f",
        "a::f",
        "crate::a::A::f",
        "super::f",
        "self::b::g",
        "Self::f",
        "one::f",
        "Vec::new",
        "one::a::A::g",
    ],
    &["f", "g", "A", "B", "b", "printf", "f", "g", "A", "B", "b", "printf"],
];
/// What a family is of: the module of its base, or the path of its type.
const TYPES: [&[&str]; 3] =
    [&["a", ".a", "pkg.a", "b"], &["A", "crate::a::A", "crate::A", "super::A", "crate::a::b::A"], &["A"]];
const MODULES: [&[&str]; 3] = [
    &["a", "b", "pkg", "pkg.a", "pkg.sub", ".", ".a", "..b", "..", "json", ".sub.a", "x.a"],
    &["a", "b", "crate", "crate::a", "super", "self::a", "one", "one::a", "std::fmt", "A", "crate::b::A", "../lib.rs"],
    &["a.h", "b.h", "../b.h", "src/a.h", "stdio.h", "gone.h", "include/b.h", "a.c", "b.c", "src/b.h", "x/a.h", "string.h"],
];

/// One statement of a random file. The numbers choose from the lists.
#[derive(Clone, Debug)]
enum Statement {
    Symbol {
        kind: usize,
        id: usize,
        base: usize,
        private: bool,
    },
    Import {
        kind: usize,
        module: usize,
        name: usize,
        alias: Option<usize>,
        owner: Option<usize>,
        private: bool,
    },
    Use {
        form: usize,
        owner: Option<usize>,
        text: usize,
    },
    /// A class with a base, or an implementation for a type, whose method uses a member.
    Family {
        of: usize,
        member: usize,
        used: usize,
    },
}

fn statements() -> impl Strategy<Value = Vec<Statement>> {
    let symbol = (any::<usize>(), any::<usize>(), any::<usize>(), any::<bool>())
        .prop_map(|(kind, id, base, private)| Statement::Symbol { kind, id, base, private });
    let import =
        (any::<usize>(), any::<usize>(), any::<usize>(), any::<Option<usize>>(), any::<Option<usize>>(), any::<bool>())
            .prop_map(|(kind, module, name, alias, owner, private)| Statement::Import {
                kind,
                module,
                name,
                alias,
                owner,
                private,
            });
    let used = (any::<usize>(), any::<Option<usize>>(), any::<usize>()).prop_map(|(form, owner, text)| Statement::Use {
        form,
        owner,
        text,
    });
    let family =
        (any::<usize>(), any::<usize>(), any::<usize>()).prop_map(|(of, member, used)| Statement::Family { of, member, used });
    prop::collection::vec(prop_oneof![2 => symbol, 2 => import, 3 => used, 1 => family], 0..14)
}

fn chosen<T: Copy>(list: &[T], number: usize) -> T {
    list[number % list.len()]
}

/// The file that these statements make; an id is defined at most once.
fn written(language: usize, path: usize, statements: &[Statement]) -> File {
    use SymbolKind as K;
    let path = chosen(PATHS[language], path);
    let mut file = file(path);
    if path.ends_with(".toml") {
        file.analysis.symbols = vec![codira_contracts::Symbol::new("module", K::Namespace, "one")];
    }
    if path.ends_with("src/lib.rs") {
        file = file.submodule("a").submodule("b");
    }
    let mut defined = BTreeSet::from(["module"]);
    for statement in statements {
        file = match *statement {
            Statement::Symbol { kind, id, base, private } => {
                let id = chosen(IDS, id);
                if !defined.insert(id) {
                    continue;
                }
                let kinds: &[K] = match language {
                    0 => &[K::Function, K::Class, K::Method, K::Overload, K::Variable],
                    1 => &[K::Function, K::Struct, K::Trait, K::Implementation, K::Module, K::Macro, K::Enum, K::TypeAlias],
                    _ => &[K::Function, K::Prototype, K::Macro, K::Enum, K::EnumMember],
                };
                let base = chosen(TEXTS[language], base);
                let file = file.symbol(chosen(kinds, kind), id).bases(&[base][usize::from(private)..]);
                let file = if private { file.private() } else { file };
                file.with(|symbol| symbol.extends = (language == 1).then(|| base.to_owned()))
            }
            Statement::Import { kind, module, name, alias, owner, private } => {
                let (module, name) = (chosen(MODULES[language], module), chosen(&["f", "g", "A", "a", "b"], name));
                let file = match (language, kind % 4, alias) {
                    (2, 0, _) => file.system(module),
                    (2, ..) => file.include(module),
                    (1, 0, _) => file.submodule(name),
                    (_, 0, None) => file.import(module),
                    (_, 0, Some(alias)) => file.import_as(module, chosen(&["f", "g", "A"], alias)),
                    (_, 1, _) => file.star(module),
                    (_, _, None) => file.take(module, name),
                    (_, _, Some(alias)) => file.take_as(module, name, chosen(&["f", "g", "A"], alias)),
                };
                let file = if private { file.hidden() } else { file };
                match owner {
                    Some(owner) => file.inside(chosen(IDS, owner)),
                    None => file,
                }
            }
            Statement::Family { of, member, used } => {
                let id = if language == 0 && of % 2 == 0 { "A" } else { "K" };
                if !defined.insert(id) {
                    continue;
                }
                let (of, member, used) = (chosen(TYPES[language], of), chosen(&["f", "g"], member), chosen(&["f", "g"], used));
                let file = match (language, id) {
                    (1, _) => file.implementation(id, of, &[]),
                    (_, "K") => file.take(of, "A").class(id, &["A"]),
                    _ => file.class(id, &[]),
                };
                let method = format!("{id}.{member}");
                file.method(&method).self_call(&method, used)
            }
            Statement::Use { form, owner, text } => {
                let forms =
                    [UseForm::Path, UseForm::Path, UseForm::SelfMember, UseForm::SuperMember, UseForm::Macro, UseForm::Value];
                let owner = owner.map_or("module", |owner| chosen(IDS, owner));
                file.uses(UseKind::Call, chosen(&forms, form), owner, chosen(TEXTS[language], text))
            }
        };
    }
    file
}

/// A random file of a language: its path and statements.
fn random_file() -> impl Strategy<Value = (usize, Vec<Statement>)> {
    (any::<usize>(), statements())
}

/// Some files of one language, and one edit: a statement removed or changed in one of them, or the
/// file replaced, added or removed.
pub(crate) fn edited_world() -> impl Strategy<Value = (World, RepoPath, Option<File>)> {
    let files = prop::collection::vec(random_file(), 1..9);
    (0..3_usize, files, any::<prop::sample::Index>(), any::<prop::sample::Index>(), random_file(), 0..4).prop_map(
        |(language, files, chosen, dropped, other, edit)| {
            let before = world(files.iter().map(|(path, statements)| written(language, *path, statements)));
            let (path, mut statements) = chosen.get(&files).clone();
            if !statements.is_empty() {
                let at = dropped.index(statements.len());
                match &mut statements[at] {
                    Statement::Family { member: number, .. } | Statement::Symbol { kind: number, .. } if edit == 1 => {
                        *number = number.wrapping_add(1);
                    }
                    _ => drop(statements.remove(at)),
                }
            }
            let edited = if edit == 3 { written(language, other.0, &other.1) } else { written(language, path, &statements) };
            (before, edited.path.clone(), (edit != 2).then_some(edited))
        },
    )
}

/// Text that no analyzer should give, among some that it might.
fn nasty() -> impl Strategy<Value = String> {
    let words = [
        "", ".", "..", "::", "//", "*", "a", "b", "a.b", "a::b", "crate", "self", "super", "Self", "\0", "é", "a/b", "src",
        "__init__",
    ];
    let some = prop::sample::select(words.to_vec()).prop_map(str::to_owned);
    let many = prop::sample::select(vec!["a.", "a::", "super::", ".", "/", "../", "Self::"]);
    let long = (many, 1..3000_usize).prop_map(|(part, times)| part.repeat(times));
    prop_oneof![8 => some, 1 => long, 1 => any::<String>()]
}

/// Files with analyses that no analyzer should give.
pub(crate) fn hostile_world() -> impl Strategy<Value = World> {
    let paths: Vec<&str> =
        PATHS.concat().into_iter().chain(["src/x y.go", "a.py#b", "lib.rs", "mod.rs", "__init__.py"]).collect();
    let symbol = (nasty(), nasty(), nasty(), any::<Option<bool>>(), prop::sample::select(SymbolKind::ALL));
    let import = (nasty(), nasty(), any::<Option<bool>>(), nasty(), prop::sample::select(ImportKind::ALL));
    let used = (nasty(), nasty(), prop::sample::select(UseForm::ALL));
    let file = (
        prop::sample::select(paths),
        prop::collection::vec(symbol, 0..8),
        prop::collection::vec(import, 0..8),
        prop::collection::vec(used, 0..8),
    );
    let file = file.prop_map(|(path, symbols, imports, uses)| {
        let mut made = crate::world::file(path);
        for (id, parent, text, option, kind) in symbols {
            made = made.symbol(kind, &id).bases(&[&text, &id]).with(|symbol| {
                symbol.parent = option.map(|_| parent.as_str().into());
                symbol.extends = option.filter(|yes| *yes).map(|_| text.clone());
                symbol.visibility = if option.is_some() { Visibility::Public } else { Visibility::Private };
            });
        }
        for (module, name, option, owner, kind) in imports {
            made = made.take_as(&module, &name, &owner).inside(&owner);
            let import = made.analysis.imports.last_mut().unwrap();
            import.kind = kind;
            import.alias = option.map(|_| name.clone());
            import.name = import.name.take().filter(|_| option != Some(true));
        }
        for (owner, text, form) in uses {
            made = made.uses(UseKind::Call, form, &owner, &text);
        }
        made
    });
    prop::collection::vec(file, 1..6).prop_map(world)
}
