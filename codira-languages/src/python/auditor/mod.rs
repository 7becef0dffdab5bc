//! The auditor of Python: docstrings by the conventions of NumPy, Google and Sphinx.
//!
//! A docstring that describes parameters, results or exceptions is held to the convention that it
//! shows. One that is only prose only has to be there. Where a convention is configured, prose of
//! more than one paragraph is held to it, too.

mod docstring;
mod google;
mod numpy;
mod sphinx;

use std::collections::HashMap;

use codira_contracts::{DocIssue, Language, Parameter, ParameterKind, StableId, Symbol, SymbolKind, Tool, text::is_word_char};

use self::docstring::{Docstring, Style};
use crate::python::LANGUAGE;
use crate::{
    AuditRule, AuditedFile, DocumentationAuditor,
    auditing::{findings::Findings, rules},
};

/// Audits Python.
pub struct PythonAuditor {
    tool: Tool,
    conventions: [Tool; 4],
}

impl PythonAuditor {
    /// The auditor, ready for any number of files.
    pub fn new() -> Self {
        let conventions = ["pep257", "numpy", "google", "sphinx"].map(|name| Tool::new(name, "1"));
        Self { tool: Tool::new("python-documentation", "1"), conventions }
    }
}

impl Default for PythonAuditor {
    fn default() -> Self {
        Self::new()
    }
}

impl DocumentationAuditor for PythonAuditor {
    fn tool(&self) -> &Tool {
        &self.tool
    }

    fn language(&self) -> &Language {
        const { &LANGUAGE }
    }

    fn conventions(&self) -> &[Tool] {
        &self.conventions
    }

    fn rules(&self) -> &[AuditRule] {
        &[
            rules::MALFORMED_SECTION,
            rules::MISSING_DOCUMENTATION,
            rules::MISSING_MODULE_DOCUMENTATION,
            rules::MISSING_RAISES,
            rules::MISSING_RETURNS,
            rules::MISSING_YIELDS,
            rules::UNDOCUMENTED_PARAMETER,
            rules::UNKNOWN_PARAMETER,
        ]
    }

    /// A docstring that is only prose shows the style of all docstrings.
    fn shown(&self, file: AuditedFile<'_>) -> Vec<&Tool> {
        let docstrings = file.analysis.symbols.iter().filter_map(|symbol| symbol.documentation.as_deref());
        docstrings.map(|text| self.convention(Docstring::read(text, None).style)).collect()
    }

    fn audit(&self, file: AuditedFile<'_>) -> Vec<DocIssue> {
        let mut findings = Findings::new(self, file);
        // Stubs are documented by what they stand for.
        if !file.path.as_str().ends_with(".pyi") {
            let by_id = file.analysis.symbols.iter().map(|symbol| (&symbol.id, symbol)).collect();
            let audit = Audit { auditor: self, file, by_id };
            file.analysis.symbols.iter().for_each(|symbol| audit.look_at(symbol, &mut findings));
        }
        findings.finish()
    }
}

impl PythonAuditor {
    fn convention(&self, style: Style) -> &Tool {
        let [pep257, numpy, google, sphinx] = &self.conventions;
        match style {
            Style::Prose => pep257,
            Style::Numpy => numpy,
            Style::Google => google,
            Style::Sphinx => sphinx,
        }
    }
}

/// The audit of one file.
struct Audit<'a> {
    auditor: &'a PythonAuditor,
    file: AuditedFile<'a>,
    by_id: HashMap<&'a StableId, &'a Symbol>,
}

