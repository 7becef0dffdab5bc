//! Paths that a store confuses: each is a file of its own, whatever it is like.

use std::collections::BTreeMap;

use codira_contracts::{
    ContentHash, DocIssueRequest, DocumentationRequest, EdgeEnd, EdgeRequest, FileSnapshot, ImportEnd, ImportRequest, Language,
    PathPrefix, RepoPath, ReuseRequest, SymbolInventoryRequest, SymbolMatch, SymbolRequest, TextRequest, UseKind,
    WriteScope::{self, Full, Incremental},
};

use super::an_issue;
use crate::{
    Cx, Outcome, Violation,
    histories::{Edit, End, Run, Twins},
    question::Question,
    samples::{self, call, defining, embedded, import, unit},
    toy::{Edition, OPEN, PLAIN, TOY},
};

/// Prefixes of one another, of which some sort before `/`; those that differ in case, Unicode
/// form, blanks or width; what looks like a number, a pattern, a quotation or a step; what orders
/// otherwise in UTF-16, by natural order, by length, or by component.
#[rustfmt::skip]
const PATHS: &[&str] = &[
    "a", "a/b", "a/b/c", "a/b-c", "a/b.c", "a-b", "a.b", "a b", "a+b", "a!", "a/!", "a0", "ab", "ab/c", "A", "A/b",
    "A/B", "aB", "a-b/c", "a.b/c", "a/b/c/d", "b/a", "b", "B/a", "a/a", "a/a/a", "aa", "\u{e9}", "e\u{301}", "\u{e9}/a",
    "e\u{301}/a", "\u{c9}", "\u{212b}", "\u{c5}", "A\u{30a}", "\u{ff21}", "ss", "\u{df}", "SS", "i", "I", "\u{130}",
    "\u{131}", "k", "K", "\u{212a}", "\u{fb01}", "fi", "\u{ffff}", "\u{fffd}/a", "\u{e000}", "\u{10000}", "\u{10ffff}",
    "\u{1f600}/a", "a/\u{ffff}", "a/\u{10000}", "a/\u{10ffff}/b",
    "\u{7f}", "\u{80}", "1", "01", "10", "2", "1/2", "1e1", "1.0", "-1", "+1", "0x1", "f2", "f10", "f02",
    "%", "_", "a%", "a_", "a_b", "a%b", "a*", "a?b", "[ab]", "[a-b]", "{a,b}", "~", "~/a", "$HOME", "a\\b", "a\\", "a'b",
    "a\"b", "a`b", "a;b", "a,b", "a|b", "a=b", "a&b", "a#b", "a:b", "c:/a", "file:a", "--", "-- a", "a/*b", "null",
    "NULL", "true", " a", "a ", " ", "a /b", "a/ b", "a\tb", "a\nb", "a\rb", "a\u{a0}b", "\u{200b}a", "\u{feff}a",
    "\u{202e}a", "a\u{1}", "\u{1}", "...", "..a", "a..", "a/...", ".a", ".a/b", "a.", "a/.b", "a./b", ".a.", "%2e",
    "a%2fb", "a\u{2044}b", "a\u{2215}b",
];

/// More paths, of which each is a prefix of the next, or has many like it.
fn long_paths() -> Vec<String> {
    let deep = |depth: usize| vec!["d"; depth].join("/");
    let wide = |length: usize| "w".repeat(length);
    let depths = [2, 3, 64, 65, 200].map(deep).into_iter();
    depths.chain([63, 64, 65, 255, 256, 257, 1_023, 1_024, 1_025, 3_000].map(wide)).collect()
}

/// A file that nothing but its path tells from its neighbour's, and that its neighbour uses.
fn file_at(path: &str, neighbour: &str, version: usize) -> FileSnapshot {
    let mut file = defining(path, &["run", "same"]);
    file.analysis.language = TOY;
    file.analysis.module = format!("at {path}");
    file.analysis.source = format!("run of version {version}\n");
    file.analysis.symbols[1].name = format!("of {path}");
    let module = format!("at {neighbour}");
    file.analysis.imports = vec![import(&module, &format!("of {neighbour}")), import(&module, "run")];
    file.analysis.uses = vec![call("same", &format!("of {neighbour}")), call("run", "nowhere")];
    file.analysis.documentation = vec![unit("unit", path)];
    file.analysis.doc_issues = vec![an_issue()];
    file
}

