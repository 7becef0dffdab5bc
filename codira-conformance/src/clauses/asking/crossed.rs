//! Asking: everything that narrows an answer, together with everything else that does.

use codira_contracts::{
    CandidateRequest, DocIssue, DocIssueRequest, Documentation, DocumentationRequest, EdgeEnd, EdgeRequest, EmbeddingRow,
    FileSnapshot, ImportEnd, ImportRequest, IndexBackend, Language, LineSpan, Owners, PathPrefix, PendingRequest, Severity,
    Site, Symbol, SymbolInventoryRequest, SymbolKey, SymbolKind, SymbolMatch, SymbolRequest, TextRequest, UseKind, UseRecord,
};
use proptest::prelude::*;

use super::index_of;
use crate::{
    Cx, Outcome,
    clauses::storing::an_issue,
    filtered::Filtered,
    histories::random::{self, drawn},
    observe::keeps_embeddings,
    question::Question,
    samples::{call, file, import, key, path, row, spec, unit, vector},
    toy::{OPEN, PLAIN, TOY},
};

/// Paths that cover one another, and paths that only look so.
const PATHS: &[&str] = &[
    "a",
    "a/b.toy",
    "a/b/c.toy",
    "a/b/d.toy",
    "a-b/c.toy",
    "a.b/c.toy",
    "ab/c.toy",
    "A/b.toy",
    "b/a.toy",
    "b/b.toy",
    "b/c.toy",
];
const PREFIXES: &[&str] = &[".", ".", "a", "a/b", "a/b.toy", "b", "A", "a-b", "a/b.to", "nowhere"];
const NAMES: &[&str] = &["run", "", "helper"];
const MODULES: &[&str] = &["pkg", "", "pkg.a", "Pkg"];
const KINDS: &[SymbolKind] = &[SymbolKind::Overload, SymbolKind::Class, SymbolKind::Overload, SymbolKind::Method];
const RULES: &[&str] = &["missing", "", "", "Missing", "missing.returns"];

fn languages() -> [Language; 5] {
    [TOY, PLAIN, Language::new(""), OPEN, Language::new("Toy")]
}

/// Files whose lists hold few values, in other combinations in each: equal ones beside one
/// another, and empty texts.
fn files(embeddings: bool) -> Vec<FileSnapshot> {
    let of = |(number, path): (usize, &&str)| {
        let at = |list: &[&str], index: usize| list[(number + index) % list.len()].to_owned();
        let mut file = file(path);
        let analysis = &mut file.analysis;
        analysis.language = languages()[number % 5].clone();
        analysis.module = at(MODULES, 0);
        let parents = [None, Some("s0"), Some("s0"), Some("s0"), Some("s1"), Some("s1"), None, None];
        analysis.symbols = (0..8)
            .map(|index: usize| Symbol {
                parent: parents[index].map(Into::into),
                span: LineSpan::new(1 + index as u32 / 3, 9),
                ..Symbol::new(format!("s{index}"), KINDS[(number + index) % KINDS.len()], at(NAMES, index / 2))
            })
            .collect();
        analysis.imports = ["json", "json", "", "pkg", "pkg", "nowhere.x"].map(|module| import(module, "run")).to_vec();
        let texts = ["json.x", "json.x", "nobody", "", "run", "helper"];
        let uses = texts.iter().zip(0..).flat_map(|(text, index)| {
            let record = UseRecord { site: Site::new(9 - index, 1), ..call(&format!("s{}", index % 3), text) };
            [UseRecord { kind: UseKind::Reference, ..record.clone() }, record]
        });
        analysis.uses = uses.collect();
        let owners = [Some("s0"), None, Some("s0"), Some("s1"), Some("s0"), None];
        analysis.documentation = owners
            .iter()
            .zip(0..)
            .map(|(owner, index)| Documentation {
                owner: owner.map(Into::into),
                ..unit(&format!("u{}", 9 - index), &at(RULES, 0))
            })
            .collect();
        analysis.doc_issues = (0..8)
            .map(|index: usize| DocIssue {
                rule: at(RULES, index / 2),
                severity: Severity::ALL[(number + index / 3) % 3],
                message: String::new(),
                ..an_issue()
            })
            .collect();
        analysis.source = "run\nrun helper run\n\nhelper\nrun\n".to_owned();
        if embeddings {
            let waiting = |owner: &str, model| EmbeddingRow::pending(owner.into(), spec(model), at(RULES, 0));
            let number = number as f32;
            file.embeddings = vec![waiting("s0", "1"), waiting("s0", "2"), waiting("u4", "1"), waiting("s2", "2")];
            file.embeddings.extend(["s3", "s4", "u9", "u8"].map(|id| row(id, spec("1"), "text", &[(number - 4.0).abs(), 1.0])));
            file.normalize();
        }
        file
    };
    PATHS.iter().enumerate().map(|(number, path)| of((number, path))).collect()
}

