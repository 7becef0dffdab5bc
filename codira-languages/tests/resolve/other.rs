//! Languages without rules of their own: names are sought in the file alone.

use codira_contracts::SymbolKind;

use crate::world::{file, world};

#[test]
fn names_are_sought_outwards_in_the_file() {
    let one = file("one.go").class("Box", &[]).method("Box.open").method("Box.shut").function("run").function("run.inner");
    let one = one.symbol(SymbolKind::Variable, "twice").symbol(SymbolKind::Variable, "twice#2");
    let one = ["inner", "run", "Box.open", "far", "twice", ""].iter().fold(one, |one, name| one.call("run.inner", name));
    let world = world([one.self_call("Box.open", "shut").import("two"), file("two.go").function("far")]);
    assert_eq!(world.targets("one.go", "run.inner"), "one.go#Box.open, one.go#run, one.go#run.inner, ?, ?far, ?twice");
    assert_eq!(world.targets("one.go", "Box.open"), "one.go#Box.shut");
    assert_eq!(world.imports("one.go"), ["?"]);
    assert!(world.table().is_empty(), "such a file offers no facts");
}
