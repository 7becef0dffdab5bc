//! Asking: answers of as many entries as a store reads or writes at once, one less and one more.

use codira_contracts::{
    DocIssue, DocIssueRequest, Documentation, DocumentationRequest, EdgeEnd, EdgeRequest, EmbeddingRow, FileSnapshot,
    ImportEnd, ImportRequest, IndexBackend, IndexReader, PathPrefix, PendingRequest, Site, Symbol, SymbolInventoryRequest,
    SymbolKind, SymbolMatch, SymbolRequest, TextRequest, UseKind, UseRecord,
};

use super::index_of;
use crate::{
    Cx, Outcome,
    clauses::storing::an_issue,
    filtered::Filtered,
    observe::keeps_embeddings,
    question::Question,
    samples::{self, call, defining, import, key, path, spec, unit},
    show,
    toy::PLAIN,
    verdict::ensure,
};

/// How many entries an answer of one file has.
const IN_A_FILE: &[usize] = &[999, 1_000, 1_001, 4_000, 10_000];

/// How many files a directory has: four thousand and one together.
const IN_A_DIRECTORY: &[usize] = &[999, 1_000, 1_001, 1_001];

/// How many files there are in which nothing is, so that there are more than ten thousand.
const EMPTY: usize = 6_000;

/// A file with so many of everything.
fn large(count: usize) -> FileSnapshot {
    let mut file = defining(&format!("large/{count}.plain"), &["target", "caller"]);
    let analysis = &mut file.analysis;
    analysis.language = PLAIN;
    analysis.module = format!("of {count}");
    analysis.symbols[0].name = format!("target{count}");
    for number in 0..count {
        let id = format!("s{number}");
        analysis.uses.push(call(&id, &format!("target{count}")));
        // One more edge, with so many sites.
        let site = Site::new((count - number) as u32, 1);
        analysis.uses.push(UseRecord { kind: UseKind::Reference, site, ..call("caller", &format!("target{count}")) });
        analysis.symbols.push(Symbol::new(id, SymbolKind::Function, format!("named{count}")));
        analysis.imports.push(import(&format!("module{count}"), &number.to_string()));
        let owner = (number > 0).then(|| "target".into());
        analysis.documentation.push(Documentation { owner, ..unit(&format!("u{number}"), "") });
        analysis.doc_issues.push(DocIssue { rule: format!("rule{count}"), message: number.to_string(), ..an_issue() });
        analysis.source += &format!("word{count} {number}\n");
    }
    file
}

/// A small file, one of many that call and import the same.
fn small(directory: usize, number: usize, embeddings: bool) -> FileSnapshot {
    let mut file = defining(&format!("small/d{directory}/{number}.toy"), &["run"]);
    let analysis = &mut file.analysis;
    analysis.module = format!("small.d{directory}.m{number}");
    analysis.imports = vec![import("hub", "target")];
    analysis.uses = vec![call("run", "target")];
    analysis.documentation = vec![unit("unit", "")];
    analysis.doc_issues = vec![an_issue()];
    analysis.source = "in each\n".to_owned();
    if embeddings {
        file.embeddings = vec![EmbeddingRow::pending("run".into(), spec("1"), "text")];
    }
    file
}

/// What a large file is asked: each list of it whole, and with a limit of one less and as many;
/// the largest is asked for few.
fn of_large(count: usize) -> Vec<Question> {
    let (at, named) = (path(&format!("large/{count}.plain")), |what: &str| format!("{what}{count}"));
    let target = || key(at.as_str(), "target");
    let inside = || PathPrefix::new(at.as_str()).expect("a path is a prefix");
    let calls = |end| EdgeRequest::new(UseKind::Call, end);
    if count > 4_000 {
        // So many are asked for in three ways: all of them would take most of the time.
        return vec![
            Question::Symbols(SymbolRequest::named(named("named")).within(inside())),
            Question::Edges(calls(EdgeEnd::To(target()))),
            Question::TextReferences(TextRequest::new(named("word")).within(inside())),
        ];
    }
    let mut questions = vec![
        Question::Symbols(SymbolRequest::new(SymbolMatch::Module(format!("of {count}"))).within(inside())),
        Question::Edges(calls(EdgeEnd::ToNamed(named("target")))),
        Question::Edges(calls(EdgeEnd::FromNamed(named("named")))),
        Question::Edges(EdgeRequest::new(UseKind::Reference, EdgeEnd::To(target()))),
        Question::Imports(ImportRequest::new(ImportEnd::FromFile(at.clone())).within(inside())),
        Question::Imports(ImportRequest::new(ImportEnd::ToModule(named("module")))),
        Question::Documentation(DocumentationRequest { owner: Some(target()), ..Default::default() }.within(inside())),
    ];
    for limit in [None, Some(count - 1), Some(count)] {
        let rule = Some(named("rule"));
        let imports = ImportRequest::new(ImportEnd::ToModule(named("module"))).within(inside());
        questions.extend([
            Question::Symbols(SymbolRequest { prefix: inside(), limit, ..SymbolRequest::named(named("named")) }),
            Question::Edges(EdgeRequest { limit, ..calls(EdgeEnd::To(target())) }),
            Question::Imports(ImportRequest { limit, ..imports }),
            Question::TextReferences(TextRequest { prefix: inside(), limit, ..TextRequest::new(named("word")) }),
            Question::Documentation(DocumentationRequest { prefix: inside(), limit, ..Default::default() }),
            Question::DocIssues(DocIssueRequest { rule, prefix: inside(), limit, ..Default::default() }),
        ]);
    }
    questions
}

