//! How text looks: the few styles of the command, and text of repositories made safe to print.

use std::fmt::{self, Write as _};

use anstyle::{AnsiColor, Style};
use codira_contracts::SymbolSummary;

/// The name that an answer is about.
pub(crate) const NAME: Style = AnsiColor::Green.on_default().bold();
/// A path that heads a group.
pub(crate) const PATH: Style = AnsiColor::Magenta.on_default();
/// What something is.
pub(crate) const KIND: Style = AnsiColor::Cyan.on_default();
/// Less important text.
pub(crate) const DIM: Style = Style::new().dimmed();
/// A heading.
pub(crate) const HEADING: Style = Style::new().bold().underline();
/// A warning.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default();
/// What went wrong.
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();

/// Text in a style.
pub(crate) struct Styled<T>(pub(crate) Style, pub(crate) T);

impl<T: fmt::Display> fmt::Display for Styled<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{:#}", self.0, self.1, self.0)
    }
}

/// Text from a repository: control characters are escaped, so that no answer takes two lines or
/// speaks to the terminal.
pub(crate) struct Clean<T>(pub(crate) T);

impl<T: AsRef<str>> fmt::Display for Clean<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for char in self.0.as_ref().chars() {
            if char.is_control() && char != '\t' {
                write!(f, "{}", char.escape_default())?;
            } else {
                f.write_char(char)?;
            }
        }
        Ok(())
    }
}

/// The name of a symbol for people: its logical name, with the word `module` for a module.
pub(crate) fn title(symbol: &SymbolSummary) -> String {
    match symbol.kind {
        codira_contracts::SymbolKind::Module => format!("module {}", Clean(&symbol.logical_name)),
        _ => Clean(&symbol.logical_name).to_string(),
    }
}

/// Where a symbol begins: `path:line`.
pub(crate) fn location(symbol: &SymbolSummary) -> String {
    format!("{}:{}", Clean(&symbol.key.path), symbol.span.first)
}

/// `1 file`, `2 files`.
pub(crate) fn count(number: u64, singular: &str, plural: &str) -> String {
    format!("{number} {}", if number == 1 { singular } else { plural })
}

/// A line as far as it fits on a page: some are as long as a file.
pub(crate) fn shortened(line: &str) -> String {
    const LONGEST: usize = 160;
    let mut chars = line.chars();
    let start: String = chars.by_ref().take(LONGEST).collect();
    format!("{}{}", Clean(start.replace('\t', " ")), if chars.next().is_some() { "…" } else { "" })
}
