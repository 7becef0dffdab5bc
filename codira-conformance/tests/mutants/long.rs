//! Long values: columns that are too short, and keys of which the beginning counts.

use async_trait::async_trait;
use codira_contracts::*;

use crate::{
    answers::{Edges, Imports, Issues, Lines, Puts, Rows, Symbols, Units, same},
    fault::{Answer, Fault},
    judge::faults,
};

const LONG: &str = "storing::long_values_are_kept";

faults! {
    names_are_short: "names of symbols are kept to 255 characters", LONG =>
        Puts(|file| file.analysis.symbols.iter_mut().for_each(|it| it.name = it.name.chars().take(255).collect()));
    names_of_sixteen_bits: "names of symbols are kept to 65 535 bytes", LONG =>
        Puts(|file| file.analysis.symbols.iter_mut().for_each(|it| it.name = cut(&it.name, 65_535)));
    modules_are_short: "module names are kept to 512 bytes", LONG =>
        Puts(|file| file.analysis.module = cut(&file.analysis.module, 512));
    languages_are_short: "languages are kept to 255 bytes", LONG =>
        Puts(|file| file.analysis.language = Language::new(cut(file.analysis.language.as_str(), 255)));
    signatures_are_short: "signatures are kept to 4 000 bytes", LONG =>
        Puts(|file| {
            let signatures = file.analysis.symbols.iter_mut().filter_map(|symbol| symbol.signature.as_mut());
            signatures.for_each(|signature| *signature = cut(signature, 4_000));
        });
    documentation_is_short: "the texts of documentation are kept to 65 535 bytes", LONG =>
        Puts(|file| file.analysis.documentation.iter_mut().for_each(|unit| unit.text = cut(&unit.text, 65_535)));
    headings_are_short: "headings are kept to 255 bytes", LONG =>
        Puts(|file| {
            let headings = file.analysis.documentation.iter_mut().flat_map(|unit| &mut unit.heading_path);
            headings.for_each(|heading| *heading = cut(heading, 255));
        });
    messages_are_short: "messages of issues are kept to 1 000 bytes", LONG =>
        Puts(|file| file.analysis.doc_issues.iter_mut().for_each(|it| it.message = cut(&it.message, 1_000)));
    diagnostics_are_short: "diagnostics are kept to 256 bytes", LONG =>
        Puts(|file| {
            if let AnalysisStatus::Partial(diagnostics) = &mut file.analysis.status {
                diagnostics.iter_mut().for_each(|it| it.message = cut(&it.message, 256));
            }
        });
    aliases_are_short: "aliases of imports are kept to 255 bytes", LONG =>
        Puts(|file| {
            let aliases = file.analysis.imports.iter_mut().filter_map(|import| import.alias.as_mut());
            aliases.for_each(|alias| *alias = cut(alias, 255));
        });
    waiting_texts_are_short: "texts of rows that wait are kept to 65 535 bytes", LONG =>
        Puts(|file| {
            for row in &mut file.embeddings {
                if let EmbeddingState::Pending { text } = &row.state {
                    *row = EmbeddingRow::pending(row.owner.clone(), row.spec.clone(), cut(text, 65_535));
                }
            }
        });
    tools_are_short: "the names of tools are kept to 255 bytes", LONG =>
        Puts(|file| {
            cut_tool(&mut file.state.analyzer, 255);
            file.analysis.doc_issues.iter_mut().for_each(|issue| cut_tool(&mut issue.auditor, 255));
        });
    globs_are_short: "the globs of an analyzer are kept to 4 096 bytes", LONG =>
        ShortGlobs;
    paths_are_those_of_the_system: "a path of more than 4 095 bytes is refused", LONG =>
        SystemPaths;
    paths_are_keys_of_an_index: "a file is found by the first 255 bytes of its path", LONG =>
        IndexedPaths;
    names_are_keys_of_an_index: "symbols are found by the first 255 bytes of their name", LONG =>
        IndexedNames;
    modules_are_keys_of_an_index: "symbols are found by the first 512 bytes of their module", LONG =>
        IndexedModules;
    rules_are_keys_of_an_index: "issues are found by the first 255 bytes of their rule", LONG =>
        Issues::limited_last(|asked| DocIssueRequest { rule: None, ..asked }, |asked, entries| entries.retain(
            |entry| asked.rule.as_ref().is_none_or(|rule| cut(rule, 255) == cut(&entry.issue.rule, 255))
        ));
    logical_names_are_keys_of_an_index: "a logical name of more than 1 000 bytes is not found", LONG =>
        Symbols::limited_last(same, |asked, entries| entries.retain(
            |_| !matches!(&asked.matching, SymbolMatch::LogicalName(name) if name.len() > 1_000)
        ));
    owners_are_keys_of_an_index: "documentation is found by the first 512 bytes of its owner's id", LONG =>
        Units::limited_last(|asked| DocumentationRequest { owner: None, ..asked }, |asked, entries| entries.retain(|entry| {
            let key = entry.unit.owner.clone().map(|id| SymbolKey { path: entry.path.clone(), id });
            asked.owner.as_ref().is_none_or(|asked| key.is_some_and(|key| same_512(&key, asked)))
        }));
    targets_are_short: "a target of more than 2 000 bytes is not found by its name", LONG =>
        Edges::limited_last(same, |asked, entries| entries.retain(
            |_| !matches!(&asked.end, EdgeEnd::ToNamed(name) if name.len() > 2_000)
        ));
    externals_are_short: "an external target of more than 4 096 bytes is not found", LONG =>
        Edges::limited_last(same, |asked, entries| entries.retain(
            |_| !matches!(&asked.end, EdgeEnd::ToExternal(name) if name.len() > 4_096)
        ));
    imports_are_short: "an import of a module of more than 4 096 bytes is not found from it", LONG =>
        Imports::limited_last(same, |asked, entries| entries.retain(
            |_| !matches!(&asked.end, ImportEnd::FromModule(module) if module.len() > 4_096)
        ));
    words_are_short: "a word of more than 2 046 bytes is not found", LONG =>
        Lines::limited_last(same, |asked, entries| entries.retain(
            |_| text::words(&asked.text).all(|word| word.len() <= 2_046)
        ));
    prefixes_are_short: "a prefix of more than 512 bytes covers nothing", LONG =>
        Symbols::limited_last(same, |asked, entries| entries.retain(
            |_| asked.prefix.as_str().len() <= 512
        ));
    specs_are_short: "rows that wait are found by the first 255 bytes of the model", LONG =>
        Rows::limited_last(|asked| PendingRequest { spec: None, ..asked }, |asked, entries| entries.retain(
            |row| asked.spec.as_ref().is_none_or(|spec| cut(&spec.model, 255) == cut(&row.spec.model, 255))
        ));
    overloads_are_short: "a symbol whose id has more than 65 535 bytes has no overloads", LONG =>
        Symbols::limited_last(same, |asked, entries| entries.retain(
            |_| !matches!(&asked.matching, SymbolMatch::OverloadsOf(key) if key.id.as_str().len() > 65_535)
        ));
}

