//! Writing down what an auditor finds.

use std::collections::HashMap;

use crate::{AuditRule, AuditedFile, DocumentationAuditor};
use codira_contracts::{DocIssue, Documentation, LineSpan, StableId, Symbol, Tool, text::occurrences};

/// The findings of one file.
pub(crate) struct Findings<'a> {
    auditor: &'a dyn DocumentationAuditor,
    file: AuditedFile<'a>,
    units: HashMap<&'a StableId, &'a Documentation>,
    issues: Vec<DocIssue>,
}

impl<'a> Findings<'a> {
    pub(crate) fn new(auditor: &'a dyn DocumentationAuditor, file: AuditedFile<'a>) -> Self {
        let owned = file.analysis.documentation.iter().filter_map(|unit| Some((unit.owner.as_ref()?, unit)));
        Self { auditor, file, units: owned.collect(), issues: Vec::new() }
    }

    /// The documentation of a symbol.
    pub(crate) fn documentation(&self, symbol: &Symbol) -> Option<&'a Documentation> {
        self.units.get(&symbol.id).copied()
    }

    /// Notes that a symbol is not documented, at the line where it begins.
    pub(crate) fn undocumented(&mut self, rule: &AuditRule, convention: &Tool, symbol: &Symbol, message: String) {
        self.note(rule, convention, symbol, LineSpan::new(symbol.span.first, symbol.span.first), message);
    }

    /// Notes something about the documentation of a symbol: at the first line of it that holds
    /// `near`, else at all of it.
    pub(crate) fn wrong(&mut self, rule: &AuditRule, convention: &Tool, symbol: &Symbol, near: Option<&str>, message: String) {
        let span = self.documentation(symbol).map_or(symbol.span, |unit| unit.span);
        let line = near.and_then(|near| {
            let lines = self.file.text.lines().zip(1..).skip_while(|(_, number)| *number < span.first);
            lines
                .take_while(|(_, number)| *number <= span.last)
                .find(|(line, _)| occurrences(line, near).next().is_some())
                .map(|(_, number)| number)
        });
        self.note(rule, convention, symbol, line.map_or(span, |line| LineSpan::new(line, line)), message);
    }

    fn note(&mut self, rule: &AuditRule, convention: &Tool, symbol: &Symbol, span: LineSpan, message: String) {
        self.issues.push(DocIssue {
            rule: rule.id.to_owned(),
            severity: rule.severity,
            message,
            span,
            convention: convention.clone(),
            auditor: self.auditor.tool().clone(),
            owner: Some(symbol.id.clone()),
        });
    }

    /// Everything, by span, then rule.
    pub(crate) fn finish(mut self) -> Vec<DocIssue> {
        self.issues.sort_by(|a, b| (a.span, &a.rule, &a.message).cmp(&(b.span, &b.rule, &b.message)));
        self.issues
    }
}
