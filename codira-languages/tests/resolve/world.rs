//! Small worlds of a few files, built by hand. An id is the path of names down to the symbol:
//! `Flask.run`.

use std::collections::BTreeMap;

use codira_contracts::{
    EdgeTarget, FileAnalysis, Import, ImportCondition, ImportKind, ImportTarget, Language, Parameter, ParameterKind, RepoPath,
    Site, Symbol, SymbolKind, UseForm, UseKind, UseRecord, Visibility,
    resolve::{Fact, FactKey, KnownFacts, Offer, Offered, Progress, Resolution},
};

/// A file under construction.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) path: RepoPath,
    pub(crate) analysis: FileAnalysis,
}

/// An empty file with its module, in the language of its extension.
pub(crate) fn file(path: &str) -> File {
    let path = RepoPath::new(path).unwrap();
    let language = match path.extension() {
        Some("py" | "pyi") => Language::from_static("python"),
        Some("rs" | "toml") => Language::from_static("rust"),
        Some("c" | "h") => Language::from_static("c"),
        _ => Language::new("other"),
    };
    let mut analysis = FileAnalysis::new(language, path.as_str());
    analysis.symbols.push(Symbol::new("module", SymbolKind::Module, path.file_name()));
    File { path, analysis }
}

/// The manifest of a crate.
pub(crate) fn manifest(path: &str, name: &str) -> File {
    let mut file = file(path);
    file.analysis.symbols = vec![Symbol::new("crate", SymbolKind::Namespace, name)];
    file
}

impl File {
    /// Adds a symbol; its parent is what its id says.
    pub(crate) fn symbol(mut self, kind: SymbolKind, id: &str) -> Self {
        let (parent, name) = id.rsplit_once('.').unwrap_or(("module", id));
        // `f#2` is another symbol of the name `f`.
        let name = name.split('#').next().unwrap();
        self.analysis.symbols.push(Symbol { parent: Some(parent.into()), ..Symbol::new(id, kind, name) });
        self
    }

    /// Changes the last symbol.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Symbol)) -> Self {
        change(self.analysis.symbols.last_mut().unwrap());
        self
    }

    pub(crate) fn function(self, id: &str) -> Self {
        self.symbol(SymbolKind::Function, id)
    }

    pub(crate) fn method(self, id: &str) -> Self {
        self.symbol(SymbolKind::Method, id)
    }

    pub(crate) fn private(self) -> Self {
        self.with(|symbol| symbol.visibility = Visibility::Private)
    }

    pub(crate) fn generic(self, name: &str) -> Self {
        let parameter = Parameter { name: name.to_owned(), kind: ParameterKind::Generic, annotation: None, default: None };
        self.with(|symbol| symbol.parameters.push(parameter))
    }

    /// Adds a class with its bases.
    pub(crate) fn class(self, id: &str, bases: &[&str]) -> Self {
        self.symbol(SymbolKind::Class, id).bases(bases)
    }

    pub(crate) fn bases(self, bases: &[&str]) -> Self {
        self.with(|symbol| symbol.bases = bases.iter().map(|base| (*base).to_owned()).collect())
    }

    /// Adds an implementation for a type; `bases` holds its trait.
    pub(crate) fn implementation(self, id: &str, extends: &str, bases: &[&str]) -> Self {
        self.symbol(SymbolKind::Implementation, id).bases(bases).with(|symbol| symbol.extends = Some(extends.to_owned()))
    }

    fn bring(mut self, kind: ImportKind, module: &str, name: Option<&str>, alias: Option<&str>) -> Self {
        self.analysis.imports.push(Import {
            kind,
            module: module.to_owned(),
            name: name.map(str::to_owned),
            alias: alias.map(str::to_owned),
            owner: Some("module".into()),
            visibility: Visibility::Public,
            condition: ImportCondition::Always,
            line: 1,
        });
        self
    }

    /// `import module`, `extern crate module`.
    pub(crate) fn import(self, module: &str) -> Self {
        self.bring(ImportKind::Module, module, None, None)
    }

    pub(crate) fn import_as(self, module: &str, alias: &str) -> Self {
        self.bring(ImportKind::Module, module, None, Some(alias))
    }

    /// `from module import name`, `use module::name`.
    pub(crate) fn take(self, module: &str, name: &str) -> Self {
        self.bring(ImportKind::Name, module, Some(name), None)
    }

    pub(crate) fn take_as(self, module: &str, name: &str, alias: &str) -> Self {
        self.bring(ImportKind::Name, module, Some(name), Some(alias))
    }

    pub(crate) fn star(self, module: &str) -> Self {
        self.bring(ImportKind::Glob, module, None, None)
    }

    /// `mod name;`
    pub(crate) fn submodule(self, name: &str) -> Self {
        self.bring(ImportKind::Submodule, name, None, None)
    }

    /// `#[path = "file"] mod name;`
    pub(crate) fn submodule_at(self, file: &str, name: &str) -> Self {
        self.bring(ImportKind::Submodule, file, None, Some(name))
    }

    pub(crate) fn include(self, file: &str) -> Self {
        self.bring(ImportKind::LocalInclude, file, None, None)
    }

    pub(crate) fn system(self, file: &str) -> Self {
        self.bring(ImportKind::SystemInclude, file, None, None)
    }

    /// Makes the last import one of a symbol.
    pub(crate) fn inside(mut self, owner: &str) -> Self {
        self.analysis.imports.last_mut().unwrap().owner = Some(owner.into());
        self
    }

    /// Makes the last import private.
    pub(crate) fn hidden(mut self) -> Self {
        self.analysis.imports.last_mut().unwrap().visibility = Visibility::Private;
        self
    }

    /// Adds a use, each on its own line.
    pub(crate) fn uses(mut self, kind: UseKind, form: UseForm, owner: &str, text: &str) -> Self {
        let line = self.analysis.uses.len() as u32 + 1;
        let record = UseRecord { kind, owner: owner.into(), form, text: text.to_owned(), site: Site::new(line, 1) };
        self.analysis.uses.push(record);
        self
    }

    pub(crate) fn call(self, owner: &str, text: &str) -> Self {
        self.uses(UseKind::Call, UseForm::Path, owner, text)
    }

    pub(crate) fn self_call(self, owner: &str, text: &str) -> Self {
        self.uses(UseKind::Call, UseForm::SelfMember, owner, text)
    }

    pub(crate) fn super_call(self, owner: &str, text: &str) -> Self {
        self.uses(UseKind::Call, UseForm::SuperMember, owner, text)
    }

    pub(crate) fn macro_call(self, owner: &str, text: &str) -> Self {
        self.uses(UseKind::Call, UseForm::Macro, owner, text)
    }
}

