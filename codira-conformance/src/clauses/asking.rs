//! Asking: which entries an answer has, and in which order.

use codira_contracts::{
    BackendError, CandidateRequest, DocIssueRequest, DocumentationRequest, EdgeEnd, EdgeRequest, FileSnapshot, ImportEnd,
    ImportRequest, IndexBackend, IndexReader, IndexWriteSession, PathPrefix, PendingRequest, RepoPath, ReuseRequest, Symbol,
    SymbolInventoryRequest, SymbolKind, SymbolMatch, SymbolRequest, TextRequest, UseKind, WriteScope::Full,
};

use super::storing::drawn_files;
use crate::{
    Cx, Fixture, Outcome,
    cx::Index,
    observe::keeps_embeddings,
    question::Question,
    samples::{call, defining, embedded, file, import, key, path, row, spec, unit, vector},
    verdict::ensure,
    vocabulary::{self, NAMES, SOUGHT},
};

/// An index of these files, put in this order.
async fn index_of<F: Fixture>(
    cx: &Cx<F>,
    files: impl IntoIterator<Item = FileSnapshot>,
) -> Result<Index<F::Backend>, BackendError> {
    let index = cx.index().await?;
    let mut session = index.backend.begin_index_session(Full).await?;
    for file in files {
        session.put_file(file).await?;
    }
    session.commit().await?;
    Ok(index)
}

/// Fails unless each item comes before the next one.
fn ascending<K: Ord + std::fmt::Debug>(list: &str, keys: impl IntoIterator<Item = K>) -> Outcome {
    let keys: Vec<K> = keys.into_iter().collect();
    let broken = keys.windows(2).find(|pair| pair[0] >= pair[1]);
    ensure!(broken.is_none(), "{list}: {broken:#?} follow each other, and their order is ascending");
    ensure!(!keys.is_empty(), "{list}: nothing was found to order");
    Ok(())
}

pub(crate) fn every_list_is_in_its_documented_order<F: Fixture>(cx: &Cx<F>) -> Outcome {
    cx.block_on(async {
        let embeddings = keeps_embeddings(cx.index().await?.backend.descriptor());
        let mut files = drawn_files(60, embeddings)?;
        // Neither the order of paths nor its reverse.
        files.sort_by_key(|file| file.path().as_str().bytes().rev().collect::<Vec<_>>());
        let index = index_of(cx, files).await?;
        let reader = index.backend.open_reader().await?;

        ascending("file states", reader.file_states(&PathPrefix::root()).await?.iter().map(|state| &state.path))?;
        let inventory = reader.symbol_inventory(&SymbolInventoryRequest::default()).await?;
        ascending("symbol inventory", inventory.iter().map(|it| (&it.symbol.key.path, it.symbol.span, &it.symbol.key.id)))?;
        let units = reader.documentation(&DocumentationRequest::default()).await?;
        ascending("documentation", units.iter().map(|it| (&it.path, it.unit.span, &it.unit.id)))?;
        let issues = reader.doc_issues(&DocIssueRequest::default()).await?;
        ensure!(issues.is_sorted_by_key(|entry| &entry.path), "doc issues: the paths do not ascend");
        for name in ["run", "helper", "Base"] {
            let symbols = reader.symbols(&SymbolRequest::named(name)).await?;
            ascending("symbols", symbols.iter().map(|entry| (&entry.path, entry.symbol.span, &entry.symbol.id)))?;
            for kind in UseKind::ALL {
                let edges = reader.edges(&EdgeRequest::new(*kind, EdgeEnd::FromNamed(name.to_owned()))).await?;
                ascending("edges", edges.iter().map(|edge| (&edge.owner.key, edge.target.key())))?;
                for edge in &edges {
                    ascending("the sites of an edge", &edge.sites)?;
                }
            }
        }
        for module in ["pkg", "pkg.a"] {
            let imports = reader.imports(&ImportRequest::new(ImportEnd::ToModule(module.to_owned()))).await?;
            ensure!(imports.is_sorted_by_key(|entry| &entry.path), "imports: the paths do not ascend");
        }
        let lines = reader.text_references(&TextRequest::new("run")).await?;
        ascending("text references", lines.iter().map(|line| (&line.path, line.site)))?;
        if embeddings {
            ascending("embedding inventory", reader.embedding_inventory().await?.iter().map(|row| &row.spec))?;
            let pending = reader.pending_embeddings(&PendingRequest::default()).await?;
            ascending("pending embeddings", pending.iter().map(|row| (&row.spec, &row.key)))?;
        }
        Ok(())
    })
}

