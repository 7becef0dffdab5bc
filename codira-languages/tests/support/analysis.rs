//! What tests of analyzers share: an analysis as text for snapshots, and what must be true of
//! every analysis.

#![allow(dead_code, unreachable_pub, reason = "each test file is a crate that uses its own part")]

use std::{collections::HashMap, fmt::Write as _};

use codira_contracts::{
    AnalysisStatus, BodyFacts, ContentHash, Documentation, FileAnalysis, FileSnapshot, FileState, Import, Parameter,
    ParameterKind, RepoPath, StableId, Symbol, SymbolKind, UseRecord, Visibility,
};
use codira_languages::{LanguageAnalyzer, SourceFile};

/// Analyzes a text and checks what must be true of every analysis: its ids and owners are valid,
/// the module comes first, and the same text gives the same again.
pub fn analyze(analyzer: &dyn LanguageAnalyzer, path: &str, text: &str) -> FileAnalysis {
    let path = RepoPath::new(path).unwrap();
    let analysis = analyzer.analyze(SourceFile { path: &path, text });
    assert_eq!(analysis, analyzer.analyze(SourceFile { path: &path, text }), "the same text gives the same analysis");
    assert_eq!(analysis.language, *analyzer.language());
    let module = &analysis.symbols[0];
    let is_module = matches!(module.kind, SymbolKind::Module | SymbolKind::Namespace);
    assert!(is_module && module.parent.is_none(), "the first symbol is the module, not {module:?}");
    let lines = u32::try_from(text.split('\n').count()).unwrap();
    for symbol in &analysis.symbols {
        let span = symbol.span;
        assert!(
            1 <= span.first && span.first <= span.last && span.last <= lines,
            "{span} is no range of {lines} lines: {symbol:?}"
        );
    }
    for UseRecord { site, .. } in &analysis.uses {
        assert!(1 <= site.line && site.line <= lines && site.column >= 1, "{site} is not in {lines} lines");
    }
    let state = FileState {
        path,
        hash: ContentHash::of(text.as_bytes()),
        size: text.len() as u64,
        modified: 0,
        analyzer: analyzer.tool().clone(),
    };
    let snapshot = FileSnapshot { state, analysis, embeddings: Vec::new() };
    snapshot.validate().unwrap();
    snapshot.analysis
}

/// An analysis as text that a reader can compare with its source by eye. What is usual is left
/// out: public, complete, no facts.
pub fn render(analysis: &FileAnalysis) -> String {
    let mut page = format!("{} {}\n", analysis.language, analysis.module);
    if let AnalysisStatus::Partial(diagnostics) = &analysis.status {
        page.push_str("\npartial\n");
        diagnostics.iter().for_each(|found| writeln!(page, "  {}: {}", found.line, found.message).unwrap());
    }
    page.push_str("\nsymbols\n");
    let parents: HashMap<&StableId, &StableId> =
        analysis.symbols.iter().filter_map(|symbol| Some((&symbol.id, symbol.parent.as_ref()?))).collect();
    for symbol in &analysis.symbols {
        let depth = std::iter::successors(Some(&symbol.id), |id| parents.get(id).copied()).take(64).count();
        render_symbol(&mut page, symbol, &"  ".repeat(depth));
    }
    section(&mut page, "imports", analysis.imports.iter().map(import));
    section(&mut page, "uses", analysis.uses.iter().map(usage));
    section(&mut page, "documentation", analysis.documentation.iter().map(documentation));
    section(&mut page, "issues", analysis.doc_issues.iter().map(|issue| format!("{issue:?}")));
    page
}

fn section(page: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.collect();
    if !lines.is_empty() {
        writeln!(page, "\n{title}").unwrap();
        lines.iter().for_each(|line| writeln!(page, "  {line}").unwrap());
    }
}

fn render_symbol(page: &mut String, symbol: &Symbol, indent: &str) {
    let visibility = match symbol.visibility {
        Visibility::Public => String::new(),
        other => format!(" {other}"),
    };
    let qualified = if symbol.qualified_name == symbol.name { String::new() } else { format!(" = {}", symbol.qualified_name) };
    writeln!(page, "{indent}{}{visibility} {} {}{qualified}  <{}>", symbol.span, symbol.kind, symbol.name, symbol.id).unwrap();
    let mut detail = |mark: &str, text: &str| writeln!(page, "{indent}    {mark} {text}").unwrap();
    symbol.decorators.iter().for_each(|decorator| detail("@", decorator));
    if let Some(signature) = &symbol.signature {
        detail("|", signature);
    }
    symbol.parameters.iter().for_each(|each| detail("-", &parameter(each)));
    if !symbol.bases.is_empty() {
        detail(":", &symbol.bases.join(", "));
    }
    if let Some(extended) = &symbol.extends {
        detail("extends", extended);
    }
    let BodyFacts { returns_value, yields, raises, asserts } = symbol.body;
    let facts = [(returns_value, "returns"), (yields, "yields"), (raises, "raises"), (asserts, "asserts")];
    let facts: Vec<&str> = facts.into_iter().filter(|(holds, _)| *holds).map(|(_, word)| word).collect();
    if !facts.is_empty() {
        detail("!", &facts.join(", "));
    }
    if let Some(documentation) = &symbol.documentation {
        detail("\"", &one_line(documentation));
    }
}

fn parameter(parameter: &Parameter) -> String {
    let mut text = parameter.name.clone();
    if let Some(annotation) = &parameter.annotation {
        write!(text, ": {annotation}").unwrap();
    }
    if let Some(default) = &parameter.default {
        write!(text, " = {default}").unwrap();
    }
    if parameter.kind != ParameterKind::Positional {
        write!(text, " ({})", parameter.kind).unwrap();
    }
    text.trim_start().to_owned()
}

fn import(import: &Import) -> String {
    let mut text = format!("{} {} {}", import.line, import.kind, import.module);
    if let Some(name) = &import.name {
        write!(text, " . {name}").unwrap();
    }
    if let Some(alias) = &import.alias {
        write!(text, " as {alias}").unwrap();
    }
    let owner = import.owner.as_ref().map_or("", StableId::as_str);
    write!(text, "  <{owner}> {} {}", import.visibility, import.condition).unwrap();
    text
}

fn usage(record: &UseRecord) -> String {
    format!("{} {} {} {}  <{}>", record.site, record.kind, record.form, record.text, record.owner)
}

fn documentation(unit: &Documentation) -> String {
    let owner = unit.owner.as_ref().map_or("", StableId::as_str);
    let path: String = unit.heading_path.iter().map(|heading| format!("{heading} > ")).collect();
    format!("{} {} {} {path}{}  <{}> of <{owner}>", unit.span, unit.format, unit.kind, unit.title, unit.id)
}

fn one_line(text: &str) -> String {
    text.replace('\n', " / ")
}
