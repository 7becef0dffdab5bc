//! Files that are put again, of which a store takes only a part for new, or takes them for what it
//! has.

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    fault::{Answer, Fault},
    judge::faults,
    known_files::KnownFiles,
};

const FIELD: &str = "storing::one_changed_field_is_seen";

faults! {
    a_file_of_the_same_hash_is_the_same: "a file of the same hash is not stored again", FIELD =>
        Merging::by(|before, file| if before.state.hash == file.state.hash {
            *file = before.clone();
        });
    a_file_of_the_same_size_and_time_is_the_same: "a file of the same size and time is not stored again", FIELD =>
        Merging::by(|before, file| {
            if (before.state.size, before.state.modified) == (file.state.size, file.state.modified) {
                *file = before.clone();
            }
        });
    the_time_alone_is_no_change: "a file of which only the time changed is not stored again", FIELD =>
        Merging::by(|before, file| keep_if_same_but(before, file, |file| file.state.modified = 0));
    the_version_of_the_analyzer_is_no_change: "a file of which only the analyzer changed is not stored again", FIELD =>
        Merging::by(|before, file| keep_if_same_but(before, file, |file| file.state.analyzer = Tool::new("", "")));
    the_status_is_no_change: "a file of which only the status changed is not stored again", FIELD =>
        Merging::by(|before, file| keep_if_same_but(before, file, |file| file.analysis.status = AnalysisStatus::Complete));
    embeddings_are_no_change: "a file of which only embeddings changed is not stored again", FIELD =>
        Merging::by(|before, file| keep_if_same_but(before, file, |file| file.embeddings.clear()));
    issues_are_no_change: "a file of which only issues changed is not stored again", FIELD =>
        Merging::by(|before, file| keep_if_same_but(before, file, |file| file.analysis.doc_issues.clear()));
    the_source_is_no_change: "a file of which only the source changed is not stored again", FIELD =>
        Merging::by(|before, file| keep_if_same_but(before, file, |file| file.analysis.source.clear()));
    lines_are_no_change: "a file of which only lines changed is not stored again", FIELD =>
        Merging::by(|before, file| keep_if_same_but(before, file, |file| {
            let FileAnalysis { symbols, imports, uses, .. } = &mut file.analysis;
            symbols.iter_mut().for_each(|symbol| symbol.span = LineSpan::new(1, 1));
            imports.iter_mut().for_each(|import| import.line = 1);
            uses.iter_mut().for_each(|record| record.site = Site::new(1, 1));
        }));
    order_is_no_change: "a file of which only the order of lists changed is not stored again", FIELD =>
        Merging::by(|before, file| keep_if_same_but(before, file, sort));
    the_case_of_the_language_is_no_change: "a language that changed in case alone stays as it was", FIELD =>
        Merging::by(|before, file| {
            let (former, now) = (&before.analysis.language, &mut file.analysis.language);
            if former.as_str().eq_ignore_ascii_case(now.as_str()) {
                *now = former.clone();
            }
        });
    absent_texts_are_no_change: "a text that is absent now stays as it was", FIELD =>
        Merging::by(|before, file| each_symbol(before, file, |former, symbol| {
            symbol.signature = symbol.signature.take().or(former.signature.clone());
            symbol.extends = symbol.extends.take().or(former.extends.clone());
        }));
    vectors_are_compared_by_their_text: "a row of the same owner, spec and text keeps its vector", FIELD =>
        Merging::by(|before, file| each_row(before, file, |former, row| {
            if (&former.spec, former.text_hash) == (&row.spec, row.text_hash) {
                row.state = former.state.clone();
            }
        }));
    rows_are_kept_by_owner: "an embedding of the same owner keeps its spec", FIELD =>
        Merging::by(|before, file| each_row(before, file, |former, row| {
            if former.text_hash == row.text_hash && former.spec.dimension == row.spec.dimension {
                row.spec = former.spec.clone();
            }
        }));
    a_vector_is_kept_when_the_row_waits_again: "a row that has its vector never waits again", FIELD =>
        Merging::by(|before, file| each_row(before, file, |former, row| {
            let waits = matches!(row.state, EmbeddingState::Pending { .. });
            if waits && (&former.spec, former.text_hash) == (&row.spec, row.text_hash) {
                row.state = former.state.clone();
            }
        }));
    rows_that_went_stay: "embeddings that a file has no longer stay", FIELD =>
        Merging::by(|before, file| {
            let ids: Vec<StableId> = file.analysis.symbols.iter().map(|symbol| symbol.id.clone()).collect();
            let gone = |row: &&EmbeddingRow| ids.contains(&row.owner) && !file.embeddings.iter().any(|now| now.owner == row.owner);
            let gone: Vec<EmbeddingRow> = before.embeddings.iter().filter(gone).cloned().collect();
            file.embeddings.extend(gone);
        });
    zeros_are_one: "a vector that is equal by its numbers is not stored again", FIELD =>
        Merging::by(|before, file| each_row(before, file, |former, row| {
            if let (EmbeddingState::Computed(one), EmbeddingState::Computed(other)) = (&former.state, &row.state)
                && one.as_slice() == other.as_slice()
            {
                row.state = former.state.clone();
            }
        }));
    issues_are_kept_by_rule_and_span: "an issue of the same rule, severity and lines keeps its message", FIELD =>
        Merging::by(|before, file| each_issue(before, file, |former, issue| issue.message = former.message.clone()));
    tools_of_issues_are_kept: "an issue of the same rule keeps its convention and auditor", FIELD =>
        Merging::by(|before, file| each_issue(before, file, |former, issue| {
            (issue.convention, issue.auditor) = (former.convention.clone(), former.auditor.clone());
        }));
    units_are_kept_by_id: "a documentation unit of the same id and text keeps its title and position", FIELD =>
        Merging::by(|before, file| {
            let alike = |one: &Documentation, other: &Documentation| (&one.id, &one.text) == (&other.id, &other.text);
            each(&before.analysis.documentation, &mut file.analysis.documentation, alike, |former, unit| *unit = former.clone());
        });
    symbols_are_kept_by_id: "a symbol of the same id, kind, name and lines keeps the rest", FIELD =>
        Merging::by(|before, file| each_symbol(before, file, |former, symbol| {
            if (former.kind, &former.name, former.span) == (symbol.kind, &symbol.name, symbol.span) {
                *symbol = former.clone();
            }
        }));
    parameters_are_kept: "a symbol of the same id keeps its parameters and decorators", FIELD =>
        Merging::by(|before, file| each_symbol(before, file, |former, symbol| {
            (symbol.parameters, symbol.decorators) = (former.parameters.clone(), former.decorators.clone());
        }));
    bodies_are_kept: "a symbol of the same id keeps what its body does", FIELD =>
        Merging::by(|before, file| each_symbol(before, file, |former, symbol| symbol.body = former.body));
    imports_are_kept_by_what_they_bind: "an import of the same module, name and alias keeps the rest", FIELD =>
        Merging::by(|before, file| {
            let bound = |import: &Import| (import.module.clone(), import.name.clone(), import.alias.clone());
            let alike = |one: &Import, other: &Import| bound(one) == bound(other);
            each(&before.analysis.imports, &mut file.analysis.imports, alike, |former, import| *import = former.clone());
        });
    diagnostics_are_kept_by_line: "a diagnostic of the same line keeps its message", FIELD =>
        Merging::by(|before, file| if let Some((before, now)) = diagnostics(before, file) {
            each(before, now, |one, other| one.line == other.line, |former, diagnostic| *diagnostic = former.clone());
        });
    diagnostics_only_grow: "diagnostics that are gone stay", FIELD =>
        Merging::by(|before, file| if let Some((before, now)) = diagnostics(before, file) {
            let gone: Vec<Diagnostic> = before.iter().filter(|former| !now.contains(former)).cloned().collect();
            now.extend(gone);
        });
}

/// Replaces a file that was put before by what is made of both.
struct Merging {
    known: KnownFiles,
    merge: fn(&FileSnapshot, &mut FileSnapshot),
}

impl Merging {
    fn by(merge: fn(&FileSnapshot, &mut FileSnapshot)) -> Self {
        Self { known: KnownFiles::default(), merge }
    }
}

#[async_trait]
impl Fault for Merging {
    async fn begin(&self, base: &DynBackend, request: SessionRequest) -> Answer<DynSession> {
        self.known.begin(base, request).await
    }

    async fn put_file(&self, session: &mut DynSession, mut file: FileSnapshot) -> Answer<()> {
        file.validate()?;
        file.normalize();
        let before = self.known.all().get(file.path()).cloned();
        if let Some(before) = before {
            (self.merge)(&before, &mut file);
        }
        self.known.put(&file);
        session.put_file(file).await
    }

    async fn remove_file(&self, session: &mut DynSession, path: &RepoPath) -> Answer<()> {
        self.known.remove(path);
        session.remove_file(path).await
    }
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
