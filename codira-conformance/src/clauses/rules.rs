//! Rules: edges follow from those that a session brings.

use codira_contracts::{
    EdgeEnd, EdgeRequest, EdgeTarget, FileSnapshot, IndexBackend, IndexReader, IndexWriteSession, SessionRequest, Symbol,
    SymbolKind, UseForm, UseKind, UseRecord,
    WriteScope::{Full, Incremental},
};

use crate::{
    Cx, Outcome, Violation,
    histories::{Edit, End, History, Run, Twins, follow},
    question::Question,
    samples::{call, defining, file, import},
    toy::{ECHO, Edition, PLAIN, request},
    verdict::ensure,
};

/// A file whose function calls what it imports from the other one.
fn caller() -> FileSnapshot {
    let mut caller = defining("pkg/b.toy", &["helper"]);
    caller.analysis.imports = vec![import("pkg.a", "run")];
    caller.analysis.uses = vec![call("helper", "run"), call("helper", "helper")];
    caller
}

fn put(file: FileSnapshot) -> Edit {
    Edit::Put(Box::new(file))
}

pub(crate) fn edges_follow_the_rules_of_the_session(cx: &Cx) -> Outcome {
    for edition in Edition::ALL {
        let edits = vec![put(defining("pkg/a.toy", &["run"])), put(caller()), put(defining("c/a.c", &["run"]))];
        let run = Run { scope: Full, edition: *edition, edits, end: End::Commit, questions: Vec::new() };
        cx.block_on(async { follow(&cx.index().await?.backend, cx.settings(), &History(vec![run])).await })?;
    }
    Ok(())
}

pub(crate) fn other_rules_derive_anew(cx: &Cx) -> Outcome {
    let run = |scope, edition, edits| Run { scope, edition, edits, end: End::Commit, questions: Vec::new() };
    let files = || vec![put(defining("pkg/a.toy", &["run"])), put(caller()), put(file("pkg/index.toy"))];
    let history = History(vec![
        run(Full, Edition::First, files()),
        // No file is put, and every edge turns.
        run(Incremental, Edition::Second, Vec::new()),
        run(Incremental, Edition::Without, Vec::new()),
        run(Incremental, Edition::First, Vec::new()),
        // Others are put beside those that turn, early and late.
        run(Incremental, Edition::Second, vec![put(defining("src/a.plain", &["alone"])), Edit::RebuildDerived]),
        run(Incremental, Edition::First, vec![Edit::RebuildDerived, put(defining("pkg/a.toy", &["run", "more"]))]),
        // What the rules of before offered is found by those of now.
        run(Incremental, Edition::First, vec![put(defining("pkg/a.toy", &["more"]))]),
        run(Incremental, Edition::Second, vec![Edit::Remove(crate::samples::path("pkg/a.toy"))]),
        run(Incremental, Edition::First, vec![put(defining("pkg/a.toy", &["run"]))]),
        // Of the same languages, in another version or under another name.
        run(Incremental, Edition::Newer, Vec::new()),
        run(Incremental, Edition::First, Vec::new()),
        run(Incremental, Edition::Renamed, Vec::new()),
        run(Incremental, Edition::First, Vec::new()),
    ]);
    cx.block_on(async { follow(&cx.index().await?.backend, cx.settings(), &history).await })
}

pub(crate) fn a_session_without_commit_changes_no_rules(cx: &Cx) -> Outcome {
    let run = |edition, edits, end| Run { scope: Incremental, edition, edits, end, questions: Vec::new() };
    let files = vec![put(defining("pkg/a.toy", &["run"])), put(caller())];
    let history = History(vec![
        run(Edition::First, files, End::Commit),
        run(Edition::Second, vec![Edit::RebuildDerived], End::Drop),
        run(Edition::Without, vec![Edit::RebuildDerived], End::Abort),
        run(Edition::First, vec![put(defining("src/a.plain", &["alone"]))], End::Commit),
    ]);
    cx.block_on(async { follow(&cx.index().await?.backend, cx.settings(), &history).await })
}

pub(crate) fn the_inventory_names_the_rules(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        for (edition, scope) in [
            (Edition::First, Full),
            (Edition::Second, Incremental),
            (Edition::Without, Incremental),
            (Edition::First, Incremental),
            (Edition::Second, Full),
            (Edition::Newer, Incremental),
            (Edition::Renamed, Incremental),
        ] {
            let rules = edition.rules();
            let session = index.backend.begin_index_session(SessionRequest::new(scope, rules.clone())).await?;
            session.commit().await?;
            let found = index.backend.open_reader().await?.inventory().await?.rules;
            let expected = rules.inventory();
            ensure!(found == expected, "the session brought {expected:?}, and the inventory names {found:?}");
        }
        Ok(())
    })
}

