//! The analyzer of C: what it says of small files, and that no text breaks it.

#![cfg(feature = "c")]
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/analysis.rs"]
mod analysis;

use codira_indexer::analyzers::c::CAnalyzer;

#[test]
fn an_empty_file_is_a_module() {
    let analysis = analysis::analyze(&CAnalyzer::new(), "src/empty.c", "");
    assert_eq!(analysis::render(&analysis), "c src/empty.c\n\nsymbols\n  1-1 module empty.c  <module>\n");
}
