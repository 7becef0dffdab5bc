//! Files that are put again, of which a store takes only a part for new, or takes them for what it has.

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    fault::{Answer, Fault},
    judge::mutants,
    known_files::KnownFiles,
};

const FIELD: &str = "storing::one_changed_field_is_seen";

mutants! {
    a_file_of_the_same_hash_is_the_same: SameHash, "a file of the same hash is not stored again", FIELD;
    a_file_of_the_same_size_and_time_is_the_same: SameSizeAndTime, "a file of the same size and time is not stored again", FIELD;
    the_time_alone_is_no_change: TimeAside, "a file of which only the time changed is not stored again", FIELD;
    the_version_of_the_analyzer_is_no_change: AnalyzerAside, "a file of which only the analyzer changed is not stored again", FIELD;
    the_status_is_no_change: StatusAside, "a file of which only the status changed is not stored again", FIELD;
    embeddings_are_no_change: EmbeddingsAside, "a file of which only embeddings changed is not stored again", FIELD;
    issues_are_no_change: IssuesAside, "a file of which only issues changed is not stored again", FIELD;
    the_source_is_no_change: SourceAside, "a file of which only the source changed is not stored again", FIELD;
    lines_are_no_change: LinesAside, "a file of which only lines changed is not stored again", FIELD;
    order_is_no_change: OrderAside, "a file of which only the order of lists changed is not stored again", FIELD;
    the_case_of_the_language_is_no_change: CaseAside, "a language that changed in case alone stays as it was", FIELD;
    absent_texts_are_no_change: AbsenceAside, "a text that is absent now stays as it was", FIELD;
    vectors_are_compared_by_their_text: VectorsByText, "a row of the same owner, spec and text keeps its vector", FIELD;
    rows_are_kept_by_owner: RowsByOwner, "an embedding of the same owner keeps its spec", FIELD;
    a_vector_is_kept_when_the_row_waits_again: KeepsVectors, "a row that has its vector never waits again", FIELD;
    rows_that_went_stay: KeepsRows, "embeddings that a file has no longer stay", FIELD;
    zeros_are_one: ZerosAreOne, "a vector that is equal by its numbers is not stored again", FIELD;
    issues_are_kept_by_rule_and_span: IssuesByRule, "an issue of the same rule, severity and lines keeps its message", FIELD;
    tools_of_issues_are_kept: IssueTools, "an issue of the same rule keeps its convention and auditor", FIELD;
    units_are_kept_by_id: UnitsById, "a documentation unit of the same id and text keeps its title and place", FIELD;
    symbols_are_kept_by_id: SymbolsById, "a symbol of the same id, kind, name and lines keeps the rest", FIELD;
    parameters_are_kept: ParametersAside, "a symbol of the same id keeps its parameters and decorators", FIELD;
    bodies_are_kept: BodiesAside, "a symbol of the same id keeps what its body does", FIELD;
    imports_are_kept_by_what_they_bind: ImportsByName, "an import of the same module, name and alias keeps the rest", FIELD;
    diagnostics_are_kept_by_line: DiagnosticsByLine, "a diagnostic of the same line keeps its message", FIELD;
    diagnostics_only_grow: DiagnosticsGrow, "diagnostics that are gone stay", FIELD;
}

/// A file that was put before is replaced by what this makes of both.
macro_rules! merging {
    ($($fault:ident: $merge:expr;)*) => {$(
        #[derive(Default)]
        struct $fault(KnownFiles);

        #[async_trait]
        impl Fault for $fault {
            async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
                self.0.begin(base, request).await
            }

            async fn put_file(&self, session: &mut DynSession, mut file: FileSnapshot) -> Answer<()> {
                file.validate()?;
                file.normalize();
                let before = self.0.all().get(file.path()).cloned();
                if let Some(before) = before {
                    let merge: fn(&FileSnapshot, &mut FileSnapshot) = $merge;
                    merge(&before, &mut file);
                }
                self.0.put(&file);
                session.put_file(file).await
            }

            async fn remove_file(&self, session: &mut DynSession, path: &RepoPath) -> Answer<()> {
                self.0.remove(path);
                session.remove_file(path).await
            }
        }
    )*};
}

