//! Heads of definitions on one line.

use codira_contracts::{Parameter, ParameterKind};
use ruff_python_ast::{Expr, ParameterWithDefault, Parameters, StmtClassDef, StmtFunctionDef, TypeParam, TypeParams};
use ruff_text_size::{Ranged, TextRange};

/// How many bytes of a value a signature shows at most.
const LONGEST_VALUE: usize = 80;

/// The text of the file, from which heads are cut.
#[derive(Clone, Copy)]
pub(super) struct Source<'s>(pub(super) &'s str);

impl<'s> Source<'s> {
    /// The text of a range of the tree; empty where the tree does not fit the text.
    pub(super) fn slice(self, range: TextRange) -> &'s str {
        self.0.get(range.to_std_range()).unwrap_or("")
    }

    /// The text of a node on one line.
    pub(super) fn one_line(self, node: &impl Ranged) -> String {
        one_line(self.slice(node.range()))
    }

    /// `async def run(self, host=None) -> None`
    pub(super) fn function(self, function: &StmtFunctionDef) -> String {
        let mut head = String::from(if function.is_async { "async def " } else { "def " });
        let end = function.returns.as_ref().map_or(function.parameters.end(), |returns| returns.end());
        let written = self.slice(TextRange::new(function.name.start(), end));
        if !written.contains('\n') {
            head.push_str(written);
            return head;
        }
        head.push_str(self.slice(function.name.range()));
        if let Some(type_params) = &function.type_params {
            head.push_str(&self.one_line(&**type_params));
        }
        self.push_parameters(&function.parameters, &mut head);
        if let Some(returns) = &function.returns {
            head.push_str(" -> ");
            head.push_str(&self.one_line(&**returns));
        }
        head
    }

    fn push_parameters(self, parameters: &Parameters, head: &mut String) {
        let mut written = Vec::with_capacity(parameters.len() + 2);
        written.extend(parameters.posonlyargs.iter().map(|parameter| self.one_line(parameter)));
        if !parameters.posonlyargs.is_empty() {
            written.push("/".to_owned());
        }
        written.extend(parameters.args.iter().map(|parameter| self.one_line(parameter)));
        let starred = |stars: &str, parameter| [stars, self.one_line(parameter).trim_start_matches('*')].concat();
        match &parameters.vararg {
            Some(parameter) => written.push(starred("*", &**parameter)),
            None if !parameters.kwonlyargs.is_empty() => written.push("*".to_owned()),
            None => {}
        }
        written.extend(parameters.kwonlyargs.iter().map(|parameter| self.one_line(parameter)));
        written.extend(parameters.kwarg.iter().map(|parameter| starred("**", parameter)));
        head.push('(');
        head.push_str(&written.join(", "));
        head.push(')');
    }

    /// `class Flask(App, metaclass=Meta)`
    pub(super) fn class(self, class: &StmtClassDef) -> String {
        let mut head = ["class ", self.slice(class.name.range())].concat();
        if let Some(type_params) = &class.type_params {
            head.push_str(&self.one_line(&**type_params));
        }
        if let Some(arguments) = &class.arguments {
            let written: Vec<_> = arguments.iter_source_order().map(|argument| self.one_line(&argument)).collect();
            head.push('(');
            head.push_str(&written.join(", "));
            head.push(')');
        }
        head
    }

    /// `name: annotation = value`; a value that is long or takes several lines is only hinted at.
    pub(super) fn value(self, name: &str, annotation: Option<&Expr>, value: Option<&Expr>) -> String {
        let mut head = name.to_owned();
        if let Some(annotation) = annotation {
            head.push_str(": ");
            head.push_str(&self.one_line(annotation));
        }
        if let Some(value) = value {
            let written = self.slice(value.range());
            head.push_str(" = ");
            head.push_str(if written.len() > LONGEST_VALUE || written.contains('\n') { "..." } else { written });
        }
        head
    }

    /// The parameters of a definition, type parameters first; `receiver` says that the first one
    /// is what a method is called on.
    pub(super) fn parameters(
        self,
        type_params: Option<&TypeParams>,
        parameters: Option<&Parameters>,
        receiver: bool,
    ) -> Vec<Parameter> {
        let mut all: Vec<Parameter> = type_params.into_iter().flat_map(|all| all.iter()).map(|one| self.generic(one)).collect();
        let Some(parameters) = parameters else { return all };
        let generics = all.len();
        let plain = |parameter: &ParameterWithDefault, kind| Parameter {
            name: self.slice(parameter.parameter.name.range()).to_owned(),
            kind,
            annotation: parameter.parameter.annotation.as_ref().map(|annotation| self.one_line(&**annotation)),
            default: parameter.default.as_ref().map(|default| self.one_line(&**default)),
        };
        let variadic = |parameter: &ruff_python_ast::Parameter, kind| Parameter {
            name: self.slice(parameter.name.range()).to_owned(),
            kind,
            annotation: parameter.annotation.as_ref().map(|annotation| self.one_line(&**annotation)),
            default: None,
        };
        all.extend(parameters.posonlyargs.iter().map(|parameter| plain(parameter, ParameterKind::PositionalOnly)));
        all.extend(parameters.args.iter().map(|parameter| plain(parameter, ParameterKind::Positional)));
        if receiver && let Some(first) = all.get_mut(generics) {
            first.kind = ParameterKind::Receiver;
        }
        all.extend(parameters.vararg.iter().map(|parameter| variadic(parameter, ParameterKind::Variadic)));
        all.extend(parameters.kwonlyargs.iter().map(|parameter| plain(parameter, ParameterKind::KeywordOnly)));
        all.extend(parameters.kwarg.iter().map(|parameter| variadic(parameter, ParameterKind::KeywordVariadic)));
        all
    }

    fn generic(self, type_param: &TypeParam) -> Parameter {
        let bound = match type_param {
            TypeParam::TypeVar(variable) => variable.bound.as_deref(),
            TypeParam::TypeVarTuple(_) | TypeParam::ParamSpec(_) => None,
        };
        Parameter {
            name: self.slice(type_param.name().range()).to_owned(),
            kind: ParameterKind::Generic,
            annotation: bound.map(|bound| self.one_line(bound)),
            default: type_param.default().map(|default| self.one_line(default)),
        }
    }
}

