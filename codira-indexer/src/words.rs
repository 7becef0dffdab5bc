//! Words as a search has them: the parts of identifiers, in lower case, without their endings.

use codira_contracts::text;

/// The search words of a text, in order, repeated ones too: those of its [parts](parts), as
/// [`stem`]s.
pub(crate) fn stems(text: &str) -> impl Iterator<Item = String> {
    text::words(text).flat_map(parts).map(|part| stem(&part.to_lowercase()).to_owned())
}

/// The parts of a word: `get_queryset` and `HTTPServer` have two. Nothing is empty, and no part
/// holds an underscore.
pub(crate) fn parts(word: &str) -> impl Iterator<Item = &str> {
    word.split('_').flat_map(|piece| Humps { rest: piece })
}

/// The parts of a piece without underscores: a part begins where a capital follows something else,
/// or stands before a small letter.
struct Humps<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Humps<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let mut chars = self.rest.char_indices().peekable();
        let (_, mut before) = chars.next()?;
        while let Some((at, char)) = chars.next() {
            let next_is_small = chars.peek().is_some_and(|(_, next)| next.is_lowercase());
            if char.is_uppercase() && (!before.is_uppercase() || next_is_small) {
                let (part, rest) = self.rest.split_at(at);
                self.rest = rest;
                return Some(part);
            }
            before = char;
        }
        Some(std::mem::take(&mut self.rest))
    }
}

/// A word in lower case without its English ending, so that `cache`, `caches`, `cached` and
/// `caching` are one.
///
/// Light: it knows the endings that names and documentation differ by, and no exceptions. Words of
/// other scripts are left as they are.
pub(crate) fn stem(word: &str) -> &str {
    if word.len() <= 3 || !word.is_ascii() {
        return word;
    }
    let singular = match word {
        _ if word.ends_with("ss") || word.ends_with("us") || word.ends_with("is") => word,
        _ if ["sses", "shes", "ches", "xes", "zes"].iter().any(|end| word.ends_with(end)) => &word[..word.len() - 2],
        _ => word.strip_suffix('s').unwrap_or(word),
    };
    let bare = |ending: &str, least: usize| {
        singular.strip_suffix(ending).filter(|rest| rest.len() >= least && rest.contains(['a', 'e', 'i', 'o', 'u', 'y']))
    };
    let verb = bare("ing", 3).or_else(|| bare("ed", 3));
    let root = match verb {
        Some(rest) => undoubled(rest),
        None => {
            let noun = bare("ment", 4).or_else(|| bare("able", 4)).or_else(|| bare("ly", 4));
            let noun = noun.or_else(|| bare("ion", 4).filter(|rest| rest.ends_with(['t', 's'])));
            noun.or_else(|| bare("er", 4).or_else(|| bare("or", 4)).map(undoubled)).unwrap_or(singular)
        }
    };
    match root {
        _ if root.len() <= 3 => root,
        _ if root.ends_with("ie") => &root[..root.len() - 2],
        _ => root.strip_suffix(['e', 'y', 'i']).unwrap_or(root),
    }
}

/// `stopp` without its second `p`.
fn undoubled(root: &str) -> &str {
    let bytes = root.as_bytes();
    match bytes {
        [.., a, b] if a == b && !matches!(b, b'l' | b's' | b'z' | b'e' | b'o') => &root[..root.len() - 1],
        _ => root,
    }
}

#[cfg(test)]
mod tests {
    use super::{parts, stem, stems};

    #[test]
    fn identifiers_fall_into_parts() {
        for (word, expected) in [
            ("get_queryset", &["get", "queryset"][..]),
            ("HTTPServer", &["HTTP", "Server"]),
            ("__init__", &["init"]),
            ("fooBarBaz", &["foo", "Bar", "Baz"]),
            ("Base64Encoder", &["Base64", "Encoder"]),
            ("SQLITE_OK", &["SQLITE", "OK"]),
            ("AbcD", &["Abc", "D"]),
            ("größeÄndern", &["größe", "Ändern"]),
            ("_", &[]),
            ("x", &["x"]),
        ] {
            assert_eq!(parts(word).collect::<Vec<_>>(), expected, "{word}");
        }
    }

    #[test]
    fn forms_of_a_word_have_one_stem() {
        for family in [
            &["cache", "caches", "cached", "caching"][..],
            &["invalidate", "invalidated", "invalidation", "invalidates", "invalidating"],
            &["query", "queries", "querying"],
            &["schedule", "scheduler", "scheduling", "scheduled"],
            &["iterate", "iterator", "iteration", "iterators"],
            &["stop", "stopped", "stopping", "stops"],
            &["match", "matches", "matching", "matched", "matcher"],
            &["class", "classes"],
            &["serialize", "serializer", "serializable"],
            &["process", "processes", "processing"],
        ] {
            assert!(family.iter().all(|word| stem(word) == stem(family[0])), "{:?}", family.map(stem));
        }
        assert_ne!(stem("string"), stem("str"));
    }

    trait MapStems {
        fn map(&self, stem: impl Fn(&str) -> &str) -> Vec<String>;
    }
    impl MapStems for [&str] {
        fn map(&self, stem: impl Fn(&str) -> &str) -> Vec<String> {
            self.iter().map(|word| stem(word).to_owned()).collect()
        }
    }

    #[test]
    fn a_text_is_its_stems() {
        assert_eq!(stems("Closes the DBConnection.").collect::<Vec<_>>(), ["clos", "the", "db", "connect"]);
    }
}