impl Audit<'_> {
    fn look_at(&self, symbol: &Symbol, findings: &mut Findings<'_>) {
        use SymbolKind as K;
        let is_function = matches!(symbol.kind, K::Function | K::Method | K::Property);
        if !(is_function || symbol.kind.is_type() && symbol.kind != K::TypeAlias || symbol.kind == K::Module) {
            return;
        }
        let Some(text) = &symbol.documentation else {
            return self.undocumented(symbol, findings);
        };
        let docstring = Docstring::read(text, self.style());
        let convention = self.convention(docstring.style);
        for problem in &docstring.problems {
            let message = format!("the docstring of `{}`: {}", symbol.name, problem.message);
            findings.wrong(&rules::MALFORMED_SECTION, convention, symbol, Some(problem.near), message);
        }
        if is_function {
            self.parameters(symbol, symbol, &docstring, findings);
            self.outcome(symbol, &docstring, findings);
        } else if let Some(constructor) = self.constructor(symbol) {
            self.parameters(symbol, constructor, &docstring, findings);
        }
    }

    /// The configured style.
    fn style(&self) -> Option<Style> {
        match self.file.convention? {
            "numpy" => Some(Style::Numpy),
            "google" => Some(Style::Google),
            "sphinx" => Some(Style::Sphinx),
            _ => None,
        }
    }

    fn convention(&self, style: Style) -> &Tool {
        self.auditor.convention(style)
    }

    fn undocumented(&self, symbol: &Symbol, findings: &mut Findings<'_>) {
        let is_dunder = symbol.name.starts_with("__") && symbol.name.ends_with("__");
        let is_module = symbol.kind == SymbolKind::Module;
        // Their names say what they do, or they are documented elsewhere.
        let speaks_for_another = symbol.decorators.iter().any(|decorator| {
            let name = decorator.split('(').next().unwrap_or_default();
            let last = name.rsplit('.').next().unwrap_or_default();
            matches!(last, "setter" | "deleter" | "override" | "overload" | "register")
        });
        let is_empty = is_module && self.file.analysis.symbols.len() == 1 && self.file.analysis.imports.is_empty();
        let is_meta = symbol.name == "Meta" && symbol.kind == SymbolKind::Class;
        if is_dunder && !is_module || speaks_for_another || is_empty || is_meta || self.inherits(symbol) {
            return;
        }
        let rule = if is_module { &rules::MISSING_MODULE_DOCUMENTATION } else { &rules::MISSING_DOCUMENTATION };
        let message = format!("the {} `{}` has no docstring", symbol.kind, symbol.name);
        findings.undocumented(rule, self.convention(self.style().unwrap_or(Style::Prose)), symbol, message);
    }

    /// Whether a method takes its documentation from a base class in the same file.
    fn inherits(&self, symbol: &Symbol) -> bool {
        let mut bases: Vec<&str> = self.parent(symbol).into_iter().flat_map(|class| &class.bases).map(String::as_str).collect();
        let mut seen = 0;
        while let Some(base) = bases.get(seen).copied() {
            seen += 1;
            let Some(class) = self.by_id.get(&StableId::new(base)) else { continue };
            let method = self.by_id.get(&StableId::new(format!("{}.{}", class.id, symbol.name)));
            if method.is_some_and(|method| method.documentation.is_some()) {
                return true;
            }
            let further = class.bases.iter().map(String::as_str).filter(|further| !bases.contains(further));
            bases.extend(further.collect::<Vec<_>>());
        }
        false
    }

    fn parent(&self, symbol: &Symbol) -> Option<&Symbol> {
        self.by_id.get(symbol.parent.as_ref()?).copied()
    }

    /// The constructor, which takes the parameters of a class.
    fn constructor(&self, class: &Symbol) -> Option<&Symbol> {
        let method = |name: &str| self.by_id.get(&StableId::new(format!("{}.{name}", class.id))).copied();
        // The file alone does not tell one that is inherited, or made by a decorator.
        if class.decorators.is_empty() { method("__init__").or_else(|| method("__new__")) } else { None }
    }

    /// Compares the parameters in the docstring of `owner` with those of `function`.
    fn parameters(&self, owner: &Symbol, function: &Symbol, docstring: &Docstring<'_>, findings: &mut Findings<'_>) {
        let convention = self.convention(docstring.style);
        let takes = |kind: ParameterKind| function.parameters.iter().any(|each| each.kind == kind);
        // Described parameters may go through these.
        let takes_any = takes(ParameterKind::KeywordVariadic) || takes(ParameterKind::Variadic);
        let is_known = |name: &str| function.parameters.iter().any(|each| bare(&each.name) == name);
        for documented in docstring.parameters.iter().filter(|each| !each.is_optional) {
            if !is_known(documented.name) && !takes_any {
                let message = format!("`{}` has no parameter `{}`", owner.name, documented.name);
                findings.wrong(&rules::UNKNOWN_PARAMETER, convention, owner, Some(documented.name), message);
            }
        }
        // A docstring that describes one parameter has to describe all, unless they are described
        // elsewhere. One that describes none need not, unless a convention is configured. Those of
        // a class may be described by its constructor.
        let is_asked = self.style().is_some() && docstring.is_held_to_all && owner.id == function.id;
        let promises = !docstring.refers_elsewhere && (is_asked || !docstring.parameters.is_empty());
        let is_property = function.kind == SymbolKind::Property;
        let expected = function.parameters.iter().filter(|each| is_expected(each) && promises && !is_property);
        for parameter in expected.filter(|each| !docstring.parameters.iter().any(|told| told.name == bare(&each.name))) {
            let message = format!("the parameter `{}` of `{}` is not documented", parameter.name, owner.name);
            findings.wrong(&rules::UNDOCUMENTED_PARAMETER, convention, owner, None, message);
        }
    }

    /// Compares results, yields and exceptions in the docstring of a function with its body.
    fn outcome(&self, symbol: &Symbol, docstring: &Docstring<'_>, findings: &mut Findings<'_>) {
        let convention = self.convention(docstring.style);
        let is_dunder = symbol.name.starts_with("__") && symbol.name.ends_with("__");
        if !docstring.is_held_to_all || is_dunder || symbol.kind == SymbolKind::Property {
            return;
        }
        let makes_context = symbol.decorators.iter().any(|decorator| decorator.contains("contextmanager"));
        let mut missing = |rule, what: &str| {
            findings.wrong(rule, convention, symbol, None, format!("what `{}` {what} is not documented", symbol.name));
        };
        if symbol.body.yields {
            if !docstring.tells_yielded && !docstring.tells_returned && !makes_context {
                missing(&rules::MISSING_YIELDS, "yields");
            }
        } else if symbol.body.returns_value && !docstring.tells_returned && !is_procedure(symbol, self.file.text) {
            missing(&rules::MISSING_RETURNS, "returns");
        }
        if symbol.body.raises && !docstring.tells_raised && raises_something(symbol, self.file.text) {
            missing(&rules::MISSING_RAISES, "raises");
        }
    }
}

