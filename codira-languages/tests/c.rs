//! The analyzer of C: analyses of small files, and that no text breaks it.

#![cfg(feature = "c")]
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/analysis.rs"]
mod analysis;
#[path = "support/hostile.rs"]
mod hostile;

use codira_contracts::FileAnalysis;
use codira_languages::c::CAnalyzer;
use proptest::proptest;

/// What the words of hostile texts are made of.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "int ", "char ", "void ", "struct ", "union ", "enum ", "typedef ", "static ", "extern ", "const ", "f", "x", "EXPORT ", "MACRO",
    "(", ")", "[", "]", "{", "}", ";", ",", ".", "->", "=", "*", "&", ":", "?", "...", "\"", "'", "\\", "\\\n", "\n", "\r\n", " ",
    "/*", "*/", "//", "/**", "#", "##", "\n#if 0\n", "\n#if A\n", "\n#ifdef A\n", "\n#ifndef A\n", "\n#else\n", "\n#elif B\n", "\n#endif\n",
    "\n#define A ", "\n#define M(x) ", "\n#include \"a.h\"\n", "\n#include <a.h>\n", "if ", "else ", "for ", "return ", "switch ", "case ",
    "goto ", "sizeof ", "1", "0x", "1'0", "__attribute__((", "))", "extern \"C\" {", "defined(", "é", "\u{feff}", "\0",
];

fn analyze(path: &str, text: &str) -> FileAnalysis {
    analysis::analyze(&CAnalyzer::new(), path, text)
}

#[test]
fn an_empty_file_is_a_module() {
    assert_eq!(analysis::render(&analyze("src/empty.c", "")), "c src/empty.c\n\nsymbols\n  1-1 module empty.c  <module>\n");
}

#[test]
fn fixtures_are_understood() {
    for (name, text) in hostile::fixtures(&["c"]) {
        insta::assert_snapshot!(name.as_str(), analysis::render(&analyze(&format!("src/{name}"), &text)));
    }
}

#[test]
fn ids_do_not_depend_on_lines() {
    for (name, text) in hostile::fixtures(&["c"]) {
        let ids = |text: &str| analyze(&name, text).symbols.into_iter().map(|symbol| symbol.id).collect::<Vec<_>>();
        let moved = format!("\n\n{}", text.replace('\n', "\r\n"));
        assert_eq!(ids(&text), ids(&moved), "{name}");
    }
}

/// Nesting costs no stack, and neither nesting nor length costs quadratic time or memory: this
/// test ends.
#[test]
fn deep_and_long_texts_are_read() {
    const REPETITIONS: usize = 10_000;
    let nested = [
        ("(", ")"),
        ("{", "}"),
        ("[", "]"),
        ("if (x) ", ";"),
        ("a.", "b"),
        ("*", "p"),
        ("f(", ")"),
        ("x = ", "1"),
        ("a ? ", " : b"),
        ("struct s { int a; ", "} x;"),
        ("struct { int a; ", "} x;"),
        ("\n#if A\n", "\n#endif\n"),
        ("int f(void) {", "}"),
    ];
    for (open, close) in nested {
        let whole = [open.repeat(REPETITIONS), close.repeat(REPETITIONS)].concat();
        analyze("deep.c", &format!("int f(void) {{ {whole} }}"));
        analyze("deep.c", &whole);
        analyze("deep.c", &open.repeat(REPETITIONS));
        analyze("deep.c", &close.repeat(REPETITIONS));
    }
    for part in
        ["X(a) ", "int a;", "a, ", "a b ", "/* */", "'", "\"", "\\\n", "#define A(x) A(x)\n", "#else\n", "f(a) int a; {} "]
    {
        analyze("long.c", &part.repeat(REPETITIONS));
    }
}

proptest! {
    #[test]
    fn any_text_is_read(text in hostile::texts(hostile::fixtures(&["c"]), WORDS)) {
        analyze("any.c", &text);
    }
}
