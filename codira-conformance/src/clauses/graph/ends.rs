//! The graph: what is found at each end, of all edges and all imports, for every text that occurs
//! anywhere.

use std::collections::BTreeSet;

use codira_contracts::{
    EdgeEnd, EdgeRequest, EdgeTarget, FileSnapshot, Import, ImportEnd, ImportKind, ImportRequest, IndexBackend,
    IndexWriteSession, RepoPath, Site, Symbol, SymbolKey, SymbolKind, UseForm, UseKind, UseRecord, Visibility,
    WriteScope::{Full, Incremental},
};

use crate::{
    Cx, Outcome,
    cx::Index,
    filtered::Filtered,
    question::Question,
    samples::{call, file, import, path},
    toy::{OPEN, PLAIN, request},
    vocabulary::HOSTILE,
};

/// A symbol of an id that is not its name.
fn symbol(id: &str, name: &str) -> Symbol {
    Symbol::new(id, SymbolKind::Function, name)
}

fn member(id: &str, name: &str, parent: &str) -> Symbol {
    Symbol { parent: Some(parent.into()), ..Symbol::new(id, SymbolKind::Method, name) }
}

fn class(id: &str, name: &str) -> Symbol {
    Symbol::new(id, SymbolKind::Class, name)
}

fn module(path: &str, module: &str) -> FileSnapshot {
    let mut file = file(path);
    file.analysis.module = module.to_owned();
    file
}

fn under(alias: &str, import: Import) -> Import {
    Import { alias: Some(alias.to_owned()), ..import }
}

fn of_kind(kind: ImportKind, module: &str) -> Import {
    Import { kind, name: None, ..import(module, "") }
}

/// Calls of one owner, the first on the last line.
fn calls(owner: &str, texts: &[&str]) -> Vec<UseRecord> {
    let call = |(text, line): (&&str, u32)| UseRecord { site: Site::new(99 - line, 1), ..call(owner, text) };
    texts.iter().zip(0..).map(call).collect()
}

