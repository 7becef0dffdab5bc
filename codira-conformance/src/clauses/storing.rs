//! Storing: everything that was put, and nothing of what was.

mod fields;
mod inventories;
mod languages;
mod long;
mod odd_paths;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
};

use codira_contracts::{
    AnalysisStatus, AuditPolicy, BackendError, Diagnostic, DocIssue, DocIssueRequest, Documentation, DocumentationRequest,
    FileSnapshot, Import, IndexBackend, IndexReader, IndexWriteSession, Language, LineSpan, RepoPath, Retention, Severity,
    Site, SymbolKey, SymbolRequest, Tool, UseRecord,
    WriteScope::{Full, Incremental},
};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};

use crate::{
    Cx, Outcome, Violation,
    histories::{Flaw, any_file},
    observe::{keeps_embeddings, observe, same},
    question::Question,
    samples::{self, defining, file, path},
    show,
    toy::{OPEN, PLAIN, TOY, request},
    verdict::ensure,
};

pub(crate) use fields::*;
pub(crate) use inventories::*;
pub(crate) use languages::*;
pub(crate) use long::*;
pub(crate) use odd_paths::*;

/// So many files of the whole model are put and read back.
const FILES: usize = 200;

/// Files drawn from the whole model that break no rule, each at a path of its own; the same ones
/// each time.
pub(super) fn drawn_files(count: usize, embeddings: bool) -> Outcome<Vec<FileSnapshot>> {
    // Drawn once for all backends that one process judges.
    static DRAWN: Mutex<BTreeMap<(usize, bool), Vec<FileSnapshot>>> = Mutex::new(BTreeMap::new());
    let mut drawn = DRAWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(files) = drawn.get(&(count, embeddings)) {
        return Ok(files.clone());
    }
    let files = draw_files(count, embeddings)?;
    drawn.insert((count, embeddings), files.clone());
    Ok(files)
}

fn draw_files(count: usize, embeddings: bool) -> Outcome<Vec<FileSnapshot>> {
    let mut runner = TestRunner::deterministic();
    let mut files = Vec::new();
    while files.len() < count {
        let mut file = any_file().new_tree(&mut runner).map_err(Violation::new)?.current();
        file.state.path = path(&format!("d{}/{}", files.len() % 7, files.len()));
        if !embeddings {
            file.embeddings.clear();
        }
        if file.validate().is_ok() {
            file.normalize();
            files.push(file);
        }
    }
    Ok(files)
}

/// Texts that a store may tidy, beside the [hostile](HOSTILE) ones: spaces, numbers, words with a
/// meaning, separators, marks.
const TREACHEROUS: &[&str] =
    &[" run ", "run\t", "007", "1e3", "NULL", "null", "true", "a,b", "a;b\n", "\u{feff}", "\r", "\u{fffd}\u{ffff}", ""];

/// A file of values that a store may change.
fn treacherous() -> FileSnapshot {
    let texts = || TREACHEROUS.iter().map(|text| (*text).to_owned());
    let mut file = defining("treacherous.txt", TREACHEROUS);
    file.state.analyzer = Tool::new(" kit ", "1.10");
    file.state.size = u64::MAX;
    file.state.modified = i64::MIN + 1;
    let analysis = &mut file.analysis;
    analysis.language = Language::new("Klingon ");
    analysis.module = " 007 ".to_owned();
    analysis.source = format!("\u{feff} first \r\n\r\n{}\n\u{a0}last \t\n\n", "long ".repeat(30_000));
    for (symbol, text) in analysis.symbols.iter_mut().zip(texts()) {
        symbol.span = LineSpan::new(u32::MAX - 1, u32::MAX);
        symbol.qualified_name = text.clone();
        symbol.decorators = texts().collect();
        symbol.bases = vec![text.clone(), String::new(), text.clone()];
        (symbol.signature, symbol.documentation) = (Some(text.clone()), Some(text));
    }
    // Not in the order of their lines, and one of them twice.
    let import = |line, text: &str| Import { alias: Some(text.to_owned()), line, ..samples::import(text, text) };
    analysis.imports = TREACHEROUS.iter().zip([7, 7, 3].into_iter().cycle()).map(|(text, line)| import(line, text)).collect();
    analysis.imports.push(analysis.imports[0].clone());
    let call = UseRecord { site: Site::new(u32::MAX, u32::MAX), ..samples::call("run\t", "1e3") };
    analysis.uses = vec![call.clone(), samples::call("007", "run\t"), call];
    analysis.documentation = vec![Documentation {
        title: " 007 ".to_owned(),
        heading_path: texts().collect(),
        owner: Some("007".into()),
        ..samples::unit("a unit", "\r\ntext \n")
    }];
    let issue = DocIssue { message: " 007 ".to_owned(), ..an_issue() };
    analysis.doc_issues = vec![issue.clone(), an_issue(), issue];
    let diagnostics = texts().map(|message| Diagnostic { line: u32::MAX, message });
    analysis.status = AnalysisStatus::Partial(diagnostics.collect());
    file
}

