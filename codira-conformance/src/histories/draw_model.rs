//! Drawing files from the whole model.

use codira_contracts::{
    AnalysisStatus, ContentHash, Diagnostic, DocIssue, Documentation, DocumentationFormat, DocumentationKind, EmbeddingRow,
    EmbeddingSpec, EmbeddingState, FileAnalysis, FileSnapshot, FileState, LineSpan, RepoPath, Severity, Site, StableId, Symbol,
    SymbolKind, Tool, UseForm, UseKind, UseRecord, Vector,
};
use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::{Index, select},
};

use super::{
    draw_records::records,
    worlds::{Focus, world},
};
use crate::vocabulary::{self, HOSTILE, IDS, LINES, MODULES, NAMES, NUMBERS, SIZES, SOURCES, TEXTS, TIMES};

pub(crate) fn word(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    select(words).prop_map(str::to_owned)
}

pub(crate) fn path(focus: Focus) -> impl Strategy<Value = RepoPath> {
    focus.path_index().prop_map(vocabulary::path)
}

pub(crate) fn id() -> impl Strategy<Value = StableId> {
    select(IDS).prop_map(StableId::from)
}

pub(crate) fn tool() -> impl Strategy<Value = Tool> {
    select(vocabulary::tools())
}

pub(crate) fn spec() -> impl Strategy<Value = EmbeddingSpec> {
    select(vocabulary::specs())
}

/// Numbers enough for every spec that has a dimension that can be computed.
pub(crate) fn numbers() -> impl Strategy<Value = Vec<f32>> {
    vec(select(NUMBERS), 2)
}

/// A vector of the dimension of its spec: the numbers over and over. None for a dimension that is
/// too large to compute.
pub(crate) fn vector(spec: &EmbeddingSpec, numbers: &[f32]) -> Option<Vector> {
    let dimension = usize::try_from(spec.dimension).ok().filter(|dimension| *dimension <= 8)?;
    Vector::new(numbers.iter().copied().cycle().take(dimension).collect()).ok()
}

pub(super) fn span() -> impl Strategy<Value = LineSpan> {
    (select(LINES), select(LINES)).prop_map(|(first, last)| LineSpan::new(first, last))
}

/// One of `words`, and mostly none.
pub(super) fn seldom(words: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    option::weighted(0.2, word(words))
}

pub(super) fn few<S: Strategy>(element: S) -> impl Strategy<Value = Vec<S::Value>> {
    option::weighted(0.2, vec(element, 1..3)).prop_map(Option::unwrap_or_default)
}

fn unit() -> impl Strategy<Value = (Documentation, Option<Index>)> {
    let what = (id(), select(DocumentationFormat::ALL), select(DocumentationKind::ALL), word(NAMES));
    let drawn = (what, few(word(TEXTS)), span(), word(TEXTS), option::of(any::<Index>()));
    drawn.prop_map(|((id, format, kind, title), heading_path, span, text, owner)| {
        (Documentation { id, format, kind, title, heading_path, span, text, owner: None }, owner)
    })
}

fn doc_issue() -> impl Strategy<Value = (DocIssue, Option<Index>)> {
    let what = (word(NAMES), select(Severity::ALL), word(TEXTS), span());
    (what, tool(), tool(), option::of(any::<Index>())).prop_map(
        |((rule, severity, message, span), convention, auditor, owner)| {
            (DocIssue { rule, severity, message, span, convention, auditor, owner: None }, owner)
        },
    )
}

fn status() -> impl Strategy<Value = AnalysisStatus> {
    let diagnostic = (select(LINES), word(TEXTS)).prop_map(|(line, message)| Diagnostic { line, message });
    prop_oneof![3 => Just(AnalysisStatus::Complete), 1 => vec(diagnostic, 0..3).prop_map(AnalysisStatus::Partial)]
}

/// An embedding whose owner is still to be found.
fn embedding() -> impl Strategy<Value = (Index, EmbeddingSpec, String, Option<Vec<f32>>)> {
    (any::<Index>(), spec(), word(TEXTS), option::weighted(0.7, numbers()))
}

fn state(focus: Focus) -> impl Strategy<Value = FileState> {
    let content = word(TEXTS).prop_map(|text| ContentHash::of(text.as_bytes()));
    let drawn = (path(focus), content, select(SIZES), select(TIMES), tool());
    drawn.prop_map(|(path, hash, size, modified, analyzer)| FileState { path, hash, size, modified, analyzer })
}

/// A file of any kind.
pub(crate) fn any_file() -> impl Strategy<Value = FileSnapshot> {
    file(Focus::Everything)
}

