//! The contract as a table for people.

use codira_contracts::Capability;

use crate::{Applies, Fixture, clauses};

/// The list of clauses in Markdown, as `docs/contract.md` holds it: a table for each chapter, with id, sentence and the capability
/// that a clause is about.
pub fn contract_table<F: Fixture>() -> String {
    let mut text = String::from(INTRODUCTION);
    let mut chapter = "";
    for clause in clauses::<F>() {
        let (of, name) = clause.id.split_once("::").unwrap_or(("", clause.id));
        if of != chapter {
            chapter = of;
            text += &format!("\n## {chapter}\n\n| clause | sentence | of whom |\n|---|---|---|\n");
        }
        let whom = match clause.applies {
            Applies::Always => "all".to_owned(),
            Applies::With(capabilities) => format!("claims {}", listed(capabilities)),
            Applies::Without(capabilities) => format!("does not claim {}", listed(capabilities)),
            Applies::WithStore(schemas) => {
                let names: Vec<String> = schemas.iter().map(|schema| format!("`{}*`", schema.prefix())).collect();
                format!("keeps stores {} in `tests/conformance-stores`", names.join(" and "))
            }
        };
        text += &format!("| `{name}` | {} | {whom} |\n", clause.says);
    }
    text
}

fn listed(capabilities: &[Capability]) -> String {
    let names: Vec<String> = capabilities.iter().map(|capability| format!("`{capability}`")).collect();
    names.join(" and ")
}

const INTRODUCTION: &str = "\
# The contract, clause by clause

What `codira-conformance` checks of every backend. A clause's id is `chapter::clause`; tests, reports and this table come from one
list in `codira-conformance/src/clauses.rs`.

This file is generated: `CODIRA_UPDATE_CONTRACT=1 cargo test -p codira-conformance --test contract` writes it.
";
