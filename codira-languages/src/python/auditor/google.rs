//! Docstrings as Google's style guide has them: sections whose titles end with a colon, and whose
//! text is indented.

use super::docstring::{Docstring, indent, is_parameter};

const PARAMETERS: &[&str] = &["Args", "Arguments", "Parameters", "Keyword Args", "Keyword Arguments", "Other Parameters"];
const RETURNS: &[&str] = &["Returns", "Return"];
const YIELDS: &[&str] = &["Yields", "Yield"];
const RAISES: &[&str] = &["Raises", "Raise"];

/// The title of a section that says something about a function, without its colon; with the text
/// behind it.
fn title(line: &str) -> Option<(&str, &str)> {
    let (title, rest) = line.trim().split_once(':')?;
    [PARAMETERS, RETURNS, YIELDS, RAISES].iter().any(|titles| titles.contains(&title)).then_some((title, rest.trim()))
}

/// Whether lines have a section of Google's: a title alone on its line, with indented text below
/// or nothing above.
pub(super) fn shows(lines: &[&str]) -> bool {
    (0..lines.len()).any(|at| {
        let is_title = title(lines[at]).is_some_and(|(_, rest)| rest.is_empty());
        let is_below = |next: &&str| !next.trim().is_empty() && indent(next) > indent(lines[at]);
        let has_text = lines.get(at + 1).is_some_and(is_below);
        let is_apart = at > 0 && lines[at - 1].trim().is_empty();
        is_title && (has_text || is_apart)
    })
}

/// Reads lines into `docstring`.
pub(super) fn read<'t>(lines: &[&'t str], docstring: &mut Docstring<'t>) {
    for (at, line) in lines.iter().enumerate() {
        let Some((title, rest)) = title(line) else { continue };
        let margin = indent(line);
        let is_inside = |line: &&&str| line.trim().is_empty() || indent(line) > margin;
        let body: Vec<&'t str> = lines[at + 1..].iter().take_while(is_inside).copied().collect();
        let has_text = body.iter().any(|line| !line.trim().is_empty());
        if PARAMETERS.contains(&title) {
            match has_text {
                true => entries(&body, docstring),
                false if rest.is_empty() => docstring.problem(line, format!("the section `{title}` has no indented text")),
                false => {}
            }
            continue;
        }
        if !has_text && rest.is_empty() {
            docstring.problem(line, format!("the section `{title}` has no indented text"));
        }
        docstring.tells_returned |= RETURNS.contains(&title);
        docstring.tells_yielded |= YIELDS.contains(&title);
        docstring.tells_raised |= RAISES.contains(&title);
    }
}

/// The parameters of a section: `name: text`, `name (type): text`, as items of a list or not; or a
/// name with its text below.
fn entries<'t>(body: &[&'t str], docstring: &mut Docstring<'t>) {
    let lines: Vec<&'t str> = body.iter().copied().filter(|line| !line.trim().is_empty()).collect();
    let Some(margin) = lines.iter().map(|line| indent(line)).min() else { return };
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| indent(line) == margin) {
        let entry = line.trim();
        let entry = entry.strip_prefix("* ").or_else(|| entry.strip_prefix("- ")).unwrap_or(entry);
        let end = entry.find([':', '(']).unwrap_or(entry.len());
        let names = entry[..end].trim();
        if !names.split(',').all(is_parameter) {
            continue;
        }
        let has_text_below = lines.get(at + 1).is_some_and(|next| indent(next) > margin);
        if end == entry.len() && !has_text_below {
            docstring.problem(line, format!("`{names}` is followed by no colon"));
        }
        docstring.add_parameters(names, false);
    }
}
