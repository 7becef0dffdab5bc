//! From headings to documentation units: a document is the text before its first heading, and its
//! sections.

use crate::SourceFile;
use codira_contracts::{
    Documentation, DocumentationFormat, DocumentationKind, FileAnalysis, Language, LineSpan, StableId, Symbol, SymbolKind,
};
use rustc_hash::FxHashSet;

/// A heading, as the markup has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heading {
    /// One for the outermost; levels may be left out.
    pub(crate) level: usize,
    /// Its text, on one line.
    pub(crate) title: String,
    /// Its lines, marks included.
    pub(crate) lines: LineSpan,
}

/// What is known of a document before it is divided.
#[derive(Clone, Debug)]
pub(crate) struct Outline {
    /// The markup.
    pub(crate) format: DocumentationFormat,
    /// The title that stands outside of the text, in front matter.
    pub(crate) title: Option<String>,
    /// The line where the text begins: after front matter, if there is any.
    pub(crate) begin: u32,
    /// The headings, in order.
    pub(crate) headings: Vec<Heading>,
}

/// The analysis of a document: its module, which is the file, and its units.
pub(crate) fn analysis(language: &Language, file: SourceFile<'_>, outline: Outline) -> FileAnalysis {
    let lines: Vec<&str> = file.text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
    let mut analysis = FileAnalysis::new(language.clone(), file.path.as_str());
    let name = file.path.file_name();
    let span = LineSpan::new(1, number(lines.len() - usize::from(lines.len() > 1 && file.text.ends_with('\n'))));
    let module = Symbol::new("module", SymbolKind::Module, name);
    analysis.symbols.push(Symbol { qualified_name: file.path.to_string(), span, ..module });
    analysis.documentation = units(&lines, name, outline);
    analysis.source = file.text.to_owned();
    analysis
}

/// An analysis without units: the file is text, and no document.
#[cfg(feature = "plaintext")]
pub(crate) fn no_document(language: &Language, file: SourceFile<'_>) -> FileAnalysis {
    let nothing = Outline { format: DocumentationFormat::PlainText, title: None, begin: u32::MAX, headings: Vec::new() };
    analysis(language, file, nothing)
}

fn units(lines: &[&str], file_name: &str, outline: Outline) -> Vec<Documentation> {
    let Outline { format, title, begin, headings } = outline;
    let mut units = Vec::new();
    let end_before = |next: Option<&Heading>| next.map_or(number(lines.len()), |heading| heading.lines.first - 1);
    if let Some((span, text)) = content(lines, begin, end_before(headings.first())) {
        units.push(Documentation {
            id: StableId::new("document"),
            format,
            kind: DocumentationKind::Document,
            title: title.unwrap_or_else(|| file_name.to_owned()),
            heading_path: Vec::new(),
            span,
            text,
            owner: None,
        });
    }
    let mut ids = FxHashSet::default();
    let mut above: Vec<&Heading> = Vec::new();
    for (index, heading) in headings.iter().enumerate() {
        above.truncate(above.iter().take_while(|outer| outer.level < heading.level).count());
        let heading_path: Vec<String> = above.iter().map(|outer| outer.title.clone()).collect();
        let body = content(lines, heading.lines.last + 1, end_before(headings.get(index + 1)));
        let last = body.as_ref().map_or(heading.lines.last, |(span, _)| span.last);
        units.push(Documentation {
            id: section_id(&mut ids, &heading_path, &heading.title),
            format,
            kind: DocumentationKind::Section,
            title: heading.title.clone(),
            heading_path,
            span: LineSpan::new(heading.lines.first, last),
            text: body.map(|(_, text)| text).unwrap_or_default(),
            owner: None,
        });
        above.push(heading);
    }
    units
}

/// The lines from `first` to `last` without blank ones at both ends; none where nothing is left.
fn content(lines: &[&str], first: u32, last: u32) -> Option<(LineSpan, String)> {
    let is_text = |line: &u32| !lines[*line as usize - 1].trim().is_empty();
    let first = (first..=last).find(is_text)?;
    let last = (first..=last).rev().find(is_text)?;
    Some((LineSpan::new(first, last), lines[first as usize - 1..last as usize].join("\n")))
}

/// The headings that lead to a section; the second of the same has a number.
fn section_id(taken: &mut FxHashSet<String>, path: &[String], title: &str) -> StableId {
    let base: String = path.iter().map(String::as_str).chain([title]).fold("section".to_owned(), |id, part| id + "/" + part);
    let numbered = (2..).map(|number| format!("{base}@{number}"));
    let id = std::iter::once(base.clone()).chain(numbered).find(|id| taken.insert(id.clone()));
    StableId::new(id.expect("numbers do not end"))
}

/// A line number; no file has four thousand million lines.
fn number(line: usize) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}
