//! `codira calls --dot`: a call tree as a graph for Graphviz.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use codira_contracts::{EdgeTarget, SymbolSummary};

use super::{
    edges::{self, Direction},
    style,
    tree::{Node, Tree},
};

/// The graph of a tree: each callable once, an arrow from caller to callee, with the number of
/// calls where it is not one.
///
/// ```dot
/// digraph calls {
///   "a.py#main" -> "a.py#helper" [label=2];
/// }
/// ```
pub(crate) fn graph(tree: &Tree) -> String {
    let mut graph = Graph::default();
    for root in &tree.roots.answers {
        graph.add(root, tree.direction);
        graph.roots.insert(id(&root.target));
    }
    graph.text()
}

#[derive(Default)]
struct Graph {
    nodes: BTreeMap<String, EdgeTarget<SymbolSummary>>,
    roots: BTreeSet<String>,
    /// From caller to callee.
    arrows: BTreeMap<(String, String), usize>,
}

impl Graph {
    fn add(&mut self, node: &Node, direction: Direction) {
        let here = id(&node.target);
        self.nodes.entry(here.clone()).or_insert_with(|| node.target.clone());
        for child in &node.children {
            let there = id(&child.target);
            let arrow = match direction {
                Direction::Outgoing => (here.clone(), there),
                Direction::Incoming => (there, here.clone()),
            };
            self.arrows.insert(arrow, child.sites.len());
            self.add(child, direction);
        }
    }

    fn text(&self) -> String {
        let mut text = "digraph calls {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n".to_owned();
        for (id, target) in &self.nodes {
            let mut label = edges::target_name(target);
            if let EdgeTarget::Resolved(symbol) = target {
                label += &format!("\n{}", style::location(symbol));
            }
            let look = match target {
                EdgeTarget::Resolved(_) if self.roots.contains(id) => ", penwidth=2",
                EdgeTarget::Resolved(_) => "",
                EdgeTarget::External { .. } => ", color=gray, fontcolor=gray40",
                EdgeTarget::Unresolved { .. } => ", color=gray, fontcolor=gray40, style=dashed",
            };
            line(&mut text, format_args!("  {} [label={}{look}];", quoted(id), quoted(&label)));
        }
        for ((caller, callee), calls) in &self.arrows {
            let label = if *calls > 1 { format!(" [label={calls}]") } else { String::new() };
            line(&mut text, format_args!("  {} -> {}{label};", quoted(caller), quoted(callee)));
        }
        text.push_str("}\n");
        text
    }
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("a string takes every text");
}

/// The identity of a node in the graph.
fn id(target: &EdgeTarget<SymbolSummary>) -> String {
    match target {
        EdgeTarget::Resolved(symbol) => symbol.key.to_string(),
        EdgeTarget::External { kind, name } => format!("{kind} {name}"),
        EdgeTarget::Unresolved { text } => format!("? {text}"),
    }
}

/// A text as Graphviz quotes it: backslashes are doubled, or it would read them as the start of an
/// escape.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