/// A web of files in which one text is many things: a name here, an id, an alias, a module, a path
/// or the end of one there.
fn web() -> Vec<FileSnapshot> {
    let mut a = module("web/a.toy", "web.a");
    a.analysis.symbols = vec![
        class("Base", "Base"),
        member("Base.run", "run", "Base"),
        symbol("run", "run"),
        // An id that is empty, one that is another's name, a name that is a path, and one that is
        // hostile.
        symbol("", "unnamed"),
        symbol("unnamed", "json"),
        class("T", "T"),
        symbol("T.dump", "T.dump"),
        symbol(HOSTILE, HOSTILE),
        // Were it seen from outside, it would stand for a second module.
        Symbol { visibility: Visibility::Private, ..symbol("nameless", "") },
        symbol("\u{e9}", "\u{e9}"),
    ];
    a.analysis.uses = calls("run", &["run", "Base.run", "unnamed", "T.dump", HOSTILE, "json", "json.dumps", "len"]);
    a.analysis.uses.extend(calls(
        "",
        &["run", "unnamed", "Unnamed", "nobody", "nobody.run", "run.", ".run", "nobody.", "nobody::", "", "a::run", ":"],
    ));
    a.analysis.uses.extend(calls("nameless", &["run", "dumps", "json:dumps"]));
    let form = |form, text: &str| UseRecord { form, ..call("Base.run", text) };
    a.analysis.uses.extend([
        form(UseForm::SelfMember, "run"),
        form(UseForm::SelfMember, "missing"),
        form(UseForm::SuperMember, "missing"),
        form(UseForm::Value, "json.dumps"),
        form(UseForm::Value, "missing"),
        form(UseForm::Macro, "run"),
    ]);

    let mut b = module("web/b.toy", "web.b");
    b.analysis.symbols = vec![symbol("f", "f"), symbol("g", "run"), symbol("Base.run", "go")];
    b.analysis.imports = vec![
        under("go2", import("web.a", "run")),
        under("j", of_kind(ImportKind::Module, "json")),
        under("d", import("json", "dumps")),
        import(".a", "Base"),
        import("web", "a"),
        import("web.a", "unnamed"),
        import("web.a", "T"),
        under("len", import("lengths", "len")),
        // The last byte of a name is that of its alias, and the last character is not.
        under("\u{169}", import("web.a", "\u{e9}")),
        of_kind(ImportKind::Glob, "web.dup"),
        import("web.dup", "twice"),
        import("...x", "y"),
        import("web", "b"),
        import("WEB.a", "run"),
        import("", "root"),
        import("json.dumps", "x"),
        import("json", "dumps"),
    ];
    b.analysis.uses =
        calls("f", &["go2", "go2", "j.dumps", "d", "Base.run", "a.run", "unnamed", "T.dump", "len", "twice", "\u{169}", "f"]);
    b.analysis.uses.extend(calls("g", &["f", "j", "j.x.dumps", "go", "go2.x", "root", "dumps", "run"]));
    let reference = |text| UseRecord { kind: UseKind::Reference, ..call("f", text) };
    b.analysis.uses.extend(["go2", "f", "d", "nobody", "Base"].map(reference));

    let mut files = vec![a, b, module("web/index.toy", "web")];
    for (number, at) in ["web/dup.toy", "web/dup2.toy"].into_iter().enumerate() {
        let mut dup = module(at, "web.dup");
        dup.analysis.symbols = vec![symbol("twice", "twice"), symbol("own", "run")];
        dup.analysis.imports = vec![import("web.a", "run"), import("web.dup", "twice"), import("json", "x")];
        dup.analysis.uses = calls("own", &["twice", "run", "x"]);
        dup.analysis.uses.truncate(3 - number);
        files.push(dup);
    }
    // A file of the same name elsewhere, to which no import leads.
    files.push(module("other/b.toy", "other.b"));
    // The module without a name.
    let mut root = module("root.toy", "");
    root.analysis.symbols = vec![symbol("root", "root")];
    root.analysis.imports = vec![of_kind(ImportKind::Module, "web"), import("web.b", "f")];
    root.analysis.uses = calls("root", &["f", "web.a.run", "web.b.f"]);
    files.push(root);

    let mut header = module("c/a.h", "c/a.h");
    header.analysis.symbols = vec![symbol("dotted", "a.b"), symbol("run", "open_run"), symbol("colons", "a::b")];
    let mut source = module("c/a.c", "c/a.c");
    source.analysis.symbols = vec![symbol("main", "main"), symbol("b", "b")];
    let include = |kind, file| of_kind(kind, file);
    source.analysis.imports = vec![
        include(ImportKind::LocalInclude, "a.h"),
        include(ImportKind::LocalInclude, "sub/a.h"),
        include(ImportKind::SystemInclude, "a.h"),
        include(ImportKind::SystemInclude, "web.a"),
    ];
    source.analysis.uses = calls("main", &["a.b", "a::b", "b", "open_run", "printf", "len", "x.len", "json.dumps", "main"]);
    for file in [&mut header, &mut source] {
        file.analysis.language = OPEN;
    }
    files.extend([header, source]);

    // Keys that are the same text once path and id are joined, by whatever.
    for (at, id) in [("p/q", "r#s"), ("p/q#r", "s"), ("p", "q"), ("p/q/r", "s"), ("p:q", "r"), ("P/q", "r#s")] {
        let mut file = module(at, "web.a");
        file.analysis.language = PLAIN;
        file.analysis.symbols = vec![symbol(id, "twin"), symbol("q/r", "caller"), symbol("r/s", "unused")];
        file.analysis.imports = vec![import("web.a", "run"), import("", "x"), import("p/q", "twin")];
        file.analysis.uses = calls("q/r", &["twin", "run", "web.a"]);
        files.push(file);
    }
    files
}

