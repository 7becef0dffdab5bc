//! Issues as SARIF 2.1.0, which code scanners read:
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use codira_contracts::{DocIssueEntry, Severity};
use codira_languages::{AuditRule, DocumentationAuditor};
use serde_json::{Value, json};

/// The log of one run that found `issues`; `auditors` describe the rules.
pub(crate) fn log(issues: &[DocIssueEntry], auditors: &[Arc<dyn DocumentationAuditor>]) -> String {
    let mut rules: BTreeMap<&str, &AuditRule> = BTreeMap::new();
    for rule in auditors.iter().flat_map(|auditor| auditor.rules()) {
        rules.entry(rule.id).or_insert(rule);
    }
    let index: BTreeMap<&str, usize> = rules.keys().copied().zip(0..).collect();
    let results: Vec<Value> = issues.iter().map(|entry| result(entry, &index)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "codira",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.values().map(|rule| describe(rule)).collect::<Vec<_>>(),
            } },
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn describe(rule: &AuditRule) -> Value {
    json!({
        "id": rule.id,
        "shortDescription": { "text": rule.description },
        "defaultConfiguration": { "level": level(rule.severity) },
    })
}

fn result(DocIssueEntry { path, issue }: &DocIssueEntry, index: &BTreeMap<&str, usize>) -> Value {
    let mut result = json!({
        "ruleId": issue.rule,
        "level": level(issue.severity),
        "message": { "text": issue.message },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(path.as_str()), "uriBaseId": "%SRCROOT%" },
            "region": { "startLine": issue.span.first, "endLine": issue.span.last },
        } }],
        "properties": { "convention": issue.convention.to_string(), "auditor": issue.auditor.to_string() },
    });
    // An older auditor may have had rules that this one has not.
    if let Some(index) = index.get(issue.rule.as_str()) {
        result["ruleIndex"] = json!(index);
    }
    result
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// A path as a relative reference: what a URI cannot hold is escaped.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            // Writing to a text does not fail.
            byte => drop(write!(uri, "%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn paths_are_relative_references() {
        assert_eq!(uri("src/app.py"), "src/app.py");
        assert_eq!(uri("my docs/ä#1.py"), "my%20docs/%C3%A4%231.py");
        assert_eq!(uri("a:b"), "a%3Ab");
    }
}
