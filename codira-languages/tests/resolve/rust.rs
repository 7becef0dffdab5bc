//! The rules of Rust, one sentence a test.

use codira_contracts::{SymbolKind as K, UseForm, UseKind, Visibility};

use crate::world::{File, World, file, manifest, world};

/// A library with a module `sync` in its own file.
fn library() -> [File; 3] {
    [
        manifest("tok/Cargo.toml", "tok"),
        file("tok/src/lib.rs").submodule("sync").function("top"),
        file("tok/src/sync.rs")
            .symbol(K::Struct, "Mutex")
            .implementation("impl Mutex", "Mutex", &[])
            .method("impl Mutex.new")
            .method("impl Mutex.lock")
            .function("helper"),
    ]
}

fn library_and(files: impl IntoIterator<Item = File>) -> World {
    world(library().into_iter().chain(files))
}

#[test]
fn a_bare_name_is_a_function_of_the_module() {
    let lib =
        file("src/lib.rs").function("run").function("main").function("main.inner").symbol(K::Module, "m").function("m.run");
    let lib = lib.call("main", "run").call("main", "inner").call("m.run", "run").call("m.run", "main");
    let world = world([lib]);
    assert_eq!(world.targets("src/lib.rs", "main"), "src/lib.rs#main.inner, src/lib.rs#run");
    assert_eq!(
        world.targets("src/lib.rs", "m.run"),
        "src/lib.rs#m.run, ?main",
        "a module does not see the names of its parent"
    );
}

#[test]
fn paths_begin_where_they_say() {
    let deep = file("tok/src/deep/mod.rs").symbol(K::Module, "inner").function("inner.f").function("g");
    let deep = deep.call("inner.f", "crate::top").call("inner.f", "super::g").call("inner.f", "self::f");
    let deep = deep.call("inner.f", "super::super::top").call("inner.f", "crate::sync::helper").call("g", "inner::f");
    let mut files = library();
    files[1] = files[1].clone().submodule("deep");
    let world = world(files.into_iter().chain([deep]));
    assert_eq!(
        world.targets("tok/src/deep/mod.rs", "inner.f"),
        "tok/src/deep/mod.rs#g, tok/src/deep/mod.rs#inner.f, tok/src/lib.rs#top, tok/src/sync.rs#helper"
    );
    assert_eq!(world.targets("tok/src/deep/mod.rs", "g"), "tok/src/deep/mod.rs#inner.f");
}

#[test]
fn use_brings_names_under_their_alias() {
    let world = library_and([file("tok/src/app.rs")
        .take("crate::sync", "helper")
        .take_as("crate::sync", "Mutex", "Lock")
        .take("crate", "sync")
        .call("module", "helper")
        .call("module", "Lock::new")
        .call("module", "Lock")
        .call("module", "sync::Mutex::lock")]);
    assert_eq!(
        world.targets("tok/src/app.rs", "module"),
        "tok/src/sync.rs#Mutex, tok/src/sync.rs#helper, tok/src/sync.rs#impl Mutex.lock, tok/src/sync.rs#impl Mutex.new"
    );
    assert_eq!(world.imports("tok/src/app.rs"), ["tok/src/sync.rs"; 3]);
}

#[test]
fn use_in_a_function_is_seen_only_there() {
    let app = file("tok/src/app.rs").function("a").take("crate::sync", "helper").inside("a").function("b");
    let world = library_and([app.call("a", "helper").call("b", "helper")]);
    assert_eq!(world.targets("tok/src/app.rs", "a"), "tok/src/sync.rs#helper");
    assert_eq!(world.targets("tok/src/app.rs", "b"), "?helper");
}

#[test]
fn a_star_takes_everything_inside_the_package_and_public_names_of_another() {
    let lib = file("tok/src/lib.rs").function("open").function("shut").private().symbol(K::Module, "tests").star("super");
    let lib = lib.inside("tests").function("tests.t").call("tests.t", "shut").call("tests.t", "open");
    let other = file("app/src/main.rs").star("tok").call("module", "open").call("module", "shut");
    let world = world([manifest("tok/Cargo.toml", "tok"), lib, other]);
    assert_eq!(world.targets("tok/src/lib.rs", "tests.t"), "tok/src/lib.rs#open, tok/src/lib.rs#shut");
    assert_eq!(world.targets("app/src/main.rs", "module"), "tok/src/lib.rs#open, ?shut");
    assert_eq!(world.imports("app/src/main.rs"), ["tok/src/lib.rs"]);
}

#[test]
fn a_crate_hands_on_what_it_uses() {
    let mut files = library();
    files[1] = files[1].clone().take("self::sync", "Mutex").take_as("sync", "helper", "assist");
    let test = file("tok/tests/it.rs").take("tok", "Mutex").call("module", "Mutex::new").call("module", "tok::assist");
    let world = world(files.into_iter().chain([test, file("other/src/lib.rs").call("module", "::tok::sync::helper")]));
    assert_eq!(world.targets("tok/tests/it.rs", "module"), "tok/src/sync.rs#helper, tok/src/sync.rs#impl Mutex.new");
    assert_eq!(world.targets("other/src/lib.rs", "module"), "tok/src/sync.rs#helper");
}