/// Keeps the former file where both are the same once this is taken away.
fn keep_if_same_but(before: &FileSnapshot, file: &mut FileSnapshot, blur: impl Fn(&mut FileSnapshot)) {
    let (mut one, mut other) = (before.clone(), file.clone());
    blur(&mut one);
    blur(&mut other);
    if one == other {
        *file = before.clone();
    }
}

/// Changes each of `now` by the one of `before` that is like it.
fn each<T>(before: &[T], now: &mut [T], alike: impl Fn(&T, &T) -> bool, keep: impl Fn(&T, &mut T)) {
    for item in now {
        if let Some(former) = before.iter().find(|former| alike(former, item)) {
            keep(former, item);
        }
    }
}

fn each_symbol(before: &FileSnapshot, file: &mut FileSnapshot, keep: impl Fn(&Symbol, &mut Symbol)) {
    each(&before.analysis.symbols, &mut file.analysis.symbols, |a, b| a.id == b.id, keep);
}

fn each_issue(before: &FileSnapshot, file: &mut FileSnapshot, keep: impl Fn(&DocIssue, &mut DocIssue)) {
    each(&before.analysis.doc_issues, &mut file.analysis.doc_issues, |a, b| a.rule == b.rule && a.span == b.span, keep);
}

fn each_row(before: &FileSnapshot, file: &mut FileSnapshot, keep: impl Fn(&EmbeddingRow, &mut EmbeddingRow)) {
    each(&before.embeddings, &mut file.embeddings, |a, b| a.owner == b.owner, keep);
}

/// Lists in an order that is the same for lists of the same items.
fn sort(file: &mut FileSnapshot) {
    let FileAnalysis { symbols, imports, uses, documentation, doc_issues, .. } = &mut file.analysis;
    symbols.sort_by_key(|item| format!("{item:?}"));
    imports.sort_by_key(|item| format!("{item:?}"));
    uses.sort_by_key(|item| format!("{item:?}"));
    documentation.sort_by_key(|item| format!("{item:?}"));
    doc_issues.sort_by_key(|item| format!("{item:?}"));
}

fn diagnostics<'a>(
    before: &'a FileSnapshot,
    file: &'a mut FileSnapshot,
) -> Option<(&'a [Diagnostic], &'a mut Vec<Diagnostic>)> {
    match (&before.analysis.status, &mut file.analysis.status) {
        (AnalysisStatus::Partial(before), AnalysisStatus::Partial(now)) => Some((before, now)),
        _ => None,
    }
}