fn session(scope: WriteScope, edits: Vec<Edit>) -> Run {
    Run { scope, edition: Edition::First, edits, end: End::Commit, questions: Vec::new() }
}

fn put(file: &FileSnapshot) -> Edit {
    Edit::Put(Box::new(file.clone()))
}

/// What is asked of all files.
fn of_all() -> Vec<Question> {
    vec![
        Question::Totals,
        Question::FileStates(PathPrefix::root()),
        Question::SymbolInventory(SymbolInventoryRequest::default()),
        Question::Symbols(SymbolRequest::named("run")),
        Question::Documentation(DocumentationRequest::default()),
        Question::DocIssues(DocIssueRequest::default()),
        Question::TextReferences(TextRequest::new("run")),
        Question::Edges(EdgeRequest::new(UseKind::Call, EdgeEnd::FromNamed("run".to_owned()))),
    ]
}

/// What is asked about a path, and about what lies below it.
fn of_path(path: &RepoPath) -> [Question; 6] {
    let key = samples::key(path.as_str(), "same");
    let prefix = PathPrefix::new(path.as_str()).expect("a path is a prefix");
    [
        Question::File(path.clone()),
        Question::FileStates(prefix.clone()),
        Question::Symbols(SymbolRequest::named("run").within(prefix)),
        Question::Symbols(SymbolRequest::new(SymbolMatch::Key(key.clone()))),
        Question::Edges(EdgeRequest::new(UseKind::Call, EdgeEnd::To(key))),
        Question::Imports(ImportRequest::new(ImportEnd::ToFile(path.clone()))),
    ]
}

pub(crate) fn odd_paths_stay_apart(cx: &Cx) -> Outcome {
    let texts: Vec<String> = PATHS.iter().map(|path| (*path).to_owned()).chain(long_paths()).collect();
    let paths: Vec<RepoPath> = texts.iter().map(|text| samples::path(text)).collect();
    let file = |number: usize, version| file_at(&texts[number], &texts[(number + 1) % texts.len()], version);
    let every = |step: usize, from: usize| (from..texts.len()).step_by(step);
    let removed: Vec<Edit> = every(2, 0).map(|number| Edit::Remove(paths[number].clone())).collect();
    let sessions = [
        ("all were put, the last first", session(Full, (0..texts.len()).rev().map(|number| put(&file(number, 1))).collect())),
        ("every second was removed", session(Incremental, removed)),
        ("those that stayed were put again", session(Incremental, every(2, 1).map(|number| put(&file(number, 2))).collect())),
        ("those that went came back", session(Incremental, every(2, 0).map(|number| put(&file(number, 3))).collect())),
        ("every third was removed and put", {
            let edits = every(3, 0).flat_map(|number| [Edit::Remove(paths[number].clone()), put(&file(number, 4))]);
            session(Incremental, edits.collect())
        }),
        ("every third was put and removed", {
            let edits = every(3, 1).flat_map(|number| [put(&file(number, 5)), Edit::Remove(paths[number].clone())]);
            session(Incremental, edits.collect())
        }),
    ];
    cx.block_on(async {
        let index = cx.index().await?;
        let mut twins = Twins::new(&index.backend, cx.settings(), of_all());
        for (number, (says, run)) in sessions.iter().enumerate() {
            let during = |violation: Violation| violation.during(says);
            twins.lead(run).await.map_err(during)?;
            // Of each path after two of the sessions, so that neighbours are asked about after
            // different ones.
            let asked = paths.iter().skip(number % 3).step_by(3).flat_map(of_path).collect::<Vec<_>>();
            twins.compare(&asked).await.map_err(during)?;
        }
        Ok(())
    })
}

/// A file of a language at the path of all others, which says in everything what it is.
fn version(of: &str, language: Language, says: &str) -> FileSnapshot {
    let mut file = defining(of, &["run", says]);
    file.analysis.language = language;
    file.analysis.module = format!("module {of}");
    file.analysis.source = format!("{says}\n");
    file.analysis.uses = vec![call("run", says), call(says, "run"), call("run", "user")];
    file.analysis.documentation = vec![unit("unit", says)];
    file.analysis.doc_issues = vec![an_issue()];
    embedded(file, true)
}

