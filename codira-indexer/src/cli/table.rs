//! Columns for terminals.

use std::io::{self, Write};

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use super::style::{self, Styled};

/// A cell: text without control characters, and its style.
pub(crate) struct Cell {
    text: String,
    style: Style,
    right: bool,
}

impl Cell {
    /// A cell on the left of its column.
    pub(crate) fn new(style: Style, text: impl ToString) -> Self {
        Self { text: text.to_string(), style, right: false }
    }

    /// A number: on the right of its column, and pale when it is zero.
    pub(crate) fn number(number: u64) -> Self {
        let style = if number == 0 { style::DIM } else { Style::new() };
        Self { text: number.to_string(), style, right: true }
    }

    /// On the right of its column.
    pub(crate) fn right(self) -> Self {
        Self { right: true, ..self }
    }
}

enum Row {
    Cells(Vec<Cell>),
    Heading(String),
}

/// Rows that are aligned when they are printed.
#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
}

impl Table {
    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(Row::Cells(cells.into_iter().collect()));
    }

    /// Adds a line across all columns.
    pub(crate) fn heading(&mut self, text: impl ToString) {
        self.rows.push(Row::Heading(text.to_string()));
    }

    /// Prints the rows, cells behind `indent` and with two spaces between columns.
    pub(crate) fn print(&self, out: &mut dyn Write, indent: &str) -> io::Result<()> {
        let mut widths = Vec::new();
        for row in &self.rows {
            let Row::Cells(cells) = row else { continue };
            widths.resize(widths.len().max(cells.len()), 0);
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = cell.text.width().max(*width);
            }
        }
        for row in &self.rows {
            match row {
                Row::Heading(text) => writeln!(out, "{text}")?,
                Row::Cells(cells) => print_cells(cells, &widths, indent, out)?,
            }
        }
        Ok(())
    }
}

fn print_cells(cells: &[Cell], widths: &[usize], indent: &str, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{indent}")?;
    // Nothing is padded that nothing follows.
    let last = cells.iter().rposition(|cell| !cell.text.is_empty()).unwrap_or(0);
    for (column, (cell, width)) in cells.iter().zip(widths).enumerate().take(last + 1) {
        let gap = if column == 0 { "" } else { "  " };
        let padding = " ".repeat(width - cell.text.width());
        let text = Styled(cell.style, &cell.text);
        match cell.right {
            true => write!(out, "{gap}{padding}{text}")?,
            false if column == last => write!(out, "{gap}{text}")?,
            false => write!(out, "{gap}{text}{padding}")?,
        }
    }
    writeln!(out)
}