/// What the small files of a directory, or of all of them, are asked.
fn of_small(prefix: &PathPrefix, count: usize) -> Vec<Question> {
    let target = || key("hub.toy", "target");
    let mut questions = Vec::new();
    for limit in [None, Some(count)] {
        let prefix = || prefix.clone();
        let edges = EdgeRequest { prefix: prefix(), limit, ..EdgeRequest::new(UseKind::Call, EdgeEnd::To(target())) };
        let imports = ImportRequest { prefix: prefix(), limit, ..ImportRequest::new(ImportEnd::ToModule("hub".to_owned())) };
        questions.extend([
            Question::Symbols(SymbolRequest { prefix: prefix(), limit, ..SymbolRequest::named("run") }),
            Question::SymbolInventory(SymbolInventoryRequest { kind: None, prefix: prefix(), limit }),
            Question::Edges(edges),
            Question::Imports(imports),
            Question::TextReferences(TextRequest { prefix: prefix(), limit, ..TextRequest::new("in each") }),
            Question::Documentation(DocumentationRequest { owner: None, prefix: prefix(), limit }),
            Question::DocIssues(DocIssueRequest { prefix: prefix(), limit, ..Default::default() }),
            Question::Pending(PendingRequest { spec: None, prefix: prefix(), limit }),
        ]);
    }
    questions
}

pub(crate) fn answers_of_any_number(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let embeddings = keeps_embeddings(cx.index().await?.backend.descriptor());
        let mut hub = defining("hub.toy", &["target"]);
        hub.analysis.module = "hub".to_owned();
        let mut files: Vec<FileSnapshot> = IN_A_FILE.iter().map(|count| large(*count)).chain([hub]).collect();
        for (directory, count) in IN_A_DIRECTORY.iter().enumerate() {
            files.extend((0..*count).map(|number| small(directory, number, embeddings)));
        }
        files.extend((0..EMPTY).map(|number| samples::file(&format!("empty/{number}.plain"))));
        let index = index_of(cx, files.clone()).await?;
        let (reader, descriptor) = (index.backend.open_reader().await?, index.backend.descriptor());
        for count in IN_A_FILE {
            let large = files.iter().find(|file| file.path().as_str() == format!("large/{count}.plain"));
            let found = reader.file(&path(&format!("large/{count}.plain"))).await?;
            let shown = |file: Option<&FileSnapshot>| file.map(show::file).unwrap_or_default();
            let difference = show::difference(&shown(large), &shown(found.as_ref()));
            ensure!(difference.is_none(), "{count} of everything in a file: {}", difference.unwrap_or_default());
        }
        let whole = Filtered::of(files).await?;
        let large = IN_A_FILE.iter().flat_map(|count| of_large(*count));
        whole.judge(&reader, descriptor, large.chain([Question::Totals, Question::FileStates(PathPrefix::root())])).await?;
        let all = PathPrefix::new("small")?;
        let mut small = of_small(&all, IN_A_DIRECTORY.iter().sum());
        small.push(Question::FileStates(all));
        for (directory, count) in IN_A_DIRECTORY.iter().enumerate() {
            let prefix = PathPrefix::new(&format!("small/d{directory}"))?;
            small.push(Question::FileStates(prefix.clone()));
            // A batch that is full, and one entry more.
            if [1_000, 1_001].contains(count) {
                small.extend(of_small(&prefix, *count));
            }
        }
        // The file to which all edges lead.
        small.push(Question::SymbolInventory(SymbolInventoryRequest {
            prefix: PathPrefix::new("hub.toy")?,
            ..Default::default()
        }));
        whole.judge(&reader, descriptor, small).await
    })
}