/// The beginning of a text.
fn cut(text: &str, bytes: usize) -> String {
    text[..text.floor_char_boundary(bytes)].to_owned()
}

/// Whether two keys begin alike.
fn same_512(a: &SymbolKey, b: &SymbolKey) -> bool {
    let text = |key: &SymbolKey| (cut(key.path.as_str(), 512), cut(key.id.as_str(), 512));
    text(a) == text(b)
}

fn cut_tool(tool: &mut Tool, bytes: usize) {
    tool.name = cut(&tool.name, bytes);
}

struct ShortGlobs;

#[async_trait]
impl Fault for ShortGlobs {
    async fn write_inventory(&self, session: &mut DynSession, mut inventory: RunInventory) -> Answer<()> {
        let globs = inventory.analyzers.iter_mut().flat_map(|analyzer| &mut analyzer.globs);
        globs.for_each(|glob| *glob = cut(glob, 4_096));
        session.write_inventory(inventory).await
    }
}

struct SystemPaths;

#[async_trait]
impl Fault for SystemPaths {
    async fn put_file(&self, session: &mut DynSession, file: FileSnapshot) -> Answer<()> {
        if file.path().as_str().len() > 4_095 {
            return Err(BackendError::invalid(file.path(), "file name too long"));
        }
        session.put_file(file).await
    }
}

struct IndexedPaths;

#[async_trait]
impl Fault for IndexedPaths {
    async fn file(&self, reader: &dyn IndexReader, path: &RepoPath) -> Answer<Option<FileSnapshot>> {
        let states = reader.file_states(&PathPrefix::root()).await?;
        let same = |state: &&FileState| state.path == *path || cut(state.path.as_str(), 255) == cut(path.as_str(), 255);
        match states.iter().find(same) {
            Some(state) => reader.file(&state.path).await,
            None => Ok(None),
        }
    }
}

/// The symbols of all names of which the beginning is that of the one that is asked for.
async fn symbols_by(
    reader: &dyn IndexReader,
    request: &SymbolRequest,
    same: impl Fn(&SymbolEntry) -> bool + Send,
) -> Answer<Vec<SymbolEntry>> {
    let mut found = Vec::new();
    for entry in reader.symbol_inventory(&SymbolInventoryRequest::default()).await? {
        found.extend(reader.symbols(&SymbolRequest { matching: SymbolMatch::Key(entry.symbol.key), ..request.clone() }).await?);
    }
    found.retain(same);
    found.truncate(request.limit.unwrap_or(usize::MAX));
    Ok(found)
}

struct IndexedNames;

#[async_trait]
impl Fault for IndexedNames {
    async fn symbols(&self, reader: &dyn IndexReader, request: &SymbolRequest) -> Answer<Vec<SymbolEntry>> {
        let SymbolMatch::Name(name) = &request.matching else { return reader.symbols(request).await };
        symbols_by(reader, request, |entry| cut(&entry.symbol.name, 255) == cut(name, 255)).await
    }
}

struct IndexedModules;

#[async_trait]
impl Fault for IndexedModules {
    async fn symbols(&self, reader: &dyn IndexReader, request: &SymbolRequest) -> Answer<Vec<SymbolEntry>> {
        let SymbolMatch::Module(module) = &request.matching else { return reader.symbols(request).await };
        symbols_by(reader, request, |entry| cut(&entry.module, 512) == cut(module, 512)).await
    }
}
