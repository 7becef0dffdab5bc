//! Values of the model as short lines of text: what is usual is left out, and nothing else is.

use std::fmt::{Debug, Display};

use codira_contracts::{
    DocIssue, Documentation, EdgeEntry, EdgeTarget, EmbeddingRow, EmbeddingState, FileAnalysis, FileSnapshot, FileState,
    Import, ImportCondition, Symbol, SymbolEntry, SymbolKey, SymbolSummary, UseRecord, Visibility,
};

/// One value, as a word and its fields.
struct Line(String);

impl Line {
    fn new(what: impl Display) -> Self {
        Self(what.to_string())
    }

    fn with(mut self, name: &str, value: impl Debug) -> Self {
        self.0 += &format!(" {name}={value:?}");
        self
    }

    /// The field, unless it has the value that most have.
    fn unless<T: Debug + PartialEq>(self, usual: T, name: &str, value: T) -> Self {
        if value == usual { self } else { self.with(name, value) }
    }
}

/// Strings as Rust writes them, so that every character shows.
pub(crate) fn key(SymbolKey { path, id }: &SymbolKey) -> String {
    format!("{:?}#{:?}", path.as_str(), id.as_str())
}

pub(crate) fn file(FileSnapshot { state, analysis, embeddings }: &FileSnapshot) -> Vec<String> {
    let FileAnalysis { language, module, symbols, imports, uses, documentation, doc_issues, source, status } = analysis;
    let head = Line::new("analysis").with("language", language.as_str()).with("module", module);
    let head = head.unless("", "source", source).unless(&Default::default(), "status", status);
    let mut lines = vec![file_state(state), head.0];
    lines.extend(symbols.iter().map(symbol));
    lines.extend(imports.iter().map(import));
    lines.extend(uses.iter().map(use_record));
    lines.extend(documentation.iter().map(unit));
    lines.extend(doc_issues.iter().map(doc_issue));
    lines.extend(embeddings.iter().map(embedding));
    lines
}

pub(crate) fn file_state(FileState { path, hash, size, modified, analyzer }: &FileState) -> String {
    let hash = &hash.to_string()[..8];
    let line = Line::new("file").with("path", path.as_str()).with("hash", hash);
    line.with("size", size).with("modified", modified).with("analyzer", analyzer.to_string()).0
}

pub(crate) fn symbol(symbol: &Symbol) -> String {
    let Symbol { id, kind, name, qualified_name, parent, span, signature, documentation, .. } = symbol;
    let Symbol { visibility, parameters, decorators, bases, extends, body, .. } = symbol;
    let line = Line::new("symbol").with("id", id.as_str()).with("kind", kind).with("name", name);
    let line = line.unless(name, "qualified", qualified_name).unless(&None, "parent", parent);
    let line = line.with("span", span.to_string()).unless(&None, "signature", signature);
    let line = line.unless(&None, "documentation", documentation).unless(&Visibility::Public, "visibility", visibility);
    let line = line.unless(&Vec::new(), "parameters", parameters).unless(&Vec::new(), "decorators", decorators);
    let line = line.unless(&Vec::new(), "bases", bases).unless(&None, "extends", extends);
    line.unless(&Default::default(), "body", body).0
}

pub(crate) fn symbol_entry(SymbolEntry { path, module, logical_name, symbol: of }: &SymbolEntry) -> String {
    let line = Line::new(symbol(of)).with("path", path.as_str()).with("module", module);
    line.unless(&of.name, "logical", logical_name).0
}

pub(crate) fn summary(SymbolSummary { key: of, kind, name, logical_name, span }: &SymbolSummary) -> String {
    let line = Line::new(key(of)).with("kind", kind).with("name", name);
    line.unless(name, "logical", logical_name).with("span", span.to_string()).0
}