/// A parameter without its stars.
fn bare(name: &str) -> &str {
    name.trim_start_matches('*')
}

/// Whether documentation that describes parameters has to describe this one.
fn is_expected(parameter: &Parameter) -> bool {
    use ParameterKind as K;
    let is_named = matches!(parameter.kind, K::Positional | K::PositionalOnly | K::KeywordOnly);
    // Functions that become methods elsewhere have receivers, too.
    is_named && !parameter.name.starts_with('_') && !matches!(&*parameter.name, "self" | "cls")
}

/// The lines of a symbol, without blanks at both ends.
fn lines<'t>(symbol: &Symbol, text: &'t str) -> impl Iterator<Item = &'t str> {
    let (first, last) = (symbol.span.first as usize, symbol.span.last as usize);
    text.lines().skip(first.saturating_sub(1)).take(last.saturating_sub(first) + 1).map(str::trim)
}

/// Whether a function has a `return` without value: then its other returns give no value, either.
fn is_procedure(symbol: &Symbol, text: &str) -> bool {
    lines(symbol, text).any(|line| line == "return")
}

/// Whether a function raises anything that callers have to know: a bare `raise` and
/// `NotImplementedError` do not count.
fn raises_something(symbol: &Symbol, text: &str) -> bool {
    let mut raised = lines(symbol, text)
        .filter_map(|line| line.strip_prefix("raise"))
        .filter(|rest| !rest.starts_with(is_word_char))
        .map(str::trim);
    raised.any(|raised| {
        !raised.is_empty()
            && !raised.starts_with(['#', '=', '.'])
            && !["NotImplementedError", "StopIteration", "StopAsyncIteration"].iter().any(|name| raised.starts_with(name))
    })
}
