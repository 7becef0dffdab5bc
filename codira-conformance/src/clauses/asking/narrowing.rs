//! Asking: what narrows an answer.

use codira_contracts::{
    CandidateRequest, DocIssue, DocIssueRequest, Documentation, DocumentationRequest, EdgeEnd, EdgeRequest, EmbeddingRow,
    Import, ImportEnd, ImportRequest, IndexBackend, IndexReader, Owners, PathPrefix, PendingEmbedding, PendingRequest,
    RepoPath, Severity, SymbolInventoryRequest, SymbolKind, SymbolRequest, TextRequest, UseKind,
};

use super::index_of;
use crate::{
    Cx, Outcome,
    clauses::storing::{an_issue, drawn_files},
    observe::keeps_embeddings,
    question::Question,
    samples::{call, defining, embedded, import, key, path, spec, unit, vector},
    toy::PLAIN,
    verdict::ensure,
    vocabulary,
};

pub(crate) fn a_prefix_is_a_path_or_directory(cx: &Cx) -> Outcome {
    const PATHS: &[&str] = &[
        "src",
        "src-old/a.toy",
        "src/app",
        "src/app.toy",
        "src/app/a.toy",
        "src/app/a.pyi",
        "src/application.toy",
        "src0",
        "Src/a.toy",
        "sr_/a.toy",
    ];
    cx.block_on(async {
        let embeddings = keeps_embeddings(cx.index().await?.backend.descriptor());
        let whole = |path: &&str| {
            let mut file = defining(path, &["run"]);
            file.analysis.source = "run".to_owned();
            file.analysis.uses = vec![call("run", "nobody")];
            file.analysis.imports = vec![import("json", "dumps")];
            file.analysis.documentation = vec![Documentation { owner: Some("run".into()), ..unit("unit", "text") }];
            if *path == "src/application.toy" {
                file.analysis.module = "src.application".to_owned();
            }
            if *path == "src-old/a.toy" {
                // A use of another directory's file.
                file.analysis.module = "old".to_owned();
                file.analysis.imports.push(Import { alias: Some("other".to_owned()), ..import("src.application", "run") });
                file.analysis.uses.push(call("run", "other"));
            }
            embedded(file, embeddings)
        };
        let index = index_of(cx, PATHS.iter().map(whole)).await?;
        let reader = index.backend.open_reader().await?;
        let all = reader.symbol_inventory(&SymbolInventoryRequest::default()).await?;
        ensure!(all.iter().any(|entry| entry.calls.incoming > 0), "no file calls another: {all:#?}");
        for prefix in
            ["", "src", "src/app", "src/app/a.toy", "src/ap", "src/app/", "./src", "src%", "s*", "SRC", "src/app/a", "sr_"]
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
            let found = reader.symbol_inventory(&inventory).await?;
            let same = found.iter().all(|entry| all.contains(entry));
            ensure!(same, "inside {:?}, edges are counted as {found:#?}, and there are {all:#?}", prefix.as_str());
            is("symbol inventory", found.into_iter().map(|it| it.symbol.key.path).collect())?;
            is("edges", reader.edges(&edges).await?.into_iter().map(|it| it.owner.key.path).collect())?;
            is("imports", reader.imports(&imports).await?.into_iter().map(|it| it.path).collect())?;
            is("documentation", reader.documentation(&units).await?.into_iter().map(|it| it.path).collect())?;
            let texts = TextRequest::new("run").within(within());
            is("text references", reader.text_references(&texts).await?.into_iter().map(|it| it.path).collect())?;
            if embeddings {
                for among in [Owners::Symbols, Owners::Documentation] {
                    let nearest = CandidateRequest::new(among, spec("1"), vector(&[1.0, 0.0]), usize::MAX).within(within());
                    let found = reader.candidates(&nearest).await?;
                    is("candidates", found.iter().map(|it| it.owner.key().path).collect())?;
                }
            }
            for at in ["src", "src/app.toy", "src-old/a.toy"] {
                let owner = key(at, "run");
                let edges = EdgeRequest::new(UseKind::Call, EdgeEnd::From(owner.clone())).within(within());
                let imports = ImportRequest::new(ImportEnd::FromFile(owner.path.clone())).within(within());
                let units = DocumentationRequest { owner: Some(owner.clone()), ..DocumentationRequest::default() };
                let units = units.within(within());
                let found = (reader.edges(&edges).await?, reader.imports(&imports).await?, reader.documentation(&units).await?);
                let covered = prefix.covers(&owner.path);
                let narrowed = [found.0.is_empty(), found.1.is_empty(), found.2.is_empty()] == [!covered; 3];
                ensure!(narrowed, "what {at} has inside {:?}: {found:#?}", prefix.as_str());
            }
        }
        Ok(())
    })
}