pub(crate) fn a_file_reads_back_as_it_was_put(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let mut files = drawn_files(FILES, keeps_embeddings(index.backend.descriptor()))?;
        files.push(treacherous());
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        for file in &files {
            session.put_file(file.clone()).await?;
        }
        session.commit().await?;
        let reader = index.backend.open_reader().await?;
        for file in &files {
            let found = reader.file(file.path()).await?.as_ref().map(show::file).unwrap_or_default().join("\n");
            same(format_args!("{} reads back otherwise", file.path()), &show::file(file).join("\n"), &found)?;
        }
        Ok(())
    })
}

/// A file in which every text that can be asked for is, or holds, a mark.
fn marked(mark: &str) -> FileSnapshot {
    let text = mark.to_owned();
    let mut file = defining("pkg/a.toy", &[mark, "run"]);
    let analysis = &mut file.analysis;
    analysis.module = text.clone();
    analysis.source = format!("{mark}\n");
    analysis.symbols[0].documentation = Some(text.clone());
    analysis.symbols[1].parent = Some(mark.into());
    analysis.imports = vec![samples::import(mark, mark)];
    analysis.uses = vec![samples::call(mark, mark), samples::call("run", mark)];
    analysis.documentation = vec![samples::unit(&format!("{mark} unit"), mark)];
    analysis.doc_issues = vec![DocIssue { rule: text, ..an_issue() }];
    file
}

pub(super) fn an_issue() -> DocIssue {
    DocIssue {
        rule: "missing".to_owned(),
        severity: Severity::Warning,
        message: String::new(),
        span: LineSpan::new(1, 1),
        convention: Tool::new("kit", "1"),
        auditor: Tool::new("kit", "1"),
        owner: None,
    }
}

pub(crate) fn a_replaced_file_leaves_no_trace(cx: &Cx) -> Outcome {
    leaves_no_trace(cx, Some(marked("after")))
}

pub(crate) fn a_removed_file_leaves_no_trace(cx: &Cx) -> Outcome {
    leaves_no_trace(cx, None)
}

/// Everything is asked, and asked for by name, after a marked file was replaced or removed: an
/// index that never held it answers the same.
fn leaves_no_trace(cx: &Cx, replacement: Option<FileSnapshot>) -> Outcome {
    cx.block_on(async {
        let (index, fresh) = (cx.index().await?, cx.index().await?);
        let embeddings = keeps_embeddings(index.backend.descriptor());
        let mut other = defining("pkg/b.toy", &["run"]);
        // The marked file is the module of that name, and defines it.
        other.analysis.imports = vec![samples::import("before", "before")];
        other.analysis.uses = vec![samples::call("run", "before")];

        let mut session = index.backend.begin_index_session(request(Full)).await?;
        session.put_file(samples::embedded(marked("before"), embeddings)).await?;
        session.put_file(other.clone()).await?;
        session.commit().await?;
        let mut session = index.backend.begin_index_session(request(Incremental)).await?;
        match &replacement {
            Some(file) => session.put_file(file.clone()).await?,
            None => session.remove_file(&path("pkg/a.toy")).await?,
        }
        session.commit().await?;

        fresh.backend.begin_index_session(request(Full)).await?.commit().await?;
        let mut session = fresh.backend.begin_index_session(request(Full)).await?;
        for file in replacement.into_iter().chain([other]) {
            session.put_file(file).await?;
        }
        session.commit().await?;

        let questions: Vec<Question> =
            ["before", "after"].into_iter().flat_map(Question::naming).chain(Question::everything()).collect();
        let descriptor = index.backend.descriptor();
        let expected = observe(&fresh.backend.open_reader().await?, descriptor, &questions, embeddings).await?;
        let found = observe(&index.backend.open_reader().await?, descriptor, &questions, embeddings).await?;
        same("an index that never held it answers otherwise", &expected, &found)
    })
}

pub(crate) fn files_share_no_identities(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        let mut files = [defining("pkg/a.toy", &["run"]), defining("pkg/b.toy", &["run"]), file("src/a.plain")];
        files[1].analysis.documentation = vec![samples::unit("text", "b")];
        // What is a symbol in one file is a unit in another.
        files[2].analysis.documentation = vec![samples::unit("run", "c"), samples::unit("text", "c")];
        for file in &files {
            session.put_file(file.clone()).await?;
        }
        session.commit().await?;
        let reader = index.backend.open_reader().await?;
        for file in &files {
            let found = reader.file(file.path()).await?;
            ensure!(found.as_ref() == Some(file), "{} reads back as {found:#?}", file.path());
            for symbol in &file.analysis.symbols {
                let key = SymbolKey { path: file.path().clone(), id: symbol.id.clone() };
                let found = reader.symbols(&SymbolRequest::of(key.clone())).await?;
                let own = found.iter().map(|entry| &entry.symbol).eq([symbol]);
                ensure!(own, "the symbol {key} is {found:#?}");
            }
        }
        let units: usize = files.iter().map(|file| file.analysis.documentation.len()).sum();
        let found = reader.documentation(&DocumentationRequest::default()).await?;
        ensure!(found.len() == units, "{units} documentation units were put, and there are {found:#?}");
        Ok(())
    })
}