/// A file; one in eight breaks a rule.
pub(super) fn file(focus: Focus) -> impl Strategy<Value = FileSnapshot> {
    let strange = option::weighted(0.1, (select(vocabulary::languages()), word(MODULES)));
    let lists = (records(), vec(unit(), 0..3), vec(doc_issue(), 0..3));
    let rest = (word(SOURCES), status(), vec(embedding(), 0..4), option::weighted(0.12, select(Flaw::ALL)));
    (state(focus), strange, lists, rest).prop_map(|(state, strange, (records, units, issues), rest)| {
        let (source, status, embeddings, flaw) = rest;
        let (language, module) = strange.unwrap_or_else(|| {
            let (language, module) = vocabulary::home(&state.path);
            (language, module.to_owned())
        });
        let (symbols, imports, uses) = records.of(world(&language));
        let ids: Vec<StableId> = symbols.iter().map(|symbol| symbol.id.clone()).collect();
        let owner = |index: Option<Index>| index.filter(|_| !ids.is_empty()).map(|index| index.get(&ids).clone());
        let mut analysis = FileAnalysis { symbols, imports, uses, source, status, ..FileAnalysis::new(language, module) };
        let units = first_of_each(units, |(unit, _)| unit.id.clone()).into_iter().filter(|(unit, _)| !ids.contains(&unit.id));
        analysis.documentation = units.map(|(unit, of)| Documentation { owner: owner(of), ..unit }).collect();
        analysis.doc_issues = issues.into_iter().map(|(issue, of)| DocIssue { owner: owner(of), ..issue }).collect();

        let units = analysis.documentation.iter().map(|unit| unit.id.clone());
        let owners: Vec<StableId> = ids.iter().cloned().chain(units).collect();
        let rows = embeddings.into_iter().filter(|_| !owners.is_empty());
        let rows = rows.map(|(index, spec, text, numbers)| row(index.get(&owners).clone(), spec, text, numbers));
        let embeddings = first_of_each(rows.collect(), |row| (row.owner.clone(), row.spec.clone()));
        let mut file = FileSnapshot { state, analysis, embeddings };
        if let Some(flaw) = flaw {
            flaw.spoil(&mut file);
        }
        file
    })
}

fn row(owner: StableId, spec: EmbeddingSpec, text: String, numbers: Option<Vec<f32>>) -> EmbeddingRow {
    match numbers.and_then(|numbers| vector(&spec, &numbers)) {
        None => EmbeddingRow::pending(owner, spec, text),
        Some(vector) => {
            let text_hash = ContentHash::of(text.as_bytes());
            EmbeddingRow { owner, spec, text_hash, state: EmbeddingState::Computed(vector) }
        }
    }
}

/// What is left when of all with one key only the first stays.
pub(super) fn first_of_each<T, K: PartialEq>(all: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let mut kept: Vec<T> = Vec::new();
    for next in all {
        if !kept.iter().any(|earlier| key(earlier) == key(&next)) {
            kept.push(next);
        }
    }
    kept
}

/// A way in which a file breaks a rule of the contract.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Flaw {
    /// Two symbols have one id.
    RepeatedSymbol,
    /// A unit has the id of a symbol.
    RepeatedByUnit,
    /// A parent is not there.
    StrayParent,
    /// The owner of a use is not there.
    StrayUse,
    /// A vector is too long for its spec.
    LongVector,
    /// The hash of a pending row is not that of its text.
    OtherText,
}

impl Flaw {
    pub(crate) const ALL: &[Self] =
        &[Self::RepeatedSymbol, Self::RepeatedByUnit, Self::StrayParent, Self::StrayUse, Self::LongVector, Self::OtherText];

    pub(crate) fn is_about_embeddings(self) -> bool {
        matches!(self, Self::LongVector | Self::OtherText)
    }

    /// Breaks the rule; says whose id the refusal must name.
    pub(crate) fn spoil(self, file: &mut FileSnapshot) -> StableId {
        let (own, stray) = (StableId::new("own"), StableId::new(format!("stray {HOSTILE}")));
        let analysis = &mut file.analysis;
        analysis.symbols.push(Symbol::new(own.as_str(), SymbolKind::Function, "own"));
        let embedding =
            |state, text_hash| EmbeddingRow { owner: own.clone(), spec: vocabulary::specs().remove(0), text_hash, state };
        match self {
            Self::RepeatedSymbol => analysis.symbols.push(Symbol::new(own.as_str(), SymbolKind::Class, "other")),
            Self::RepeatedByUnit => analysis.documentation.push(Documentation {
                id: own.clone(),
                format: DocumentationFormat::PlainText,
                kind: DocumentationKind::Document,
                title: String::new(),
                heading_path: Vec::new(),
                span: LineSpan::new(1, 1),
                text: String::new(),
                owner: None,
            }),
            Self::StrayParent => {
                analysis
                    .symbols
                    .push(Symbol { parent: Some(stray.clone()), ..Symbol::new("child", SymbolKind::Method, "child") });
                return stray;
            }
            Self::StrayUse => {
                let site = Site::new(1, 1);
                let (kind, form, text) = (UseKind::Call, UseForm::Path, "run".to_owned());
                analysis.uses.push(UseRecord { kind, owner: stray.clone(), form, text, site });
                return stray;
            }
            Self::LongVector => {
                let long = Vector::new(vec![1.0; 3]).expect("ones are finite");
                file.embeddings.push(embedding(EmbeddingState::Computed(long), ContentHash::of(b"")));
            }
            Self::OtherText => {
                let state = EmbeddingState::Pending { text: "this".to_owned() };
                file.embeddings.push(embedding(state, ContentHash::of(b"that")));
            }
        }
        own
    }
}
