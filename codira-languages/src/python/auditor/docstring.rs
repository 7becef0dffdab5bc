//! The contents of a docstring, in any convention.

use super::{google, numpy, sphinx};

/// A convention, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Nothing but text.
    Prose,
    /// Underlined sections.
    Numpy,
    /// Sections that end with a colon and are indented.
    Google,
    /// Fields between colons.
    Sphinx,
}

/// A parameter that a docstring describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Documented<'t> {
    /// Its name, without stars.
    pub(super) name: &'t str,
    /// Whether it need not be in the signature: it is an attribute, or goes through `**kwargs` to
    /// somewhere else.
    pub(super) is_optional: bool,
}

/// Something that does not have the form that it should have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem<'t> {
    /// Text of the line where it is.
    pub(super) near: &'t str,
    /// What is wrong: the rest of a sentence.
    pub(super) message: String,
}

/// The contents of a docstring.
#[derive(Debug)]
pub(super) struct Docstring<'t> {
    pub(super) style: Style,
    /// The parameters that it describes, in order.
    pub(super) parameters: Vec<Documented<'t>>,
    pub(super) tells_returned: bool,
    pub(super) tells_yielded: bool,
    pub(super) tells_raised: bool,
    /// Whether it has to be complete: it describes something in the form of its convention, or is
    /// long and held to one.
    pub(super) is_held_to_all: bool,
    /// Whether it says that parameters are described elsewhere.
    pub(super) refers_elsewhere: bool,
    pub(super) problems: Vec<Problem<'t>>,
}

impl<'t> Docstring<'t> {
    /// Reads a clean docstring: in the style that is configured, else in the one that it shows.
    pub(super) fn read(text: &'t str, configured: Option<Style>) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let shown = || match () {
            () if numpy::shows(&lines) => Style::Numpy,
            () if sphinx::shows(&lines) => Style::Sphinx,
            () if google::shows(&lines) => Style::Google,
            () => Style::Prose,
        };
        let style = configured.unwrap_or_else(shown);
        let mut docstring = Self {
            style,
            parameters: Vec::new(),
            tells_returned: false,
            tells_yielded: false,
            tells_raised: false,
            is_held_to_all: false,
            refers_elsewhere: false,
            problems: Vec::new(),
        };
        match style {
            Style::Prose => {}
            Style::Numpy => numpy::read(&lines, &mut docstring),
            Style::Google => google::read(&lines, &mut docstring),
            Style::Sphinx => sphinx::read(&lines, &mut docstring),
        }
        let tells =
            !docstring.parameters.is_empty() || docstring.tells_returned || docstring.tells_yielded || docstring.tells_raised;
        let is_long = lines.iter().any(|line| line.is_empty());
        docstring.is_held_to_all = tells || configured.is_some() && is_long;
        // In any form, a sentence may describe it, too.
        let says =
            |words: [&str; 2]| lines.iter().any(|line| words.contains(&line.trim().split(' ').next().unwrap_or_default()));
        docstring.tells_returned |= says(["Return", "Returns"]);
        docstring.tells_yielded |= says(["Yield", "Yields"]);
        docstring.tells_raised |= says(["Raise", "Raises"]);
        docstring
    }

    pub(super) fn problem(&mut self, near: &'t str, message: String) {
        self.problems.push(Problem { near: near.trim(), message });
    }

    /// Adds parameters by a text such as `x, *args`; what is no name is left out.
    pub(super) fn add_parameters(&mut self, names: &'t str, is_optional: bool) {
        let names = names.split(',').map(unmarked).filter(|name| is_name(name));
        self.parameters.extend(names.map(|name| Documented { name, is_optional }));
    }
}

/// Whether a text is one name.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && text.chars().all(|char| char.is_alphanumeric() || char == '_')
}

/// A parameter without its stars and without marks of reStructuredText.
fn unmarked(parameter: &str) -> &str {
    parameter.trim().trim_start_matches(['*', '\\', '`']).trim_end_matches('`')
}

/// Whether a text is one parameter: a name, perhaps with stars or marks.
pub(super) fn is_parameter(text: &str) -> bool {
    is_name(unmarked(text))
}

/// How far a line is indented.
pub(super) fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The known name that a misspelt one is meant to be: it differs by a letter or by case.
pub(super) fn meant<'k>(title: &str, known: &'k [&'k str]) -> Option<&'k str> {
    let folded = title.to_lowercase();
    known.iter().copied().find(|name| *name != title && strsim::damerau_levenshtein(&folded, &name.to_lowercase()) <= 1)
}