pub(crate) fn names_match_exactly<F: Fixture>(cx: &Cx<F>) -> Outcome {
    cx.block_on(async {
        let mut file = defining("pkg/a.py", NAMES);
        file.analysis.uses = NAMES.iter().map(|name| call(name, &format!("json.{name}"))).collect();
        file.analysis.documentation = Vec::new();
        let modules: Vec<FileSnapshot> = (0..)
            .zip(NAMES)
            .map(|(number, name)| {
                let mut file = defining(&format!("m/{number}.py"), &["of a module"]);
                file.analysis.module = (*name).to_owned();
                file
            })
            .collect();
        let index = index_of(cx, modules.into_iter().chain([file])).await?;
        let reader = index.backend.open_reader().await?;
        for (number, name) in (0..).zip(NAMES) {
            let text = || (*name).to_owned();
            for matching in [SymbolMatch::Name(text()), SymbolMatch::LogicalName(text())] {
                let found = reader.symbols(&SymbolRequest::new(matching.clone())).await?;
                let names: Vec<&str> = found.iter().map(|entry| entry.symbol.name.as_str()).collect();
                ensure!(names == [*name], "{matching:?} finds {names:?}");
            }
            let found = reader.symbols(&SymbolRequest::new(SymbolMatch::Module(text()))).await?;
            let paths: Vec<&RepoPath> = found.iter().map(|entry| &entry.path).collect();
            ensure!(paths == [&path(&format!("m/{number}.py"))], "the module {name:?} is in {paths:?}");
            let id = key("pkg/a.py", name);
            let found = reader.symbol(&id).await?.map(|entry| entry.symbol.name);
            ensure!(found.as_deref() == Some(*name), "the symbol of id {name:?} is {found:?}");
            for end in [EdgeEnd::FromNamed(text()), EdgeEnd::From(id)] {
                let found = reader.edges(&EdgeRequest::new(UseKind::Call, end.clone())).await?;
                let owners: Vec<&str> = found.iter().map(|edge| edge.owner.name.as_str()).collect();
                ensure!(owners == [*name], "{end:?} finds edges of {owners:?}");
            }
        }
        Ok(())
    })
}

