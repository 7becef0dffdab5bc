//! Telling reStructuredText from plain text by its marks.

/// Whether a text has marks that only reStructuredText has: a directive or label, a role, a field,
/// a literal, a literal block.
pub(crate) fn is_restructuredtext(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim();
        is_explicit(line) || is_field(line) || has_role(line) || has_literal(line) || (line.len() > 2 && line.ends_with("::"))
    })
}

/// `.. note::`, `.. _label:`, `.. [1] footnote`
fn is_explicit(line: &str) -> bool {
    let Some(rest) = line.strip_prefix(".. ") else { return false };
    let name = rest.split_once("::").map(|(name, _)| name);
    rest.starts_with(['_', '[']) || name.is_some_and(|name| !name.is_empty() && !name.contains(char::is_whitespace))
}

/// `:param name: text`
fn is_field(line: &str) -> bool {
    let Some((name, _)) = line.strip_prefix(':').and_then(|rest| rest.split_once(':')) else { return false };
    let word = name.split(' ').next().unwrap_or_default();
    !word.is_empty() && word.chars().all(|char| char.is_ascii_lowercase() || char == '-' || char == '_')
}

/// ``:class:`Name` ``
fn has_role(line: &str) -> bool {
    line.split('`').any(|part| {
        let name = part.strip_suffix(':').and_then(|part| part.rsplit_once(':')).map(|(_, name)| name);
        name.is_some_and(|name| {
            !name.is_empty() && name.chars().all(|char| char.is_ascii_alphanumeric() || "-_.+".contains(char))
        })
    })
}

/// ``` ``literal`` ```, and no fence of Markdown.
fn has_literal(line: &str) -> bool {
    let Some((_, rest)) = line.split_once("``") else { return false };
    !line.contains("```") && rest.find("``").is_some_and(|end| end > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_tell() {
        let marked = [
            ".. note:: Beware.",
            ".. _here:",
            ":param host: where it listens",
            "See :class:`~flask.Flask`.",
            "Set ``DEBUG`` first.",
            "For example::",
        ];
        marked.iter().for_each(|text| assert!(is_restructuredtext(text), "{text}"));
        let plain =
            ["Run it.", "Args:\n    host: where", "a :: b", "`code`", "```sh\nls\n```", "12:30: lunch", "std::fs, ..", ""];
        plain.iter().for_each(|text| assert!(!is_restructuredtext(text), "{text}"));
    }
}
