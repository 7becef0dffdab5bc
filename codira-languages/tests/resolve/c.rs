//! The rules of C, one sentence a test.

use codira_contracts::SymbolKind as K;

use crate::world::{file, world};

#[test]
fn a_function_of_the_file_goes_before_all_others() {
    let world =
        world([file("a.c").function("run").private().function("main").call("main", "run"), file("b.c").function("run")]);
    assert_eq!(world.targets("a.c", "main"), "a.c#run");
}

#[test]
fn a_prototype_in_reach_leads_to_the_only_definition() {
    let world = world([
        file("src/server.h").symbol(K::Prototype, "serve"),
        file("src/all.h").include("server.h"),
        file("src/server.c").include("server.h").function("serve").function("hidden").private(),
        file("src/main.c").include("all.h").function("main").call("main", "serve").call("main", "hidden"),
    ]);
    assert_eq!(world.targets("src/main.c", "main"), "src/server.c#serve, ?hidden");
    assert_eq!(world.imports("src/main.c"), ["src/all.h"]);
}

#[test]
fn several_definitions_of_one_prototype_leave_it_unresolved() {
    let world = world([
        file("os.h").symbol(K::Prototype, "open_it").symbol(K::Prototype, "only_here"),
        file("unix.c").function("open_it"),
        file("win.c").function("open_it"),
        file("main.c").include("os.h").call("module", "open_it").call("module", "only_here"),
    ]);
    assert_eq!(world.targets("main.c", "module"), "os.h#only_here, ?open_it");
}

#[test]
fn a_static_function_of_a_header_is_seen_where_it_is_included() {
    let world = world([
        file("util.h").function("min").private(),
        file("a.c").include("util.h").call("module", "min"),
        file("b.c").call("module", "min"),
    ]);
    assert_eq!(world.targets("a.c", "module"), "util.h#min");
    assert_eq!(world.targets("b.c", "module"), "?min");
}

#[test]
fn macros_and_other_names_in_reach_come_last() {
    let header = file("util.h").symbol(K::Macro, "MAX").symbol(K::Macro, "wrap").symbol(K::Prototype, "wrap#2");
    let header = header.symbol(K::Enum, "color").symbol(K::EnumMember, "color.RED").symbol(K::Variable, "hook");
    let main = file("a.c").include("util.h").call("module", "MAX").call("module", "wrap").call("module", "RED");
    let world = world([header, main.macro_call("module", "MAX").call("module", "hook")]);
    assert_eq!(world.targets("a.c", "module"), "util.h#MAX, util.h#color.RED, util.h#hook, util.h#wrap#2");
}

#[test]
fn the_file_goes_before_what_it_includes() {
    let header = file("server.h").symbol(K::Variable, "server").symbol(K::Macro, "LOG");
    let main = file("server.c").include("server.h").symbol(K::Variable, "server").symbol(K::Macro, "LOG");
    let world = world([header, main.call("module", "server").call("module", "LOG")]);
    assert_eq!(world.targets("server.c", "module"), "server.c#LOG, server.c#server");
}

#[test]
fn an_include_is_in_the_same_directory_or_the_only_one_of_its_path() {
    let world = world([
        file("src/a.h"),
        file("lib/a.h"),
        file("include/pkg/b.h"),
        file("x/c.h"),
        file("y/c.h"),
        file("y/string.h"),
        file("src/main.c")
            .include("a.h")
            .include("../lib/a.h")
            .include("pkg/b.h")
            .include("c.h")
            .include("gone.h")
            .system("pkg/b.h")
            .system("string.h"),
    ]);
    assert_eq!(
        world.imports("src/main.c"),
        ["src/a.h", "lib/a.h", "include/pkg/b.h", "?", "external", "include/pkg/b.h", "external"]
    );
}

#[test]
fn what_nothing_declares_is_the_systems_when_a_system_header_is_in_reach() {
    let world = world([
        file("all.h").system("stdio.h"),
        file("a.c").include("all.h").call("module", "printf").call("module", "declared").call("module", "__builtin_expect"),
        file("b.c").call("module", "printf"),
        file("far.c").function("declared"),
    ]);
    assert_eq!(world.targets("a.c", "module"), "builtin __builtin_expect, system printf, ?declared");
    assert_eq!(world.targets("b.c", "module"), "?printf");
}

#[test]
fn headers_that_include_each_other_end() {
    let world = world([
        file("a.h").include("b.h").symbol(K::Macro, "A"),
        file("b.h").include("a.h"),
        file("main.c").include("b.h").call("module", "A"),
    ]);
    assert_eq!(world.targets("main.c", "module"), "a.h#A");
}