/// Every text of these files, and what each is near to.
fn texts(files: &[FileSnapshot], whole: &Filtered) -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    for FileSnapshot { state, analysis, .. } in files {
        texts.extend([state.path.to_string(), state.path.file_name().to_owned(), analysis.module.clone()]);
        texts.extend(analysis.logical_names());
        texts.extend(analysis.symbols.iter().flat_map(|symbol| [symbol.id.to_string(), symbol.name.clone()]));
        texts.extend(analysis.uses.iter().map(|record| record.text.clone()));
        for Import { module, name, alias, .. } in &analysis.imports {
            texts.extend([module.clone()].into_iter().chain(name.clone()).chain(alias.clone()));
            texts.extend(name.iter().map(|name| format!("{module}.{name}")));
        }
    }
    texts.extend(whole.all_edges().iter().filter_map(|(_, edge)| match &edge.target {
        EdgeTarget::External { name: text, .. } | EdgeTarget::Unresolved { text } => Some(text.clone()),
        EdgeTarget::Resolved(_) => None,
    }));
    texts
}

/// A text that only a store that does not look closely takes for this one; another way for each
/// number.
fn near(text: &str, number: usize) -> String {
    match number % 6 {
        0 => text.to_uppercase(),
        1 => format!("{text} "),
        2 => text.rsplit(['.', ':', '/']).next().unwrap_or_default().to_owned(),
        3 => text.split(['.', ':', '/']).next().unwrap_or_default().to_owned(),
        4 => format!(".{text}"),
        _ => text.chars().skip(1).collect(),
    }
}

/// The web, put by two commits: the second one puts every other file as it is in the end.
async fn index_of_the_web(cx: &Cx, files: &[FileSnapshot]) -> Outcome<Index> {
    let index = cx.index().await?;
    let mut session = index.backend.begin_index_session(request(Full)).await?;
    for (number, file) in files.iter().enumerate() {
        let mut file = file.clone();
        if number % 2 == 1 {
            file.analysis.uses.truncate(1);
            file.analysis.imports.reverse();
        }
        session.put_file(file).await?;
    }
    session.commit().await?;
    let mut session = index.backend.begin_index_session(request(Incremental)).await?;
    for file in files.iter().skip(1).step_by(2) {
        session.put_file(file.clone()).await?;
    }
    session.commit().await?;
    Ok(index)
}

/// Every text once, then what they are near to; the paths, and some that are not there.
fn asked_for(files: &[FileSnapshot], whole: &Filtered) -> Outcome<(BTreeSet<String>, Vec<RepoPath>)> {
    let mut texts = texts(files, whole);
    let near: Vec<String> = texts.iter().enumerate().map(|(number, text)| near(text, number)).collect();
    texts.extend(near);
    let paths = files.iter().map(|file| file.path().clone());
    let paths = paths.chain(["web", "Web/a.toy", "web/a.to", "a.toy", "c/a"].map(path)).collect();
    Ok((texts, paths))
}

pub(crate) fn every_end_filters_all_edges(cx: &Cx) -> Outcome {
    let files = web();
    cx.block_on(async {
        let whole = Filtered::of(files.clone()).await?;
        let (texts, paths) = asked_for(&files, &whole)?;
        let index = index_of_the_web(cx, &files).await?;
        let mut ends: Vec<EdgeEnd> = texts
            .iter()
            .flat_map(|text| {
                let text = || text.clone();
                [EdgeEnd::FromNamed(text()), EdgeEnd::ToNamed(text()), EdgeEnd::ToExternal(text())]
            })
            .collect();
        let ids: BTreeSet<_> =
            files.iter().flat_map(|file| file.analysis.symbols.iter().map(|symbol| symbol.id.clone())).collect();
        for (number, path) in paths.into_iter().enumerate() {
            // Every id where it is, and at every third path where it is not.
            let own = files.iter().filter(|file| *file.path() == path).flat_map(|file| &file.analysis.symbols);
            let own: BTreeSet<_> = own.map(|symbol| symbol.id.clone()).collect();
            for (nth, id) in ids.iter().enumerate().filter(|(nth, id)| own.contains(*id) || (nth + number) % 3 == 0) {
                let key = SymbolKey { path: path.clone(), id: id.clone() };
                ends.push(if nth % 2 == 0 { EdgeEnd::From(key.clone()) } else { EdgeEnd::To(key.clone()) });
                if own.contains(id) {
                    ends.push(if nth % 2 == 0 { EdgeEnd::To(key) } else { EdgeEnd::From(key) });
                }
            }
        }
        let questions = ends
            .into_iter()
            .flat_map(|end| UseKind::ALL.iter().map(move |kind| Question::Edges(EdgeRequest::new(*kind, end.clone()))));
        whole.judge(&index.backend.open_reader().await?, index.backend.descriptor(), questions).await
    })
}