/// Files by path.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    pub(crate) files: BTreeMap<RepoPath, FileAnalysis>,
}

/// The world of these files.
pub(crate) fn world(files: impl IntoIterator<Item = File>) -> World {
    World { files: files.into_iter().map(|file| (file.path, file.analysis)).collect() }
}

impl World {
    fn offers(&self) -> impl Iterator<Item = (RepoPath, Vec<Offer>)> {
        self.files.iter().map(|(path, analysis)| (path.clone(), codira_languages::rules().offers(path, analysis)))
    }

    /// Everything that any file offers.
    pub(crate) fn facts(&self) -> KnownFacts {
        KnownFacts::complete(self.offers())
    }

    /// What is offered, by key.
    pub(crate) fn table(&self) -> BTreeMap<FactKey, Vec<Offered>> {
        let mut table: BTreeMap<FactKey, Vec<Offered>> = BTreeMap::new();
        for (path, offers) in self.offers() {
            for Offer { key, fact } in offers {
                table.entry(key).or_default().push(Offered { path: path.clone(), fact });
            }
        }
        table
    }

    /// Resolves a file with everything at hand.
    pub(crate) fn resolve(&self, path: &RepoPath, facts: &KnownFacts) -> Resolution {
        match codira_languages::rules().resolve(path, &self.files[path], facts) {
            Progress::Done(resolution) => resolution,
            Progress::Needs(keys) => panic!("complete facts know every key, and {keys:?} were asked for"),
        }
    }

    /// Resolves a file by supplying the keys that it asks for. Returns the number of rounds, too.
    pub(crate) fn resolve_on_demand(&self, path: &RepoPath) -> (Resolution, usize) {
        let table = self.table();
        let (rules, mut facts) = (codira_languages::rules(), KnownFacts::default());
        for round in 1.. {
            match rules.resolve(path, &self.files[path], &facts) {
                Progress::Done(resolution) => return (resolution, round),
                Progress::Needs(keys) => {
                    assert!(!keys.is_empty(), "a file that needs nothing is done");
                    for key in keys {
                        let offered = table.get(&key).cloned().unwrap_or_default();
                        facts.supply(key, offered);
                    }
                }
            }
        }
        unreachable!()
    }

    /// Resolves a file both ways, which must agree.
    pub(crate) fn resolution(&self, path: &str) -> Resolution {
        let path = RepoPath::new(path).unwrap();
        let resolution = self.resolve(&path, &self.facts());
        assert_eq!(resolution, self.resolve_on_demand(&path).0, "facts on demand give what complete facts give");
        resolution
    }

    /// The targets of one symbol of a file: `path#id`, `builtin len`, `?text`; joined by commas.
    pub(crate) fn targets(&self, path: &str, owner: &str) -> String {
        let edges = self.resolution(path).edges;
        let edges = edges.iter().filter(|edge| edge.owner.id.as_str() == owner);
        edges.map(|edge| shown(&edge.target)).collect::<Vec<_>>().join(", ")
    }

    /// The targets of the imports of a file.
    pub(crate) fn imports(&self, path: &str) -> Vec<String> {
        let shown = |target: &ImportTarget| match target {
            ImportTarget::Resolved(path) => path.to_string(),
            ImportTarget::External => "external".to_owned(),
            ImportTarget::Unresolved => "?".to_owned(),
        };
        self.resolution(path).imports.iter().map(shown).collect()
    }
}

fn shown(target: &EdgeTarget) -> String {
    match target {
        EdgeTarget::Resolved(key) => key.to_string(),
        EdgeTarget::External { kind, name } => format!("{kind} {name}"),
        EdgeTarget::Unresolved { text } => format!("?{text}"),
    }
}

/// A fact as a store has kept it.
pub(crate) fn stored(fact: &Fact) -> Fact {
    Fact::new(fact.as_bytes())
}
