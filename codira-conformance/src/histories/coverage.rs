//! What random histories are made of, counted: a generator that leaves something of the model out
//! would test nothing there.

use std::collections::{BTreeMap, BTreeSet};

use codira_contracts::{
    AnalysisStatus, DocumentationFormat, DocumentationKind, EmbeddingState, FileSnapshot, ImportCondition, ImportKind,
    ParameterKind, Severity, SymbolKind, UseForm, UseKind, Visibility, WriteScope, for_each_question,
};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};

use super::{Edit, End, History, draw};
use crate::{question::Question, stamped, vocabulary::HOSTILE};

/// How often each thing occurs.
#[derive(Default)]
struct Seen(BTreeMap<String, usize>);

impl Seen {
    fn see(&mut self, what: impl ToString) {
        *self.0.entry(what.to_string()).or_default() += 1;
    }

    /// Either way of something optional.
    fn either(&mut self, what: &str, is_there: bool) {
        self.see(format!("{what}: {}", if is_there { "there" } else { "left out" }));
    }

    fn text(&mut self, what: &str, text: &str) {
        let class = match text {
            "" => "empty",
            HOSTILE => "hostile",
            text if !text.is_ascii() => "of many scripts",
            text if text.contains('\n') => "of several lines",
            _ => "plain",
        };
        self.see(format!("{what}: {class}"));
    }

    fn file(&mut self, FileSnapshot { state, analysis, embeddings }: &FileSnapshot) {
        self.see(format!("language {:?}", analysis.language.as_str()));
        self.see(format!("size {}", state.size));
        self.see(format!("modified {}", state.modified));
        self.text("module", &analysis.module);
        self.text("source", &analysis.source);
        match &analysis.status {
            AnalysisStatus::Complete => self.see("complete"),
            AnalysisStatus::Partial(diagnostics) => self.either("diagnostics", !diagnostics.is_empty()),
        }
        for symbol in &analysis.symbols {
            self.see(format!("symbol {}", symbol.kind));
            self.see(format!("visibility {}", symbol.visibility));
            self.text("name", &symbol.name);
            self.text("id", symbol.id.as_str());
            self.see(format!("line {}", symbol.span.first));
            let body = symbol.body;
            for (what, is_there) in [
                ("parent", symbol.parent.is_some()),
                ("signature", symbol.signature.is_some()),
                ("documentation of a symbol", symbol.documentation.is_some()),
                ("parameters", !symbol.parameters.is_empty()),
                ("decorators", !symbol.decorators.is_empty()),
                ("bases", !symbol.bases.is_empty()),
                ("extends", symbol.extends.is_some()),
                ("qualified name of its own", symbol.qualified_name != symbol.name),
                ("returns", body.returns_value),
                ("yields", body.yields),
                ("raises", body.raises),
                ("asserts", body.asserts),
            ] {
                self.either(what, is_there);
            }
            for parameter in &symbol.parameters {
                self.see(format!("parameter {}", parameter.kind));
                self.either("annotation", parameter.annotation.is_some());
                self.either("default", parameter.default.is_some());
            }
        }
        for import in &analysis.imports {
            self.see(format!("import {}", import.kind));
            self.see(format!("condition {}", import.condition));
            self.see(format!("visibility of imports {}", import.visibility));
            self.either("imported name", import.name.is_some());
            self.either("alias", import.alias.is_some());
            self.either("owner of an import", import.owner.is_some());
        }
        for record in &analysis.uses {
            self.see(format!("use {} {}", record.kind, record.form));
            self.text("use", &record.text);
        }
        for unit in &analysis.documentation {
            self.see(format!("unit {}", unit.kind));
            self.see(format!("format {}", unit.format));
            self.either("heading path", !unit.heading_path.is_empty());
            self.either("owner of a unit", unit.owner.is_some());
            self.text("unit", &unit.text);
        }
        for issue in &analysis.doc_issues {
            self.see(format!("severity {}", issue.severity));
            self.either("owner of an issue", issue.owner.is_some());
        }
        for row in embeddings {
            self.see(match &row.state {
                EmbeddingState::Computed(_) => "computed embedding",
                EmbeddingState::Pending { .. } => "pending embedding",
            });
        }
    }