/// A question that is still to get its limit.
type Limited = Box<dyn Fn(Option<usize>) -> Question + Send>;

fn keys() -> Vec<SymbolKey> {
    [("a/b.toy", "s0"), ("a/b/c.toy", "s1"), ("a", "s4"), ("b/b.toy", "s2"), ("nowhere", "s0"), ("b/b.toy", "")]
        .map(|(path, id)| key(path, id))
        .to_vec()
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// For each request, every combination of what it can name and a prefix.
fn combinations() -> Vec<Vec<Limited>> {
    let prefixes = || PREFIXES.iter().map(|text| PathPrefix::new(text).expect("these prefixes stay inside"));
    let kinds = [None, Some(SymbolKind::Overload), Some(SymbolKind::Class), Some(SymbolKind::Method), Some(SymbolKind::Enum)];
    let mut crossed: Vec<Vec<Limited>> = (0..9).map(|_| Vec::new()).collect();
    for prefix in prefixes() {
        let mut push = |list: usize, limited: Limited| crossed[list].push(limited);
        let names = texts(NAMES).into_iter().chain(["s0".to_owned()]).map(SymbolMatch::Name);
        let logical = texts(&["run", "run.run", "run.", ".helper", "helper"]).into_iter().map(SymbolMatch::LogicalName);
        let modules = texts(MODULES).into_iter().map(SymbolMatch::Module);
        let of_keys = keys().into_iter().flat_map(|key| {
            [SymbolMatch::Key(key.clone()), SymbolMatch::ChildrenOf(key.clone()), SymbolMatch::OverloadsOf(key)]
        });
        for (matching, kind) in
            names.chain(logical).chain(modules).chain(of_keys).flat_map(|it| kinds.map(|kind| (it.clone(), kind)))
        {
            let request = SymbolRequest { kind, prefix: prefix.clone(), ..SymbolRequest::new(matching) };
            push(0, Box::new(move |limit| Question::Symbols(SymbolRequest { limit, ..request.clone() })));
        }
        for kind in kinds {
            let request = SymbolInventoryRequest { kind, prefix: prefix.clone(), limit: None };
            push(1, Box::new(move |limit| Question::SymbolInventory(SymbolInventoryRequest { limit, ..request.clone() })));
        }
        let of_keys = keys().into_iter().flat_map(|key| [EdgeEnd::From(key.clone()), EdgeEnd::To(key)]);
        let named = texts(&["run", "", "x", "nobody"]).into_iter();
        let named = named.flat_map(|name| [EdgeEnd::FromNamed(name.clone()), EdgeEnd::ToNamed(name)]);
        let external = texts(&["json.x", "x", "json"]).into_iter().map(EdgeEnd::ToExternal);
        for (end, kind) in of_keys
            .chain(named)
            .chain(external)
            .flat_map(|end| [UseKind::Call, UseKind::Reference].map(|kind| (end.clone(), kind)))
        {
            let request = EdgeRequest { prefix: prefix.clone(), ..EdgeRequest::new(kind, end) };
            push(2, Box::new(move |limit| Question::Edges(EdgeRequest { limit, ..request.clone() })));
        }
        let files = ["a", "a/b.toy", "b/b.toy", "b", "nowhere"].map(path).into_iter();
        let files = files.flat_map(|path| [ImportEnd::FromFile(path.clone()), ImportEnd::ToFile(path)]);
        let modules = texts(&["pkg", "", "json", "Pkg", "pkg.a", "nowhere.x"]).into_iter();
        let modules = modules.flat_map(|module| [ImportEnd::FromModule(module.clone()), ImportEnd::ToModule(module)]);
        for end in files.chain(modules) {
            let request = ImportRequest { prefix: prefix.clone(), ..ImportRequest::new(end) };
            push(3, Box::new(move |limit| Question::Imports(ImportRequest { limit, ..request.clone() })));
        }
        for text in ["run", "helper", "run helper", "nobody"] {
            let request = TextRequest::new(text).within(prefix.clone());
            push(4, Box::new(move |limit| Question::TextReferences(TextRequest { limit, ..request.clone() })));
        }
        for owner in keys().into_iter().map(Some).chain([None, None]) {
            let request = DocumentationRequest { owner, prefix: prefix.clone(), limit: None };
            push(5, Box::new(move |limit| Question::Documentation(DocumentationRequest { limit, ..request.clone() })));
        }
        let rules = || texts(&["missing", "", "Missing", "missing.returns"]).into_iter().map(Some).chain([None]);
        let languages = || languages().into_iter().map(Some).chain([None, None]);
        for (rule, language) in rules().flat_map(|rule| languages().map(move |language| (rule.clone(), language))) {
            for at_least in Severity::ALL.iter().copied().map(Some).chain([None]) {
                let (rule, language, prefix) = (rule.clone(), language.clone(), prefix.clone());
                let request = DocIssueRequest { rule, at_least, language, prefix, limit: None };
                push(6, Box::new(move |limit| Question::DocIssues(DocIssueRequest { limit, ..request.clone() })));
            }
        }
        for spec in [None, Some(spec("1")), Some(spec("2")), Some(spec("3"))] {
            let request = PendingRequest { spec, prefix: prefix.clone(), limit: None };
            push(7, Box::new(move |limit| Question::Pending(PendingRequest { limit, ..request.clone() })));
        }
        for among in [Owners::Symbols, Owners::Documentation] {
            let request = CandidateRequest::new(among, spec("1"), vector(&[1.0, 2.0]), 0).within(prefix.clone());
            push(8, Box::new(move |limit| Question::Candidates(CandidateRequest { limit, ..request.clone() })));
        }
    }
    crossed
}

/// So many combinations of each request that have an answer are asked, each without a limit and
/// with two.
const ASKED: u32 = 96;

pub(crate) fn narrowing_is_a_filter(cx: &Cx) -> Outcome {
    let asked = random::cases(ASKED) as usize;
    cx.block_on(async {
        let embeddings = keeps_embeddings(cx.index().await?.backend.descriptor());
        let files = files(embeddings);
        // Neither in the order of paths nor in its reverse.
        let index = index_of(cx, files.iter().rev().step_by(2).chain(files.iter().skip(1).step_by(2)).cloned()).await?;
        let (reader, descriptor) = (index.backend.open_reader().await?, index.backend.descriptor());
        let whole = Filtered::of(files).await?;
        let prefixes = PREFIXES.iter().map(|text| Ok(Question::FileStates(PathPrefix::new(text)?)));
        whole.judge(&reader, descriptor, prefixes.collect::<Outcome<Vec<_>>>()?).await?;
        for combinations in combinations() {
            let order = drawn(Just((0..combinations.len()).collect::<Vec<_>>()).prop_shuffle())?;
            // Most combinations have no answer, and some of them show what is forgotten.
            let mut left = [asked, asked];
            let mut questions = Vec::new();
            for (number, limited) in order.into_iter().map(|number| &combinations[number]).enumerate() {
                let count = limited(None).ask(&whole, descriptor).await?.len();
                let Some(rest) = left[usize::from(count == 0)].checked_sub(1) else { continue };
                left[usize::from(count == 0)] = rest;
                questions.push(limited(None));
                if count > 0 {
                    let limits = [0, 1, count / 2, count - 1, count, count + 1, usize::MAX];
                    questions.extend([number, number / 7 + 3].map(|index| limited(Some(limits[index % limits.len()]))));
                }
            }
            whole.judge(&reader, descriptor, questions).await?;
        }
        Ok(())
    })
}