pub(crate) fn a_prefix_is_a_path_or_directory<F: Fixture>(cx: &Cx<F>) -> Outcome {
    const PATHS: &[&str] = &[
        "src",
        "src-old/a.py",
        "src/app",
        "src/app.py",
        "src/app/a.py",
        "src/app/a.pyi",
        "src/application.py",
        "src0",
        "Src/a.py",
        "sr_/a.py",
    ];
    cx.block_on(async {
        let embeddings = keeps_embeddings(cx.index().await?.backend.descriptor());
        let whole = |path: &&str| {
            let mut file = defining(path, &["run"]);
            file.analysis.source = "run".to_owned();
            file.analysis.uses = vec![call("run", "nobody")];
            file.analysis.imports = vec![import("json", "dumps")];
            file.analysis.documentation = vec![unit("unit", "text")];
            embedded(file, embeddings)
        };
        let index = index_of(cx, PATHS.iter().map(whole)).await?;
        let reader = index.backend.open_reader().await?;
        for prefix in
            ["", "src", "src/app", "src/app/a.py", "src/ap", "src/app/", "./src", "src%", "s*", "SRC", "src/app/a", "sr_"]
        {
            let prefix = PathPrefix::new(prefix)?;
            let mut expected: Vec<RepoPath> = PATHS.iter().map(|it| path(it)).filter(|path| prefix.covers(path)).collect();
            expected.sort();
            let is = |what: &str, mut found: Vec<RepoPath>| {
                found.sort();
                ensure!(found == expected, "{what} inside {:?}: {found:?}, and covered are {expected:?}", prefix.as_str());
                Outcome::Ok(())
            };
            let within = || prefix.clone();
            let symbols = SymbolRequest::named("run").within(within());
            let edges = EdgeRequest::new(UseKind::Call, EdgeEnd::ToNamed("nobody".into())).within(within());
            let imports = ImportRequest::new(ImportEnd::ToModule("json".into())).within(within());
            let inventory = SymbolInventoryRequest::default().within(within());
            let units = DocumentationRequest::default().within(within());
            is("file states", reader.file_states(&prefix).await?.into_iter().map(|it| it.path).collect())?;
            is("symbols", reader.symbols(&symbols).await?.into_iter().map(|it| it.path).collect())?;
            is(
                "symbol inventory",
                reader.symbol_inventory(&inventory).await?.into_iter().map(|it| it.symbol.key.path).collect(),
            )?;
            is("edges", reader.edges(&edges).await?.into_iter().map(|it| it.owner.key.path).collect())?;
            is("imports", reader.imports(&imports).await?.into_iter().map(|it| it.path).collect())?;
            is("documentation", reader.documentation(&units).await?.into_iter().map(|it| it.path).collect())?;
            let texts = TextRequest::new("run").within(within());
            is("text references", reader.text_references(&texts).await?.into_iter().map(|it| it.path).collect())?;
            if embeddings {
                let nearest = CandidateRequest::new(spec("1"), vector(&[1.0, 0.0]), usize::MAX).within(within());
                is("candidates", reader.symbol_candidates(&nearest).await?.into_iter().map(|it| it.entry.path).collect())?;
                let units = reader.documentation_candidates(&nearest).await?;
                is("documentation candidates", units.into_iter().map(|it| it.entry.path).collect())?;
            }
        }
        Ok(())
    })
}

pub(crate) fn a_limit_gives_the_first<F: Fixture>(cx: &Cx<F>) -> Outcome {
    cx.block_on(async {
        let embeddings = keeps_embeddings(cx.index().await?.backend.descriptor());
        let index = index_of(cx, drawn_files(100, embeddings)?).await?;
        let (reader, descriptor) = (index.backend.open_reader().await?, index.backend.descriptor());
        for limited in limited_questions() {
            let whole = limited(None);
            if whole.is_about_embeddings() && !embeddings {
                continue;
            }
            let all = whole.ask(&reader, descriptor).await?;
            ensure!(all.len() > 1, "{whole:?} finds only {all:?}: nothing to limit");
            for limit in [0, 1, 2, all.len() - 1, all.len(), all.len() + 1, usize::MAX] {
                let found = limited(Some(limit)).ask(&reader, descriptor).await?;
                let first = &all[..limit.min(all.len())];
                ensure!(found == first, "{whole:?}: limit {limit} gives {found:#?}, and the first are {first:#?}");
            }
        }
        Ok(())
    })
}

type Limited = Box<dyn Fn(Option<usize>) -> Question + Send>;