    fn history(&mut self, history: &History) {
        for run in &history.0 {
            self.see(format!("edition {:?}", run.edition));
            self.see(match run.scope {
                WriteScope::Full => "full scope",
                WriteScope::Incremental => "incremental scope",
            });
            match &run.end {
                End::Commit => self.see("end: commit"),
                End::Abort => self.see("end: abort"),
                End::Drop => self.see("end: drop"),
                End::CancelCommit(polls) => self.see(format!("end: commit dropped after {polls}")),
                End::CancelPut(polls, file) => {
                    self.see(format!("end: put dropped after {polls}"));
                    self.file(file);
                }
                End::CancelBegin(polls) => self.see(format!("end: beginning dropped after {polls}")),
            }
            for edit in &run.edits {
                if let Edit::Put(file) = edit {
                    self.either("rule that is broken", file.validate().is_err());
                    self.file(file);
                }
                self.see(format!("edit {}", variant(edit)));
            }
            run.questions.iter().for_each(|question| self.question(question));
        }
    }

    fn question(&mut self, question: &Question) {
        self.see(format!("question {}", variant(question)));
        match question {
            Question::Edges(request) => self.see(format!("edges {} {}", request.kind, variant(&request.end))),
            Question::Imports(request) => self.see(format!("imports {}", variant(&request.end))),
            Question::Symbols(request) => {
                self.see(format!("symbols {}", variant(&request.matching)));
                self.either("kind of symbols", request.kind.is_some());
                self.either("limit", request.limit.is_some());
                self.either("prefix", !request.prefix.is_root());
            }
            _ => {}
        }
    }
}

/// The name of a variant.
fn variant(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    text.split(['(', ' ', '{']).next().unwrap_or_default().to_owned()
}

/// Everything that must occur.
fn wanted() -> BTreeSet<String> {
    let mut wanted = BTreeSet::new();
    let mut all = |prefix: &str, words: Vec<String>| wanted.extend(words.into_iter().map(|word| format!("{prefix}{word}")));
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    fn shown<T: ToString>(values: &[T]) -> Vec<String> {
        values.iter().map(T::to_string).collect()
    }
    all("symbol ", shown(SymbolKind::ALL));
    all("visibility ", shown(Visibility::ALL));
    all("visibility of imports ", shown(Visibility::ALL));
    all("parameter ", shown(ParameterKind::ALL));
    all("import ", shown(ImportKind::ALL));
    all("condition ", shown(ImportCondition::ALL));
    for kind in UseKind::ALL {
        all(&format!("use {kind} "), shown(UseForm::ALL));
        let ends = ["From", "To", "FromNamed", "ToNamed", "ToExternal"];
        all(&format!("edges {kind} "), words(&ends));
    }
    all("unit ", shown(DocumentationKind::ALL));
    all("format ", shown(DocumentationFormat::ALL));
    all("severity ", shown(Severity::ALL));
    all("line ", shown(&[0, 1, u32::MAX]));
    all("size ", shown(&[0, u64::MAX]));
    all("modified ", shown(&[i64::MIN, -1, i64::MAX]));
    all("imports ", words(&["FromFile", "FromModule", "ToFile", "ToModule"]));
    all("symbols ", words(&["Name", "LogicalName", "Module", "Key", "ChildrenOf", "OverloadsOf"]));
    all("end: ", words(&["commit", "abort", "drop"]));
    for what in ["commit", "put", "beginning"] {
        all(&format!("end: {what} dropped after "), shown(&[0, 1, 2, 3, 4, 5]));
    }
    for optional in [
        "parent",
        "signature",
        "documentation of a symbol",
        "parameters",
        "decorators",
        "bases",
        "extends",
        "returns",
        "yields",
        "qualified name of its own",
        "raises",
        "asserts",
        "annotation",
        "default",
        "imported name",
        "alias",
        "heading path",
        "owner of an import",
        "owner of a unit",
        "owner of an issue",
        "diagnostics",
        "kind of symbols",
        "limit",
        "prefix",
        "rule that is broken",
    ] {
        all(optional, words(&[": there", ": left out"]));
    }
    for text in ["name", "id", "use", "unit"] {
        all(text, words(&[": empty", ": hostile", ": plain"]));
    }
    for text in ["name", "source", "unit"] {
        all(text, words(&[": of many scripts"]));
    }
    let edits = [
        "Put",
        "Remove",
        "Maintain",
        "Queue",
        "ComputePending",
        "Store",
        "WriteInventory",
        "RebuildDerived",
        "AskReusable",
        "AskPending",
    ];
    all("edition ", words(&["First", "Second", "Without"]));
    all("edit ", words(&edits));
    all("", words(&["full scope", "incremental scope", "complete", "computed embedding", "pending embedding"]));
    wanted
}

