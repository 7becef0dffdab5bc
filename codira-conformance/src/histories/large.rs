//! One large history: more of everything than a store handles at once, or reads in one go.

use codira_contracts::{
    CandidateRequest, ContentHash, EdgeEnd, EdgeRequest, EmbeddingRow, FileSnapshot, ImportEnd, ImportRequest, Owners,
    PathPrefix, ReuseRequest, Symbol, SymbolInventoryRequest, SymbolKind, SymbolMatch, SymbolRequest, TextRequest, UseKind,
    WriteScope,
};

use super::{Edit, End, History, Run, Waiting, Whose};
use crate::{
    question::Question,
    samples::{call, defining, import, key, path, row, spec, unit, vector},
    toy::Edition,
};

/// How many files, symbols of one file, and embeddings there are.
const COUNT: usize = 1_100;
/// What begins like the whole is asked for with this limit.
const FIRST: usize = 700;

/// Many files are put and their embeddings computed; then every other one is removed, and those
/// that stay are put again.
pub(crate) fn history(embeddings: bool) -> History {
    let put = |number| Edit::Put(Box::new(file(number, 0, embeddings)));
    let remove = |number: usize| Edit::Remove(path(&name(number)));
    let again = |number| Edit::Put(Box::new(file(number, 1, embeddings)));
    let mut first: Vec<Edit> = (0..COUNT).map(put).collect();
    first.push(Edit::Put(Box::new(large())));
    let queued = |number| Waiting { of: Whose::Key(key(&name(number), "run")), spec: spec("2"), text: text(number) };
    let second =
        vec![Edit::Queue((0..COUNT).map(queued).collect()), Edit::ComputePending(COUNT + COUNT / 2, vec![1.0, -2.0, 0.5])];
    let (even, odd) = (|| (0..COUNT).step_by(2), || (1..COUNT).step_by(2));
    let third = even().map(remove).chain(odd().map(again)).collect();
    let run = |(scope, edits)| Run { scope, edition: Edition::First, edits, end: End::Commit, questions: Vec::new() };
    first.extend(second);
    History([(WriteScope::Full, first), (WriteScope::Incremental, third)].map(run).to_vec())
}

fn name(number: usize) -> String {
    format!("many/m{number}.toy")
}

fn text(number: usize) -> String {
    format!("text {number}")
}

/// A file that calls what it imports from another one, and what is defined nowhere.
fn file(number: usize, version: u64, embeddings: bool) -> FileSnapshot {
    let id = format!("own{number}");
    let mut file = defining(&name(number), &["run", &id]);
    file.state.size = version;
    let analysis = &mut file.analysis;
    analysis.module = format!("many.m{number}");
    analysis.source = format!("the source of run, version {version}\n");
    // One of the first files, and one of the last.
    let (low, high) = (number / 2, COUNT - 1 - number / 2);
    let modules = [(low, "run".to_owned()), (high, format!("own{high}"))];
    analysis.imports = modules.iter().map(|(of, name)| import(&format!("many.m{of}"), name)).collect();
    analysis.imports.push(import("json", "dumps"));
    analysis.uses =
        [(&*id, "run"), (&id, &*modules[1].1), (&id, "nobody"), ("run", "dumps")].map(|it| call(it.0, it.1)).to_vec();
    analysis.documentation = vec![unit("unit", "about run")];
    if embeddings {
        let computed = row("unit", spec("1"), &text(number), &[number as f32, 1.0]);
        file.embeddings = vec![computed, EmbeddingRow::pending("run".into(), spec("1"), text(number))];
    }
    file.normalize();
    file
}

/// One file with many symbols, all of which call one of them.
fn large() -> FileSnapshot {
    let mut file = defining("large.toy", &["run"]);
    let analysis = &mut file.analysis;
    for number in 0..COUNT {
        let id = format!("s{number}");
        analysis.uses.push(call(&id, "run"));
        analysis.symbols.push(Symbol::new(id, SymbolKind::Function, "many"));
    }
    file
}

/// Questions with many answers.
pub(crate) fn questions(embeddings: bool) -> Vec<Question> {
    let prefix = || PathPrefix::new("many").expect("it is a path");
    let named = |name: &str| SymbolRequest::new(SymbolMatch::Name(name.to_owned()));
    let edges = |end| EdgeRequest::new(UseKind::Call, end);
    let of_run = || "run".to_owned();
    let texts = (0..COUNT).map(|number| ContentHash::of(text(number).as_bytes())).collect();
    let inventory = SymbolInventoryRequest { prefix: prefix(), ..SymbolInventoryRequest::default() };
    let mut questions: Vec<Question> = Question::whole().into_iter().map(|question| question.limited(FIRST)).collect();
    questions.retain(|question| embeddings || !question.is_about_embeddings());
    questions.extend([
        Question::FileStates(prefix()),
        Question::File(path("large.toy")),
        Question::Symbols(named("run")),
        Question::Symbols(named("many")).limited(FIRST),
        Question::SymbolInventory(inventory.clone()).limited(FIRST),
        Question::SymbolInventory(inventory),
        Question::Edges(edges(EdgeEnd::ToNamed(of_run()))),
        Question::Edges(edges(EdgeEnd::FromNamed(of_run()))).limited(FIRST),
        Question::Edges(edges(EdgeEnd::ToExternal("json.dumps".to_owned()))).limited(FIRST),
        Question::Imports(ImportRequest::new(ImportEnd::ToModule("json".to_owned()))).limited(FIRST),
        Question::TextReferences(TextRequest::new("run")).limited(FIRST),
    ]);
    if embeddings {
        let nearest = |among, model| CandidateRequest::new(among, spec(model), vector(&[3.0, 1.0]), FIRST);
        questions.extend([
            Question::Reusable(ReuseRequest { spec: spec("1"), texts }),
            Question::Candidates(nearest(Owners::Symbols, "2")),
            Question::Candidates(nearest(Owners::Documentation, "1")),
        ]);
    }
    questions
}
