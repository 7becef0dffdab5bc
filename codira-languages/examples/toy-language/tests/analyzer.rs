//! Analyses of small programs, and that no text makes the analyzer fail.

use codira_contracts::{
    AnalysisStatus, ContentHash, FileAnalysis, FileSnapshot, FileState, LineSpan, RepoPath, Site, UseForm, UseKind,
};
use codira_languages::{LanguageAnalyzer, SourceFile};
use toy_language::BrookAnalyzer;

const MAIN: &str = include_str!("sample/main.brook");

/// Analyzes a text, and checks what must be true of every analysis.
fn analyze(path: &str, text: &str) -> FileAnalysis {
    let analyzer = BrookAnalyzer::new();
    let path = RepoPath::new(path).unwrap();
    let analysis = analyzer.analyze(SourceFile { path: &path, text });
    assert_eq!(analysis, analyzer.analyze(SourceFile { path: &path, text }), "the same text gives the same analysis");
    assert_eq!(analysis.language, *analyzer.language());
    let state = FileState {
        path,
        hash: ContentHash::of(text.as_bytes()),
        size: text.len() as u64,
        modified: 0,
        analyzer: analyzer.tool().clone(),
    };
    // Ids are unique, owners and parents are there.
    let snapshot = FileSnapshot { state, analysis, embeddings: Vec::new() };
    snapshot.validate().unwrap();
    snapshot.analysis
}

#[test]
fn a_program_is_understood() {
    let file = analyze("app/main.brook", MAIN);
    assert_eq!((&*file.module, &file.status), ("app.main", &AnalysisStatus::Complete));

    let [module, greet] = &file.symbols[..] else { panic!("{:?}", file.symbols) };
    assert_eq!((&*module.name, module.span), ("main", LineSpan::new(1, 11)));
    assert_eq!((&*greet.qualified_name, greet.span), ("app.main.greet", LineSpan::new(5, 9)));
    assert_eq!(greet.signature.as_deref(), Some("to greet name"));
    assert_eq!(greet.documentation.as_deref(), Some("Greets a person by name,\nand loudly."));
    assert_eq!((&*file.documentation[0].title, file.documentation[0].span), ("greet", LineSpan::new(3, 4)));

    let imports: Vec<_> = file.imports.iter().map(|import| (&*import.module, import.binds().unwrap())).collect();
    assert_eq!(imports, [("lib.text", "text")]);

    let uses: Vec<_> = file.uses.iter().map(|it| (it.owner.as_str(), it.kind, it.form, &*it.text, it.site)).collect();
    let (call, reference) = (UseKind::Call, UseKind::Reference);
    let expected = [
        ("to greet", call, UseForm::Path, "print", Site::new(6, 3)),
        ("to greet", call, UseForm::Path, "text.shout", Site::new(7, 8)),
        ("to greet", reference, UseForm::Value, "name", Site::new(7, 14)),
        ("to greet", call, UseForm::Path, "each", Site::new(8, 3)),
        ("to greet", reference, UseForm::Value, "name", Site::new(8, 8)),
        ("to greet", reference, UseForm::Path, "text.shout", Site::new(8, 18)),
        ("module", call, UseForm::Path, "greet", Site::new(11, 1)),
    ];
    assert_eq!(uses, expected);
}

#[test]
fn what_is_not_understood_is_said_and_the_rest_is_read() {
    let file = analyze("a.brook", "end\nto f\nto\nto g x\nprint x\n");
    let AnalysisStatus::Partial(diagnostics) = &file.status else { panic!("{:?}", file.status) };
    let found: Vec<_> = diagnostics.iter().map(|it| (it.line, &*it.message)).collect();
    let expected = [
        (1, "`end` ends no procedure"),
        (3, "a procedure begins inside of another"),
        (3, "a procedure has no name"),
        (5, "the last procedure has no `end`"),
    ];
    assert_eq!(found, expected);
    assert_eq!(file.symbols.iter().map(|symbol| &*symbol.name).collect::<Vec<_>>(), ["a", "f", "g"]);
}

#[test]
fn ids_stay_when_other_things_change() {
    let ids = |text: &str| analyze("a.brook", text).symbols.into_iter().map(|symbol| symbol.id).collect::<Vec<_>>();
    let before = ids("to f\nend\nto f x\nend\n");
    let after = ids("use b\n\n; About f.\nto f y\nprint y\nend\nto h\nend\nto f x\nend\n");
    assert!(before.iter().all(|id| after.contains(id)), "{before:?} {after:?}");
}

#[test]
fn scripts_are_known_by_their_first_line() {
    let script = RepoPath::new("bin/run").unwrap();
    assert!(BrookAnalyzer::new().claims(&script, "#!/usr/bin/env brook"));
    assert!(!BrookAnalyzer::new().claims(&script, "#!/bin/sh"));
    assert_eq!(analyze("bin/run", "#!/usr/bin/env brook\nf\n").uses.len(), 1);
}

/// Every beginning and every end of a program, and each word of it left out.
#[test]
fn no_text_makes_it_stumble() {
    let text = MAIN.replace('\n', "\r\n") + "\u{feff}é \0 . .. a. .b \" ;\nto é é\n";
    for (at, _) in text.char_indices() {
        analyze("any.brook", &text[..at]);
        analyze("any.brook", &text[at..]);
    }
    let words: Vec<&str> = text.split(' ').collect();
    for without in 0..words.len() {
        analyze("any.brook", &[&words[..without], &words[without + 1..]].concat().join(" "));
    }
}
