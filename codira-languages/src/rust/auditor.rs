//! The auditor of Rust: the API guidelines, as rustdoc and Clippy read them.

use std::collections::HashMap;

use codira_contracts::{DocIssue, Language, StableId, Symbol, SymbolKind, Tool, UseForm, last_name};

use crate::rust::LANGUAGE;
use crate::{
    AuditRule, AuditedFile, DocumentationAuditor,
    auditing::{findings::Findings, rules},
};

/// Audits Rust.
pub struct RustAuditor {
    tool: Tool,
    conventions: [Tool; 1],
}

impl RustAuditor {
    /// The auditor, ready for any number of files.
    pub fn new() -> Self {
        Self { tool: Tool::new("rust-documentation", "1"), conventions: [Tool::new("rust-api-guidelines", "1")] }
    }
}

impl Default for RustAuditor {
    fn default() -> Self {
        Self::new()
    }
}

impl DocumentationAuditor for RustAuditor {
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
            rules::MISSING_DOCUMENTATION,
            rules::MISSING_ERRORS,
            rules::MISSING_MEMBER_DOCUMENTATION,
            rules::MISSING_PANICS,
            rules::MISSING_SAFETY,
        ]
    }

    fn shown(&self, file: AuditedFile<'_>) -> Vec<&Tool> {
        let documented = file.analysis.symbols.iter().filter(|symbol| symbol.documentation.is_some());
        documented.map(|_| &self.conventions[0]).collect()
    }

    fn audit(&self, file: AuditedFile<'_>) -> Vec<DocIssue> {
        let mut findings = Findings::new(self, file);
        let by_id = file.analysis.symbols.iter().map(|symbol| (&symbol.id, symbol)).collect();
        for symbol in &file.analysis.symbols {
            self.look_at(symbol, &by_id, &file, &mut findings);
        }
        findings.finish()
    }
}

impl RustAuditor {
    fn look_at(&self, symbol: &Symbol, by_id: &ById<'_>, file: &AuditedFile<'_>, findings: &mut Findings<'_>) {
        use SymbolKind as K;
        let [convention] = &self.conventions;
        if chain(symbol, by_id).any(is_hidden) || is_in_trait_implementation(symbol, by_id) {
            return;
        }
        let is_documented = symbol.documentation.is_some() || symbol.decorators.iter().any(|attribute| is_doc(attribute));
        if !is_documented {
            let rule = match symbol.kind {
                K::Field | K::EnumMember => rules::MISSING_MEMBER_DOCUMENTATION,
                K::Implementation | K::Namespace | K::Overload => return,
                // Other files are documented by the module that declares them, or by themselves:
                // one file alone does not show it.
                K::Module if symbol.parent.is_none() && !is_crate_root(file) => return,
                K::Macro if !symbol.decorators.iter().any(|attribute| attribute == "macro_export") => return,
                _ => rules::MISSING_DOCUMENTATION,
            };
            let message = format!("the {} `{}` is not documented", symbol.kind, symbol.name);
            return findings.undocumented(&rule, convention, symbol, message);
        }
        let Some(text) = &symbol.documentation else { return };
        let signature = symbol.signature.as_deref().unwrap_or_default();
        let is_function = matches!(symbol.kind, K::Function | K::Method | K::Prototype);
        let mut lacks = |rule: &AuditRule, what: &str| {
            findings.wrong(rule, convention, symbol, None, format!("`{}` {what}", symbol.name));
        };
        if is_function && symbol.name != "main" && returns_result(signature) && !has_section(text, &["error", "errors"]) {
            lacks(&rules::MISSING_ERRORS, "returns a `Result`, and no section `# Errors` tells when it fails");
        }
        if is_function && panics(symbol, file) && !has_section(text, &["panic", "panics"]) {
            lacks(&rules::MISSING_PANICS, "panics or asserts, and no section `# Panics` tells when");
        }
        let can_be_unsafe = is_function && symbol.kind != K::Prototype || symbol.kind == K::Trait;
        if can_be_unsafe && is_unsafe(signature) && !has_section(text, &["safety", "implementation safety"]) {
            lacks(&rules::MISSING_SAFETY, "is unsafe, and no section `# Safety` tells what its user has to hold");
        }
    }
}

/// The symbols of a file by their ids.
type ById<'a> = HashMap<&'a StableId, &'a Symbol>;

/// A symbol and its ancestors, innermost first.
fn chain<'a>(symbol: &'a Symbol, by_id: &ById<'a>) -> impl Iterator<Item = &'a Symbol> {
    let parent = |symbol: &&'a Symbol| by_id.get(symbol.parent.as_ref()?).copied();
    std::iter::successors(Some(symbol), parent).take(64)
}

fn is_hidden(symbol: &Symbol) -> bool {
    symbol.decorators.iter().any(|attribute| is_doc(attribute) && attribute.contains("hidden"))
}

/// `doc = include_str!("...")`, `doc(hidden)`
fn is_doc(attribute: &str) -> bool {
    attribute.strip_prefix("doc").is_some_and(|rest| rest.trim_start().starts_with(['=', '(']))
}

/// What a trait asks for is documented by the trait.
fn is_in_trait_implementation(symbol: &Symbol, by_id: &ById<'_>) -> bool {
    chain(symbol, by_id).skip(1).any(|ancestor| ancestor.kind == SymbolKind::Implementation && !ancestor.bases.is_empty())
}

fn is_crate_root(file: &AuditedFile<'_>) -> bool {
    matches!(file.path.as_str().rsplit('/').collect::<Vec<_>>()[..], ["lib.rs", "src", ..])
}

/// Whether the text has a heading of one of these names.
fn has_section(text: &str, names: &[&str]) -> bool {
    text.lines().filter_map(|line| line.trim().strip_prefix('#')).any(|heading| {
        let title = heading.trim_start_matches('#').trim().trim_end_matches([':', '.', '#']).trim().to_lowercase();
        names.contains(&title.as_str())
    })
}

fn is_unsafe(signature: &str) -> bool {
    let head = signature.split("fn ").next().unwrap_or_default();
    head.split("trait ").next().unwrap_or_default().split_whitespace().any(|word| word == "unsafe")
}

/// Whether the return type of a head is a `Result`, by the name of its outermost type.
fn returns_result(signature: &str) -> bool {
    let mut depth = 0_usize;
    let mut arrow = None;
    let bytes = signature.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'<' => depth += 1,
            b'>' if at > 0 && bytes[at - 1] == b'-' && depth > 0 => {}
            b'>' if at > 0 && bytes[at - 1] == b'-' => arrow = arrow.or(Some(at + 1)),
            b'>' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    let Some(arrow) = arrow else { return false };
    let returned = signature[arrow..].trim_start();
    let name = returned.split(['<', ' ', ',', ';', '{']).next().unwrap_or_default();
    last_name(name) == "Result"
}

/// Whether the body of a function has a macro that panics when the caller is wrong. Macros for
/// what cannot happen do not count.
fn panics(symbol: &Symbol, file: &AuditedFile<'_>) -> bool {
    if !symbol.body.raises && !symbol.body.asserts {
        return false;
    }
    let is_told = |name: &str| matches!(name, "panic" | "assert" | "assert_eq" | "assert_ne");
    let mut uses = file.analysis.uses.iter();
    uses.any(|record| record.form == UseForm::Macro && record.owner == symbol.id && is_told(record.last_name()))
}
