//! Common words, which weigh little: most texts about code have them.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// The weight of a word, at most 16: `word` is in lower case and whole.
pub(super) fn weight(word: &str) -> u32 {
    static WEIGHTS: LazyLock<FxHashMap<&str, u32>> = LazyLock::new(|| {
        let of = |words: &'static [&str], weight| words.iter().map(move |word| (*word, weight));
        of(GRAMMAR, 2).chain(of(PROGRAMMING, 7)).collect()
    });
    WEIGHTS.get(word).copied().unwrap_or(16)
}

/// The stop words of English.
#[rustfmt::skip]
const GRAMMAR: &[&str] = &[
    "a", "about", "above", "after", "all", "also", "an", "and", "any", "are", "as", "at", "be", "because", "been", "before",
    "being", "below", "both", "but", "by", "can", "cannot", "could", "did", "do", "does", "doing", "each", "either", "etc",
    "every", "for", "from", "get", "gets", "given", "had", "has", "have", "having", "he", "her", "here", "his", "how",
    "however", "i", "if", "in", "into", "is", "it", "its", "itself", "just", "like", "may", "might", "more", "most", "must",
    "need", "no", "nor", "not", "of", "on", "once", "one", "only", "or", "other", "our", "out", "over", "own", "s", "same",
    "shall", "she", "should", "since", "so", "some", "such", "t", "than", "that", "the", "their", "them", "then", "there",
    "these", "they", "this", "those", "through", "thus", "to", "too", "under", "until", "up", "upon", "use", "used", "uses",
    "using", "via", "was", "way", "we", "were", "what", "when", "where", "whether", "which", "while", "who", "whose", "why",
    "will", "with", "within", "without", "would", "you", "your",
];

/// The words that programs and their documentation are full of.
#[rustfmt::skip]
const PROGRAMMING: &[&str] = &[
    "arg", "args", "argument", "arguments", "bool", "call", "called", "calls", "char", "class", "code", "const", "constant",
    "crate", "data", "def", "default", "dict", "example", "fn", "function", "functions", "impl", "init", "int", "item",
    "kwargs", "lib", "list", "main", "make", "makes", "method", "methods", "mod", "module", "mut", "name", "new", "none",
    "note", "null", "number", "obj", "object", "objects", "option", "param", "parameter", "parameters", "property", "prototype",
    "pub", "py", "result", "return", "returned", "returns", "rs", "self", "set", "sets", "src", "static", "std", "str",
    "string", "struct", "test", "tests", "true", "tuple", "type", "value", "values", "void",
];

#[cfg(test)]
mod tests {
    use super::{GRAMMAR, PROGRAMMING};

    #[test]
    fn the_lists_are_sorted_and_apart() {
        assert!(GRAMMAR.is_sorted() && PROGRAMMING.is_sorted());
        assert!(GRAMMAR.iter().all(|word| PROGRAMMING.binary_search(word).is_err()));
    }
}
