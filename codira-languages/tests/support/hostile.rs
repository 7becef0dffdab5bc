//! Texts that no analyzer expects, for tests that none breaks it.

#![allow(dead_code, unreachable_pub, reason = "each test file is a crate that uses its own part")]

use std::{collections::BTreeMap, fs, path::Path};

use proptest::prelude::*;

/// Each fixture of these directories below `tests/fixtures`, by file name.
pub fn fixtures(directories: &[&str]) -> BTreeMap<String, String> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let entries = directories.iter().flat_map(|directory| fs::read_dir(fixtures.join(directory)).unwrap());
    let files = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let read =
        |path: std::path::PathBuf| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap());
    files.map(read).collect()
}

/// Arbitrary bytes read as text, the words of the language in any order, and fixtures cut off, cut
/// out of, spliced and shuffled.
pub fn texts(fixtures: BTreeMap<String, String>, words: &'static [&'static str]) -> impl Strategy<Value = String> {
    let fixtures: Vec<String> = fixtures.into_values().collect();
    let bytes = prop::collection::vec(any::<u8>(), 0..400).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let sentences = prop::collection::vec(prop::sample::select(words), 0..60).prop_map(|words| words.concat());
    let cut = |text: &str, at: usize| text.floor_char_boundary(at % (text.len() + 1));
    let mutated = (prop::sample::select(fixtures), any::<[usize; 3]>(), prop::sample::select(words), 0..4_u8).prop_map(
        move |(text, [first, second, third], word, how)| {
            let (first, second) = (cut(&text, first), cut(&text, second));
            let (from, to) = (first.min(second), first.max(second));
            match how {
                0 => text[..from].to_owned(),
                1 => [&text[..from], &text[to..]].concat(),
                2 => [&text[..from], word, &text[from..]].concat(),
                _ => [&text[..from], &text[cut(&text, third)..], &text[from..to]].concat(),
            }
        },
    );
    prop_oneof![1 => bytes, 3 => sentences, 4 => mutated]
}
