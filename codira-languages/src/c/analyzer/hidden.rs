//! The macros in declarations that the parser does not get to see, once they are found.

use std::{borrow::Cow, ops::Range};

use super::{preprocess::blank, specifiers::Declaration, statements::for_each_declaration};

/// A macro that the parser does not get to see, with its arguments.
pub(super) struct HiddenMacro {
    pub(super) range: Range<usize>,
    /// It belongs to the whole declaration, not to a parameter.
    pub(super) outermost: bool,
}

/// The macros that the parser does not get to see, in the order of their positions.
#[derive(Default)]
pub(super) struct Macros {
    pub(super) hidden: Vec<HiddenMacro>,
    /// The names of those that have arguments.
    pub(super) calls: Vec<Range<usize>>,
}

impl Macros {
    /// Finds the macros in declarations.
    pub(super) fn find(code: &str) -> Self {
        let mut macros = Self::default();
        for_each_declaration(code, |tokens, form| Declaration::new(code, tokens, form, &mut macros).read());
        // The members of a type are read before the declaration that encloses them.
        macros.hidden.sort_by_key(|hidden| hidden.range.start);
        macros
    }

    /// The code without them.
    pub(super) fn without<'t>(&self, code: &'t str) -> Cow<'t, str> {
        let ranges: Vec<Range<usize>> = self.hidden.iter().map(|hidden| hidden.range.clone()).collect();
        blank(code, &ranges)
    }

    /// Where a declaration begins whose parsed part begins at `start`: before the macros in front
    /// of it.
    pub(super) fn begin(&self, mut start: usize, code: &str) -> usize {
        let mut before = self.hidden.partition_point(|hidden| hidden.range.start < start);
        while let Some(HiddenMacro { range, .. }) = before.checked_sub(1).map(|index| &self.hidden[index]) {
            // A blank line ends a declaration.
            let between = code.get(range.end..start).filter(|between| between.trim().is_empty());
            if between.is_none_or(|between| between.matches('\n').count() > 1) {
                break;
            }
            start = range.start;
            before -= 1;
        }
        start
    }

    /// The macros of the declaration that takes a range.
    pub(super) fn within(&self, range: Range<usize>) -> impl Iterator<Item = &Range<usize>> {
        let first = self.hidden.partition_point(|hidden| hidden.range.start < range.start);
        let inside = self.hidden[first..].iter().take_while(move |hidden| hidden.range.end <= range.end);
        inside.filter(|hidden| hidden.outermost).map(|hidden| &hidden.range)
    }
}