#[test]
fn mod_is_a_file_by_its_name_or_by_its_path_attribute() {
    let world = world([
        file("src/lib.rs").submodule("a").submodule("b").submodule_at("odd/name.rs", "c").submodule("gone"),
        file("src/a.rs").submodule("deep").call("module", "deep::f"),
        file("src/a/deep.rs").function("f"),
        file("src/b/mod.rs").call("module", "crate::c::f").call("module", "super::a::deep::f"),
        file("src/odd/name.rs").function("f"),
    ]);
    assert_eq!(world.imports("src/lib.rs"), ["src/a.rs", "src/b/mod.rs", "src/odd/name.rs", "?"]);
    assert_eq!(world.targets("src/a.rs", "module"), "src/a/deep.rs#f");
    assert_eq!(world.targets("src/b/mod.rs", "module"), "src/a/deep.rs#f, src/odd/name.rs#f");
}

#[test]
fn a_module_of_the_binary_is_not_one_of_the_library() {
    let world = world([
        file("src/lib.rs").submodule("core").function("run"),
        file("src/main.rs").submodule("cli").function("run").call("module", "cli::go"),
        file("src/cli.rs").function("go").call("go", "crate::run").call("go", "super::run"),
        file("src/core.rs").call("module", "crate::run"),
    ]);
    assert_eq!(world.targets("src/main.rs", "module"), "src/cli.rs#go");
    assert_eq!(world.targets("src/cli.rs", "go"), "src/main.rs#run");
    assert_eq!(world.targets("src/core.rs", "module"), "src/lib.rs#run");
}

#[test]
fn impl_blocks_anywhere_in_the_package_give_members() {
    let mut files = library();
    files[1] = files[1].clone().submodule("more").submodule("fake");
    let more = file("tok/src/more.rs").take("crate::sync", "Mutex").implementation("impl Mutex", "Mutex", &[]);
    let fake = file("tok/src/fake.rs").symbol(K::Struct, "Mutex").implementation("impl Mutex", "Mutex", &[]);
    let app = file("tok/src/app.rs").call("module", "crate::sync::Mutex::peek").call("module", "crate::fake::Mutex::peek");
    let world = world(files.into_iter().chain([more.method("impl Mutex.peek"), fake.method("impl Mutex.peek"), app]));
    assert_eq!(
        world.targets("tok/src/app.rs", "module"),
        "tok/src/fake.rs#impl Mutex.peek, tok/src/more.rs#impl Mutex.peek",
        "each type has its own members, though both have one name"
    );
}

#[test]
fn self_means_the_type_of_the_block_then_its_traits() {
    let lib = file("src/lib.rs")
        .symbol(K::Trait, "Base")
        .method("Base.base")
        .symbol(K::Trait, "Shape")
        .bases(&["Base"])
        .method("Shape.area")
        .method("Shape.name")
        .symbol(K::Struct, "Circle")
        .implementation("impl Circle", "Circle", &[])
        .method("impl Circle.new")
        .method("impl Circle.area")
        .implementation("impl Shape for Circle", "Circle", &["Shape"])
        .method("impl Shape for Circle.area")
        .method("impl Shape for Circle.edge");
    let lib = ["new", "area", "edge", "name", "base", "gone", "field.get"]
        .iter()
        .fold(lib, |lib, name| lib.self_call("impl Circle.new", name));
    let lib = lib.call("impl Circle.new", "Self").call("impl Circle.new", "Self::new");
    let lib = lib.self_call("Shape.name", "area").self_call("Shape.name", "base");
    let world = world([lib]);
    assert_eq!(
        world.targets("src/lib.rs", "impl Circle.new"),
        "src/lib.rs#Base.base, src/lib.rs#Circle, src/lib.rs#Shape.name, src/lib.rs#impl Circle.area, \
         src/lib.rs#impl Circle.new, src/lib.rs#impl Shape for Circle.edge, ?Self::field.get, ?Self::gone"
    );
    assert_eq!(world.targets("src/lib.rs", "Shape.name"), "src/lib.rs#Base.base, src/lib.rs#Shape.area");
}

#[test]
fn a_block_for_a_foreign_type_knows_itself_and_its_trait() {
    let lib = file("src/lib.rs").symbol(K::Trait, "Ext").method("Ext.a").method("Ext.b");
    let lib = lib.implementation("impl Ext for Vec", "Vec", &["Ext"]).method("impl Ext for Vec.a");
    let lib =
        lib.self_call("impl Ext for Vec.a", "a").self_call("impl Ext for Vec.a", "b").self_call("impl Ext for Vec.a", "len");
    assert_eq!(
        world([lib]).targets("src/lib.rs", "impl Ext for Vec.a"),
        "src/lib.rs#Ext.b, src/lib.rs#impl Ext for Vec.a, ?Self::len"
    );
}

