//! What answers look like on a terminal, and as graphs: snapshots, without colours.

#![allow(clippy::unwrap_used)]

use crate::{CoverageReport, LanguageRegistry, LeftOutFile, SkipReason, UncoveredExtension, retrieval::DocumentationQuery};
use codira_contracts::{
    Coverage, DocIssueRequest, DocumentationKind, DynReader, ImportKind, Language, PathPrefix, Severity, SymbolKind as K,
    UseForm, UseKind, Visibility,
};
use insta::assert_snapshot;

use super::{
    commands::{
        audit, calls,
        cov::Covered,
        docs,
        imports::{self, ImportQuery},
        refs::{self, Sections},
        sym,
        symlist::{self, Tests},
    },
    contents::Contents,
    dot,
    edges::{Direction, EdgeQuery},
    names::{Filter, Name},
    output::Answer,
    sample::{self, SampleFile},
    tree::{self, Tree},
};

/// A package of shapes, and a program that draws them.
async fn reader() -> DynReader {
    let shapes = SampleFile::new("app/shapes.py", Language::from_static("python"), "app.shapes")
        .import(ImportKind::Module, "math", None)
        .symbol("Shape", K::Class, |symbol| symbol.documentation = Some("Something with an area.".into()))
        .symbol("Shape.area", K::Method, |symbol| symbol.signature = Some("def area(self)".into()))
        .symbol("Circle", K::Class, |symbol| {
            symbol.bases = vec!["Shape".into()];
            symbol.decorators = vec!["dataclass(frozen=True)".into()];
            symbol.signature = Some("class Circle(Shape)".into());
            symbol.documentation = Some("A round shape.\n\nIts area is pi times the square of its radius.\n".into());
        })
        .symbol("Circle.radius", K::Field, |symbol| symbol.signature = Some("radius: float".into()))
        .symbol("Circle.area", K::Method, |symbol| symbol.signature = Some("def area(self)".into()))
        .symbol("_total", K::Function, |symbol| {
            symbol.signature = Some("def _total(shapes)".into());
            symbol.visibility = Visibility::Internal;
        })
        .call("Circle.area", "math.pow", 52, 16)
        .uses("_total", UseKind::Call, UseForm::Value, "shape.area", 61, 22)
        .call("_total", "_total", 63, 12)
        .call("_total", "round", 64, 12)
        .documented("Shape", DocumentationKind::Type, "Something with an area.\n\nAreas are numbers.")
        .documented("Circle", DocumentationKind::Type, "A round shape, whose area is\u{7} known.")
        .issue("Circle.area", "missing-returns", Severity::Warning, "what `area` returns is not documented")
        .issue("_total", "unknown-parameter", Severity::Error, "`_total` has no parameter `x`")
        .source("import math\nclass Shape: ...\n# the area of a Shape\n");
    let main = SampleFile::new("app/main.py", Language::from_static("python"), "app.main")
        .import(ImportKind::Name, "app.shapes", Some("Circle"))
        .import(ImportKind::Name, "app.shapes", Some("_total"))
        .import(ImportKind::Module, "json", None)
        .symbol("main", K::Function, |_| {})
        .symbol("draw", K::Function, |_| {})
        .call("main", "_total", 12, 5)
        .call("main", "draw", 11, 5)
        .call("main", "draw", 13, 5)
        .call("main", "Circle", 11, 10)
        .call("draw", "print", 21, 5)
        .call("module", "main", 30, 5)
        .uses("main", UseKind::Reference, UseForm::Path, "draw", 14, 20)
        .source("from app.shapes import Circle, _total\n\u{1b}[31m Shape");
    sample::reader([shapes, main]).await
}

fn page(answer: &impl Answer) -> String {
    let mut out = anstream::StripStream::new(Vec::new());
    answer.page(&mut out).unwrap();
    String::from_utf8(out.into_inner()).unwrap()
}

fn query(kind: UseKind, direction: Direction) -> EdgeQuery {
    EdgeQuery { kind, direction, filter: Filter::default(), prefix: PathPrefix::root(), resolved: false, limit: None }
}

async fn symbols(name: &str, full: bool) -> String {
    page(&sym::ask(&reader().await, &Name::new(name), &Filter::default(), None, full).await.unwrap())
}