pub(crate) fn import(import: &Import) -> String {
    let Import { kind, module, name, alias, owner, visibility, condition, line } = import;
    let shown = Line::new("import").with("kind", kind).with("module", module).unless(&None, "name", name);
    let shown = shown.unless(&None, "alias", alias).unless(&None, "owner", owner);
    let shown = shown.unless(&Visibility::Public, "visibility", visibility);
    shown.unless(&ImportCondition::Always, "condition", condition).with("line", line).0
}

fn use_record(UseRecord { kind, owner, form, text, site }: &UseRecord) -> String {
    let line = Line::new(kind).with("owner", owner.as_str()).with("form", form).with("text", text);
    line.with("site", site.to_string()).0
}

pub(crate) fn unit(unit: &Documentation) -> String {
    let Documentation { id, format, kind, title, heading_path, span, text, owner } = unit;
    let line = Line::new("documentation").with("id", id.as_str()).with("format", format).with("kind", kind);
    let line = line.unless("", "title", title).unless(&Vec::new(), "below", heading_path);
    line.with("span", span.to_string()).unless("", "text", text).unless(&None, "owner", owner).0
}

pub(crate) fn doc_issue(issue: &DocIssue) -> String {
    let DocIssue { rule, severity, message, span, convention, auditor, owner } = issue;
    let line = Line::new("issue").with("rule", rule).with("severity", severity).unless("", "message", message);
    let line = line.with("span", span.to_string()).with("convention", convention.to_string());
    line.with("auditor", auditor.to_string()).unless(&None, "owner", owner).0
}

fn embedding(EmbeddingRow { owner, spec, text_hash, state }: &EmbeddingRow) -> String {
    let line = Line::new("embedding").with("owner", owner.as_str()).with("spec", spec.to_string());
    let line = line.with("text_hash", &text_hash.to_string()[..8]);
    match state {
        EmbeddingState::Computed(vector) => line.with("vector", vector).0,
        EmbeddingState::Pending { text } => line.with("pending", text).0,
    }
}

pub(crate) fn edge(EdgeEntry { owner, target, sites }: &EdgeEntry) -> String {
    let target = match target {
        EdgeTarget::Resolved(symbol) => summary(symbol),
        EdgeTarget::External { kind, name } => format!("external {kind} {name:?}"),
        EdgeTarget::Unresolved { text } => format!("unresolved {text:?}"),
    };
    let sites: Vec<String> = sites.iter().map(ToString::to_string).collect();
    format!("{} -> {target} at {}", summary(owner), sites.join(" "))
}

/// How much of a long line is shown.
const SHOWN: usize = 160;

/// A line that is too long to be read, by its beginning and its length.
pub(crate) fn abridged(line: &str) -> String {
    if line.len() <= 3 * SHOWN {
        return line.to_owned();
    }
    format!("{} ({} bytes)", cut(line, 0), line.len())
}

/// The first line in which two answers differ, from shortly before the difference. `None` where
/// they are the same.
pub(crate) fn difference(expected: &[String], found: &[String]) -> Option<String> {
    let number = (0..expected.len().max(found.len())).find(|number| expected.get(*number) != found.get(*number))?;
    let (expected_line, found_line) = (expected.get(number), found.get(number));
    let apart = match (expected_line, found_line) {
        (Some(a), Some(b)) => a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count(),
        _ => 0,
    };
    let shown = |line: Option<&String>| match line {
        Some(line) => format!("{} ({} bytes)", cut(line, apart.saturating_sub(SHOWN / 2)), line.len()),
        None => "nothing".to_owned(),
    };
    Some(format!(
        "of {} lines, which should be {}, number {} is\n  {}\nand should be\n  {}",
        found.len(),
        expected.len(),
        number + 1,
        shown(found_line),
        shown(expected_line)
    ))
}

/// A part of a line that begins near a byte.
fn cut(line: &str, from: usize) -> String {
    let (from, to) = (line.floor_char_boundary(from), line.floor_char_boundary((from + 2 * SHOWN).min(line.len())));
    let (before, after) = (if from > 0 { "..." } else { "" }, if to < line.len() { "..." } else { "" });
    format!("{before}{}{after}", &line[from..to])
}
