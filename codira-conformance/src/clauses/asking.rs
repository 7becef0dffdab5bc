//! Asking: which entries an answer has, and in which order.

use codira_contracts::{
    BackendError, CandidateRequest, DocIssueRequest, DocumentationRequest, EdgeEnd, EdgeRequest, FileSnapshot, ImportEnd,
    ImportRequest, IndexBackend, IndexReader, IndexWriteSession, Owners, PathPrefix, PendingRequest, RepoPath, ReuseRequest,
    Symbol, SymbolInventoryRequest, SymbolKind, SymbolMatch, SymbolRequest, TextRequest, UseKind, WriteScope::Full,
};

mod crossed;
mod many;
mod narrowing;
mod texts;
pub(crate) use crossed::*;
pub(crate) use many::*;
pub(crate) use narrowing::*;
pub(crate) use texts::*;

use super::storing::drawn_files;
use crate::{
    Cx, Outcome,
    cx::Index,
    observe::keeps_embeddings,
    question::Question,
    samples::{call, defining, file, key, path, row, spec, vector},
    toy::request,
    verdict::ensure,
    vocabulary::{self, NAMES, SOUGHT},
};

/// An index of these files, put in this order.
async fn index_of(cx: &Cx, files: impl IntoIterator<Item = FileSnapshot>) -> Result<Index, BackendError> {
    let index = cx.index().await?;
    let mut session = index.backend.begin_index_session(request(Full)).await?;
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

pub(crate) fn every_list_is_in_its_documented_order(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let embeddings = keeps_embeddings(cx.index().await?.backend.descriptor());
        let mut files = drawn_files(60, embeddings)?;
        // Where only the id is left to tell symbols apart, its bytes decide.
        let mut twins = defining("d0/twins", &["b", "B", "_", "a", "Z"]);
        twins.analysis.symbols.iter_mut().for_each(|symbol| symbol.name = "run".to_owned());
        files.push(twins);
        // Neither the order of paths nor its reverse.
        files.sort_by_key(|file| file.path().as_str().bytes().rev().collect::<Vec<_>>());
        let index = index_of(cx, files.clone()).await?;
        files.sort_by(|a, b| a.path().cmp(b.path()));
        let reader = index.backend.open_reader().await?;

        ascending("file states", reader.file_states(&PathPrefix::root()).await?.iter().map(|state| &state.path))?;
        let inventory = reader.symbol_inventory(&SymbolInventoryRequest::default()).await?;
        ascending("symbol inventory", inventory.iter().map(|it| (&it.symbol.key.path, it.symbol.span, &it.symbol.key.id)))?;
        let units = reader.documentation(&DocumentationRequest::default()).await?;
        ascending("documentation", units.iter().map(|it| (&it.path, it.unit.span, &it.unit.id)))?;
        let issues = reader.doc_issues(&DocIssueRequest::default()).await?;
        let stored = files.iter().flat_map(|file| file.analysis.doc_issues.iter().map(|issue| (file.path(), issue)));
        let in_order = issues.iter().map(|entry| (&entry.path, &entry.issue)).eq(stored);
        ensure!(in_order, "doc issues: by path, then as the file lists them, and not {issues:#?}");
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
            let imports = reader.imports(&ImportRequest::new(ImportEnd::FromModule(module.to_owned()))).await?;
            let importing = files.iter().filter(|file| file.analysis.module == module);
            let stored = importing.flat_map(|file| file.analysis.imports.iter().map(|import| (file.path(), import)));
            let in_order = imports.iter().map(|entry| (&entry.path, &entry.import)).eq(stored);
            ensure!(in_order, "imports: by path, then as the file lists them, and not {imports:#?}");
        }
        let lines = reader.text_references(&TextRequest::new("run")).await?;
        ascending("text references", lines.iter().map(|line| (&line.path, line.site)))?;
        if embeddings {
            ascending("embedding inventory", reader.inventory().await?.embeddings.iter().map(|row| &row.spec))?;
            let pending = reader.pending_embeddings(&PendingRequest::default()).await?;
            ascending("pending embeddings", pending.iter().map(|row| (&row.spec, &row.key)))?;
        }
        Ok(())
    })
}