pub(crate) fn a_limit_gives_the_first(cx: &Cx) -> Outcome {
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
    let nearest = move |among, limit| {
        let request = CandidateRequest { limit, ..CandidateRequest::new(among, spec(), vector(&[1.0, 2.0]), 0) };
        Question::Candidates(request)
    };
    vec![
        Box::new(|limit| Question::Symbols(SymbolRequest { limit, ..SymbolRequest::named("run") })),
        Box::new(|limit| {
            let prefix = PathPrefix::new("d3").expect("a directory of the drawn files");
            Question::Symbols(SymbolRequest { limit, prefix, ..SymbolRequest::named("run") })
        }),
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
        Box::new(move |limit| nearest(Owners::Symbols, limit)),
        Box::new(move |limit| nearest(Owners::Documentation, limit)),
    ]
}

pub(crate) fn an_answer_has_what_the_request_names(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let embeddings = keeps_embeddings(cx.index().await?.backend.descriptor());
        let mut file = defining("pkg/a.toy", &["function", "class"]);
        file.analysis.symbols.iter_mut().for_each(|symbol| symbol.name = "run".to_owned());
        file.analysis.symbols[1].kind = SymbolKind::Class;
        file.analysis.documentation = ["owned b", "free", "owned a"].map(|id| unit(id, "text")).to_vec();
        for unit in &mut file.analysis.documentation {
            unit.owner = (unit.id.as_str() != "free").then(|| "class".into());
        }
        let issues = [Severity::Info, Severity::Warning, Severity::Error].map(|severity| DocIssue { severity, ..an_issue() });
        file.analysis.doc_issues = issues.to_vec();
        file.analysis.doc_issues[2].rule = "another".to_owned();
        if embeddings {
            let row = |id: &str, model: &str| EmbeddingRow::pending(id.into(), spec(model), "text");
            file.embeddings = vec![row("class", "1"), row("function", "1"), row("function", "2")];
        }
        let mut other = file.clone();
        other.state.path = path("src/a.plain");
        other.analysis.language = PLAIN;
        let index = index_of(cx, [file, other]).await?;
        let reader = index.backend.open_reader().await?;

        for kind in [SymbolKind::Class, SymbolKind::Function, SymbolKind::Enum] {
            let expected = if kind == SymbolKind::Enum { 0 } else { 2 };
            let found = reader.symbols(&SymbolRequest { kind: Some(kind), ..SymbolRequest::named("run") }).await?;
            let of_kind = found.iter().all(|entry| entry.symbol.kind == kind);
            ensure!(of_kind && found.len() == expected, "of kind {kind} are {found:#?}");
            let found = reader.symbol_inventory(&SymbolInventoryRequest { kind: Some(kind), ..Default::default() }).await?;
            let of_kind = found.iter().all(|entry| entry.symbol.kind == kind);
            ensure!(of_kind && found.len() == expected, "of kind {kind} the inventory lists {found:#?}");
        }
        let owner = key("pkg/a.toy", "class");
        let found = reader.documentation(&DocumentationRequest { owner: Some(owner), ..Default::default() }).await?;
        let ids: Vec<&str> = found.iter().map(|entry| entry.unit.id.as_str()).collect();
        ensure!(ids == ["owned a", "owned b"], "the class owns the units {ids:?}");

        let (severities, languages) =
            ([None, Some(Severity::Info), Some(Severity::Warning), Some(Severity::Error)], [None, Some(PLAIN)]);
        for rule in [None, Some("missing".to_owned()), Some("another".to_owned())] {
            for (at_least, language) in severities.into_iter().flat_map(|it| languages.clone().map(|language| (it, language))) {
                let request = DocIssueRequest { rule: rule.clone(), at_least, language, ..Default::default() };
                let wanted = |issue: &&DocIssue| {
                    rule.as_ref().is_none_or(|rule| *rule == issue.rule)
                        && at_least.is_none_or(|minimum| issue.severity >= minimum)
                };
                let mut issues = issues.clone();
                issues[2].rule = "another".to_owned();
                let files = if request.language.is_some() { 1 } else { 2 };
                let expected: Vec<DocIssue> = (0..files).flat_map(|_| issues.iter().filter(wanted).cloned()).collect();
                let found: Vec<DocIssue> = reader.doc_issues(&request).await?.into_iter().map(|entry| entry.issue).collect();
                ensure!(found == expected, "{request:?} finds {found:#?}");
            }
        }
        if embeddings {
            for (model, expected) in [("1", 4), ("2", 2), ("3", 0)] {
                let request = PendingRequest { spec: Some(spec(model)), ..Default::default() };
                let found: Vec<PendingEmbedding> = reader.pending_embeddings(&request).await?;
                let of_spec = found.iter().all(|row| row.spec == spec(model));
                ensure!(of_spec && found.len() == expected, "under the model {model}, {found:#?} wait");
            }
        }
        Ok(())
    })
}
