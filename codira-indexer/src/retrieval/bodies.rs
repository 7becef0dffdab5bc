//! The channel of bodies: functions by the words in their lines.

use codira_contracts::{
    BackendError, Documentation, FileAnalysis, IndexReader, LineSpan, RepoPath, Symbol, SymbolKey, SymbolKind,
};

use super::{
    bm25::{Collection, FieldWeight},
    terms::{Occurrences, Terms},
};

/// The one field. A long body has any word: its length counts whole.
const FIELDS: [FieldWeight; 1] = [FieldWeight { weight: 1.0, length: 1.0 }];

/// How many functions the channel gives. Those further down share a word or two with the question,
/// as any long text does.
const MAX_BODIES: usize = 100;

/// A function whose body has words of the question.
#[derive(Clone, Debug)]
pub(super) struct Body {
    /// The function.
    pub(super) key: SymbolKey,
    /// All of its lines.
    pub(super) span: LineSpan,
    /// What kind of function.
    pub(super) kind: SymbolKind,
    /// Its logical name.
    pub(super) name: String,
    /// How much its body is about the question; comparable within one answer alone.
    pub(super) score: f64,
    /// The words of the question that its body has.
    pub(super) words: Vec<String>,
}

/// The functions in `files` whose bodies are most about the terms, best first; equal ones in the
/// order of the files, then of their position there.
///
/// Words are weighed by their rarity among these functions: a word that all of them have decides
/// nothing. Documentation is left out, as a channel of its own looks at it.
pub(super) async fn bodies(reader: &dyn IndexReader, terms: &Terms, files: &[&RepoPath]) -> Result<Vec<Body>, BackendError> {
    let (mut bodies, mut found) = (Vec::new(), Vec::new());
    for &path in files {
        let Some(file) = reader.file(path).await? else { continue };
        let analysis = file.analysis;
        let lines: Vec<&str> = analysis.source.lines().collect();
        let names = analysis.logical_names();
        for (symbol, name) in analysis.symbols.iter().zip(names).filter(|(symbol, _)| has_body(symbol.kind)) {
            let key = SymbolKey { path: path.clone(), id: symbol.id.clone() };
            found.push([terms.count(body(&lines, symbol, &analysis))]);
            bodies.push(Body { key, span: symbol.span, kind: symbol.kind, name, score: 0.0, words: Vec::new() });
        }
    }
    let collection = Collection::of(FIELDS, &found, terms.len());
    let scored = |(body, found): (Body, [Occurrences; 1])| Body {
        score: collection.score(&found),
        words: terms.words_in(&found[0]),
        ..body
    };
    let holding = bodies.into_iter().zip(found).filter(|(_, found)| found[0].any());
    let mut scored: Vec<Body> = holding.map(scored).collect();
    // The sort is stable.
    scored.sort_by(|a, b| b.score.total_cmp(&a.score));
    scored.truncate(MAX_BODIES);
    Ok(scored)
}

/// Whether symbols of this kind have a body.
pub(super) fn has_body(kind: SymbolKind) -> bool {
    matches!(kind, SymbolKind::Function | SymbolKind::Method | SymbolKind::Property | SymbolKind::Macro)
}

/// The lines of a function, its head first, without those that document it or what is inside it.
fn body<'a>(lines: &'a [&'a str], symbol: &Symbol, analysis: &'a FileAnalysis) -> impl Iterator<Item = &'a str> {
    let Symbol { span, .. } = *symbol;
    let inside = |unit: &&Documentation| unit.owner.is_some() && span.first < unit.span.last && unit.span.first <= span.last;
    let documented: Vec<LineSpan> = analysis.documentation.iter().filter(inside).map(|unit| unit.span).collect();
    let is_code = move |number: u32| !documented.iter().any(|unit| (unit.first..=unit.last).contains(&number));
    let own = (span.first..=span.last).zip(lines.iter().copied().skip(span.first.saturating_sub(1) as usize));
    own.filter(move |(number, _)| is_code(*number)).map(|(_, line)| line)
}

#[cfg(test)]
mod tests {
    use codira_contracts::{DocumentationFormat, DocumentationKind, Language, StableId};

    use super::*;

    #[test]
    fn what_documents_a_function_is_no_part_of_its_body() {
        let lines = ["# Fills.", "def fill():", "    \"\"\"Fills it.\"\"\"", "    pour()", "def stop(): \"Stops.\""];
        let unit = |owner: &str, line| Documentation {
            id: StableId::new(format!("doc:{owner}:{line}")),
            format: DocumentationFormat::PlainText,
            kind: DocumentationKind::Function,
            title: owner.to_owned(),
            heading_path: Vec::new(),
            span: LineSpan::new(line, line),
            text: String::new(),
            owner: Some(StableId::new(owner)),
        };
        let mut analysis = FileAnalysis::new(Language::from_static("python"), "cache");
        analysis.documentation = vec![unit("fill", 1), unit("fill", 3), unit("stop", 5)];
        let of = |name, first, last| {
            let symbol = Symbol { span: LineSpan::new(first, last), ..Symbol::new(name, SymbolKind::Function, name) };
            body(&lines, &symbol, &analysis).collect::<Vec<_>>()
        };
        assert_eq!(of("fill", 2, 4), ["def fill():", "    pour()"]);
        assert_eq!(of("stop", 5, 5), [lines[4]], "the line of its head is code, too");
        assert_eq!(of("gone", 9, 12), [""; 0]);
    }
}
