//! The contract as a table for people.

use std::fmt;

use codira_contracts::Capability;

use crate::{Applies, clauses};

/// The list of clauses in Markdown, as `docs/contract.md` holds it: a table for each chapter, with
/// id, sentence and the capability that a clause is about.
pub fn contract_table() -> String {
    let mut text = String::from(INTRODUCTION);
    let mut chapter = "";
    for clause in clauses() {
        let (of, name) = clause.id.split_once("::").unwrap_or(("", clause.id));
        if of != chapter {
            chapter = of;
            text += &format!("\n## {chapter}\n\n| clause | sentence | of whom |\n|---|---|---|\n");
        }
        let whom = clause.applies;
        let behind = clause.feature.map_or_else(String::new, |feature| format!(", with the feature `{feature}`"));
        text += &format!("| `{name}` | {} | {whom}{behind} |\n", clause.says);
    }
    text
}

impl fmt::Display for Applies {
    /// What is true of the backends: `all`, `claims ..`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed = |names: Vec<String>| names.join(" and ");
        let claimed = |capabilities: &[Capability]| listed(capabilities.iter().map(|it| format!("`{it}`")).collect());
        match self {
            Self::Always => f.write_str("all"),
            Self::With(capabilities) => write!(f, "claims {}", claimed(capabilities)),
            Self::WithTracer(capabilities) => write!(f, "claims {}; where `strace` runs", claimed(capabilities)),
            Self::Without(capabilities) => write!(f, "does not claim {}", claimed(capabilities)),
            Self::WithStore(schemas) => {
                let names = schemas.iter().map(|schema| format!("`{}*`", schema.prefix())).collect();
                write!(f, "keeps stores {} in `tests/conformance-stores`", listed(names))
            }
        }
    }
}

const INTRODUCTION: &str = "\
# The contract, clause by clause

What `codira-conformance` checks of every backend. A clause's id is `chapter::clause`; tests, reports and this table come from one
list in `codira-conformance/src/clauses/sentences.rs`. Where the last column names a feature of that crate, the clause is checked with it alone.

This file is generated: `CODIRA_UPDATE_CONTRACT=1 cargo test -p codira-conformance --test contract` writes it.
";
