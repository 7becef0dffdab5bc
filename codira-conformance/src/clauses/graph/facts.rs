//! Edges follow every change of a fact, alone and among others, at once and after others that were
//! undone.

use codira_contracts::{
    EdgeEnd, EdgeRequest, FileSnapshot, Import, ImportEnd, ImportKind, ImportRequest, Retention, Site, Symbol,
    SymbolInventoryRequest, UseKind, UseRecord,
    WriteScope::{Full, Incremental},
};

use super::{
    changes::CHANGES,
    put, session,
    web::{Files, Web, edits, function},
};
use crate::{
    Cx, Outcome, Violation,
    histories::{Edit, Twins},
    question::Question,
    samples::{call, defining, import, key, path},
    toy::OPEN,
};

/// So many webs are side by side in one index.
const WEBS: usize = 6;

pub(crate) fn edges_follow_each_fact(cx: &Cx) -> Outcome {
    let webs: Vec<Web> = (0..WEBS).map(Web::new).collect();
    let files: Vec<Files> = webs.iter().map(Web::files).collect();
    cx.block_on(async {
        let index = cx.index().await?;
        let mut twins = Twins::new(&index.backend, cx.settings(), vec![Question::Totals]);
        let all = Web::questions_of_all(&webs);
        let whole: Vec<Edit> = files.iter().flat_map(|files| edits(&Files::new(), files)).collect();
        twins.lead(&session(Full, whole.clone())).await?;
        twins.compare(&all).await?;
        for group in CHANGES.chunks(WEBS) {
            let each = || webs.iter().zip(&files).zip(group).map(|((web, before), change)| (web, before, change.of(web)));
            let during = |violation: Violation| {
                let says: Vec<_> = group.iter().map(|change| change.says).collect();
                violation.during(format_args!("each in a web of its own: {}", says.join("; ")))
            };
            // One by one.
            for ((web, before, after), change) in each().zip(group) {
                let during = |violation: Violation| violation.during(change.says);
                twins.lead(&session(Incremental, edits(before, &after))).await.map_err(during)?;
                twins.compare(&web.questions()).await.map_err(during)?;
            }
            // All undone, at once.
            let undo: Vec<Edit> = each().flat_map(|(_, before, after)| edits(&after, before)).collect();
            twins.lead(&session(Incremental, undo.clone())).await.map_err(during)?;
            twins.compare(&all).await.map_err(during)?;
            // Put, derived, undone, derived, and put again.
            let make: Vec<Edit> = each().flat_map(|(_, before, after)| edits(before, &after)).collect();
            let parts = [make.clone(), vec![Edit::RebuildDerived], undo.clone(), vec![Edit::RebuildDerived], make.clone()];
            twins.lead(&session(Incremental, parts.concat())).await.map_err(during)?;
            twins.compare(&all).await.map_err(during)?;
            // Undone, derived, and made again: the session ends as it began.
            let parts = [undo, vec![Edit::RebuildDerived], make.clone()];
            twins.lead(&session(Incremental, parts.concat())).await.map_err(during)?;
            twins.compare(&all).await.map_err(during)?;
            // All anew, with a change of mind.
            let parts = [whole.clone(), vec![Edit::RebuildDerived], make];
            twins.lead(&session(Full, parts.concat())).await.map_err(during)?;
            twins.compare(&all).await.map_err(during)?;
            twins.lead(&session(Full, whole.clone())).await?;
        }
        // What was put and derived already goes all the same.
        let goes = |name: &str| files.iter().map(|files| files[name].clone()).collect::<Vec<_>>();
        let gone: Vec<FileSnapshot> = ["core.toy", "glob.toy", "lib.c"].into_iter().flat_map(goes).collect();
        let removals = || gone.iter().map(|file| Edit::Remove(file.path().clone()));
        let parts = whole.iter().cloned().chain([Edit::RebuildDerived]).chain(removals());
        twins.lead(&session(Incremental, parts)).await?;
        twins.compare(&all).await?;
        // So does what was put alone, and perhaps written, and not derived.
        twins.lead(&session(Incremental, whole)).await?;
        let puts = gone.iter().map(|file| Edit::Put(Box::new(file.clone())));
        let parts = puts.chain([Edit::Maintain(Retention::default())]).chain(removals());
        twins.lead(&session(Incremental, parts)).await?;
        twins.compare(&all).await?;
        // A name comes a long way, through files of which nothing changed.
        twins.lead(&session(Incremental, (0..LINKS).map(|number| put(link(number, 2))))).await?;
        twins.lead(&session(Incremental, [put(link(LINKS - 1, 7))])).await?;
        twins.compare(&[edges(EdgeEnd::To(key("chain/m0.toy", "run"))), edges(EdgeEnd::ToNamed("run".to_owned()))]).await?;
        twins.look_back().await
    })
}