/// Calls about one path, of which the last counts: with a file of a language and what it says, or
/// with none.
type Calls = Vec<Option<(Language, &'static str)>>;

/// All ways of three calls about a path, then three more.
fn ways() -> Vec<Calls> {
    let calls = || [None, Some((TOY, "toys")), Some((OPEN, "opens")), Some((PLAIN, "plains"))];
    let mut ways = Vec::new();
    for first in calls() {
        for second in calls() {
            ways.push(vec![first.clone(), second.clone()]);
            ways.extend(calls().map(|third| vec![first.clone(), second.clone(), third]));
        }
    }
    ways
}

pub(crate) fn a_path_holds_what_came_last(cx: &Cx) -> Outcome {
    let ways = ways();
    let path = |number: usize| format!("path{number}");
    let edit = |number: usize, call: &Option<(Language, &str)>| match call {
        None => Edit::Remove(samples::path(&path(number))),
        // A backend without embeddings is given none.
        Some((language, says)) => Edit::Put(Box::new(version(&path(number), language.clone(), says))),
    };
    type Languages = [Option<(Language, &'static str)>];
    let each = |pick: fn(&Calls) -> &Languages| {
        ways.iter().enumerate().flat_map(move |(number, calls)| pick(calls).iter().map(move |call| edit(number, call)))
    };
    // Those that are derived in the middle are derived with what came before the last call.
    let before = || each(|calls| &calls[..calls.len() - 1]);
    let last = || each(|calls| &calls[calls.len() - 1..]);
    let first: BTreeMap<usize, Edit> =
        ways.iter().enumerate().map(|(number, _)| (number, edit(number, &Some((TOY, "first"))))).collect();
    // Each path has a user of its own.
    let users = (0..ways.len()).map(|number| {
        let mut user = defining(&format!("user{number}.toy"), &["user"]);
        (user.analysis.language, user.analysis.module) = (TOY, "user".to_owned());
        user.analysis.imports = vec![import(&format!("module {}", path(number)), "run")];
        user.analysis.uses = vec![call("user", "run")];
        put(&user)
    });
    let users: Vec<Edit> = users.collect();
    let filled = || first.values().cloned();
    let sessions = [
        ("all calls in one session", session(Full, each(|calls| calls).collect())),
        ("files at all paths", session(Incremental, filled().chain(users.clone()).collect())),
        ("all calls in one session, where files were", session(Incremental, each(|calls| calls).collect())),
        ("files at all paths again", session(Incremental, filled().collect())),
        ("derived before the last call", session(Incremental, before().chain([Edit::RebuildDerived]).chain(last()).collect())),
        ("everything anew", session(Full, filled().chain(users.clone()).collect())),
        ("all calls but the last", session(Incremental, before().collect())),
        ("the last calls", session(Incremental, last().collect())),
    ];
    let mut questions: Vec<Question> = (0..ways.len()).map(|number| Question::File(samples::path(&path(number)))).collect();
    questions.push(Question::Edges(EdgeRequest::new(UseKind::Call, EdgeEnd::FromNamed("user".to_owned()))));
    questions.push(Question::Edges(EdgeRequest::new(UseKind::Call, EdgeEnd::ToNamed("run".to_owned()))));
    questions.push(Question::Imports(ImportRequest::new(ImportEnd::FromModule("user".to_owned()))));
    for (language, says) in [(TOY, "toys"), (OPEN, "opens"), (PLAIN, "plains"), (TOY, "first")] {
        questions.extend([
            Question::Symbols(SymbolRequest::named(says)),
            Question::TextReferences(TextRequest::new(says)),
            Question::Edges(EdgeRequest::new(UseKind::Call, EdgeEnd::ToNamed(says.to_owned()))),
            Question::DocIssues(DocIssueRequest { language: Some(language), ..DocIssueRequest::default() }),
            Question::Reusable(ReuseRequest { spec: samples::spec("1"), texts: vec![ContentHash::of(says.as_bytes())] }),
        ]);
    }
    cx.block_on(async {
        let index = cx.index().await?;
        let mut twins = Twins::new(&index.backend, cx.settings(), of_all());
        for (says, run) in &sessions {
            let during = |violation: Violation| violation.during(says);
            twins.lead(run).await.map_err(during)?;
            let asked = if says.starts_with("files") { &[] } else { &*questions };
            twins.compare(asked).await.map_err(during)?;
        }
        Ok(())
    })
}
