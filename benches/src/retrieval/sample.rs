//! The questions: first sentences of documented functions.

use std::collections::HashSet;

use codira_contracts::{BackendError, ContentHash, IndexReader, PathPrefix, Symbol, SymbolKey, SymbolKind, text};

/// A question with its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The first sentence.
    pub text: String,
    /// The function that it is about.
    pub answer: SymbolKey,
    /// Whether the sentence holds the name of the function: that needs no semantic search.
    pub names_it: bool,
}

/// Whether functions of this kind are asked for, and answers.
pub fn is_function(kind: SymbolKind) -> bool {
    matches!(kind, SymbolKind::Function | SymbolKind::Method)
}

/// At most `count` questions about the functions of an index: always the same of the same
/// repository. Sentences of less than four words are left out, and so are those that several
/// functions have.
///
/// # Errors
///
/// What the reader says.
pub async fn sample(reader: &impl IndexReader, count: usize) -> Result<Vec<Question>, BackendError> {
    let mut questions = Vec::new();
    for state in reader.file_states(&PathPrefix::root()).await? {
        let Some(file) = reader.file(&state.path).await? else { continue };
        for symbol in file.analysis.symbols.iter().filter(|symbol| is_function(symbol.kind)) {
            let sentence = symbol.documentation.as_deref().map(first_sentence).unwrap_or_default();
            if text::words(&sentence).count() >= 4 {
                let answer = SymbolKey { path: state.path.clone(), id: symbol.id.clone() };
                questions.push(Question { names_it: names(&sentence, symbol), text: sentence, answer });
            }
        }
    }
    let mut seen = HashSet::new();
    let repeated: HashSet<String> =
        questions.iter().filter(|question| !seen.insert(&question.text)).map(|question| question.text.clone()).collect();
    questions.retain(|question| !repeated.contains(&question.text));
    // By hash: in no order that has to do with the repository.
    questions.sort_by_key(|question| ContentHash::of(question.answer.to_string().as_bytes()));
    questions.truncate(count);
    Ok(questions)
}

/// The first sentence of a documentation text, on one line.
fn first_sentence(text: &str) -> String {
    let paragraph = text.trim_start().lines().map(str::trim).take_while(|line| !line.is_empty());
    let paragraph = paragraph.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ");
    let end = paragraph.find(". ").or_else(|| paragraph.strip_suffix('.').map(str::len)).unwrap_or(paragraph.len());
    paragraph[..end].to_owned()
}

/// Whether a sentence holds every part of a symbol's name, or the name itself.
fn names(sentence: &str, symbol: &Symbol) -> bool {
    let sentence = sentence.to_lowercase();
    let name = symbol.name.to_lowercase();
    let words: HashSet<&str> = text::words(&sentence).collect();
    let parts = symbol.name.split('_').flat_map(humps);
    words.contains(&*name) || parts.into_iter().all(|part| words.iter().any(|word| word.starts_with(&part)))
}

/// The parts of a name that begin with a capital, in lower case.
fn humps(piece: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for char in piece.chars() {
        match parts.last_mut() {
            Some(part) if !char.is_uppercase() => part.push(char),
            _ => parts.push(char.to_lowercase().collect()),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::{first_sentence, names};
    use codira_contracts::{Symbol, SymbolKind};

    #[test]
    fn a_sentence_ends_with_its_dot_or_paragraph() {
        assert_eq!(first_sentence("\n  Locks this\n  mutex. Never fails.\n\nMore."), "Locks this mutex");
        assert_eq!(first_sentence("Locks it\n\nMore."), "Locks it");
        assert_eq!(first_sentence("Locks it."), "Locks it");
    }

    #[test]
    fn a_name_is_in_a_sentence_by_all_its_parts() {
        let symbol = |name| Symbol::new("f", SymbolKind::Function, name);
        assert!(names("Get the next value", &symbol("get_next")));
        assert!(names("See get_next for more", &symbol("get_next")));
        assert!(names("Get the next value", &symbol("getNext")));
        assert!(!names("The next value", &symbol("get_next")));
    }
}