/// One question of each kind that has a limit.
fn limited_questions() -> Vec<Limited> {
    let (here, spec) = (PathPrefix::root, || vocabulary::specs().swap_remove(0));
    let nearest = move |limit| CandidateRequest { limit, ..CandidateRequest::new(spec(), vector(&[1.0, 2.0]), 0) };
    vec![
        Box::new(|limit| Question::Symbols(SymbolRequest { limit, ..SymbolRequest::named("run") })),
        Box::new(move |limit| Question::SymbolInventory(SymbolInventoryRequest { kind: None, prefix: here(), limit })),
        Box::new(|limit| {
            let end = EdgeEnd::FromNamed("run".to_owned());
            Question::Edges(EdgeRequest { limit, ..EdgeRequest::new(UseKind::Call, end) })
        }),
        Box::new(|limit| {
            let end = ImportEnd::FromModule("pkg.a".to_owned());
            Question::Imports(ImportRequest { limit, ..ImportRequest::new(end) })
        }),
        Box::new(|limit| Question::TextReferences(TextRequest { limit, ..TextRequest::new("run") })),
        Box::new(|limit| Question::Documentation(DocumentationRequest { limit, ..Default::default() })),
        Box::new(|limit| Question::DocIssues(DocIssueRequest { limit, ..Default::default() })),
        Box::new(|limit| Question::Pending(PendingRequest { limit, ..Default::default() })),
        Box::new(move |limit| Question::SymbolCandidates(nearest(limit))),
        Box::new(move |limit| Question::DocumentationCandidates(nearest(limit))),
    ]
}

/// A module with a class, its method, and a function inside that; and a type that an implementation gives a member.
fn nested() -> Vec<FileSnapshot> {
    use SymbolKind as K;
    let symbol = |id: &str, kind, name: &str, parent: Option<&str>| Symbol {
        parent: parent.map(Into::into),
        ..Symbol::new(id, kind, name)
    };
    let mut python = file("pkg/a.py");
    python.analysis.symbols = vec![
        symbol("m", K::Module, "a", None),
        symbol("Base", K::Class, "Base", Some("m")),
        symbol("Base.run", K::Method, "run", Some("Base")),
        symbol("inner", K::Function, "inner", Some("Base.run")),
        symbol("first", K::Overload, "run", Some("Base")),
        symbol("second", K::Overload, "run", Some("Base")),
        symbol("elsewhere", K::Overload, "run", Some("m")),
        symbol("other", K::Overload, "stop", Some("Base")),
        symbol("loose", K::Function, "run", None),
    ];
    let mut rust = file("src/a.rs");
    rust.analysis.symbols = vec![
        symbol("m", K::Module, "a", None),
        Symbol { extends: Some("crate::Base".to_owned()), ..symbol("impl", K::Implementation, "impl Base", Some("m")) },
        symbol("impl.run", K::Method, "run", Some("impl")),
        symbol("Base.run", K::EnumMember, "run", Some("Base.run")),
    ];
    vec![python, rust]
}

pub(crate) fn logical_names_lead_to_their_symbols<F: Fixture>(cx: &Cx<F>) -> Outcome {
    cx.block_on(async {
        let index = index_of(cx, nested()).await?;
        let reader = index.backend.open_reader().await?;
        let expected = [
            ("a", vec![("pkg/a.py", "m"), ("src/a.rs", "m")]),
            ("Base", vec![("pkg/a.py", "Base")]),
            (
                "Base.run",
                vec![("pkg/a.py", "Base.run"), ("pkg/a.py", "first"), ("pkg/a.py", "second"), ("src/a.rs", "impl.run")],
            ),
            ("Base.run.inner", vec![("pkg/a.py", "inner")]),
            ("run", vec![("pkg/a.py", "elsewhere"), ("pkg/a.py", "loose")]),
            ("a.Base", vec![]),
            ("base.run", vec![]),
        ];
        for (name, keys) in expected {
            let keys: Vec<_> = keys.into_iter().map(|(path, id)| key(path, id)).collect();
            let found = reader.symbols(&SymbolRequest::new(SymbolMatch::LogicalName(name.to_owned()))).await?;
            let found_keys: Vec<_> = found.iter().map(|entry| entry.key()).collect();
            ensure!(found_keys == keys, "{name} leads to {found_keys:#?}");
            for entry in found {
                let own = reader.symbol(&entry.key()).await?.map(|entry| entry.logical_name);
                ensure!(own.as_deref() == Some(name), "{name} leads to a symbol whose logical name is {own:?}");
            }
        }
        Ok(())
    })
}

