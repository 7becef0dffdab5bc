//! What is measured: ways to rank functions by a question.

use std::collections::HashSet;

use codira_contracts::{
    BackendError, CandidateOwner, CandidateRequest, EmbeddingSpec, IndexReader, Owners, PathPrefix, SymbolKey, Vector, text,
};

use super::{Score, sample::is_function};

/// Something that ranks functions.
pub trait Ranker {
    /// The best functions for a question, best first.
    fn rank(&self, question: &str) -> Vec<SymbolKey>;
}

/// Counts the words of the question in the lines of each function, as a search by
/// `rg -i 'one|two|three'` does.
pub struct TermCount {
    functions: Vec<(SymbolKey, String)>,
}

/// Stop words.
const STOP_WORDS: &[&str] = &[
    "a", "an", "and", "are", "as", "be", "by", "for", "from", "given", "if", "in", "into", "is", "it", "its", "of", "on", "or",
    "that", "the", "this", "to", "when", "which", "with",
];

impl TermCount {
    /// Reads the lines of every function.
    ///
    /// # Errors
    ///
    /// What the reader says.
    pub async fn read(reader: &impl IndexReader) -> Result<Self, BackendError> {
        let mut functions = Vec::new();
        for state in reader.file_states(&PathPrefix::root()).await? {
            let Some(file) = reader.file(&state.path).await? else { continue };
            let lines: Vec<&str> = file.analysis.source.lines().collect();
            for symbol in file.analysis.symbols.iter().filter(|symbol| is_function(symbol.kind)) {
                let last = (symbol.span.last as usize).min(lines.len());
                let first = (symbol.span.first as usize).saturating_sub(1).min(last);
                let key = SymbolKey { path: state.path.clone(), id: symbol.id.clone() };
                functions.push((key, lines[first..last].join("\n").to_lowercase()));
            }
        }
        Ok(Self { functions })
    }
}

impl Ranker for TermCount {
    fn rank(&self, question: &str) -> Vec<SymbolKey> {
        let question = question.to_lowercase();
        let words: HashSet<&str> = text::words(&question).filter(|word| !STOP_WORDS.contains(word)).collect();
        let count = |(key, text): &(SymbolKey, String)| {
            let counts = words.iter().map(|word| text.matches(word).count());
            let (distinct, total) = counts.fold((0, 0), |(distinct, total), n| (distinct + usize::from(n > 0), total + n));
            (std::cmp::Reverse((distinct, total)), key.clone())
        };
        let mut ranked: Vec<_> = self.functions.iter().map(count).collect();
        ranked.sort();
        ranked.into_iter().take(Score::DEPTH).map(|(_, key)| key).collect()
    }
}

/// The functions whose vectors are most similar.
///
/// # Errors
///
/// What the reader says.
pub async fn by_vectors(
    reader: &impl IndexReader,
    spec: &EmbeddingSpec,
    vector: Vector,
) -> Result<Vec<SymbolKey>, BackendError> {
    // Types and modules are among the candidates, and no answers.
    let candidates = reader.candidates(&CandidateRequest::new(Owners::Symbols, spec.clone(), vector, 100)).await?;
    let functions = candidates.into_iter().filter_map(|candidate| match candidate.owner {
        CandidateOwner::Symbol(entry) if is_function(entry.symbol.kind) => Some(entry.key()),
        CandidateOwner::Symbol(_) | CandidateOwner::Documentation(_) => None,
    });
    Ok(functions.take(Score::DEPTH).collect())
}