#[test]
fn variants_and_aliases_lead_on() {
    let lib = file("src/lib.rs")
        .symbol(K::Enum, "Color")
        .symbol(K::EnumMember, "Color.Red")
        .implementation("impl Color", "Color", &[])
        .method("impl Color.mix")
        .symbol(K::TypeAlias, "Paint")
        .with(|alias| alias.extends = Some("Color".to_owned()))
        .symbol(K::TypeAlias, "Loop")
        .with(|alias| alias.extends = Some("Loop::Loop".to_owned()))
        .call("module", "Color::Red")
        .call("module", "Paint::mix")
        .call("module", "Loop::mix");
    let app = file("src/app.rs").star("crate::Color").call("module", "Red");
    let world = world([lib, app]);
    assert_eq!(world.targets("src/lib.rs", "module"), "src/lib.rs#Color.Red, src/lib.rs#impl Color.mix, ?Loop::mix");
    assert_eq!(world.targets("src/app.rs", "module"), "src/lib.rs#Color.Red");
}

#[test]
fn a_module_and_a_function_may_share_a_name() {
    let lib = file("src/lib.rs").submodule("time").take("time", "time").call("module", "time").call("module", "time::now");
    let world = world([lib, file("src/time.rs").function("time").function("now")]);
    assert_eq!(world.targets("src/lib.rs", "module"), "src/time.rs#now, src/time.rs#time");
}

#[test]
fn a_call_means_the_function_that_shares_the_name_of_a_type() {
    let lib = file("src/lib.rs").symbol(K::Struct, "Lite").function("Lite#2").symbol(K::Struct, "Unit");
    let lib = lib.uses(UseKind::Reference, UseForm::Path, "Unit", "Lite").call("module", "Lite").call("module", "Unit");
    let world = world([lib]);
    assert_eq!(world.targets("src/lib.rs", "module"), "src/lib.rs#Lite#2, src/lib.rs#Unit");
    assert_eq!(world.targets("src/lib.rs", "Unit"), "?Lite");
}

#[test]
fn macros_are_sought_in_the_file_by_use_in_the_crate_and_in_the_language() {
    let mut files = library();
    files[1] = files[1].clone().symbol(K::Macro, "select").symbol(K::Macro, "twice").symbol(K::Macro, "vec").submodule("app");
    let app = file("tok/src/app.rs").symbol(K::Macro, "mine").symbol(K::Macro, "twice").take("tracing", "debug");
    let app = ["mine", "select", "println", "vec", "debug", "twice", "crate::select", "tokio::pin", "gone"]
        .iter()
        .fold(app, |app, name| app.macro_call("module", name));
    let test = file("tok/tests/it.rs").macro_call("module", "tok::select").macro_call("module", "select");
    let world = world(files.into_iter().chain([app, test]));
    assert_eq!(
        world.targets("tok/src/app.rs", "module"),
        "tok/src/app.rs#mine, tok/src/app.rs#twice, tok/src/lib.rs#select, builtin println, builtin vec, \
         package tokio::pin, package tracing::debug, ?gone"
    );
    assert_eq!(world.targets("tok/tests/it.rs", "module"), "tok/src/lib.rs#select, ?select");
}

#[test]
fn what_no_file_has_is_external_by_its_full_name() {
    let lib = file("src/lib.rs").take("std", "mem").take_as("serde_json", "to_string", "json").function("f").generic("T");
    let lib = ["mem::swap", "json", "std::fs::read", "Some", "Vec::new", "String::from", "u8::from", "T::default", "Gone::new"]
        .iter()
        .fold(lib, |lib, name| lib.call("f", name));
    let world = world([lib.call("f", "gone").call("f", "rand::random")]);
    assert_eq!(
        world.targets("src/lib.rs", "f"),
        "builtin Some, builtin String::from, builtin Vec::new, builtin u8::from, package rand::random, \
         package serde_json::to_string, package std::fs::read, package std::mem::swap, ?Gone::new, ?T::default, ?gone"
    );
    assert_eq!(world.imports("src/lib.rs"), ["external", "external"]);
}

#[test]
fn what_is_defined_twice_means_neither() {
    let lib = file("src/lib.rs").function("run").function("run#2").submodule_at("unix.rs", "imp").submodule_at("win.rs", "imp");
    let lib = lib.call("module", "run").call("module", "imp::open").call("module", "imp::both");
    let world = world([
        lib,
        file("src/unix.rs").function("open"),
        file("src/win.rs").function("open"),
        manifest("a/Cargo.toml", "x"),
        manifest("b/Cargo.toml", "x"),
    ]);
    assert_eq!(world.targets("src/lib.rs", "module"), "?imp::both, ?imp::open, ?run");
}

#[test]
fn what_another_package_hides_is_not_taken() {
    let mut files = library();
    files[1] = files[1].clone().function("secret").with(|symbol| symbol.visibility = Visibility::Internal);
    let world = world(files.into_iter().chain([file("app/src/main.rs").take("tok", "secret").call("module", "secret")]));
    assert_eq!(world.targets("app/src/main.rs", "module"), "?secret");
}

#[test]
fn constants_and_values() {
    let lib = file("src/lib.rs").symbol(K::Constant, "LIMIT").call("module", "LIMIT").call("module", "crate::LIMIT");
    assert_eq!(world([lib]).targets("src/lib.rs", "module"), "src/lib.rs#LIMIT");
}
