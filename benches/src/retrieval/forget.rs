//! Analyzers that do not see the documentation of some functions.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use codira_contracts::{FileAnalysis, Language, RepoPath, StableId, Symbol, Tool};
use codira_languages::{LanguageAnalyzer, SourceFile};

use super::Question;

/// An analyzer that gives the analysis of another, but for the documentation of the functions that
/// are asked for: neither as part of the symbol, nor as a unit, nor in the source.
pub struct Forgetful {
    inner: Arc<dyn LanguageAnalyzer>,
    answers: Arc<HashMap<RepoPath, HashSet<StableId>>>,
}

impl Forgetful {
    /// Makes each of `analyzers` forget the answers of `questions`.
    pub fn wrap(analyzers: Vec<Arc<dyn LanguageAnalyzer>>, questions: &[Question]) -> Vec<Arc<dyn LanguageAnalyzer>> {
        let mut answers: HashMap<_, HashSet<_>> = HashMap::new();
        for Question { answer, .. } in questions {
            answers.entry(answer.path.clone()).or_default().insert(answer.id.clone());
        }
        let answers = Arc::new(answers);
        let wrap = |inner| Arc::new(Self { inner, answers: Arc::clone(&answers) }) as Arc<dyn LanguageAnalyzer>;
        analyzers.into_iter().map(wrap).collect()
    }
}

impl LanguageAnalyzer for Forgetful {
    fn tool(&self) -> &Tool {
        self.inner.tool()
    }

    fn language(&self) -> &Language {
        self.inner.language()
    }

    fn globs(&self) -> &[&'static str] {
        self.inner.globs()
    }

    fn claims(&self, path: &RepoPath, first_line: &str) -> bool {
        self.inner.claims(path, first_line)
    }

    fn analyze(&self, file: SourceFile<'_>) -> FileAnalysis {
        let mut analysis = self.inner.analyze(SourceFile { path: file.path, text: file.text });
        let Some(ids) = self.answers.get(file.path) else { return analysis };
        let mut lines: Vec<&str> = file.text.lines().collect();
        for symbol in analysis.symbols.iter_mut().filter(|symbol| ids.contains(&symbol.id)) {
            forget_lines(&mut lines, symbol);
            symbol.documentation = None;
        }
        analysis.source = lines.join("\n");
        analysis.documentation.retain(|unit| unit.owner.as_ref().is_none_or(|owner| !ids.contains(owner)));
        analysis
    }
}

/// How far before a function its comment may begin, in lines.
const COMMENT_LINES: usize = 200;

/// Blanks the lines that hold the documentation of `symbol`: in the source, it has marks and
/// indentation.
fn forget_lines(lines: &mut [&str], symbol: &Symbol) {
    let texts: HashSet<&str> = symbol.documentation.iter().flat_map(|text| text.lines()).map(str::trim).collect();
    let long = |text: &&str| text.len() > 3;
    let (first, last) = (symbol.span.first as usize, symbol.span.last as usize);
    let last = last.min(lines.len());
    for line in &mut lines[first.saturating_sub(COMMENT_LINES).min(last)..last] {
        if texts.iter().copied().filter(long).any(|text| line.contains(text)) {
            *line = "";
        }
    }
}
