//! The rules of Python, one sentence a test.

use codira_contracts::{SymbolKind, Visibility};

use crate::world::{World, file, world};

#[test]
fn a_bare_name_is_a_function_of_the_module() {
    let world = world([file("app.py").function("main").function("helper").call("main", "helper")]);
    assert_eq!(world.targets("app.py", "main"), "app.py#helper");
}

#[test]
fn a_nested_function_goes_before_one_of_the_module() {
    let app = file("app.py").function("main").function("helper").function("main.helper").function("main.inner");
    let world = world([app.call("main.inner", "helper").call("module", "helper")]);
    assert_eq!(world.targets("app.py", "main.inner"), "app.py#main.helper");
    assert_eq!(world.targets("app.py", "module"), "app.py#helper");
}

#[test]
fn functions_do_not_look_into_their_enclosing_class() {
    let app = file("app.py").class("A", &[]).method("A.helper").method("A.run").call("A.run", "helper").call("A", "helper");
    let world = world([app]);
    assert_eq!(world.targets("app.py", "A.run"), "?helper");
    assert_eq!(world.targets("app.py", "A"), "app.py#A.helper");
}

#[test]
fn an_imported_name_is_what_its_module_defines() {
    let world = world([
        file("tools.py").function("run"),
        file("app.py").take("tools", "run").call("module", "run"),
        file("other.py").take_as("tools", "run", "go").call("module", "go"),
    ]);
    assert_eq!(world.targets("app.py", "module"), "tools.py#run");
    assert_eq!(world.targets("other.py", "module"), "tools.py#run");
    assert_eq!(world.imports("app.py"), ["tools.py"]);
}

#[test]
fn a_module_is_reached_by_its_name_and_by_its_alias() {
    let world = world([
        file("pkg/__init__.py").function("top"),
        file("pkg/tools.py").function("run").class("Box", &[]).method("Box.make"),
        file("app.py").import("pkg.tools").call("module", "pkg.tools.run").call("module", "pkg.top"),
        file("alias.py").import_as("pkg.tools", "t").call("module", "t.run").call("module", "t.Box.make"),
        file("from.py").take("pkg", "tools").call("module", "tools.Box.make"),
    ]);
    assert_eq!(world.targets("app.py", "module"), "pkg/__init__.py#top, pkg/tools.py#run");
    assert_eq!(world.targets("alias.py", "module"), "pkg/tools.py#Box.make, pkg/tools.py#run");
    assert_eq!(world.targets("from.py", "module"), "pkg/tools.py#Box.make");
    assert_eq!(world.imports("from.py"), ["pkg/tools.py"]);
}

#[test]
fn relative_imports_go_up_a_package_a_dot() {
    let world = world([
        file("pkg/__init__.py"),
        file("pkg/tools.py").function("run"),
        file("pkg/sub/__init__.py"),
        file("pkg/sub/near.py").function("near"),
        file("pkg/sub/app.py")
            .take("..tools", "run")
            .take(".near", "near")
            .take(".", "near")
            .take("....far", "x")
            .call("module", "run"),
        file("pkg/sub/two.py").take(".near", "near").call("module", "near"),
    ]);
    assert_eq!(world.targets("pkg/sub/app.py", "module"), "pkg/tools.py#run");
    assert_eq!(world.targets("pkg/sub/two.py", "module"), "pkg/sub/near.py#near");
    assert_eq!(world.imports("pkg/sub/app.py"), ["pkg/tools.py", "pkg/sub/near.py", "pkg/sub/near.py", "?"]);
}

#[test]
fn a_package_hands_on_what_it_imports() {
    let world = world([
        file("src/flask/__init__.py").take_as(".app", "Flask", "Flask").take(".", "json"),
        file("src/flask/app.py").class("Flask", &[]).method("Flask.run"),
        file("src/flask/json/__init__.py").function("dumps"),
        file("tests/test_app.py")
            .import("flask")
            .take("flask", "Flask")
            .call("module", "Flask")
            .call("module", "flask.Flask.run")
            .call("module", "flask.json.dumps"),
    ]);
    assert_eq!(
        world.targets("tests/test_app.py", "module"),
        "src/flask/app.py#Flask, src/flask/app.py#Flask.run, src/flask/json/__init__.py#dumps"
    );
    assert_eq!(world.imports("src/flask/__init__.py"), ["src/flask/app.py", "src/flask/json/__init__.py"]);
}