/// Code on one line: comments and line ends become single spaces, or nothing next to a bracket.
/// Strings stay as they are, but for line ends, which become escapes.
fn one_line(code: &str) -> String {
    if !code.contains('\n') {
        return code.to_owned();
    }
    let mut folded = String::with_capacity(code.len());
    let mut quote = None;
    let mut rest = code;
    let mut gap = false;
    while let Some(char) = rest.chars().next() {
        let mut length = char.len_utf8();
        match (quote, char) {
            (None, '#') => {
                rest = rest.find('\n').map_or("", |end| &rest[end..]);
                continue;
            }
            (None, char) if char.is_whitespace() || (char == '\\' && rest[1..].starts_with(['\n', '\r'])) => {
                gap = true;
                rest = &rest[length..];
                continue;
            }
            (None, '"' | '\'') => {
                let triple = ["\"\"\"", "'''"].into_iter().find(|mark| rest.starts_with(mark));
                let mark = triple.unwrap_or(&rest[..1]);
                length = mark.len();
                quote = Some(mark);
            }
            (Some(_), '\\') => length += rest[1..].chars().next().map_or(0, char::len_utf8),
            (Some(mark), _) if rest.starts_with(mark) => {
                length = mark.len();
                quote = None;
            }
            (Some(_), '\n') => {
                folded.push_str("\\n");
                rest = &rest[1..];
                continue;
            }
            _ => {}
        }
        let at_bracket = folded.ends_with(['(', '[', '{']) || matches!(char, ')' | ']' | '}');
        if std::mem::take(&mut gap) && !at_bracket && !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn lines_are_folded_and_strings_are_not() {
        assert_eq!(one_line("Union[  # either\n    int,\n    \"a # b\",\n]"), "Union[int, \"a # b\",]");
        assert_eq!(one_line("a + \\\n  b"), "a + b");
        assert_eq!(one_line("'''x\n  y''' + \"\\\"\"\n"), "'''x\\n  y''' + \"\\\"\"");
        assert_eq!(one_line("a  +  b"), "a  +  b");
    }
}
