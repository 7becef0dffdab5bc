//! Storing: values that are long, and differ in their last character alone.

use codira_contracts::{
    AnalysisStatus, AnalyzerInventory, CandidateRequest, ContentHash, Coverage, Diagnostic, DocIssue, DocIssueRequest,
    Documentation, DocumentationRequest, EdgeEnd, EdgeRequest, EmbeddingRow, EmbeddingSpec, FileSnapshot, Import, ImportEnd,
    ImportKind, ImportRequest, IndexBackend, IndexReader, IndexWriteSession, Language, Owners, Parameter, ParameterKind,
    PathPrefix, PendingRequest, ReuseRequest, RunInventory, Symbol, SymbolKey, SymbolKind, SymbolMatch, SymbolRequest,
    TextRequest, Tool, UseKind, WriteScope::Full,
};

use super::an_issue;
use crate::{
    Cx, Outcome,
    filtered::Filtered,
    observe::keeps_embeddings,
    question::Question,
    samples::{call, file, import, path, row, spec, unit, vector},
    show,
    toy::request,
    verdict::ensure,
};

/// Bytes of each text.
const LENGTHS: &[usize] = &[255, 256, 512, 4_096, 70_000];

/// A text of so many bytes, of which the last tells it from others. It has no dots, and more bytes
/// than characters.
fn long(length: usize, last: char) -> String {
    let unit = "\u{e9}longer";
    let body = length - last.len_utf8();
    format!("{}{}{last}", unit.repeat(body / unit.len()), "_".repeat(body % unit.len()))
}

/// The same as a path, whose components are no longer than those of most file systems.
fn long_path(length: usize, last: char) -> String {
    let directory = format!("{}/", "d".repeat(199));
    let body = length - last.len_utf8();
    format!("{}{}{last}", directory.repeat((body - 1) / 200), "f".repeat((body - 1) % 200 + 1))
}

/// A spec whose texts are long.
fn long_spec(text: &str) -> EmbeddingSpec {
    EmbeddingSpec { engine_version: text.to_owned(), ..spec(text) }
}

/// A file in which every text is long.
fn long_file(length: usize, last: char, embeddings: bool) -> FileSnapshot {
    let text = &long(length, last);
    let of = |what: &str| format!("{what}{text}");
    let some = || Some(text.clone());
    let mut file = file(&long_path(length, last));
    file.state.analyzer = Tool::new(text, text);
    let analysis = &mut file.analysis;
    analysis.module = text.clone();
    let overload = |id| Symbol { parent: Some(of("child").as_str().into()), ..Symbol::new(of(id), SymbolKind::Overload, text) };
    let parameter = Parameter { name: text.clone(), kind: ParameterKind::Positional, annotation: some(), default: some() };
    analysis.symbols = vec![
        Symbol::new(text, SymbolKind::Class, text),
        Symbol { parent: Some(text.as_str().into()), ..Symbol::new(of("child"), SymbolKind::Method, of("child")) },
        overload("first"),
        overload("second"),
        Symbol {
            qualified_name: text.clone(),
            signature: some(),
            documentation: some(),
            parameters: vec![parameter],
            decorators: vec![text.clone()],
            bases: vec![text.clone()],
            extends: some(),
            ..Symbol::new("told", SymbolKind::Implementation, "told")
        },
    ];
    analysis.imports = vec![
        Import { kind: ImportKind::Module, name: None, alias: Some(of("alias")), ..import(&of("outside"), "") },
        Import { owner: Some(text.as_str().into()), ..import(text, text) },
    ];
    analysis.uses = [of("alias"), of("unknown"), text.clone()].map(|used| call(text, &used)).to_vec();
    analysis.uses.push(call("told", text));
    analysis.documentation = vec![
        Documentation { owner: Some(text.as_str().into()), heading_path: vec![text.clone()], ..unit(&of("unit"), text) },
        Documentation { owner: Some("told".into()), ..unit("told unit", text) },
    ];
    let tool = || Tool::new(text, text);
    let rule = text.clone();
    analysis.doc_issues = vec![DocIssue { rule, message: text.clone(), convention: tool(), auditor: tool(), ..an_issue() }];
    analysis.source = format!("a {text} b\n");
    analysis.status = AnalysisStatus::Partial(vec![Diagnostic { line: 1, message: text.clone() }]);
    if embeddings {
        file.embeddings = vec![
            EmbeddingRow::pending(text.as_str().into(), long_spec(text), text.as_str()),
            row(text, spec("1"), text, &[length as f32, 1.0]),
            row(&of("unit"), long_spec(text), text, &[1.0, 1.0]),
        ];
        file.normalize();
    }
    file
}

/// A file whose language alone is long.
fn long_language(length: usize, last: char) -> FileSnapshot {
    let mut file = file(&format!("language/{length}{last}"));
    file.analysis.language = Language::new(long(length, last));
    file.analysis.doc_issues = vec![an_issue()];
    file
}