#[test]
fn a_star_import_takes_public_names_only() {
    let world = world([
        file("tools.py").function("run").function("_hide").private(),
        file("more.py").star("tools"),
        file("app.py").star("more").call("module", "run").call("module", "_hide"),
    ]);
    assert_eq!(world.targets("app.py", "module"), "tools.py#run, ?_hide");
}

#[test]
fn imports_in_a_circle_end() {
    let world = world([
        file("a.py").take("b", "x").star("b").call("module", "x").call("module", "len").call("module", "y"),
        file("b.py").take("a", "x").star("a").function("y"),
    ]);
    assert_eq!(world.targets("a.py", "module"), "b.py#y, builtin len, ?x");
}

#[test]
fn an_import_in_a_function_is_seen_only_there() {
    let app = file("app.py").function("main").function("main.inner").function("other").take("tools", "run").inside("main");
    let app = app.call("main", "run").call("main.inner", "run").call("other", "run");
    let world = world([file("tools.py").function("run"), app]);
    assert_eq!(world.targets("app.py", "main"), "tools.py#run");
    assert_eq!(world.targets("app.py", "main.inner"), "tools.py#run");
    assert_eq!(world.targets("app.py", "other"), "?run");
}

#[test]
fn a_constructor_call_means_the_class() {
    let world = world([file("app.py").class("Box", &[]).method("Box.__init__").call("module", "Box")]);
    assert_eq!(world.targets("app.py", "module"), "app.py#Box");
}

#[test]
fn self_means_the_class_then_its_bases_across_files() {
    let world = world([
        file("base.py").class("Base", &[]).method("Base.save").method("Base.load"),
        file("mix.py").class("Mix", &[]).method("Mix.save").class("Top", &[]).method("Top.only"),
        file("app.py")
            .import("mix")
            .take("base", "Base")
            .class("App", &["mix.Mix", "Base"])
            .method("App.run")
            .method("App.load")
            .class("App.Inner", &["mix.Top"])
            .self_call("App.run", "load")
            .self_call("App.run", "save")
            .self_call("App.run", "nothing")
            .self_call("App.run", "Inner.only")
            .self_call("App.run", "client.get")
            .super_call("App.load", "load")
            .super_call("App.load", "save"),
    ]);
    assert_eq!(
        world.targets("app.py", "App.run"),
        "app.py#App.load, mix.py#Mix.save, mix.py#Top.only, ?self.client.get, ?self.nothing"
    );
    assert_eq!(world.targets("app.py", "App.load"), "base.py#Base.load, mix.py#Mix.save");
}

#[test]
fn bases_are_read_where_their_class_is() {
    let world = world([
        file("pkg/__init__.py"),
        file("pkg/base.py").class("Base", &[]).method("Base.save"),
        file("pkg/mid.py").take_as(".base", "Base", "Parent").class("Mid", &["Parent"]),
        file("app.py")
            .class("Parent", &[])
            .method("Parent.save")
            .take("pkg.mid", "Mid")
            .class("App", &["Mid"])
            .method("App.run")
            .self_call("App.run", "save")
            .call("App.run", "App.save"),
    ]);
    assert_eq!(world.targets("app.py", "App.run"), "pkg/base.py#Base.save");
}

#[test]
fn classes_that_inherit_in_a_circle_end() {
    let app = file("app.py").class("A", &["B", "A.X"]).class("B", &["A"]).method("A.run").self_call("A.run", "nothing");
    assert_eq!(world([app]).targets("app.py", "A.run"), "?self.nothing");
}

#[test]
fn what_is_bound_twice_means_neither() {
    let world = world([
        file("a.py").function("run").function("only"),
        file("b.py").function("run"),
        file("app.py")
            .take("a", "run")
            .take("b", "run")
            .take("a", "only")
            .take("a", "only")
            .call("module", "run")
            .call("module", "only"),
        file("two.py").function("f").function("f#2").call("module", "f"),
        file("maybe.py").take("._fast", "g").take("a", "only").take_as("a", "only", "g").call("module", "g"),
    ]);
    assert_eq!(world.targets("app.py", "module"), "a.py#only, ?run");
    assert_eq!(world.targets("two.py", "module"), "?f");
    assert_eq!(world.targets("maybe.py", "module"), "?g");
}

#[test]
fn an_overload_is_no_candidate_next_to_its_implementation() {
    let app = file("app.py").symbol(SymbolKind::Overload, "f#1").symbol(SymbolKind::Overload, "f#2").function("f");
    let app = app.symbol(SymbolKind::Overload, "g#1").symbol(SymbolKind::Overload, "g#2");
    let world = world([app.call("module", "f").call("module", "g")]);
    assert_eq!(world.targets("app.py", "module"), "app.py#f, ?g");
}

