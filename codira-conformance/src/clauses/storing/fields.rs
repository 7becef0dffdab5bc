//! A file that is put again with one field changed: the change is seen wherever the field is.

use codira_contracts::{
    AnalysisStatus, BodyFacts, CandidateRequest, ContentHash, Diagnostic, DocIssue, DocIssueRequest, Documentation,
    DocumentationFormat, DocumentationKind, DocumentationRequest, EdgeEnd, EdgeRequest, EmbeddingRow, EmbeddingState,
    FileSnapshot, Import, ImportCondition, ImportEnd, ImportKind, ImportRequest, Language, LineSpan, Owners, Parameter,
    ParameterKind, PathPrefix, PendingRequest, Precision, RepoPath, ReuseRequest, Severity, Site, Symbol,
    SymbolInventoryRequest, SymbolKind, SymbolMatch, SymbolRequest, TextRequest, UseForm, UseKind, UseRecord, Visibility,
    WriteScope::{self, Full, Incremental},
};

use super::an_issue;
use crate::{
    Cx, Outcome, Violation,
    histories::{Edit, End, Run, Twins},
    question::Question,
    samples::{call, file, import, path, row, spec, unit, vector},
    toy::{ECHO, Edition, TOY},
};

/// A change of one field.
type Change = (&'static str, fn(&mut FileSnapshot));

macro_rules! fields {
    ($($part:literal of $file:ident: { $($field:literal: $change:expr;)* })*) => {
        /// Every field of the model, changed.
        const FIELDS: &[Change] = &[$($((concat!($field, " of ", $part), |$file| {
            $change;
        }),)*)*];
    };
}

fields! {
    "the file" of file: {
        "the hash": file.state.hash = ContentHash::of(b"changed");
        "the size": file.state.size += 1;
        "the time": file.state.modified += 1;
        "the name of the analyzer": file.state.analyzer.name.push('2');
        "the version of the analyzer": file.state.analyzer.version.push('0');
        "the language": file.analysis.language = TOY;
        "the case of the language": file.analysis.language = Language::new("Echo");
        "the module": file.analysis.module = "changed".to_owned();
        "the source": file.analysis.source = "run()\nchanged\n".to_owned();
        "the last line end": file.analysis.source.push('\n');
        "the status": file.analysis.status = AnalysisStatus::Complete;
    }
    "a diagnostic" of file: {
        "the line": diagnostics(file)[0].line += 1;
        "the message": diagnostics(file)[0].message = "changed".to_owned();
        "the position": diagnostics(file).reverse();
        "the absence": diagnostics(file).clear();
    }
    "a symbol" of file: {
        "the id": file.analysis.symbols[3].id = "changed".into();
        "the case of the id": file.analysis.symbols[3].id = "ALONE".into();
        "the kind": file.analysis.symbols[1].kind = SymbolKind::Property;
        "the name": file.analysis.symbols[1].name = "changed".to_owned();
        "the qualified name": file.analysis.symbols[1].qualified_name = "changed".to_owned();
        "the parent": file.analysis.symbols[1].parent = Some("last".into());
        "the absence of a parent": file.analysis.symbols[1].parent = None;
        "the first line": file.analysis.symbols[1].span.first += 1;
        "the last line": file.analysis.symbols[1].span.last += 1;
        "the signature": file.analysis.symbols[1].signature = Some("changed".to_owned());
        "the absence of a signature": file.analysis.symbols[1].signature = None;
        "the documentation": file.analysis.symbols[1].documentation = Some("changed".to_owned());
        "the emptiness of the documentation": file.analysis.symbols[1].documentation = Some(String::new());
        "the visibility": file.analysis.symbols[1].visibility = Visibility::Private;
        "the decorators": file.analysis.symbols[1].decorators[0] = "changed".to_owned();
        "the order of decorators": file.analysis.symbols[1].decorators.reverse();
        "the bases": file.analysis.symbols[0].bases[0] = "changed".to_owned();
        "the order of bases": file.analysis.symbols[0].bases.reverse();
        "what it extends": file.analysis.symbols[0].extends = Some("changed".to_owned());
        "the absence of what it extends": file.analysis.symbols[0].extends = None;
        "that it returns": file.analysis.symbols[1].body.returns_value ^= true;
        "that it yields": file.analysis.symbols[1].body.yields ^= true;
        "that it raises": file.analysis.symbols[1].body.raises ^= true;
        "that it asserts": file.analysis.symbols[1].body.asserts ^= true;
        "the position": file.analysis.symbols.swap(1, 2);
        "the number": file.analysis.symbols.push(Symbol::new("changed", SymbolKind::Function, "changed"));
    }
    "a parameter" of file: {
        "the name": file.analysis.symbols[1].parameters[0].name = "changed".to_owned();
        "the kind": file.analysis.symbols[1].parameters[0].kind = ParameterKind::Variadic;
        "the annotation": file.analysis.symbols[1].parameters[0].annotation = Some("changed".to_owned());
        "the absence of an annotation": file.analysis.symbols[1].parameters[0].annotation = None;
        "the default": file.analysis.symbols[1].parameters[0].default = Some("changed".to_owned());
        "the position": file.analysis.symbols[1].parameters.reverse();
        "the number": file.analysis.symbols[1].parameters.truncate(1);
    }
    "an import" of file: {
        "the kind": file.analysis.imports[0].kind = ImportKind::Module;
        "the module": file.analysis.imports[0].module = "changed".to_owned();
        "the name": file.analysis.imports[0].name = Some("changed".to_owned());
        "the absence of a name": file.analysis.imports[0].name = None;
        "the alias": file.analysis.imports[0].alias = Some("changed".to_owned());
        "the emptiness of the alias": file.analysis.imports[0].alias = Some(String::new());
        "the absence of an alias": file.analysis.imports[0].alias = None;
        "the owner": file.analysis.imports[0].owner = Some("last".into());
        "the absence of an owner": file.analysis.imports[0].owner = None;
        "the visibility": file.analysis.imports[0].visibility = Visibility::Internal;
        "the condition": file.analysis.imports[0].condition = ImportCondition::TypeChecking;
        "the line": file.analysis.imports[0].line += 1;
        "the position": file.analysis.imports.reverse();
        "the number": drop(file.analysis.imports.pop());
    }
    "a use" of file: {
        "the kind": file.analysis.uses[0].kind = UseKind::Reference;
        "the owner": file.analysis.uses[0].owner = "last".into();
        "the form": file.analysis.uses[0].form = UseForm::SuperMember;
        "the text": file.analysis.uses[0].text = "changed".to_owned();
        "the line": file.analysis.uses[0].site.line += 1;
        "the column": file.analysis.uses[0].site.column += 1;
        "the position": file.analysis.uses.reverse();
        "the number": file.analysis.uses.push(file.analysis.uses[0].clone());
        "the absence": file.analysis.uses.clear();
    }
    "a documentation unit" of file: {
        "the id": file.analysis.documentation[1].id = "changed".into();
        "the format": file.analysis.documentation[0].format = DocumentationFormat::PlainText;
        "the kind": file.analysis.documentation[0].kind = DocumentationKind::Function;
        "the title": file.analysis.documentation[0].title = "changed".to_owned();
        "the headings": file.analysis.documentation[0].heading_path[0] = "changed".to_owned();
        "the order of headings": file.analysis.documentation[0].heading_path.reverse();
        "the first line": file.analysis.documentation[0].span.first += 1;
        "the last line": file.analysis.documentation[0].span.last += 1;
        "the text": file.analysis.documentation[0].text = "changed".to_owned();
        "the owner": file.analysis.documentation[0].owner = Some("last".into());
        "the absence of an owner": file.analysis.documentation[0].owner = None;
        "the position": file.analysis.documentation.reverse();
        "the number": drop(file.analysis.documentation.pop());
    }
    "an issue" of file: {
        "the rule": file.analysis.doc_issues[0].rule = "changed".to_owned();
        "the severity": file.analysis.doc_issues[0].severity = Severity::Error;
        "the message": file.analysis.doc_issues[0].message = "changed".to_owned();
        "the first line": file.analysis.doc_issues[0].span.first += 1;
        "the last line": file.analysis.doc_issues[0].span.last += 1;
        "the name of the convention": file.analysis.doc_issues[0].convention.name.push('2');
        "the version of the convention": file.analysis.doc_issues[0].convention.version.push('2');
        "the name of the auditor": file.analysis.doc_issues[0].auditor.name.push('2');
        "the version of the auditor": file.analysis.doc_issues[0].auditor.version.push('2');
        "the owner": file.analysis.doc_issues[0].owner = Some("last".into());
        "the absence of an owner": file.analysis.doc_issues[0].owner = None;
        "the position": file.analysis.doc_issues.reverse();
        "the number": drop(file.analysis.doc_issues.pop());
    }
    "an embedding" of file: {
        "the owner": file.embeddings[1].owner = "unit".into();
        "the engine": file.embeddings[1].spec.engine = "changed".to_owned();
        "the version of the engine": file.embeddings[1].spec.engine_version = "10".to_owned();
        "the model": file.embeddings[1].spec.model = "changed".to_owned();
        "the version of the model": file.embeddings[1].spec.model_version = "10".to_owned();
        "the dimension": redimension(&mut file.embeddings[1]);
        "the precision": file.embeddings[1].spec.precision = Precision::Bf16;
        "the text": file.embeddings[1].text_hash = ContentHash::of(b"changed");
        "a number": file.embeddings[1].state = EmbeddingState::Computed(vector(&[1.0, 2.5]));
        "the sign of a zero": file.embeddings[0].state = EmbeddingState::Computed(vector(&[0.0, 1.0]));
        "the presence of the vector": unmake(&mut file.embeddings[1]);
        "the absence of the vector": make(&mut file.embeddings[2]);
        "the text that waits": file.embeddings[2] = EmbeddingRow::pending("last".into(), spec("1"), "changed");
        "the number": file.embeddings.push(row("last", spec("2"), "run", &[3.0, 4.0]));
        "the absence": file.embeddings.clear();
    }
}

fn diagnostics(file: &mut FileSnapshot) -> &mut Vec<Diagnostic> {
    let AnalysisStatus::Partial(diagnostics) = &mut file.analysis.status else { unreachable!("the file has diagnostics") };
    diagnostics
}

fn redimension(row: &mut EmbeddingRow) {
    row.spec.dimension = 3;
    row.state = EmbeddingState::Computed(vector(&[1.0, 2.0, 0.0]));
}

fn unmake(row: &mut EmbeddingRow) {
    row.state = EmbeddingState::Pending { text: "run".to_owned() };
}

fn make(row: &mut EmbeddingRow) {
    row.state = EmbeddingState::Computed(vector(&[5.0, 6.0]));
}

/// The path of the file of a change. Each file has a change of its own.
fn path_of(number: usize) -> String {
    format!("fields/f{number}.echo")
}

/// A file in which every field says something.
fn whole(number: usize) -> FileSnapshot {
    let mut file = file(&path_of(number));
    let analysis = &mut file.analysis;
    (analysis.language, analysis.module) = (ECHO, "fields".to_owned());
    analysis.source = "run()\nlast run\n".to_owned();
    let diagnostic = |line, message: &str| Diagnostic { line, message: message.to_owned() };
    analysis.status = AnalysisStatus::Partial(vec![diagnostic(1, "first"), diagnostic(2, "second")]);
    let parameter = |name: &str| Parameter {
        name: name.to_owned(),
        kind: ParameterKind::Positional,
        annotation: Some("int".to_owned()),
        default: None,
    };
    let texts = || vec!["first".to_owned(), "second".to_owned()];
    let holder =
        Symbol { bases: texts(), extends: Some("run".to_owned()), ..Symbol::new("Holder", SymbolKind::Class, "Holder") };
    let run = Symbol {
        parent: Some("Holder".into()),
        span: LineSpan::new(1, 1),
        signature: Some("run()".to_owned()),
        documentation: Some("runs".to_owned()),
        parameters: ["one", "two"].map(parameter).to_vec(),
        decorators: texts(),
        body: BodyFacts { yields: true, ..BodyFacts::default() },
        ..Symbol::new("Holder.run", SymbolKind::Method, "run")
    };
    let last = Symbol { span: LineSpan::new(2, 2), ..Symbol::new("last", SymbolKind::Function, "last") };
    analysis.symbols = vec![holder, run, last, Symbol::new("alone", SymbolKind::Function, "alone")];
    let first = Import { alias: Some("other".to_owned()), owner: Some("Holder".into()), ..import("nowhere", "run") };
    analysis.imports = vec![first, import("fields/watch/w0.echo", "last")];
    analysis.uses = vec![call("Holder.run", ""), UseRecord { site: Site::new(3, 1), ..call("Holder", "elsewhere") }];
    let about =
        |id: &str, title: &str| Documentation { heading_path: texts(), owner: Some("Holder".into()), ..unit(id, title) };
    analysis.documentation = vec![about("unit", "first"), about("more", "second")];
    let issue = |rule: &str| DocIssue { rule: rule.to_owned(), owner: Some("Holder".into()), ..an_issue() };
    analysis.doc_issues = vec![issue("first"), issue("second")];
    file.embeddings = vec![
        row("Holder", spec("1"), "Holder", &[-0.0, 1.0]),
        row("Holder.run", spec("1"), "run", &[1.0, 2.0]),
        EmbeddingRow::pending("last".into(), spec("1"), "last"),
    ];
    file
}

/// A file whose edges tell what rules see of the file of a change.
fn watching(number: usize) -> FileSnapshot {
    let mut file = file(&format!("fields/watch/w{number}.echo"));
    (file.analysis.language, file.analysis.module) = (ECHO, "watch".to_owned());
    file.analysis.symbols = vec![Symbol::new("watch", SymbolKind::Function, "watch")];
    file.analysis.imports = vec![import(&path_of(number), "run")];
    file.analysis.uses = vec![call("watch", &path_of(number))];
    file
}

fn run(scope: WriteScope, files: impl IntoIterator<Item = FileSnapshot>) -> Run {
    let edits = files.into_iter().map(|file| Edit::Put(Box::new(file))).collect();
    Run { scope, edition: Edition::Telling, edits, end: End::Commit, questions: Vec::new() }
}

fn changed(number: usize, (_, change): &Change) -> FileSnapshot {
    let mut file = whole(number);
    change(&mut file);
    file
}

/// Whatever is asked of all files, inside `prefix`.
fn questions(prefix: &PathPrefix) -> Vec<Question> {
    let mut questions = vec![
        Question::Totals,
        Question::Inventory,
        Question::FileStates(prefix.clone()),
        Question::SymbolInventory(SymbolInventoryRequest { prefix: prefix.clone(), ..SymbolInventoryRequest::default() }),
        Question::Documentation(DocumentationRequest::default().within(prefix.clone())),
        Question::DocIssues(DocIssueRequest::default().within(prefix.clone())),
        Question::DocIssues(DocIssueRequest { rule: Some("first".to_owned()), ..DocIssueRequest::default() }),
        Question::DocIssues(DocIssueRequest { at_least: Some(Severity::Error), ..DocIssueRequest::default() }),
        Question::DocIssues(DocIssueRequest { language: Some(ECHO), ..DocIssueRequest::default() }),
        Question::Pending(PendingRequest::default().within(prefix.clone())),
    ];
    for text in ["run", "last", "changed"].map(str::to_owned) {
        let matching = [SymbolMatch::Name(text.clone()), SymbolMatch::LogicalName(format!("run.{text}"))];
        questions.extend(matching.map(|matching| Question::Symbols(SymbolRequest::new(matching).within(prefix.clone()))));
        questions.push(Question::TextReferences(TextRequest::new(text.clone()).within(prefix.clone())));
        let hashes = vec![ContentHash::of(text.as_bytes())];
        questions.push(Question::Reusable(ReuseRequest { spec: spec("1"), texts: hashes }));
    }
    for module in ["fields", "changed"].map(str::to_owned) {
        questions.push(Question::Symbols(SymbolRequest::new(SymbolMatch::Module(module.clone())).within(prefix.clone())));
        questions.push(Question::Imports(ImportRequest::new(ImportEnd::FromModule(module.clone())).within(prefix.clone())));
    }
    for kind in UseKind::ALL {
        let owners = ["watch", "run", "Holder", "last"].map(|name| EdgeEnd::FromNamed(name.to_owned()));
        questions.extend(owners.map(|end| Question::Edges(EdgeRequest::new(*kind, end).within(prefix.clone()))));
    }
    for among in [Owners::Symbols, Owners::Documentation] {
        let request = CandidateRequest { limit: None, ..CandidateRequest::new(among, spec("1"), vector(&[1.0, 2.0]), 0) };
        questions.push(Question::Candidates(request.within(prefix.clone())));
    }
    questions
}

/// So many changes are made once more, each in a session of its own.
const ALONE: usize = 12;

pub(crate) fn one_changed_field_is_seen(cx: &Cx) -> Outcome {
    let paths: Vec<RepoPath> = (0..FIELDS.len()).map(|number| path(&path_of(number))).collect();
    let all = || (0..FIELDS.len()).map(whole);
    let watch = || (0..FIELDS.len()).map(watching);
    let after = || FIELDS.iter().enumerate().map(|(number, field)| changed(number, field));
    let files = paths.iter().cloned().map(Question::File);
    let everything: Vec<Question> = questions(&PathPrefix::root()).into_iter().chain(files).collect();
    let sessions = [
        ("all files were put", run(Full, all().chain(watch()))),
        ("in each file, another field was changed", run(Incremental, after())),
        ("nothing was changed", run(Incremental, after())),
        ("in each file, the field was changed back", run(Incremental, all())),
        ("everything was put anew, each file twice", run(Full, all().chain(watch()).chain(after()))),
        ("everything is as at first", run(Full, all().chain(watch()))),
    ];
    cx.block_on(async {
        let index = cx.index().await?;
        let mut twins = Twins::new(&index.backend, cx.settings(), Vec::new());
        for (says, run) in &sessions {
            let during = |violation: Violation| violation.during(says);
            twins.lead(run).await.map_err(during)?;
            twins.compare(&everything).await.map_err(during)?;
        }
        for (number, field) in FIELDS.iter().enumerate().step_by(FIELDS.len() / ALONE) {
            let during = |violation: Violation| violation.during(format_args!("{} was changed, and nothing else", field.0));
            twins.lead(&run(Incremental, [changed(number, field)])).await.map_err(during)?;
            let mut asked = questions(&PathPrefix::new(&path_of(number))?);
            asked.push(Question::File(paths[number].clone()));
            twins.compare(&asked).await.map_err(during)?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A change that changes nothing, or breaks a rule, would show nothing.
    #[test]
    fn each_change_is_one_and_breaks_no_rule() {
        for (number, field) in FIELDS.iter().enumerate() {
            let (before, after) = (whole(number), changed(number, field));
            assert_ne!(before, after, "{}", field.0);
            assert!(after.validate().is_ok(), "{}: {:?}", field.0, after.validate());
        }
    }
}