merging! {
    SameHash: |before, file| if before.state.hash == file.state.hash {
        *file = before.clone();
    };
    SameSizeAndTime: |before, file| {
        if (before.state.size, before.state.modified) == (file.state.size, file.state.modified) {
            *file = before.clone();
        }
    };
    TimeAside: |before, file| keep_if_same_but(before, file, |file| file.state.modified = 0);
    AnalyzerAside: |before, file| keep_if_same_but(before, file, |file| file.state.analyzer = Tool::new("", ""));
    StatusAside: |before, file| keep_if_same_but(before, file, |file| file.analysis.status = AnalysisStatus::Complete);
    EmbeddingsAside: |before, file| keep_if_same_but(before, file, |file| file.embeddings.clear());
    IssuesAside: |before, file| keep_if_same_but(before, file, |file| file.analysis.doc_issues.clear());
    SourceAside: |before, file| keep_if_same_but(before, file, |file| file.analysis.source.clear());
    LinesAside: |before, file| keep_if_same_but(before, file, |file| {
        let FileAnalysis { symbols, imports, uses, .. } = &mut file.analysis;
        symbols.iter_mut().for_each(|symbol| symbol.span = LineSpan::new(1, 1));
        imports.iter_mut().for_each(|import| import.line = 1);
        uses.iter_mut().for_each(|record| record.site = Site::new(1, 1));
    });
    OrderAside: |before, file| keep_if_same_but(before, file, sort);
    CaseAside: |before, file| {
        let (former, now) = (&before.analysis.language, &mut file.analysis.language);
        if former.as_str().eq_ignore_ascii_case(now.as_str()) {
            *now = former.clone();
        }
    };
    AbsenceAside: |before, file| each_symbol(before, file, |former, symbol| {
        symbol.signature = symbol.signature.take().or(former.signature.clone());
        symbol.extends = symbol.extends.take().or(former.extends.clone());
    });
    VectorsByText: |before, file| each_row(before, file, |former, row| {
        if (&former.spec, former.text_hash) == (&row.spec, row.text_hash) {
            row.state = former.state.clone();
        }
    });
    RowsByOwner: |before, file| each_row(before, file, |former, row| {
        if former.text_hash == row.text_hash && former.spec.dimension == row.spec.dimension {
            row.spec = former.spec.clone();
        }
    });
    KeepsVectors: |before, file| each_row(before, file, |former, row| {
        let waits = matches!(row.state, EmbeddingState::Pending { .. });
        if waits && (&former.spec, former.text_hash) == (&row.spec, row.text_hash) {
            row.state = former.state.clone();
        }
    });
    KeepsRows: |before, file| {
        let ids: Vec<StableId> = file.analysis.symbols.iter().map(|symbol| symbol.id.clone()).collect();
        let gone = |row: &&EmbeddingRow| ids.contains(&row.owner) && !file.embeddings.iter().any(|now| now.owner == row.owner);
        let gone: Vec<EmbeddingRow> = before.embeddings.iter().filter(gone).cloned().collect();
        file.embeddings.extend(gone);
    };
    ZerosAreOne: |before, file| each_row(before, file, |former, row| {
        if let (EmbeddingState::Computed(one), EmbeddingState::Computed(other)) = (&former.state, &row.state)
            && one.as_slice() == other.as_slice()
        {
            row.state = former.state.clone();
        }
    });
    IssuesByRule: |before, file| each_issue(before, file, |former, issue| issue.message = former.message.clone());
    IssueTools: |before, file| each_issue(before, file, |former, issue| {
        (issue.convention, issue.auditor) = (former.convention.clone(), former.auditor.clone());
    });
    UnitsById: |before, file| {
        let alike = |one: &Documentation, other: &Documentation| (&one.id, &one.text) == (&other.id, &other.text);
        each(&before.analysis.documentation, &mut file.analysis.documentation, alike, |former, unit| *unit = former.clone());
    };
    SymbolsById: |before, file| each_symbol(before, file, |former, symbol| {
        if (former.kind, &former.name, former.span) == (symbol.kind, &symbol.name, symbol.span) {
            *symbol = former.clone();
        }
    });
    ParametersAside: |before, file| each_symbol(before, file, |former, symbol| {
        (symbol.parameters, symbol.decorators) = (former.parameters.clone(), former.decorators.clone());
    });
    BodiesAside: |before, file| each_symbol(before, file, |former, symbol| symbol.body = former.body);
    ImportsByName: |before, file| {
        let bound = |import: &Import| (import.module.clone(), import.name.clone(), import.alias.clone());
        let alike = |one: &Import, other: &Import| bound(one) == bound(other);
        each(&before.analysis.imports, &mut file.analysis.imports, alike, |former, import| *import = former.clone());
    };
    DiagnosticsByLine: |before, file| if let Some((before, now)) = diagnostics(before, file) {
        each(before, now, |one, other| one.line == other.line, |former, diagnostic| *diagnostic = former.clone());
    };
    DiagnosticsGrow: |before, file| if let Some((before, now)) = diagnostics(before, file) {
        let gone: Vec<Diagnostic> = before.iter().filter(|former| !now.contains(former)).cloned().collect();
        now.extend(gone);
    };
}