/// Everything that finds such a file, or something in it.
fn questions(length: usize, last: char) -> Vec<Question> {
    let text = long(length, last);
    let of = |what: &str| format!("{what}{text}");
    let path = path(&long_path(length, last));
    let key = |id: &str| SymbolKey { path: path.clone(), id: id.into() };
    let matching = [
        SymbolMatch::Name(text.clone()),
        SymbolMatch::Name(of("child")),
        SymbolMatch::LogicalName(format!("{text}.{}", of("child"))),
        SymbolMatch::Module(text.clone()),
        SymbolMatch::Key(key(&text)),
        SymbolMatch::ChildrenOf(key(&text)),
        SymbolMatch::OverloadsOf(key(&of("first"))),
    ];
    let mut questions: Vec<Question> = matching.map(|matching| Question::Symbols(SymbolRequest::new(matching))).into();
    let ends = [
        EdgeEnd::From(key(&text)),
        EdgeEnd::To(key(&text)),
        EdgeEnd::FromNamed(text.clone()),
        EdgeEnd::ToNamed(text.clone()),
        EdgeEnd::ToNamed(of("unknown")),
        EdgeEnd::ToExternal(of("outside")),
    ];
    questions.extend(ends.map(|end| Question::Edges(EdgeRequest::new(UseKind::Call, end))));
    let ends = [
        ImportEnd::FromFile(path.clone()),
        ImportEnd::ToFile(path.clone()),
        ImportEnd::FromModule(text.clone()),
        ImportEnd::ToModule(text.clone()),
        ImportEnd::ToModule(of("outside")),
    ];
    questions.extend(ends.map(|end| Question::Imports(ImportRequest::new(end))));
    questions.push(Question::TextReferences(TextRequest::new(text.as_str())));
    questions.push(Question::Documentation(DocumentationRequest { owner: Some(key(&text)), ..Default::default() }));
    questions.push(Question::DocIssues(DocIssueRequest { rule: Some(text.clone()), ..Default::default() }));
    let language = Some(Language::new(text.clone()));
    questions.push(Question::DocIssues(DocIssueRequest { language, ..Default::default() }));
    questions.push(Question::Pending(PendingRequest { spec: Some(long_spec(&text)), ..Default::default() }));
    let texts = vec![ContentHash::of(text.as_bytes())];
    questions.push(Question::Reusable(ReuseRequest { spec: long_spec(&text), texts }));
    let nearest = CandidateRequest::new(Owners::Documentation, long_spec(&text), vector(&[1.0, 2.0]), 9);
    questions.push(Question::Candidates(nearest));
    let itself = PathPrefix::new(path.as_str()).expect("a path is a prefix");
    questions.push(Question::FileStates(itself.clone()));
    questions.push(Question::Symbols(SymbolRequest::named(text).within(itself)));
    questions
}

pub(crate) fn long_values_are_kept(cx: &Cx) -> Outcome {
    cx.block_on(async {
        let index = cx.index().await?;
        let (descriptor, tool) = (index.backend.descriptor(), |last| Tool::new(long(70_000, last), long(4_096, last)));
        let embeddings = keeps_embeddings(descriptor);
        let twins = || LENGTHS.iter().flat_map(|length| ['a', 'b'].map(|last| (*length, last)));
        let files: Vec<FileSnapshot> =
            twins().flat_map(|(length, last)| [long_file(length, last, embeddings), long_language(length, last)]).collect();
        let mut session = index.backend.begin_index_session(request(Full)).await?;
        for file in &files {
            session.put_file(file.clone()).await?;
        }
        let analyzers = ['a', 'b'].map(|last| AnalyzerInventory { tool: tool(last), globs: vec![long(70_000, last)] });
        let inventory = RunInventory { coverage: Coverage::ALL[0], analyzers: analyzers.to_vec() };
        session.write_inventory(inventory.clone()).await?;
        session.commit().await?;

        let reader = index.backend.open_reader().await?;
        ensure!(reader.inventory().await?.analyzers == inventory.analyzers, "the inventory of long names reads back otherwise");
        for file in &files {
            let found = reader.file(file.path()).await?.as_ref().map(show::file).unwrap_or_default();
            let difference = show::difference(&show::file(file), &found);
            let path = show::abridged(file.path().as_str());
            ensure!(difference.is_none(), "{path} reads back otherwise: {}", difference.unwrap_or_default());
        }
        let whole = Filtered::of(files).await?;
        let above = LENGTHS.iter().map(|length| PathPrefix::new(&long_path(length - 1, 'f')));
        let above = above.map(|prefix| Ok(Question::FileStates(prefix?))).collect::<Outcome<Vec<_>>>()?;
        whole.judge(&reader, descriptor, above).await?;
        whole.judge(&reader, descriptor, twins().flat_map(|(length, last)| questions(length, last))).await
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_as_long_as_they_say() {
        for length in LENGTHS {
            let lengths = [long(*length, 'a'), long_path(*length, 'a')].map(|text| text.len());
            assert_eq!(lengths, [*length; 2]);
        }
    }
}
