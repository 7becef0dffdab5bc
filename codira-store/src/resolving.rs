//! What a store keeps of a file until it is resolved.

use codira_contracts::FileAnalysis;

/// The analysis without the texts that [rules](codira_contracts::resolve::LanguageRules) do not
/// look at.
pub fn for_resolution(mut analysis: FileAnalysis) -> FileAnalysis {
    analysis.source = String::new();
    analysis.documentation = Vec::new();
    analysis.doc_issues = Vec::new();
    for symbol in &mut analysis.symbols {
        symbol.documentation = None;
        symbol.signature = None;
    }
    analysis
}