pub(crate) fn every_end_filters_all_imports(cx: &Cx) -> Outcome {
    let files = web();
    cx.block_on(async {
        let whole = Filtered::of(files.clone()).await?;
        let (texts, paths) = asked_for(&files, &whole)?;
        let index = index_of_the_web(cx, &files).await?;
        let of_texts = texts.into_iter().flat_map(|text| [ImportEnd::FromModule(text.clone()), ImportEnd::ToModule(text)]);
        let of_paths = paths.into_iter().flat_map(|path| [ImportEnd::FromFile(path.clone()), ImportEnd::ToFile(path)]);
        let questions = of_texts.chain(of_paths).map(|end| Question::Imports(ImportRequest::new(end)));
        whole.judge(&index.backend.open_reader().await?, index.backend.descriptor(), questions).await
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use codira_contracts::{ExternalKind, ImportTarget, IndexReader, SymbolSummary};

    use super::*;

    /// The web would prove little if its edges all led to one kind of target.
    #[test]
    fn edges_of_the_web_lead_everywhere() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let whole = runtime.block_on(Filtered::of(web())).unwrap();
        let targets: Vec<&EdgeTarget<SymbolSummary>> = whole.all_edges().iter().map(|(_, edge)| &edge.target).collect();
        for kind in ExternalKind::ALL {
            let len = |target: &&EdgeTarget<SymbolSummary>| matches!(target, EdgeTarget::External { kind: its, name } if its == kind && name.ends_with("len"));
            assert!(targets.iter().any(len), "no edge leads to a {kind} len: {targets:#?}");
        }
        // Names of which the last part is another name, and an id that is empty.
        for (id, name) in [("T.dump", "T.dump"), ("dotted", "a.b"), ("", "unnamed"), (HOSTILE, HOSTILE), ("r#s", "twin")] {
            let resolved = |target: &&EdgeTarget<SymbolSummary>| matches!(target, EdgeTarget::Resolved(symbol) if (symbol.key.id.as_str(), &*symbol.name) == (id, name));
            assert!(targets.iter().any(resolved), "no edge leads to {name}: {targets:#?}");
        }
        let unresolved = |text: &str| targets.contains(&&EdgeTarget::Unresolved { text: text.to_owned() });
        assert!(["json.dumps", "self.missing", "nobody.", "", "twice"].map(unresolved) == [true; 5], "{targets:#?}");
        let of_b = ImportRequest::new(ImportEnd::FromFile(path("web/b.toy")));
        let imports = runtime.block_on(whole.imports(&of_b)).unwrap();
        let count = |wanted: fn(&ImportTarget) -> bool| imports.iter().filter(|entry| wanted(&entry.target)).count();
        let counts = [
            count(|target| matches!(target, ImportTarget::Resolved(_))),
            count(|target| *target == ImportTarget::External),
            count(|target| *target == ImportTarget::Unresolved),
        ];
        assert_eq!(counts, [8, 6, 3], "{imports:#?}");
    }
}
