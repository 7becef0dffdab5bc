//! The table of clauses in the documentation is the list of clauses in the code.
#![allow(clippy::unwrap_used)]

use std::{env, fs, path::Path};

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/contract.md");

#[test]
fn the_table_is_up_to_date() {
    let table = codira_conformance::contract_table();
    if env::var_os("CODIRA_UPDATE_CONTRACT").is_some() {
        fs::create_dir_all(Path::new(TABLE).parent().unwrap()).unwrap();
        fs::write(TABLE, &table).unwrap();
    }
    let found = fs::read_to_string(TABLE).unwrap_or_default();
    assert!(
        found == table,
        "docs/contract.md is not the list of clauses; run\n    CODIRA_UPDATE_CONTRACT=1 cargo test -p codira-conformance --test contract\nand read what changed"
    );
}
