//! Losses: values that come back otherwise than they were put.

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    fault::{Answer, Fault},
    judge::mutants,
};

mutants! {
    texts_end_at_a_nul: CutsAtNul, "names and sources end at the first NUL",
        "asking::texts_are_found_as_whole_words";
    trailing_spaces_are_trimmed: TrimsSpaces, "names and signatures lose the spaces at their end",
        "storing::a_file_reads_back_as_it_was_put";
    an_empty_text_is_none: EmptyIsAbsent, "an empty text that may be absent is absent",
        "asking::every_list_is_in_its_documented_order";
    texts_are_composed: ComposesUnicode, "a letter and its accent become one character",
        "asking::names_match_exactly";
    texts_that_look_like_numbers_become_some: NumbersAreNumbers, "a version that reads as a number loses its zeros",
        "storing::a_file_reads_back_as_it_was_put";
    line_ends_are_those_of_unix: UnixLineEnds, "the line ends of a source become those of Unix",
        "storing::a_file_reads_back_as_it_was_put";
    a_mark_of_byte_order_is_dropped: DropsByteOrderMark, "a source loses its byte order mark",
        "storing::a_file_reads_back_as_it_was_put";
    sizes_are_signed: SizesAreSigned, "a size beyond i64 becomes the greatest of i64",
        "storing::a_file_reads_back_as_it_was_put";
    lines_are_signed: LinesAreSigned, "a line beyond i32 becomes the greatest of i32",
        "storing::a_file_reads_back_as_it_was_put";
    columns_are_short: ColumnsAreShort, "a column beyond u16 becomes the greatest of u16",
        "storing::a_file_reads_back_as_it_was_put";
    times_are_of_microseconds: TimesOfMicroseconds, "a time loses its nanoseconds",
        "storing::a_file_reads_back_as_it_was_put";
    equal_records_are_one: EqualRecordsAreOne, "equal uses of a file are kept once",
        "graph::edges_are_those_of_the_resolver";
    imports_are_sorted: SortsImports, "the imports of a file are kept by line",
        "asking::every_list_is_in_its_documented_order";
    lists_are_joined: JoinsLists, "a list of texts is kept as one text with commas",
        "storing::a_file_reads_back_as_it_was_put";
    diagnostics_are_dropped: DropsDiagnostics, "what an analyzer complains about is dropped",
        "storing::a_file_reads_back_as_it_was_put";
    languages_are_known: KnownLanguages, "a language that it does not know becomes another",
        "storing::a_file_reads_back_as_it_was_put";
    documentation_keeps_no_owner: DocumentationIsOrphaned, "a documentation unit forgets whose it is",
        "asking::an_answer_has_what_the_request_names";
}

/// Declares backends that change a file when it is put.
macro_rules! changing {
    ($($fault:ident: $change:expr;)*) => {$(
        #[derive(Default)]
        struct $fault;

        #[async_trait]
        impl Fault for $fault {
            async fn put_file(&self, session: &mut DynSession, mut file: FileSnapshot) -> Answer<()> {
                file.validate()?;
                let change: fn(&mut FileSnapshot) = $change;
                change(&mut file);
                session.put_file(file).await
            }
        }
    )*};
}

changing! {
    CutsAtNul: cut_at_nul;
    TrimsSpaces: trim_spaces;
    EmptyIsAbsent: make_empty_absent;
    ComposesUnicode: |file| each_name(file, |name| name.replace("e\u{301}", "\u{e9}"));
    NumbersAreNumbers: shorten_numbers;
    UnixLineEnds: |file| file.analysis.source = file.analysis.source.replace("\r\n", "\n");
    DropsByteOrderMark: |file| file.analysis.source = file.analysis.source.trim_start_matches('\u{feff}').to_owned();
    SizesAreSigned: |file| file.state.size = file.state.size.min(i64::MAX as u64);
    LinesAreSigned: sign_lines;
    ColumnsAreShort: shorten_columns;
    TimesOfMicroseconds: |file| file.state.modified -= file.state.modified % 1_000;
    EqualRecordsAreOne: keep_records_once;
    SortsImports: |file| file.analysis.imports.sort_by_key(|import| import.line);
    JoinsLists: join_lists;
    DropsDiagnostics: drop_diagnostics;
    KnownLanguages: know_languages;
    DocumentationIsOrphaned: |file| file.analysis.documentation.iter_mut().for_each(|unit| unit.owner = None);
}

fn each_name(file: &mut FileSnapshot, change: impl Fn(&str) -> String) {
    file.analysis.symbols.iter_mut().for_each(|symbol| symbol.name = change(&symbol.name));
}

fn cut(text: &str) -> String {
    text.split('\0').next().unwrap_or_default().to_owned()
}

fn cut_at_nul(file: &mut FileSnapshot) {
    file.analysis.source = cut(&file.analysis.source);
    each_name(file, cut);
}

fn trim_spaces(file: &mut FileSnapshot) {
    each_name(file, |name| name.trim_end().to_owned());
    for signature in file.analysis.symbols.iter_mut().filter_map(|symbol| symbol.signature.as_mut()) {
        *signature = signature.trim_end().to_owned();
    }
}

fn make_empty_absent(file: &mut FileSnapshot) {
    for Symbol { signature, documentation, .. } in &mut file.analysis.symbols {
        signature.take_if(|text| text.is_empty());
        documentation.take_if(|text| text.is_empty());
    }
    file.analysis.imports.iter_mut().for_each(|import| drop(import.alias.take_if(|text| text.is_empty())));
}

fn shorten_numbers(file: &mut FileSnapshot) {
    let version = &mut file.state.analyzer.version;
    if let Ok(number) = version.parse::<f64>() {
        *version = number.to_string();
    }
}

fn sign_lines(file: &mut FileSnapshot) {
    let sign = |line: u32| line.min(i32::MAX as u32);
    for LineSpan { first, last } in file.analysis.symbols.iter_mut().map(|symbol| &mut symbol.span) {
        (*first, *last) = (sign(*first), sign(*last));
    }
}

fn shorten_columns(file: &mut FileSnapshot) {
    for Site { column, .. } in file.analysis.uses.iter_mut().map(|record| &mut record.site) {
        *column = (*column).min(u32::from(u16::MAX));
    }
}

fn keep_records_once(file: &mut FileSnapshot) {
    let mut kept: Vec<UseRecord> = Vec::new();
    for record in file.analysis.uses.drain(..) {
        if !kept.contains(&record) {
            kept.push(record);
        }
    }
    file.analysis.uses = kept;
}

fn join_lists(file: &mut FileSnapshot) {
    for symbol in file.analysis.symbols.iter_mut().filter(|symbol| !symbol.decorators.is_empty()) {
        symbol.decorators = symbol.decorators.join(",").split(',').map(str::to_owned).collect();
    }
}

fn drop_diagnostics(file: &mut FileSnapshot) {
    if let AnalysisStatus::Partial(diagnostics) = &mut file.analysis.status {
        diagnostics.clear();
    }
}

fn know_languages(file: &mut FileSnapshot) {
    if !["toy", "open", "plain"].contains(&file.analysis.language.as_str()) {
        file.analysis.language = Language::new("other");
    }
}