/// How many modules a name comes through.
const LINKS: usize = 5;

/// A module that defines a name, or has it from the one before, and uses it on this line.
fn link(number: usize, line: u32) -> FileSnapshot {
    let name = if number == 0 { "run" } else { "user" };
    let mut file = defining(&format!("chain/m{number}.toy"), &[name]);
    file.analysis.module = format!("chain.m{number}");
    if let Some(before) = number.checked_sub(1) {
        file.analysis.imports = vec![import(&format!("chain.m{before}"), "run")];
        file.analysis.uses = vec![UseRecord { site: Site::new(line, 1), ..call("user", "run") }];
    }
    file
}

fn edges(end: EdgeEnd) -> Question {
    Question::Edges(EdgeRequest::new(UseKind::Call, end))
}

/// More names than a statement takes, or a batch.
const NAMES: usize = 4_200;
/// More files than a batch takes.
const USERS: usize = 1_300;

fn file(name: &str, ids: &[&str]) -> FileSnapshot {
    let mut file = defining(&format!("many/{name}.c"), ids);
    file.analysis.language = OPEN;
    file
}

/// A file of many names, of which some are gone, and some have another id.
fn names(gone: fn(usize) -> bool, other: fn(usize) -> bool) -> FileSnapshot {
    let mut file = file("names", &[]);
    let there = (0..NAMES).filter(|number| !gone(*number));
    let symbol = |number: usize| {
        let name = format!("n{number}");
        let id = if other(number) { format!("another {number}") } else { name.clone() };
        Symbol { id: id.as_str().into(), ..function(&name) }
    };
    file.analysis.symbols = there.map(symbol).collect();
    file
}

/// A file that uses all of them.
fn user_of_all() -> FileSnapshot {
    let mut file = file("all", &["user"]);
    file.analysis.uses = (0..NAMES).map(|number| call("user", &format!("n{number}"))).collect();
    file
}

/// A name that many files use.
fn shared(id: &str) -> FileSnapshot {
    let mut file = file("shared", &[]);
    file.analysis.symbols = vec![Symbol { id: id.into(), ..function("shared") }];
    file
}

/// One of the files that use it, and one of the many names; it has a name of its own.
fn user(number: usize) -> FileSnapshot {
    let mut file = file(&format!("u{number}"), &["using", &format!("own{number}")]);
    file.analysis.imports = vec![Import { kind: ImportKind::LocalInclude, name: None, ..import("shared.c", "") }];
    let name = format!("n{}", number * NAMES / USERS);
    file.analysis.uses = vec![call("using", "shared"), call("using", &name)];
    file
}

/// A file that uses a name of each of these.
fn user_of_users() -> FileSnapshot {
    let mut file = file("users", &["asking"]);
    file.analysis.uses = (0..USERS).map(|number| call("asking", &format!("own{number}"))).collect();
    file
}

pub(crate) fn edges_follow_changes_of_any_size(cx: &Cx) -> Outcome {
    let imports = |end| Question::Imports(ImportRequest::new(end));
    let everything = vec![
        Question::Totals,
        edges(EdgeEnd::FromNamed("user".to_owned())),
        edges(EdgeEnd::FromNamed("using".to_owned())),
        edges(EdgeEnd::FromNamed("asking".to_owned())),
        edges(EdgeEnd::ToNamed("shared".to_owned())),
        edges(EdgeEnd::To(key("many/shared.c", "first"))),
        imports(ImportEnd::ToModule("shared.c".to_owned())),
        imports(ImportEnd::ToFile(path("many/shared.c"))),
        Question::SymbolInventory(SymbolInventoryRequest::default()),
    ];
    let whole = || put(names(|_| false, |_| false));
    let changed = put(names(|number| number % 5 == 0, |number| number % 3 == 0));
    // The last name, where they are sorted, of which no batch but the last knows.
    let last = put(names(|_| false, |number| number == 999));
    let first = [whole(), put(user_of_all()), put(shared("first"))];
    let runs = [
        session(Full, first.into_iter().chain((0..USERS).map(|number| put(user(number))))),
        session(Incremental, [last]),
        session(Incremental, [changed]),
        session(Incremental, [put(shared("second"))]),
        session(Incremental, [Edit::Remove(path("many/shared.c")), whole()]),
        session(Incremental, [put(shared("first")), Edit::Remove(path("many/names.c"))]),
        // It asks for what more files offer than a batch takes.
        session(Incremental, [put(user_of_users())]),
    ];
    cx.block_on(async {
        let index = cx.index().await?;
        let mut twins = Twins::new(&index.backend, cx.settings(), everything);
        for (number, run) in (1..).zip(&runs) {
            let during = |violation: Violation| violation.during(format_args!("session {number}"));
            twins.lead(run).await.map_err(during)?;
            twins.compare(&[]).await.map_err(during)?;
        }
        Ok(())
    })
}