#[test]
fn everything_in_the_model_is_drawn() {
    let mut runner = TestRunner::deterministic();
    let mut seen = Seen::default();
    for _ in 0..256 {
        let history = draw::history().new_tree(&mut runner).expect("nothing is refused").current();
        seen.history(&history);
    }
    let missing: Vec<String> = wanted().into_iter().filter(|what| !seen.0.contains_key(what)).collect();
    assert!(missing.is_empty(), "never drawn: {missing:#?}");
}

/// The variants of questions that are among these.
fn variants(questions: impl IntoIterator<Item = Question>) -> BTreeSet<String> {
    questions.into_iter().map(|question| variant(&question)).collect()
}

macro_rules! questions {
    ([] $(fn $question:ident($($given:ident: $given_type:ty),*) -> $answer:ty;)*) => {
        /// The questions of a reader, with what each is given.
        const QUESTIONS: &[(&str, &[&str])] = &[$((stringify!($question), &[$(stringify!($given)),*])),*];
    };
}
for_each_question!(questions);

/// Those that need nothing drawn are asked after every session.
#[test]
fn every_question_is_asked() {
    let mut runner = TestRunner::deterministic();
    let mut draw = || draw::history().new_tree(&mut runner).expect("nothing is refused").current();
    let histories: Vec<History> = (0..256).map(|_| draw()).collect();
    let drawn = variants(histories.into_iter().flat_map(|history| history.0).flat_map(|run| run.questions));
    // Every path is asked for.
    let given = QUESTIONS.iter().filter(|(question, given)| !given.is_empty() && *question != "file");
    assert_eq!(drawn.len(), given.count(), "of the questions {QUESTIONS:#?} are drawn {drawn:#?}");
    // The inventory is asked for in two parts.
    let asked = &variants(Question::everything()) | &drawn;
    assert_eq!(asked.len(), QUESTIONS.len() + 1, "of the questions {QUESTIONS:#?} are asked {asked:#?}");
}

/// A file that says something of everything is asked about in every way.
#[test]
fn every_question_is_asked_about_a_file() {
    let asked = variants(Question::about(&stamped::file("pkg/a.toy", 1, true)));
    assert_eq!(asked.len(), QUESTIONS.len() + 1, "of the questions {QUESTIONS:#?} are asked {asked:#?}");
}

/// A request that has a limit can be given one.
#[test]
fn every_limit_can_be_set() {
    let limit = |question: &Question| format!("{question:?}").split_once("limit: ").map(|(_, limit)| limit.to_owned());
    let about = Question::about(&stamped::file("pkg/a.toy", 1, true)).into_iter();
    let asked: Vec<Question> = about.filter(|question| limit(question).is_some()).collect();
    assert!(!asked.is_empty());
    for question in asked {
        let limited = question.limited(7);
        assert!(limit(&limited).is_some_and(|limit| limit.starts_with("Some(7)")), "{limited:?}");
    }
}