pub(crate) fn names_match_exactly(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let mut file = defining("pkg/a.toy", NAMES);
        file.analysis.uses = NAMES.iter().map(|name| call(name, &format!("json.{name}"))).collect();
        file.analysis.documentation = Vec::new();
        let modules: Vec<FileSnapshot> = (0..)
            .zip(NAMES)
            .map(|(number, name)| {
                let mut file = defining(&format!("m/{number}.toy"), &["of a module"]);
                file.analysis.module = (*name).to_owned();
                file
            })
            .collect();
        let index = index_of(cx, modules.into_iter().chain([file])).await?;
        let reader = index.backend.open_reader().await?;
        for pattern in ["%", "_un", "ru%", "r*", "[rR]un"] {
            let text = || pattern.to_owned();
            for matching in [SymbolMatch::Name(text()), SymbolMatch::LogicalName(text()), SymbolMatch::Module(text())] {
                let found = reader.symbols(&SymbolRequest::new(matching.clone())).await?;
                ensure!(found.is_empty(), "nothing is called so, and {matching:?} finds {found:#?}");
            }
        }
        for (number, name) in (0..).zip(NAMES) {
            let text = || (*name).to_owned();
            for matching in [SymbolMatch::Name(text()), SymbolMatch::LogicalName(text())] {
                let found = reader.symbols(&SymbolRequest::new(matching.clone())).await?;
                let names: Vec<&str> = found.iter().map(|entry| entry.symbol.name.as_str()).collect();
                ensure!(names == [*name], "{matching:?} finds {names:?}");
            }
            let found = reader.symbols(&SymbolRequest::new(SymbolMatch::Module(text()))).await?;
            let paths: Vec<&RepoPath> = found.iter().map(|entry| &entry.path).collect();
            ensure!(paths == [&path(&format!("m/{number}.toy"))], "the module {name:?} is in {paths:?}");
            let id = key("pkg/a.toy", name);
            let found = reader.symbols(&SymbolRequest::of(id.clone())).await?;
            let found: Vec<&str> = found.iter().map(|entry| entry.symbol.name.as_str()).collect();
            ensure!(found == [*name], "the symbol of id {name:?} is {found:?}");
            for end in [EdgeEnd::FromNamed(text()), EdgeEnd::From(id)] {
                let found = reader.edges(&EdgeRequest::new(UseKind::Call, end.clone())).await?;
                let owners: Vec<&str> = found.iter().map(|edge| edge.owner.name.as_str()).collect();
                ensure!(owners == [*name], "{end:?} finds edges of {owners:?}");
            }
        }
        Ok(())
    })
}

/// A module with a class, its method, and a function inside that; and a type that an
/// implementation gives a member.
fn nested() -> Vec<FileSnapshot> {
    use SymbolKind as K;
    let symbol = |id: &str, kind, name: &str, parent: Option<&str>| Symbol {
        parent: parent.map(Into::into),
        ..Symbol::new(id, kind, name)
    };
    let mut python = file("pkg/a.toy");
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
        symbol("loose again", K::Overload, "run", None),
    ];
    let mut rust = file("src/a.plain");
    rust.analysis.symbols = vec![
        symbol("m", K::Module, "a", None),
        Symbol { extends: Some("crate::Base".to_owned()), ..symbol("impl", K::Implementation, "impl Base", Some("m")) },
        symbol("impl.run", K::Method, "run", Some("impl")),
        symbol("Base.run", K::EnumMember, "run", Some("Base.run")),
    ];
    vec![python, rust]
}

