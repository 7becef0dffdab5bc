//! The guide for authors of languages shows code that exists: that of the toy language, which
//! `.ci/run` tests.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{fs, path::Path};

#[test]
fn every_block_of_rust_is_part_of_code_that_is_tested() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let toy = here.join("examples/toy-language");
    let code = ["src", "tests"].into_iter().flat_map(|directory| fs::read_dir(toy.join(directory)).unwrap());
    let code = code.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|it| it == "rs"));
    let code: Vec<String> = code.map(|path| fs::read_to_string(path).unwrap()).collect();
    let guide = fs::read_to_string(here.join("../docs/writing-a-language.md")).unwrap();
    let blocks: Vec<&str> = guide.split("```rust\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() > 5, "the guide shows code");
    for block in blocks {
        assert!(code.iter().any(|file| file.contains(block)), "the guide shows code that is nowhere:\n\n{block}");
    }
}