#[test]
fn a_setter_is_no_candidate_next_to_its_property() {
    let app = file("app.py").class("A", &[]).symbol(SymbolKind::Property, "A.p#setter").symbol(SymbolKind::Property, "A.p");
    let world = world([app.method("A.run").self_call("A.run", "p")]);
    assert_eq!(world.targets("app.py", "A.run"), "app.py#A.p");
}

#[test]
fn what_no_file_has_is_external_by_its_full_name() {
    let app = file("app.py").import_as("numpy", "np").import("os.path").take_as("json", "dumps", "to_json");
    let app = app.call("module", "np.random.rand").call("module", "os.path.join").call("module", "to_json");
    let world = world([app.call("module", "len").call("module", "dict.fromkeys").call("module", "mystery")]);
    assert_eq!(
        world.targets("app.py", "module"),
        "builtin dict.fromkeys, builtin len, package json.dumps, package numpy.random.rand, package os.path.join, ?mystery"
    );
    assert_eq!(world.imports("app.py"), ["external", "external", "external"]);
}

#[test]
fn a_definition_hides_a_builtin() {
    let world = world([file("app.py").function("len").call("module", "len")]);
    assert_eq!(world.targets("app.py", "module"), "app.py#len");
}

#[test]
fn an_absolute_import_is_read_from_the_nearest_directory_that_is_no_package() {
    let world = world([
        file("a/helper.py").function("run"),
        file("b/helper.py").function("run"),
        file("b/app.py").import("helper").call("module", "helper.run"),
        file("c/app.py").import("helper").call("module", "helper.run"),
        file("lib/pkg/__init__.py"),
        file("lib/pkg/json.py"),
        file("lib/pkg/secret.py"),
        file("c/far.py").take("pkg", "json").import("json").import("secret"),
    ]);
    assert_eq!(world.targets("b/app.py", "module"), "b/helper.py#run");
    assert_eq!(world.targets("c/app.py", "module"), "?helper.run", "two directories hold a helper, and none is nearer");
    assert_eq!(world.imports("c/app.py"), ["?"]);
    assert_eq!(world.imports("c/far.py"), ["lib/pkg/json.py", "external", "external"]);
}

#[test]
fn a_directory_without_init_is_a_package_too() {
    let world = world([
        file("ns/part/tools.py").function("run"),
        file("app.py")
            .import("ns.part.tools")
            .take("ns.part", "tools")
            .call("module", "ns.part.tools.run")
            .call("module", "tools.run"),
    ]);
    assert_eq!(world.targets("app.py", "module"), "ns/part/tools.py#run");
    assert_eq!(world.imports("app.py"), ["ns/part/tools.py", "ns/part/tools.py"]);
}

#[test]
fn a_stub_is_seen_by_stubs() {
    let world = world([
        file("tools.py").function("run"),
        file("tools.pyi").function("run"),
        file("app.py").take("tools", "run").call("module", "run"),
        file("app.pyi").take("tools", "run").call("module", "run"),
    ]);
    assert_eq!(world.targets("app.py", "module"), "tools.py#run");
    assert_eq!(world.targets("app.pyi", "module"), "tools.pyi#run");
}

#[test]
fn a_name_of_a_package_goes_before_its_submodule() {
    let world = world([
        file("pkg/__init__.py").function("app"),
        file("pkg/app.py"),
        file("main.py").take("pkg", "app").call("module", "app"),
    ]);
    assert_eq!(world.targets("main.py", "module"), "pkg/__init__.py#app");
    assert_eq!(world.imports("main.py"), ["pkg/__init__.py"]);
}

#[test]
fn values_are_never_resolved() {
    let app = file("app.py").symbol(SymbolKind::Variable, "conn").call("module", "conn.execute").function("execute");
    assert_eq!(world([app]).targets("app.py", "module"), "?conn.execute");
}

#[test]
fn an_edit_that_no_other_file_sees_changes_no_offer() {
    let before = file("app.py").function("main").class("main.Local", &[]).call("main", "x").take("a", "b").inside("main");
    let mut after = before.clone().call("main", "y");
    after.analysis.symbols[1].span.last = 99;
    after.analysis.symbols[2].visibility = Visibility::Private;
    after.analysis.imports.clear();
    let offers = |file: &crate::world::File| codira_languages::rules().offers(&file.path, &file.analysis);
    assert_eq!(offers(&before), offers(&after));
    let world: World = world([before]);
    assert!(!world.table().is_empty());
}
