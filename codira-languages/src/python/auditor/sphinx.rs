//! Docstrings as Sphinx reads them: fields between colons.

use super::docstring::{Docstring, is_name, meant};

const PARAMETERS: &[&str] = &["param", "parameter", "arg", "argument", "key", "keyword", "kwarg"];
const RETURNS: &[&str] = &["return", "returns", "rtype"];
const YIELDS: &[&str] = &["yield", "yields", "ytype"];
const RAISES: &[&str] = &["raise", "raises", "except", "exception"];

/// The name of the field that a line begins with, what stands behind the name, and whether the
/// field is closed.
fn field(line: &str) -> Option<(&str, &str, bool)> {
    let inside = line.trim().strip_prefix(':')?;
    let (head, is_closed) = inside.split_once(':').map_or((inside, false), |(head, _)| (head, true));
    let (name, argument) = head.split_once(' ').unwrap_or((head, ""));
    is_name(name).then_some((name, argument.trim(), is_closed))
}

fn is_known(name: &str) -> bool {
    name == "type" || [PARAMETERS, RETURNS, YIELDS, RAISES].iter().any(|names| names.contains(&name))
}

/// Whether lines have a field of Sphinx.
pub(super) fn shows(lines: &[&str]) -> bool {
    lines.iter().any(|line| field(line).is_some_and(|(name, _, is_closed)| is_closed && is_known(name)))
}

/// Reads lines into `docstring`.
pub(super) fn read<'t>(lines: &[&'t str], docstring: &mut Docstring<'t>) {
    for line in lines {
        let Some((name, argument, is_closed)) = field(line) else { continue };
        if !is_known(name) {
            if let Some(known) = meant(name, &["param", "type", "returns", "rtype", "raises", "yields"])
                && is_closed
            {
                docstring.problem(line, format!("`:{name}:` is no field; `:{known}:` is"));
            }
            continue;
        }
        if !is_closed {
            docstring.problem(line, format!("the field `:{name}` has no closing colon"));
        }
        docstring.tells_returned |= RETURNS.contains(&name);
        docstring.tells_yielded |= YIELDS.contains(&name);
        docstring.tells_raised |= RAISES.contains(&name);
        if PARAMETERS.contains(&name) || name == "type" {
            // A type may stand before the name.
            let parameter = argument.rsplit(' ').next().unwrap_or_default();
            if parameter.is_empty() {
                docstring.problem(line, format!("the field `:{name}:` names no parameter"));
            }
            let told = docstring.parameters.iter().any(|each| each.name == parameter.trim_start_matches('*'));
            if !told {
                docstring.add_parameters(parameter, false);
            }
        }
    }
}
