//! Annotations: expressions in which strings hold expressions too.

use codira_contracts::UseKind;
use ruff_python_ast::{Expr, ExprStringLiteral, ExprSubscript};
use ruff_python_parser::parse_string_annotation;
use ruff_text_size::TextSize;

use super::{nesting, uses::Head, walk::Walk};

impl Walk<'_> {
    /// An expression in which strings hold expressions too.
    pub(super) fn annotation(&mut self, annotation: &Expr) {
        let outer = std::mem::replace(&mut self.at.in_annotation, true);
        self.expression(annotation);
        self.at.in_annotation = outer;
    }

    /// An expression in which strings are strings.
    pub(super) fn plain_expression(&mut self, expression: &Expr) {
        let outer = std::mem::replace(&mut self.at.in_annotation, false);
        self.expression(expression);
        self.at.in_annotation = outer;
    }

    pub(super) fn subscript(&mut self, subscript: &ExprSubscript) {
        self.expression(&subscript.value);
        if !self.at.in_annotation {
            return self.expression(&subscript.slice);
        }
        match (self.original_name(&subscript.value), &*subscript.slice) {
            (Some("Literal"), values) => self.plain_expression(values),
            (Some("Annotated"), Expr::Tuple(tuple)) => {
                let mut arguments = tuple.elts.iter();
                arguments.next().into_iter().for_each(|annotation| self.expression(annotation));
                arguments.for_each(|metadata| self.plain_expression(metadata));
            }
            (_, arguments) => self.expression(arguments),
        }
    }

    /// A string that holds an annotation. What is escaped or wrong in it is not read.
    pub(super) fn string_annotation(&mut self, literal: &ExprStringLiteral) {
        let Some(literal) = literal.as_single_part_string() else { return };
        let range = literal.content_range();
        let written = self.source.slice(range);
        let is_name = |part: &str| {
            part.starts_with(|char: char| char == '_' || char.is_ascii_alphabetic())
                && part.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
        };
        if written != &*literal.value || written == "None" {
            return;
        }
        if written.split('.').all(is_name) {
            let last = written.rfind('.').map_or(0, |dot| dot + 1);
            let at = TextSize::try_from(last).map_or(range.start(), |last| range.start() + last);
            return self.add_use(UseKind::Reference, Head::Name, written.into(), at);
        }
        if nesting::bound(written) <= nesting::SHALLOW
            && let Ok(parsed) = parse_string_annotation(self.source.0, literal)
        {
            self.expression(parsed.expr());
        }
    }
}
