//! Docstrings as numpydoc reads them: sections under underlined titles.

use super::docstring::{Docstring, indent, is_name, is_parameter, meant};

const SECTIONS: &[&str] = &[
    "Parameters",
    "Other Parameters",
    "Attributes",
    "Methods",
    "Returns",
    "Yields",
    "Receives",
    "Raises",
    "Warns",
    "Warnings",
    "See Also",
    "Notes",
    "References",
    "Examples",
];

/// Whether lines have a section of numpydoc.
pub(super) fn shows(lines: &[&str]) -> bool {
    lines.windows(2).any(|pair| SECTIONS.contains(&pair[0].trim()) && is_underline(pair[1]))
}

/// A section: its title, and the lines below its underline.
struct Section<'l, 't> {
    title: &'t str,
    body: &'l [&'t str],
}

/// Reads lines into `docstring`.
pub(super) fn read<'t>(lines: &[&'t str], docstring: &mut Docstring<'t>) {
    let mut titles: Vec<&str> = Vec::new();
    for Section { title, body } in sections(lines, docstring) {
        let is_known = SECTIONS.contains(&title);
        if is_known && titles.contains(&title) {
            docstring.problem(title, format!("the section `{title}` is there twice"));
        }
        titles.push(title);
        let has_text = body.iter().any(|line| !line.trim().is_empty());
        if is_known && !has_text {
            docstring.problem(title, format!("the section `{title}` is empty"));
        }
        match title {
            "Parameters" | "Other Parameters" => entries(body, docstring),
            "Attributes" => {}
            "Returns" => docstring.tells_returned = true,
            "Yields" => docstring.tells_yielded = true,
            "Raises" => docstring.tells_raised = true,
            _ => {}
        }
    }
}

/// The sections of lines; what is wrong with their titles goes to `docstring`.
fn sections<'l, 't>(lines: &'l [&'t str], docstring: &mut Docstring<'t>) -> Vec<Section<'l, 't>> {
    let is_head = |at: usize| {
        let title = lines[at].trim();
        !title.is_empty()
            && !is_underline(title)
            && lines.get(at + 1).is_some_and(|line| is_underline(line))
            && indent(lines[at]) <= 3
    };
    let heads: Vec<usize> = (0..lines.len()).filter(|&at| is_head(at)).collect();
    let mut sections = Vec::new();
    for (index, &at) in heads.iter().enumerate() {
        let (written, underline) = (lines[at].trim(), lines[at + 1].trim());
        // Case does not matter to numpydoc.
        let title = SECTIONS.iter().copied().find(|known| known.eq_ignore_ascii_case(written)).unwrap_or(written);
        let end = heads.get(index + 1).copied().unwrap_or(lines.len());
        if SECTIONS.contains(&title) {
            if underline.chars().count() != title.chars().count() {
                let (marks, letters) = (underline.chars().count(), title.chars().count());
                docstring.problem(written, format!("the underline of `{title}` has {marks} marks for {letters} letters"));
            }
        } else if let Some(known) = meant(title, SECTIONS) {
            docstring.problem(title, format!("`{title}` is no section; `{known}` is"));
        }
        sections.push(Section { title: meant(title, SECTIONS).unwrap_or(title), body: &lines[at + 2..end] });
    }
    // A title that stands alone, with its text below, but has no underline.
    for (at, line) in lines.iter().enumerate() {
        let is_alone =
            at > 0 && lines[at - 1].trim().is_empty() && lines.get(at + 1).is_some_and(|next| !next.trim().is_empty());
        let title = line.trim_end_matches(':');
        if is_alone && SECTIONS.contains(&title) && !is_underline(lines[at + 1]) {
            docstring.problem(title, format!("the section `{title}` is not underlined"));
        }
    }
    sections
}

fn is_underline(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 3 && (line.bytes().all(|byte| byte == b'-') || line.bytes().all(|byte| byte == b'='))
}

/// The parameters of a section: each line that is not indented below the others begins one.
fn entries<'t>(body: &[&'t str], docstring: &mut Docstring<'t>) {
    let Some(margin) = body.iter().filter(|line| !line.trim().is_empty()).map(|line| indent(line)).min() else { return };
    for line in body.iter().filter(|line| !line.trim().is_empty() && indent(line) == margin) {
        let line = line.trim();
        if line.starts_with("..") || line.trim_end_matches('.').eq_ignore_ascii_case("none") {
            continue;
        }
        let typed = line.split_once(" : ");
        let names = typed.or_else(|| line.split_once(": ")).map_or(line, |(names, _)| names).trim_end_matches([' ', ':']);
        // Default values and remarks may follow the name.
        let first = names.split([' ', '=']).next().filter(|first| typed.is_some() && is_name(first));
        match first.filter(|_| !is_list(names)).unwrap_or(names) {
            names if is_list(names) => docstring.add_parameters(names, names.contains("...")),
            // Text such as "See `numpy.all`", or a placeholder that the program fills.
            _ => docstring.refers_elsewhere = true,
        }
    }
}

/// Whether a text is a list of parameters: names with or without stars, or the dots of a list that
/// goes on.
fn is_list(names: &str) -> bool {
    names.split(',').map(str::trim).all(|name| name == "..." || is_parameter(name))
}
