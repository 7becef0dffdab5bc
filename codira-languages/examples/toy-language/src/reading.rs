//! Reading a file of Brook line by line.

use std::collections::HashMap;

use codira_contracts::{
    AnalysisStatus, Diagnostic, Documentation, DocumentationFormat, DocumentationKind, FileAnalysis, Import, ImportCondition,
    ImportKind, Language, LineSpan, Parameter, ParameterKind, Site, StableId, Symbol, SymbolKind, UseForm, UseKind, UseRecord,
    Visibility,
};
use codira_languages::SourceFile;

/// The id of the file's module. Those of procedures begin with `to `, so that no name can be the
/// same.
const MODULE: &str = "module";

/// What was read of a file so far.
pub(crate) struct Reading<'t> {
    analysis: FileAnalysis,
    diagnostics: Vec<Diagnostic>,
    /// The comment above the line that comes next.
    comment: Vec<&'t str>,
    /// How many procedures have a name.
    named: HashMap<&'t str, u32>,
    /// Whether the last symbol is a procedure whose `end` is still to come.
    is_open: bool,
    /// The number of the last line.
    last: u32,
}

impl<'t> Reading<'t> {
    /// Nothing was read yet.
    pub(crate) fn new(language: &Language, file: SourceFile<'t>) -> Self {
        let path = file.path.as_str();
        let module = path.strip_suffix(".brook").unwrap_or(path).replace('/', ".");
        let mut analysis = FileAnalysis::new(language.clone(), &*module);
        // Text references are answered from this.
        analysis.source = file.text.to_owned();
        let name = module.rsplit('.').next().unwrap_or(&module);
        // The first symbol is the module, and owns what happens at top level.
        analysis.symbols.push(Symbol { qualified_name: module.clone(), ..Symbol::new(MODULE, SymbolKind::Module, name) });
        Self { analysis, diagnostics: Vec::new(), comment: Vec::new(), named: HashMap::new(), is_open: false, last: 1 }
    }

    /// Reads the next line.
    pub(crate) fn line(&mut self, line: &'t str, number: u32) {
        self.last = number;
        if let Some(text) = line.trim_start().strip_prefix(';') {
            return self.comment.push(text.trim());
        }
        let comment = std::mem::take(&mut self.comment);
        let mut words = words(line);
        match words.next() {
            None => {}
            // `#!/usr/bin/env brook`
            Some((_, word)) if number == 1 && word.starts_with("#!") => {}
            Some((_, "use")) => self.imports(words, number),
            Some((_, "to")) => self.begin(words, line, number, &comment),
            Some((_, "end")) if self.is_open => self.end(number),
            Some((_, "end")) => self.complain(number, "`end` ends no procedure"),
            Some((column, callee)) => {
                self.uses(UseKind::Call, callee, Site::new(number, column));
                words.for_each(|(column, word)| self.uses(UseKind::Reference, word, Site::new(number, column)));
            }
        }
    }