pub(crate) fn a_file_that_breaks_a_rule_is_refused(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let embeddings = keeps_embeddings(index.backend.descriptor());
        let flaws = Flaw::ALL.iter().filter(|flaw| embeddings || !flaw.is_about_embeddings());
        for flaw in flaws {
            for known in [true, false] {
                let mut session = index.backend.begin_index_session(request(Full)).await?;
                if known {
                    session.put_file(defining("pkg/a.toy", &["before"])).await?;
                    session.commit().await?;
                    session = index.backend.begin_index_session(request(Incremental)).await?;
                }
                let mut spoilt = marked("after");
                let id = flaw.spoil(&mut spoilt);
                match session.put_file(spoilt).await {
                    Err(BackendError::InvalidInput { subject, problem }) => {
                        let named = subject.contains("pkg/a.toy") && subject.contains(id.as_str());
                        ensure!(named, "{flaw:?} of {id} in pkg/a.toy is refused without naming both: {subject}: {problem}");
                    }
                    other => ensure!(false, "{flaw:?} is answered by {other:?}"),
                }
                session.put_file(file("pkg/b.toy")).await?;
                session.commit().await?;

                let reader = index.backend.open_reader().await?;
                let found = reader.file(&path("pkg/a.toy")).await?;
                let expected = known.then(|| defining("pkg/a.toy", &["before"]));
                ensure!(found == expected, "{flaw:?}: the refused file left {found:#?}");
                for question in Question::naming("after") {
                    let silent = question.is_about_embeddings() && !embeddings;
                    let answer = if silent { Vec::new() } else { question.ask(&reader, index.backend.descriptor()).await? };
                    ensure!(answer.is_empty(), "{flaw:?}: after the refused file, {question:?} is answered by {answer:#?}");
                }
                ensure!(reader.file(&path("pkg/b.toy")).await?.is_some(), "{flaw:?}: the file put after it is lost");
            }
        }
        Ok(())
    })
}

/// One file of each language, with two issues.
fn audited_files() -> Vec<FileSnapshot> {
    let issues = vec![an_issue(), DocIssue { rule: "other".to_owned(), ..an_issue() }];
    let file = |path: &str| {
        let mut file = defining(path, &["run"]);
        file.analysis.doc_issues = issues.clone();
        file
    };
    vec![file("c/a.c"), file("pkg/a.toy"), file("src/a.plain")]
}

/// Keeps the issues of these languages.
fn auditing(languages: &[Language]) -> Retention {
    Retention { policy: AuditPolicy { audited: BTreeSet::from_iter(languages.iter().cloned()) }, specs: Vec::new() }
}

pub(crate) fn purging_removes_what_policy_skips(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        for file in audited_files() {
            session.put_file(file).await?;
        }
        session.commit().await?;
        let mut session = index.backend.begin_index_session(request(Incremental)).await?;
        let retention = auditing(&[TOY, OPEN]);
        let first = session.maintain(&retention).await?.stale_doc_issues;
        let second = session.maintain(&retention).await?.stale_doc_issues;
        ensure!((first, second) == (2, 0), "two issues are skipped, and purging says {first}, then {second}");
        session.commit().await?;
        let reader = index.backend.open_reader().await?;
        let issues = reader.doc_issues(&DocIssueRequest::default()).await?;
        let paths: Vec<&RepoPath> = issues.iter().map(|entry| &entry.path).collect();
        let expected = [path("c/a.c"), path("c/a.c"), path("pkg/a.toy"), path("pkg/a.toy")];
        ensure!(paths.into_iter().eq(&expected), "left are {issues:#?}");
        for mut file in audited_files() {
            if file.analysis.language == PLAIN {
                file.analysis.doc_issues.clear();
            }
            let found = reader.file(file.path()).await?;
            ensure!(found.as_ref() == Some(&file), "{} reads back as {found:#?}", file.path());
        }
        Ok(())
    })
}

pub(crate) fn maintenance_is_counted_until_it_is_done(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        for file in audited_files() {
            session.put_file(file).await?;
        }
        session.commit().await?;
        let everything = auditing(&[TOY, OPEN, PLAIN]);
        let policy = auditing(&[TOY]);
        for (policy, purge, expected) in [(&everything, false, 0), (&policy, false, 4), (&policy, true, 0)] {
            if purge {
                let mut session = index.backend.begin_index_session(request(Incremental)).await?;
                session.maintain(policy).await?;
                session.commit().await?;
            }
            let stale = index.backend.open_reader().await?.maintenance(policy).await?.stale_doc_issues;
            ensure!(stale == expected, "{expected} issues are stale, and counted are {stale}");
        }
        Ok(())
    })
}