pub(crate) fn members_are_found_from_their_parent<F: Fixture>(cx: &Cx<F>) -> Outcome {
    cx.block_on(async {
        let index = index_of(cx, nested()).await?;
        let reader = index.backend.open_reader().await?;
        let ids = |entries: Vec<codira_contracts::SymbolEntry>| {
            entries.into_iter().map(|entry| (entry.path.to_string(), entry.symbol.id.to_string())).collect::<Vec<_>>()
        };
        let of = |path: &str, ids: &[&str]| ids.iter().map(|id| (path.to_owned(), (*id).to_owned())).collect::<Vec<_>>();
        let children = [
            ("pkg/a.py", "m", vec!["Base", "elsewhere"]),
            ("pkg/a.py", "Base", vec!["Base.run", "first", "other", "second"]),
            ("pkg/a.py", "Base.run", vec!["inner"]),
            ("pkg/a.py", "inner", vec![]),
            ("src/a.rs", "impl", vec!["impl.run"]),
            // A symbol may be its own parent.
            ("src/a.rs", "Base.run", vec!["Base.run"]),
        ];
        for (path, parent, expected) in children {
            let found = ids(reader.children(&key(path, parent)).await?);
            ensure!(found == of(path, &expected), "the children of {path}#{parent} are {found:?}");
        }
        let overloads =
            [("Base.run", vec!["first", "second"]), ("first", vec!["second"]), ("loose", vec![]), ("other", vec![])];
        for (symbol, expected) in overloads {
            let found = ids(reader.overloads(&key("pkg/a.py", symbol)).await?);
            ensure!(found == of("pkg/a.py", &expected), "the overloads of {symbol} are {found:?}");
        }
        Ok(())
    })
}

pub(crate) fn texts_are_found_as_whole_words<F: Fixture>(cx: &Cx<F>) -> Outcome {
    cx.block_on(async {
        let files: Vec<FileSnapshot> = (0..)
            .zip(vocabulary::SOURCES)
            .map(|(number, source)| {
                let mut file = file(&format!("{number}.txt"));
                file.analysis.source = (*source).to_owned();
                file
            })
            .collect();
        let index = index_of(cx, files.clone()).await?;
        let reader = index.backend.open_reader().await?;
        for text in SOUGHT {
            let mut expected = Vec::new();
            for file in &files {
                let lines = codira_contracts::text::occurrences(&file.analysis.source, text);
                expected.extend(lines.map(|found| (file.path().clone(), found.site, found.line.to_owned())));
            }
            let found = reader.text_references(&TextRequest::new(*text)).await?;
            let found: Vec<_> = found.into_iter().map(|it| (it.path, it.site, it.line)).collect();
            ensure!(found == expected, "{text:?} is found at {found:#?}, and occurs at {expected:#?}");
        }
        Ok(())
    })
}

pub(crate) fn what_is_not_there_has_an_empty_answer<F: Fixture>(cx: &Cx<F>) -> Outcome {
    cx.block_on(async {
        let embeddings = keeps_embeddings(cx.index().await?.backend.descriptor());
        let mut full = defining("pkg/a.py", &["run"]);
        if embeddings {
            full.embeddings = vec![row("run", spec("1"), "text", &[1.0, 2.0])];
        }
        for files in [vec![], vec![full]] {
            let index = index_of(cx, files).await?;
            let (reader, descriptor) = (index.backend.open_reader().await?, index.backend.descriptor());
            let mut questions = Question::naming("nobody");
            questions.push(Question::FileStates(PathPrefix::new("nowhere")?));
            questions.push(Question::File(path("nowhere.py")));
            questions.push(Question::Reusable(ReuseRequest { spec: spec("1"), texts: Vec::new() }));
            questions.push(Question::SymbolCandidates(CandidateRequest::new(spec("2"), vector(&[1.0, 2.0]), 9)));
            for question in questions {
                if question.is_about_embeddings() && !embeddings {
                    continue;
                }
                let answer = question.ask(&reader, descriptor).await?;
                ensure!(answer.is_empty(), "{question:?} is answered by {answer:#?}");
            }
        }
        Ok(())
    })
}