async fn call_list(name: &str, direction: Direction) -> String {
    page(&calls::ask(&reader().await, &Name::new(name), &query(UseKind::Call, direction)).await.unwrap())
}

async fn call_tree(name: &str, direction: Direction, depth: usize) -> Tree {
    tree::ask(&reader().await, &Name::new(name), &query(UseKind::Call, direction), depth).await.unwrap()
}

#[tokio::test]
async fn a_symbol_in_short() {
    assert_snapshot!(symbols("area", false).await);
}

#[tokio::test]
async fn a_symbol_in_full() {
    assert_snapshot!(symbols("Circle", true).await);
}

#[tokio::test]
async fn the_inventory() {
    let contents = Contents::new(&LanguageRegistry::first_party()).unwrap();
    let listed = symlist::ask(&reader().await, Filter::default(), Tests::LeftOut, &contents, None).await.unwrap();
    assert_snapshot!(page(&listed.inventory));
}

#[tokio::test]
async fn what_a_name_calls() {
    assert_snapshot!(call_list("main", Direction::Outgoing).await);
}

#[tokio::test]
async fn who_calls_a_name() {
    assert_snapshot!(call_list("_total", Direction::Incoming).await);
}

#[tokio::test]
async fn who_may_call_a_method() {
    assert_snapshot!(call_list("Circle.area", Direction::Incoming).await);
}

#[tokio::test]
async fn a_tree_of_calls() {
    assert_snapshot!(page(&call_tree("main", Direction::Outgoing, 3).await));
}

#[tokio::test]
async fn a_tree_says_where_it_was_cut() {
    assert_snapshot!(page(&call_tree("main", Direction::Outgoing, 1).await));
}

#[tokio::test]
async fn a_tree_of_callers() {
    assert_snapshot!(page(&call_tree("draw", Direction::Incoming, 3).await));
}

#[tokio::test]
async fn a_graph_has_the_same_arrows_from_either_end() {
    assert_snapshot!(dot::graph(&call_tree("main", Direction::Outgoing, 3).await));
    let callers = dot::graph(&call_tree("draw", Direction::Incoming, 3).await);
    assert!(callers.contains("\"app/main.py#main\" -> \"app/main.py#draw\" [label=2];"), "{callers}");
}

#[tokio::test]
async fn references_and_text() {
    let query = query(UseKind::Reference, Direction::Incoming);
    let answer = refs::ask(&reader().await, &Name::new("draw"), &query, Sections::Both).await.unwrap();
    assert_snapshot!("references", page(&answer));
    let answer = refs::ask(&reader().await, &Name::new("Shape"), &query, Sections::Text).await.unwrap();
    assert_snapshot!("text", page(&answer));
}

#[tokio::test]
async fn documentation_by_words() {
    let query = DocumentationQuery { words: "areas of shapes".to_owned(), ..DocumentationQuery::default() };
    assert_snapshot!(page(&docs::ask(&reader().await, query).await.unwrap()));
}

#[tokio::test]
async fn issues_by_file() {
    assert_snapshot!(page(&audit::ask(&reader().await, DocIssueRequest::default()).await.unwrap()));
}

#[test]
fn gaps() {
    let uncovered = |extension: &str, language, files| UncoveredExtension {
        extension: extension.to_owned(),
        language,
        files,
        example: format!("web/first.{extension}"),
    };
    let report = CoverageReport {
        coverage: Coverage::Incomplete,
        stored: Coverage::Incomplete,
        covered: 1,
        uncovered: vec![uncovered("ts", Some("typescript"), 120), uncovered("svg", None, 3)],
        left_out: vec![LeftOutFile { path: "huge.py".to_owned(), reason: Some(SkipReason::TooLarge { size: 5 }) }],
    };
    assert_snapshot!(page(&Covered::new(report)));
}

#[tokio::test]
async fn imports_of_a_module_and_of_a_file() {
    let query = |subject: &str, direction| ImportQuery {
        subject: subject.to_owned(),
        direction,
        prefix: PathPrefix::root(),
        limit: None,
    };
    let reader = reader().await;
    assert_snapshot!(
        "imports_of_a_module",
        page(&imports::ask(&reader, &query("app.main", Direction::Outgoing)).await.unwrap())
    );
    let incoming = page(&imports::ask(&reader, &query("./app/shapes.py", Direction::Incoming)).await.unwrap());
    assert_snapshot!("importers_of_a_file", incoming);
}