pub(crate) fn logical_names_lead_to_their_symbols(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = index_of(cx, nested()).await?;
        let reader = index.backend.open_reader().await?;
        let expected = [
            ("a", vec![("pkg/a.toy", "m"), ("src/a.plain", "m")]),
            ("Base", vec![("pkg/a.toy", "Base")]),
            (
                "Base.run",
                vec![("pkg/a.toy", "Base.run"), ("pkg/a.toy", "first"), ("pkg/a.toy", "second"), ("src/a.plain", "impl.run")],
            ),
            ("Base.run.inner", vec![("pkg/a.toy", "inner")]),
            ("run", vec![("pkg/a.toy", "elsewhere"), ("pkg/a.toy", "loose"), ("pkg/a.toy", "loose again")]),
            ("a.Base", vec![]),
            ("base.run", vec![]),
        ];
        for (name, keys) in expected {
            let keys: Vec<_> = keys.into_iter().map(|(path, id)| key(path, id)).collect();
            let found = reader.symbols(&SymbolRequest::new(SymbolMatch::LogicalName(name.to_owned()))).await?;
            let found_keys: Vec<_> = found.iter().map(|entry| entry.key()).collect();
            ensure!(found_keys == keys, "{name} leads to {found_keys:#?}");
            for entry in found {
                let own = reader.symbols(&SymbolRequest::of(entry.key())).await?;
                let own: Vec<&str> = own.iter().map(|entry| entry.logical_name.as_str()).collect();
                ensure!(own == [name], "{name} leads to a symbol whose logical name is {own:?}");
            }
        }
        Ok(())
    })
}

pub(crate) fn members_are_found_from_their_parent(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = index_of(cx, nested()).await?;
        let reader = index.backend.open_reader().await?;
        let ids = |entries: Vec<codira_contracts::SymbolEntry>| {
            entries.into_iter().map(|entry| (entry.path.to_string(), entry.symbol.id.to_string())).collect::<Vec<_>>()
        };
        let of = |path: &str, ids: &[&str]| ids.iter().map(|id| (path.to_owned(), (*id).to_owned())).collect::<Vec<_>>();
        let children = [
            ("pkg/a.toy", "m", vec!["Base", "elsewhere"]),
            ("pkg/a.toy", "Base", vec!["Base.run", "first", "other", "second"]),
            ("pkg/a.toy", "Base.run", vec!["inner"]),
            ("pkg/a.toy", "inner", vec![]),
            ("src/a.plain", "impl", vec!["impl.run"]),
            // A symbol may be its own parent.
            ("src/a.plain", "Base.run", vec!["Base.run"]),
        ];
        for (path, parent, expected) in children {
            let found = ids(reader.symbols(&SymbolRequest::children_of(key(path, parent))).await?);
            ensure!(found == of(path, &expected), "the children of {path}#{parent} are {found:?}");
        }
        let overloads = [
            ("Base.run", vec!["first", "second"]),
            ("first", vec!["second"]),
            ("loose", vec!["loose again"]),
            ("other", vec![]),
        ];
        for (symbol, expected) in overloads {
            let found = ids(reader.symbols(&SymbolRequest::overloads_of(key("pkg/a.toy", symbol))).await?);
            ensure!(found == of("pkg/a.toy", &expected), "the overloads of {symbol} are {found:?}");
        }
        Ok(())
    })
}

pub(crate) fn texts_are_found_as_whole_words(cx: &Cx) -> Outcome {
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

pub(crate) fn what_is_not_there_has_an_empty_answer(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let embeddings = keeps_embeddings(cx.index().await?.backend.descriptor());
        let mut full = defining("pkg/a.toy", &["run"]);
        if embeddings {
            full.embeddings = vec![row("run", spec("1"), "text", &[1.0, 2.0])];
        }
        for files in [vec![], vec![full]] {
            let index = index_of(cx, files).await?;
            let (reader, descriptor) = (index.backend.open_reader().await?, index.backend.descriptor());
            let mut questions = Question::naming("nobody");
            questions.push(Question::FileStates(PathPrefix::new("nowhere")?));
            questions.push(Question::File(path("nowhere.toy")));
            questions.push(Question::Reusable(ReuseRequest { spec: spec("1"), texts: Vec::new() }));
            for among in [Owners::Symbols, Owners::Documentation] {
                let nearest = CandidateRequest::new(among, spec("2"), vector(&[1.0, 2.0]), 9);
                questions.push(Question::Candidates(nearest));
            }
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
