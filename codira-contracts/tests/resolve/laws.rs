//! What holds in every world: incremental equals whole, on demand equals complete, no record is lost, and nothing panics.

use std::collections::{BTreeMap, BTreeSet};

use codira_contracts::{
    ImportKind, RepoPath, SymbolKind, UseForm, UseKind, Visibility,
    resolve::{self, FactKey, Resolution},
};
use proptest::prelude::*;

use crate::world::{File, World, file, through_serde, world};

/// Paths that make a small repository in each language, close enough to each other that names meet.
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
const MODULES: [&[&str]; 3] = [
    &["a", "b", "pkg", "pkg.a", "pkg.sub", ".", ".a", "..b", "..", "json", ".sub.a", "x.a"],
    &["a", "b", "crate", "crate::a", "super", "self::a", "one", "one::a", "std::fmt", "A", "crate::b::A", "../lib.rs"],
    &["a.h", "b.h", "../b.h", "src/a.h", "stdio.h", "gone.h", "include/b.h", "a.c", "b.c", "src/b.h", "x/a.h", "string.h"],
];

/// One statement of a random file. The numbers choose from the lists.
#[derive(Clone, Debug)]
enum Statement {
    Symbol { kind: usize, id: usize, base: usize, private: bool },
    Import { kind: usize, module: usize, name: usize, alias: Option<usize>, owner: Option<usize>, private: bool },
    Use { form: usize, owner: Option<usize>, text: usize },
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
    prop::collection::vec(prop_oneof![2 => symbol, 2 => import, 3 => used], 0..14)
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

/// A language, some files, and one edit: another version of a file, a new file, or a removed one.
fn edited_world() -> impl Strategy<Value = (World, RepoPath, Option<File>)> {
    (0..3_usize, prop::collection::vec(random_file(), 1..9), random_file(), any::<bool>()).prop_map(
        |(language, files, (path, statements), removed)| {
            let before = world(files.iter().map(|(path, statements)| written(language, *path, statements)));
            let edited = written(language, path, &statements);
            (before, edited.path.clone(), (!removed).then_some(edited))
        },
    )
}

/// Every file, resolved with everything at hand.
fn resolved(world: &World) -> BTreeMap<RepoPath, Resolution> {
    let facts = world.facts();
    world.files.keys().map(|path| (path.clone(), world.resolve(path, &facts))).collect()
}

/// Every record is at exactly one site of exactly one edge.
fn keeps_every_record(world: &World, resolutions: &BTreeMap<RepoPath, Resolution>) {
    for (path, analysis) in &world.files {
        let mut records: Vec<_> = analysis.uses.iter().map(|record| (record.owner.clone(), record.site)).collect();
        let edges = &resolutions[path].edges;
        let mut sites: Vec<_> =
            edges.iter().flat_map(|edge| edge.sites.iter().map(|site| (edge.owner.id.clone(), *site))).collect();
        records.sort();
        sites.sort();
        assert_eq!(records, sites);
        assert_eq!(resolutions[path].imports.len(), analysis.imports.len());
        assert!(edges.is_sorted());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// After an edit, resolving what was edited and what asked for a changed key gives what resolving everything gives.
    #[test]
    fn incremental_equals_whole((mut world, path, edited) in edited_world()) {
        let mut resolutions = resolved(&world);
        keeps_every_record(&world, &resolutions);
        let offers = |world: &World| world.files.get(&path).map(|analysis| resolve::offers(&path, analysis)).unwrap_or_default();
        let before = offers(&world);
        resolutions.remove(&path);
        world.files.remove(&path);
        if let Some(edited) = edited {
            world.files.insert(edited.path, edited.analysis);
        }
        let changed: BTreeSet<FactKey> = resolve::changed_keys(&before, &offers(&world));
        let facts = world.facts();
        for again in world.files.keys() {
            let stale = resolutions.get(again).is_none_or(|known| !known.asked.is_disjoint(&changed));
            if stale {
                resolutions.insert(again.clone(), world.resolve(again, &facts));
            }
        }
        prop_assert_eq!(resolutions, resolved(&world));
    }

    /// A file that is told only what it asks for comes to what it comes to when everything is at hand.
    #[test]
    fn on_demand_equals_complete((world, _, _) in edited_world()) {
        for (path, resolution) in resolved(&world) {
            prop_assert_eq!(world.resolve_on_demand(&path).0, resolution);
        }
    }

    /// Whatever an analyzer says, each record comes to one edge, without panic.
    #[test]
    fn hostile_analyses_are_survived(world in hostile_world()) {
        let resolutions = resolved(&world);
        keeps_every_record(&world, &resolutions);
        for (path, resolution) in resolutions {
            prop_assert_eq!(world.resolve_on_demand(&path).0, resolution);
        }
        for offered in world.table().into_values().flatten() {
            prop_assert_eq!(through_serde(&offered.fact), offered.fact);
        }
    }
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

fn hostile_world() -> impl Strategy<Value = World> {
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

/// Work grows with the size of a file, not with its square: with the square, this test would take minutes.
#[test]
fn huge_files_are_resolved() {
    for (path, separator) in [("big.py", "."), ("src/lib.rs", "::"), ("big.c", ".")] {
        let mut big = file(path);
        let size = 8_000;
        for number in 0..size {
            // A chain of classes, each inside and derived from the one before; and everything once more under one name.
            let (parent, base) = (format!("C{}", number - i32::from(number > 0)), format!("C{}", (number + 1) % size));
            big = big.symbol(SymbolKind::Class, &format!("C{number}")).bases(&[&base]);
            if number % 2 == 0 {
                big = big.with(|symbol| symbol.parent = Some(parent.as_str().into()));
            }
            big = big.function(&format!("same#{number}")).take("gone", "same").take("gone", &format!("name{number}"));
            big = big.call(&format!("C{number}"), &format!("C{number}{separator}name{number}")).call("module", "same");
            big = big
                .self_call(&format!("C{number}"), &format!("name{number}"))
                .call("module", &format!("same{separator}x{number}"));
        }
        let world = world([big]);
        keeps_every_record(&world, &resolved(&world));
    }
}

/// Questions that do not hang on each other are asked together.
#[test]
fn rounds_are_few() {
    let package = (0..20).flat_map(|number| {
        [file(&format!("p{number}/__init__.py")).take(".impl", "run"), file(&format!("p{number}/impl.py")).function("run")]
    });
    let app = (0..20).fold(file("deep/er/app.py"), |app, number| app.take(&format!("p{number}"), "run").call("module", "run"));
    let world = world(package.chain([app]));
    let (_, rounds) = world.resolve_on_demand(&RepoPath::new("deep/er/app.py").unwrap());
    assert!(rounds <= 8, "{rounds} rounds for independent imports");
}
