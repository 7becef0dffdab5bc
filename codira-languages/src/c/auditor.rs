//! The auditor of C: Doxygen.
//!
//! Only comments that Doxygen reads (`/** */`, `/*! */`, `///`, `//!`) are held to it; for being
//! documented, any comment is enough.

use codira_contracts::{DocIssue, Documentation, Language, ParameterKind, Symbol, SymbolKind, Tool, Visibility};

use crate::c::LANGUAGE;
use crate::{
    AuditRule, AuditedFile, DocumentationAuditor,
    auditing::{findings::Findings, rules},
};

/// Audits C.
pub struct CAuditor {
    tool: Tool,
    conventions: [Tool; 1],
}

impl CAuditor {
    /// The auditor, ready for any number of files.
    pub fn new() -> Self {
        Self { tool: Tool::new("c-documentation", "1"), conventions: [Tool::new("doxygen", "1")] }
    }
}

impl Default for CAuditor {
    fn default() -> Self {
        Self::new()
    }
}

impl DocumentationAuditor for CAuditor {
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
            rules::MISSING_BRIEF,
            rules::MISSING_DOCUMENTATION,
            rules::MISSING_RETURNS,
            rules::UNDOCUMENTED_PARAMETER,
            rules::UNKNOWN_PARAMETER,
        ]
    }

    fn shown(&self, file: AuditedFile<'_>) -> Vec<&Tool> {
        let units = file.analysis.documentation.iter().filter(|unit| unit.owner.is_some() && is_doxygen(unit, file.text));
        units.map(|_| &self.conventions[0]).collect()
    }

    fn audit(&self, file: AuditedFile<'_>) -> Vec<DocIssue> {
        let mut findings = Findings::new(self, file);
        let is_header = file.path.as_str().ends_with(".h");
        let is_function = |symbol: &&Symbol| matches!(symbol.kind, SymbolKind::Function | SymbolKind::Prototype);
        for symbol in file.analysis.symbols.iter().filter(is_function) {
            match findings.documentation(symbol) {
                Some(unit) if is_doxygen(unit, file.text) => self.look_at(symbol, unit, &mut findings),
                Some(_) => {}
                None if is_header && symbol.visibility == Visibility::Public => {
                    let message = format!("the header offers `{}`, and does not say what it does", symbol.name);
                    findings.undocumented(&rules::MISSING_DOCUMENTATION, &self.conventions[0], symbol, message);
                }
                None => {}
            }
        }
        findings.finish()
    }
}

impl CAuditor {
    fn look_at(&self, symbol: &Symbol, unit: &Documentation, findings: &mut Findings<'_>) {
        let [convention] = &self.conventions;
        let comment = Comment::read(&unit.text);
        if comment.is_elsewhere {
            return;
        }
        if !comment.has_brief {
            let message = format!("the comment of `{}` does not begin by saying what it does", symbol.name);
            findings.wrong(&rules::MISSING_BRIEF, convention, symbol, None, message);
        }
        let named = |kind| matches!(kind, ParameterKind::Positional);
        let parameters: Vec<&str> =
            symbol.parameters.iter().filter(|each| named(each.kind)).map(|each| each.name.as_str()).collect();
        let is_variadic = symbol.parameters.iter().any(|each| each.kind == ParameterKind::Variadic);
        let all_named = parameters.iter().all(|name| !name.is_empty());
        for name in &comment.parameters {
            if all_named && !parameters.contains(name) && !(is_variadic && name.starts_with('.')) {
                let message = format!("`{}` has no parameter `{name}`", symbol.name);
                findings.wrong(&rules::UNKNOWN_PARAMETER, convention, symbol, Some(name), message);
            }
        }
        let tells = !comment.parameters.is_empty() || comment.tells_returned;
        for name in parameters.iter().filter(|name| tells && !name.is_empty() && !comment.parameters.contains(name)) {
            let message = format!("the parameter `{name}` of `{}` is not documented", symbol.name);
            findings.wrong(&rules::UNDOCUMENTED_PARAMETER, convention, symbol, None, message);
        }
        if !comment.parameters.is_empty() && !comment.tells_returned && returns_value(symbol) {
            let message = format!("what `{}` returns is not documented", symbol.name);
            findings.wrong(&rules::MISSING_RETURNS, convention, symbol, None, message);
        }
    }
}

/// Whether Doxygen reads the comment.
fn is_doxygen(unit: &Documentation, text: &str) -> bool {
    let Some(line) = text.lines().nth(unit.span.first as usize - 1) else { return false };
    ["/**", "/*!", "///", "//!"].iter().any(|mark| line.contains(mark))
}

/// Whether a function gives something back: its type is not plain `void`.
fn returns_value(symbol: &Symbol) -> bool {
    let signature = symbol.signature.as_deref().unwrap_or_default();
    let Some((head, _)) = signature.split_once(&format!("{}(", symbol.name)) else { return symbol.body.returns_value };
    let nothing = head.split(|char: char| !char.is_alphanumeric() && char != '_').any(|word| word == "void");
    head.contains('*') || !nothing && !head.contains("noreturn")
}

/// The contents of a comment's commands.
#[derive(Default)]
struct Comment<'t> {
    parameters: Vec<&'t str>,
    tells_returned: bool,
    has_brief: bool,
    /// It takes its text from another comment.
    is_elsewhere: bool,
}

impl<'t> Comment<'t> {
    fn read(text: &'t str) -> Self {
        let mut comment = Self::default();
        // Text belongs to the brief until a command opens another paragraph.
        let mut is_brief = true;
        for line in text.lines() {
            let line = line.trim();
            let Some(command) = line.strip_prefix(['@', '\\']) else {
                comment.has_brief |= is_brief && line.contains(char::is_alphanumeric);
                continue;
            };
            let end = command.find(|char: char| !char.is_ascii_alphanumeric()).unwrap_or(command.len());
            let (word, rest) = command.split_at(end);
            match word {
                "param" => {
                    is_brief = false;
                    comment.parameters.extend(parameter_names(rest));
                }
                "return" | "returns" | "result" | "retval" => {
                    is_brief = false;
                    comment.tells_returned = true;
                }
                "brief" | "short" | "details" => comment.has_brief |= rest.contains(char::is_alphanumeric),
                "copydoc" | "copybrief" | "copydetails" | "see" | "sa" if word.starts_with("copy") => {
                    comment.is_elsewhere = true
                }
                // Commands that name the thing and do not describe it.
                "fn" | "ingroup" | "memberof" | "name" | "def" | "file" | "internal" | "headerfile" | "addtogroup"
                | "since" => {}
                // Text in a style of its own is text.
                "c" | "p" | "a" | "b" | "e" | "em" | "ref" | "link" | "f" => comment.has_brief |= is_brief,
                _ => is_brief = false,
            }
        }
        comment
    }
}

/// The names behind `@param`: `[in,out] first, second text`.
fn parameter_names(rest: &str) -> impl Iterator<Item = &str> {
    let rest = rest.trim_start();
    let rest = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(rest, |(_, rest)| rest).trim_start();
    // Names are separated by commas, the text behind them by blanks.
    let mut end = 0;
    for (at, char) in rest.char_indices() {
        let is_separated = rest[..at].trim_end().ends_with(',') || rest[at..].trim_start().starts_with(',');
        if char.is_whitespace() && !is_separated {
            break;
        }
        end = at + char.len_utf8();
    }
    rest[..end].split(',').map(|name| name.trim().trim_matches(['*', ':', '`', '\'', '"'])).filter(|name| !name.is_empty())
}