    /// `use lib.text lib.lists`: each module is reached by its last name, everywhere in the file.
    fn imports(&mut self, modules: impl Iterator<Item = (u32, &'t str)>, line: u32) {
        self.analysis.imports.extend(modules.map(|(_, module)| Import {
            kind: ImportKind::Module,
            module: module.to_owned(),
            name: None,
            alias: module.rsplit_once('.').map(|(_, last)| last.to_owned()),
            owner: Some(MODULE.into()),
            visibility: Visibility::Private,
            condition: ImportCondition::Always,
            line,
        }));
    }

    /// `to greet name`
    fn begin(&mut self, mut words: impl Iterator<Item = (u32, &'t str)>, line: &str, number: u32, comment: &[&str]) {
        if self.is_open {
            self.complain(number, "a procedure begins inside of another");
            self.end(number.saturating_sub(1));
        }
        let Some((_, name)) = words.next() else { return self.complain(number, "a procedure has no name") };
        // By the name, and among procedures of one name by which of them it is. Lines are not in
        // it, so that it stays when other things change.
        let before = self.named.entry(name).or_default();
        *before += 1;
        let id = if *before == 1 { format!("to {name}") } else { format!("to {name} {before}") };
        let parameter = |(_, name): (u32, &str)| {
            let name = name.to_owned();
            Parameter { name, kind: ParameterKind::Positional, annotation: None, default: None }
        };
        let symbol = Symbol {
            qualified_name: format!("{}.{name}", self.analysis.module),
            parent: Some(MODULE.into()),
            span: LineSpan::new(number, number),
            signature: Some(line.split_whitespace().collect::<Vec<_>>().join(" ")),
            documentation: (!comment.is_empty()).then(|| comment.join("\n")),
            parameters: words.map(parameter).collect(),
            ..Symbol::new(id, SymbolKind::Function, name)
        };
        if let Some(text) = &symbol.documentation {
            let lines = u32::try_from(comment.len()).unwrap_or(number);
            self.analysis.documentation.push(Documentation {
                id: StableId::new(format!("about {}", symbol.id)),
                format: DocumentationFormat::PlainText,
                kind: DocumentationKind::Function,
                title: name.to_owned(),
                heading_path: Vec::new(),
                span: LineSpan::new(number - lines, number - 1),
                text: text.clone(),
                owner: Some(symbol.id.clone()),
            });
        }
        self.analysis.symbols.push(symbol);
        self.is_open = true;
    }

    /// The procedure ends at this line.
    fn end(&mut self, number: u32) {
        self.procedure().span.last = number;
        self.is_open = false;
    }

    /// What a word of a statement uses, if it is no value.
    fn uses(&mut self, kind: UseKind, word: &str, site: Site) {
        if word.starts_with(|first: char| first.is_ascii_digit() || first == '"') {
            return;
        }
        let first = word.split('.').next().unwrap_or(word);
        let is_open = self.is_open;
        let owner = if is_open { self.procedure() } else { &mut self.analysis.symbols[0] };
        // What the caller gave cannot be known from the file.
        let is_parameter = is_open && owner.parameters.iter().any(|parameter| parameter.name == first);
        let form = if is_parameter { UseForm::Value } else { UseForm::Path };
        let owner = owner.id.clone();
        // The site is that of the last name: of `shout` in `text.shout`.
        let before = word.rfind('.').map_or(0, |dot| dot + 1);
        let column = site.column + u32::try_from(before).unwrap_or(0);
        self.analysis.uses.push(UseRecord { kind, owner, form, text: word.to_owned(), site: Site { column, ..site } });
    }

    /// Everything that is to be said of the file.
    pub(crate) fn finish(mut self) -> FileAnalysis {
        if self.is_open {
            self.complain(self.last, "the last procedure has no `end`");
            self.end(self.last);
        }
        self.analysis.symbols[0].span = LineSpan::new(1, self.last);
        if !self.diagnostics.is_empty() {
            self.analysis.status = AnalysisStatus::Partial(self.diagnostics);
        }
        self.analysis
    }

    /// The last symbol.
    fn procedure(&mut self) -> &mut Symbol {
        let last = self.analysis.symbols.len() - 1;
        &mut self.analysis.symbols[last]
    }

    fn complain(&mut self, line: u32, message: &str) {
        self.diagnostics.push(Diagnostic { line, message: message.to_owned() });
    }
}

/// The words of a line, with their columns in bytes, counted from one.
fn words(line: &str) -> impl Iterator<Item = (u32, &str)> {
    let mut next = 1;
    let with_column = move |word: &str| {
        let column = next;
        next += word.len() + 1;
        u32::try_from(column).unwrap_or(u32::MAX)
    };
    line.split([' ', '\t']).map(with_column).zip(line.split([' ', '\t'])).filter(|(_, word)| !word.is_empty())
}
