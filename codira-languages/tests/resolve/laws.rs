//! What holds in every world: incremental equals whole, on demand equals complete, no record is
//! lost, and nothing panics.

use std::collections::{BTreeMap, BTreeSet};

use codira_contracts::{
    Edge, EdgeTarget, ImportTarget, RepoPath, SymbolKey, SymbolKind,
    resolve::{self, FactKey, KnownFacts, Offered, Progress, Resolution},
};
use codira_languages::rules;
use codira_store::{
    compact::{self, FileEdge, ResolvedImport, ResolvedUse, ResolvedUses, Uses},
    for_resolution,
};
use proptest::{prelude::*, test_runner::FileFailurePersistence};

use crate::{
    random::{edited_world, hostile_world},
    world::{File, World, file, stored, world},
};

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
    #![proptest_config(ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("tests/regressions/resolve.txt"))),
        ..ProptestConfig::default()
    })]

    /// After an edit, resolving what was edited and what asked for a changed key gives what
    /// resolving everything gives.
    #[test]
    fn incremental_equals_whole((mut world, path, edited) in edited_world()) {
        let mut resolutions = resolved(&world);
        keeps_every_record(&world, &resolutions);
        let offers = |world: &World| world.files.get(&path).map(|analysis| rules().offers(&path, analysis)).unwrap_or_default();
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

    /// A file with only the facts that it asks for resolves as with all facts.
    #[test]
    fn on_demand_equals_complete((world, _, _) in edited_world()) {
        for (path, resolution) in resolved(&world) {
            prop_assert_eq!(world.resolve_on_demand(&path).0, resolution);
        }
    }

    /// Resolution does not look at what `for_resolution` leaves out.
    #[test]
    fn texts_change_no_resolution((world, _, _) in edited_world()) {
        let facts = world.facts();
        for (path, resolution) in resolved(&world) {
            let mut told = world.files[&path].clone();
            told.source = "text".to_owned();
            for symbol in &mut told.symbols {
                (symbol.signature, symbol.documentation) = (Some("signature".to_owned()), Some("text".to_owned()));
            }
            prop_assert_eq!(rules().resolve(&path, &told, &facts), Progress::Done(resolution.clone()));
            let reduced = for_resolution(told);
            prop_assert!(reduced.source.is_empty() && reduced.symbols.iter().all(|symbol| symbol.documentation.is_none()));
            prop_assert_eq!(rules().resolve(&path, &reduced, &facts), Progress::Done(resolution));
        }
    }

    /// Uses and resolved uses, read together, are the edges; and uses survive their encoding.
    #[test]
    fn compact_forms_say_the_same((world, _, _) in edited_world()) {
        let paths: Vec<&RepoPath> = world.files.keys().collect();
        for (path, resolution) in resolved(&world) {
            let analysis = &world.files[&path];
            // Some worlds have files that no store would take.
            let Some(uses) = Uses::of(analysis) else { continue };
            let uses = postcard::to_stdvec(&uses).unwrap();
            let uses: Uses<'_> = postcard::from_bytes(&uses).unwrap();
            let records = uses.records(&analysis.symbols);
            prop_assert_eq!(records.as_ref(), Some(&analysis.uses));
            let number = |path: &RepoPath| paths.binary_search(&path).ok().map(|index| index as u32);
            let resolved_uses = postcard::to_stdvec(&ResolvedUses::of(&resolution, &analysis.uses, number).unwrap()).unwrap();
            let resolved_uses: ResolvedUses<'_> = postcard::from_bytes(&resolved_uses).unwrap();
            let edges = compact::edges(&uses, &resolved_uses).unwrap().into_iter().map(|FileEdge { owner, kind, target, sites }| {
                let owner = SymbolKey { path: path.clone(), id: analysis.symbols[owner].id.clone() };
                let target = match target {
                    ResolvedUse::Symbol { file, id } => EdgeTarget::Resolved(SymbolKey { path: paths[file as usize].clone(), id }),
                    ResolvedUse::External { kind, name } => EdgeTarget::External { kind, name },
                    ResolvedUse::Unresolved { text } => EdgeTarget::Unresolved { text },
                };
                Edge { owner, kind, target, sites }
            });
            let mut edges: Vec<Edge> = edges.collect();
            edges.sort();
            prop_assert_eq!(edges, resolution.edges);
            let targets = resolved_uses.of_imports().unwrap().into_iter().map(|target| match target {
                ResolvedImport::File(file) => ImportTarget::Resolved(paths[file as usize].clone()),
                ResolvedImport::External => ImportTarget::External,
                ResolvedImport::Unresolved => ImportTarget::Unresolved,
            });
            prop_assert_eq!(targets.collect::<Vec<_>>(), resolution.imports);
        }
    }

    /// Whatever an analysis holds, each record is in one edge, without panic.
    #[test]
    fn hostile_analyses_are_survived(world in hostile_world()) {
        let resolutions = resolved(&world);
        keeps_every_record(&world, &resolutions);
        for (path, resolution) in resolutions {
            prop_assert_eq!(world.resolve_on_demand(&path).0, resolution);
        }
        // Facts that were encoded and decoded give the same.
        let encoded = world.table().into_iter().map(|(key, offered)| {
            (key, offered.into_iter().map(|Offered { path, fact }| Offered { path, fact: stored(&fact) }).collect::<Vec<_>>())
        });
        let mut facts = KnownFacts::default();
        encoded.for_each(|(key, offered)| facts.supply(key, offered));
        for (path, analysis) in &world.files {
            if let Progress::Done(resolution) = rules().resolve(path, analysis, &facts) {
                prop_assert_eq!(resolution, world.resolve(path, &world.facts()));
            }
        }
    }
}

/// The member of a type is no name of its module, so random edits seldom touch a member alone.
#[test]
fn a_member_that_comes_is_noticed_across_files() {
    let python = |base: File| {
        [base, file("app.py").take("base", "Base").class("App", &["Base"]).method("App.run").self_call("App.run", "save")]
    };
    let rust = |base: File| {
        let app = file("src/app.rs").take("crate::base", "Base").call("module", "Base::save");
        [file("src/lib.rs").submodule("base").submodule("app"), base, app]
    };
    let class = file("base.py").class("Base", &[]).method("Base.load");
    let trait_ = file("src/base.rs").symbol(SymbolKind::Trait, "Base").method("Base.load");
    let worlds = [
        (world(python(class.clone())), class.method("Base.save"), "app.py"),
        (world(rust(trait_.clone())), trait_.method("Base.save"), "src/app.rs"),
    ];
    for (mut world, edited, app) in worlds {
        let before = world.resolution(app);
        let offers = rules().offers(&edited.path, &world.files[&edited.path]);
        let changed = resolve::changed_keys(&offers, &rules().offers(&edited.path, &edited.analysis));
        assert!(!before.asked.is_disjoint(&changed));
        world.files.insert(edited.path.clone(), edited.analysis);
        assert_ne!(world.resolution(app).edges, before.edges);
    }
}

/// Work grows with the size of a file, not with its square: with the square, this test would take
/// minutes.
#[test]
fn huge_files_are_resolved() {
    for (path, separator) in [("big.py", "."), ("src/lib.rs", "::"), ("big.c", ".")] {
        let mut big = file(path);
        let size = 8_000;
        for number in 0..size {
            // A chain of classes, each inside and derived from the one before; and everything once
            // more under one name.
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

/// Lookups that do not depend on each other are made in one round.
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