/// A type with a member, a function with one inside, two of one name, and uses of all of them.
fn plain() -> FileSnapshot {
    let mut file = defining("src/a.plain", &["run", "twice"]);
    let inside =
        |id: &str, kind, name: &str, parent: &str| Symbol { parent: Some(parent.into()), ..Symbol::new(id, kind, name) };
    file.analysis.symbols.extend([
        Symbol::new("Box", SymbolKind::Class, "Box"),
        inside("Box.open", SymbolKind::Method, "open", "Box"),
        inside("Box.shut", SymbolKind::Method, "shut", "Box"),
        inside("run.inner", SymbolKind::Function, "inner", "run"),
        Symbol::new("twice again", SymbolKind::Function, "twice"),
    ]);
    let of_self = UseRecord { form: UseForm::SelfMember, ..call("Box.open", "shut") };
    let texts = ["inner", "run", "Box.open", "Box::shut", "open", "twice", "far", ""];
    file.analysis.uses = texts.map(|text| call("run.inner", text)).into_iter().chain([of_self]).collect();
    file.analysis.imports = vec![import("pkg.a", "far")];
    file
}

pub(crate) fn a_language_without_rules_stays_in_its_file(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let mut other = defining("pkg/a.toy", &["far", "open"]);
        other.analysis.language = PLAIN;
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        session.put_file(plain()).await?;
        session.put_file(other).await?;
        session.commit().await?;
        let reader = index.backend.open_reader().await?;
        let mut found = Vec::new();
        for name in ["inner", "open"] {
            let edges = reader.edges(&EdgeRequest::new(UseKind::Call, EdgeEnd::FromNamed(name.to_owned()))).await?;
            found.extend(edges.into_iter().map(|edge| match edge.target.key() {
                EdgeTarget::Resolved(key) => format!("{} -> {key}", edge.owner.key.id),
                EdgeTarget::External { name, .. } => format!("{} -> external {name}", edge.owner.key.id),
                EdgeTarget::Unresolved { text } => format!("{} -> ?{text}", edge.owner.key.id),
            }));
        }
        let expected = [
            "run.inner -> src/a.plain#Box.open",
            "run.inner -> src/a.plain#Box.shut",
            "run.inner -> src/a.plain#run",
            "run.inner -> src/a.plain#run.inner",
            "run.inner -> ?",
            "run.inner -> ?far",
            "run.inner -> ?open",
            "run.inner -> ?twice",
            "Box.open -> src/a.plain#Box.shut",
        ];
        ensure!(found == expected, "names are sought in their own file: {expected:#?}, and found are {found:#?}");
        Ok(())
    })
}

/// How many files offer something under one key: more than a batch of files.
const OFFERING: usize = 300;

/// A file of the language that tells what rules were shown.
fn telling(name: &str, module: &str) -> FileSnapshot {
    let mut file = defining(&format!("told/{name}.echo"), &[name]);
    (file.analysis.language, file.analysis.module) = (ECHO, module.to_owned());
    file
}

pub(crate) fn rules_are_shown_every_fact_in_order(cx: &Cx) -> Outcome {
    let mut watch = telling("watch", "watching");
    watch.analysis.uses = vec![call("watch", ":shared")];
    let run = |scope, edition, edits| Run { scope, edition, edits, end: End::Commit, questions: Vec::new() };
    // Neither in the order of their paths nor against it.
    let all = (0..OFFERING).map(|number| put(telling(&(number * 7 % OFFERING).to_string(), "shared")));
    let gone = || crate::samples::path("told/150.echo");
    let runs = [
        run(Full, Edition::Telling, all.chain([put(watch)]).collect()),
        run(Incremental, Edition::Telling, vec![put(telling("10", "shared")), put(telling("!", "shared"))]),
        run(Incremental, Edition::Telling, vec![Edit::Remove(gone()), Edit::RebuildDerived, put(telling("2", "another"))]),
        run(Incremental, Edition::First, Vec::new()),
        run(Incremental, Edition::Telling, vec![put(telling("150", "shared"))]),
    ];
    cx.block_on(async {
        let edges = EdgeRequest::new(UseKind::Call, EdgeEnd::FromNamed("watch".to_owned()));
        let index = cx.index().await?;
        let mut twins = Twins::new(&index.backend, cx.settings(), vec![Question::Edges(edges)]);
        for (number, run) in (1..).zip(&runs) {
            let during = |violation: Violation| violation.during(format_args!("session {number}"));
            twins.lead(run).await.map_err(during)?;
            twins.compare(&[]).await.map_err(during)?;
        }
        Ok(())
    })
}
