//! Docstrings: finding them, and taking their indentation away.

use ruff_python_ast::{Expr, ExprStringLiteral, Stmt};

/// How many columns a tab reaches at most, as `str.expandtabs` has it.
const TAB_STOP: usize = 8;

/// The string literal that `statement` consists of, if it does.
pub(super) fn string_statement(statement: &Stmt) -> Option<&ExprStringLiteral> {
    match statement {
        Stmt::Expr(statement) => match &*statement.value {
            Expr::StringLiteral(literal) => Some(literal),
            _ => None,
        },
        _ => None,
    }
}

/// The text of a docstring, cleaned as `inspect.cleandoc` does; `None` where nothing is left.
///
/// The indentation that all lines but the first share is taken away, so are blank lines at both
/// ends and, in any line without other text, whitespace.
pub(super) fn clean(text: &str) -> Option<String> {
    if !text.contains(['\n', '\t']) {
        let text = text.trim();
        return (!text.is_empty()).then(|| text.to_owned());
    }
    let expanded = expand_tabs(text);
    let mut lines: Vec<&str> = expanded.lines().collect();
    let indentation = |line: &&str| line.len() - line.trim_start_matches(' ').len();
    let margin = lines.iter().skip(1).filter(|line| !line.trim().is_empty()).map(indentation).min().unwrap_or(0);
    for (number, line) in lines.iter_mut().enumerate() {
        *line = match number {
            0 => line.trim_start(),
            _ => line.get(margin..).unwrap_or(""),
        };
        if line.trim().is_empty() {
            *line = "";
        }
    }
    let first = lines.iter().position(|line| !line.is_empty())?;
    let last = lines.iter().rposition(|line| !line.is_empty())?;
    Some(lines[first..=last].join("\n"))
}

fn expand_tabs(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains('\t') {
        return text.into();
    }
    let mut expanded = String::with_capacity(text.len() + TAB_STOP);
    let mut column = 0;
    for char in text.chars() {
        match char {
            '\t' => {
                let width = TAB_STOP - column % TAB_STOP;
                expanded.extend(std::iter::repeat_n(' ', width));
                column += width;
            }
            '\n' | '\r' => {
                expanded.push(char);
                column = 0;
            }
            char => {
                expanded.push(char);
                column += 1;
            }
        }
    }
    expanded.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_indentation_goes_and_the_rest_stays() {
        let text = " Run it.\n\n        :param host: where\n            it listens\n    \tdone\n    ";
        assert_eq!(clean(text).as_deref(), Some("Run it.\n\n:param host: where\n    it listens\ndone"));
    }

    #[test]
    fn blank_docstrings_say_nothing() {
        assert_eq!(clean(" \t"), None);
        assert_eq!(clean("\n  \n"), None);
        assert_eq!(clean(" one line "), Some("one line".to_owned()));
    }
}
