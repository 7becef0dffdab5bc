//! Brook, a language for codira from outside its workspace.
//!
//! A program of Brook is lines of words. `use lib.text` brings in the module of another file,
//! `to greet name` begins a procedure with its parameters and `end` ends it; any other line calls
//! its first word with the rest. Words that begin with a digit or a quotation mark are values,
//! `print` and `each` are words of the language. Lines that begin with `;` are comments, and
//! document the procedure below them.
//!
//! ```text
//! use lib.text
//!
//! ; Greets a person by name.
//! to greet name
//!   print "hello
//!   text.shout name
//! end
//! ```

mod analyzer;
mod reading;
mod rules;

use codira_contracts::Language;
use codira_languages::LanguageSupport;

pub use analyzer::BrookAnalyzer;
pub use rules::BrookRules;

/// The name of the language.
pub const NAME: &str = "brook";

/// All that is known of Brook.
pub fn brook() -> LanguageSupport {
    LanguageSupport::new(Language::new(NAME), env!("CARGO_PKG_NAME"))
        .with_analyzer(BrookAnalyzer::new())
        .with_rules(BrookRules::new())
}
