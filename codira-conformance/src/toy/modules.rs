//! A language of modules with dotted names: imports by name, under another name and of everything;
//! types with bases; names that files pass on.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
};

use codira_contracts::{
    EdgeTarget, ExternalKind, FileAnalysis, Import, ImportKind, ImportTarget, Language, RepoPath, StableId, Symbol, SymbolKey,
    SymbolKind, Tool, UseForm, UseRecord, Visibility,
    resolve::{self, FactKey, Facts, LanguageRules, Offer, Offered, Progress, Resolution},
};
use serde::{Deserialize, Serialize};

use super::{Defined, Meaning, TOY, decode, encode};

/// No name is followed over more modules and bases.
const MAX_DEPTH: usize = 8;

/// Nor in more steps: where many modules import everything of one another, the ways are
/// exponentially many.
const MAX_STEPS: usize = 64;

/// What a module says under a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Said {
    /// The file is the module.
    Module,
    /// A symbol.
    Defined(Defined),
    /// What an import binds: a module, or a name of one.
    Bound { module: String, name: Option<String> },
}

/// The rules. A name is sought among what the symbols around the use hold, then in the module:
/// what it defines, what it imports, what it imports of everything. In a module that is not there,
/// it is external, and so is `len`.
pub(super) struct Modules {
    tool: Tool,
    languages: [Language; 1],
    /// Whether imported names are followed into other modules.
    follows_imports: bool,
}

impl Modules {
    pub(super) fn first() -> Self {
        Self { tool: Tool::new("toy", "1"), languages: [TOY], follows_imports: true }
    }

    /// By these, what is imported is outside the repository.
    pub(super) fn second() -> Self {
        Self { tool: Tool::new("toy", "2"), follows_imports: false, ..Self::first() }
    }

    /// Those of the second under another name.
    pub(super) fn renamed() -> Self {
        Self { tool: Tool::new("toys", "1"), ..Self::second() }
    }
}

impl LanguageRules for Modules {
    fn tool(&self) -> &Tool {
        &self.tool
    }

    fn languages(&self) -> &[Language] {
        &self.languages
    }

    fn offers(&self, _path: &RepoPath, analysis: &FileAnalysis) -> Vec<Offer> {
        let scope = scope(&analysis.module);
        let offer = |name: String, said: Said| Offer { key: FactKey::new(&*scope, name), fact: encode(&said) };
        let mut offers = vec![offer(String::new(), Said::Module)];
        let shared = analysis.symbols.iter().filter(|symbol| symbol.visibility != Visibility::Private);
        offers.extend(shared.filter_map(|symbol| {
            let defined = Defined { id: symbol.id.clone(), bases: symbol.bases.clone() };
            Some(offer(name_in_module(analysis, symbol)?, Said::Defined(defined)))
        }));
        let of_module = analysis.imports.iter().filter(|import| is_module(analysis, import.owner.as_ref()));
        offers.extend(of_module.filter_map(|import| {
            let (name, module) = (bound_name(import)?, absolute(&analysis.module, &import.module)?);
            // `pkg.a` without another name binds `pkg`.
            let first = import.kind == ImportKind::Module && import.alias.is_none();
            let module = if first { name.clone() } else { module };
            let of = if import.kind == ImportKind::Name { import.name.clone() } else { None };
            Some(offer(name, Said::Bound { module, name: of }))
        }));
        offers.sort();
        offers.dedup();
        offers
    }

    fn resolve(&self, path: &RepoPath, analysis: &FileAnalysis, facts: &dyn Facts) -> Progress {
        let asked = RefCell::default();
        let (missing, steps) = (RefCell::default(), Cell::default());
        let file = File { path, analysis, facts, follows_imports: self.follows_imports, asked, missing, steps };
        let groups = resolve::groups(&analysis.uses);
        let targets = groups.iter().map(|group| file.target(group.record)).collect();
        let imports = analysis.imports.iter().map(|import| file.import(import)).collect();
        let (asked, missing) = (file.asked.into_inner(), file.missing.into_inner());
        if !missing.is_empty() {
            return Progress::Needs(missing);
        }
        Progress::Done(Resolution::new(path, groups, targets, imports, asked))
    }
}

fn scope(module: &str) -> String {
    format!("toy:{module}")
}

/// Whether this is the symbol of the file, or none.
fn is_module(analysis: &FileAnalysis, id: Option<&StableId>) -> bool {
    let of_file = |symbol: &Symbol| symbol.kind == SymbolKind::Module && symbol.parent.is_none();
    id.is_none_or(|id| analysis.symbols.iter().any(|symbol| symbol.id == *id && of_file(symbol)))
}

/// How others name a symbol: `run`, or `Base.run` as a member of a type; what lies deeper, they do
/// not see.
fn name_in_module(analysis: &FileAnalysis, symbol: &Symbol) -> Option<String> {
    if is_module(analysis, symbol.parent.as_ref()) {
        return Some(symbol.name.clone());
    }
    let holder = analysis.symbols.iter().find(|holder| Some(&holder.id) == symbol.parent.as_ref())?;
    let is_type = holder.kind.is_type() && is_module(analysis, holder.parent.as_ref());
    is_type.then(|| format!("{}.{}", holder.name, symbol.name))
}

/// The name that an import binds; `*` where it brings everything.
fn bound_name(import: &Import) -> Option<String> {
    match import.kind {
        ImportKind::Glob => Some("*".to_owned()),
        _ => import.binds().map(str::to_owned),
    }
}

/// The module that a text names in a module: a leading dot stands for the package around it.
fn absolute(module: &str, text: &str) -> Option<String> {
    let Some(rest) = text.strip_prefix('.') else { return Some(text.to_owned()) };
    let package = module.rsplit_once('.').map_or(module, |(package, _)| package);
    match rest {
        "" => Some(package.to_owned()),
        rest if rest.starts_with('.') => None,
        rest => Some(format!("{package}.{rest}")),
    }
}

/// What a name means in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Entity {
    /// A symbol, with its name in its module.
    Symbol {
        key: SymbolKey,
        module: String,
        name: String,
    },
    Module(String),
    External(ExternalKind, String),
}

/// A file that is being resolved.
struct File<'a> {
    path: &'a RepoPath,
    analysis: &'a FileAnalysis,
    facts: &'a dyn Facts,
    follows_imports: bool,
    asked: RefCell<BTreeSet<FactKey>>,
    missing: RefCell<BTreeSet<FactKey>>,
    /// Those that were taken for one use.
    steps: Cell<usize>,
}

impl<'a> File<'a> {
    fn ask(&self, module: &str, name: &str) -> &'a [Offered] {
        let scope = scope(module);
        let answer = self.facts.get(&scope, name);
        let key = FactKey::new(scope, name);
        if answer.is_none() {
            self.missing.borrow_mut().insert(key.clone());
        }
        self.asked.borrow_mut().insert(key);
        answer.unwrap_or_default()
    }

    /// Takes a step, and says whether it leads too far.
    fn is_far(&self, depth: usize) -> bool {
        self.steps.set(self.steps.get() + 1);
        depth >= MAX_DEPTH || self.steps.get() > MAX_STEPS
    }

    fn is_there(&self, module: &str) -> bool {
        !self.ask(module, "").is_empty()
    }

    /// What a module says under a name: defined, imported, or imported with everything of another.
    fn in_module(&self, module: &str, name: &str, depth: usize) -> Meaning<Entity> {
        if self.is_far(depth) {
            return Meaning::Several;
        }
        let mut found = Meaning::Nothing;
        for offered in self.ask(module, name) {
            match decode(&offered.fact) {
                Some(Said::Defined(defined)) => {
                    let (module, name) = (module.to_owned(), name.to_owned());
                    found.add(Entity::Symbol { key: defined.key(&offered.path), module, name });
                }
                Some(Said::Bound { module, name }) => found.merge(self.bound(module, name.as_deref(), depth)),
                Some(Said::Module) | None => {}
            }
        }
        found.or_else(|| {
            let mut globbed = Meaning::Nothing;
            for offered in self.ask(module, "*") {
                if let Some(Said::Bound { module: of, .. }) = decode(&offered.fact)
                    && of != module
                    && self.follows_imports
                {
                    globbed.merge(self.in_module(of, name, depth + 1));
                }
            }
            globbed
        })
    }

    /// What an import of a module, or of a name of one, binds.
    fn bound(&self, module: &str, name: Option<&str>, depth: usize) -> Meaning<Entity> {
        let whole = [module].into_iter().chain(name).collect::<Vec<_>>().join(".");
        if !self.follows_imports || !self.is_there(module) {
            return Meaning::One(Entity::External(ExternalKind::Package, whole));
        }
        let Some(name) = name else { return Meaning::One(Entity::Module(module.to_owned())) };
        let module_of_name =
            || if self.is_there(&whole) { Meaning::One(Entity::Module(whole.clone())) } else { Meaning::Several };
        self.in_module(module, name, depth + 1).or_else(module_of_name)
    }

    /// What a name means at a symbol of the file.
    fn named(&self, owner: &StableId, name: &str) -> Meaning<Entity> {
        let mut holder = Some(owner);
        for _ in 0..MAX_DEPTH {
            let Some(id) = holder.filter(|id| !is_module(self.analysis, Some(id))) else { break };
            let mut found = Meaning::Nothing;
            for symbol in self.analysis.symbols.iter().filter(|symbol| symbol.parent.as_ref() == Some(id)) {
                if symbol.name == name {
                    found.add(self.own(symbol));
                }
            }
            if found != Meaning::Nothing {
                return found;
            }
            holder = self.analysis.symbols.iter().find(|symbol| symbol.id == *id).and_then(|symbol| symbol.parent.as_ref());
        }
        let mut found = Meaning::Nothing;
        for symbol in self.analysis.symbols.iter().filter(|symbol| symbol.name == name) {
            if is_module(self.analysis, symbol.parent.as_ref()) && !is_module(self.analysis, Some(&symbol.id)) {
                found.add(self.own(symbol));
            }
        }
        let builtin = || match name {
            "len" => Meaning::One(Entity::External(ExternalKind::Builtin, "len".to_owned())),
            _ => Meaning::Nothing,
        };
        found.or_else(|| self.in_module(&self.analysis.module, name, 0)).or_else(builtin)
    }

    fn own(&self, symbol: &Symbol) -> Entity {
        let key = SymbolKey { path: self.path.clone(), id: symbol.id.clone() };
        let name = name_in_module(self.analysis, symbol).unwrap_or_default();
        Entity::Symbol { key, module: self.analysis.module.clone(), name }
    }

    /// What something has under a name: a module says it, a type has it or inherits it.
    fn member(&self, of: Entity, name: &str, depth: usize) -> Meaning<Entity> {
        match of {
            Entity::External(kind, of) => Meaning::One(Entity::External(kind, format!("{of}.{name}"))),
            Entity::Module(module) => {
                let submodule = format!("{module}.{name}");
                self.in_module(&module, name, depth).or_else(|| match self.is_there(&submodule) {
                    true => Meaning::One(Entity::Module(submodule)),
                    false => Meaning::Nothing,
                })
            }
            Entity::Symbol { module, name: of, .. } => {
                let inherited = || self.inherited(&module, &of, name, depth);
                self.in_module(&module, &format!("{of}.{name}"), depth).or_else(inherited)
            }
        }
    }

    /// What the first base that has it gives a type under a name.
    fn inherited(&self, module: &str, type_name: &str, name: &str, depth: usize) -> Meaning<Entity> {
        if self.is_far(depth) {
            return Meaning::Several;
        }
        for offered in self.ask(module, type_name) {
            let Some(Said::Defined(Defined { bases, .. })) = decode(&offered.fact) else { continue };
            for base in bases {
                let Meaning::One(base) = self.in_module(module, base, depth + 1) else { continue };
                let found = self.member(base, name, depth + 1);
                if found != Meaning::Nothing {
                    return found;
                }
            }
        }
        Meaning::Nothing
    }

    fn target(&self, record: &UseRecord) -> EdgeTarget {
        self.steps.set(0);
        let text = match record.form {
            UseForm::Path | UseForm::Macro | UseForm::Value => record.text.clone(),
            UseForm::SelfMember => format!("self.{}", record.text),
            UseForm::SuperMember => format!("super.{}", record.text),
        };
        let mut parts = record.text.split('.').filter(|part| !part.is_empty());
        let Some(first) = parts.next() else { return EdgeTarget::Unresolved { text } };
        let start = match record.form {
            UseForm::Path | UseForm::Macro => self.named(&record.owner, first),
            UseForm::SelfMember | UseForm::SuperMember => match self.type_around(&record.owner) {
                Some(holder) if record.form == UseForm::SelfMember => self.member(self.own(holder), first, 0),
                Some(holder) => self.inherited(&self.analysis.module, &holder.name, first, 0),
                None => Meaning::Nothing,
            },
            UseForm::Value => Meaning::Nothing,
        };
        let found = parts.fold(start, |found, part| match found {
            Meaning::One(entity) => self.member(entity, part, 0),
            other => other,
        });
        match found {
            Meaning::One(Entity::Symbol { key, .. }) => EdgeTarget::Resolved(key),
            Meaning::One(Entity::External(kind, name)) => EdgeTarget::External { kind, name },
            _ => EdgeTarget::Unresolved { text },
        }
    }

    /// The type that holds a symbol.
    fn type_around(&self, owner: &StableId) -> Option<&'a Symbol> {
        let holder = |id: &StableId| self.analysis.symbols.iter().find(|symbol| symbol.id == *id);
        let ancestors = std::iter::successors(holder(owner), |symbol| holder(symbol.parent.as_ref()?));
        ancestors.take(MAX_DEPTH).find(|symbol| symbol.kind.is_type() && is_module(self.analysis, symbol.parent.as_ref()))
    }

    fn import(&self, import: &Import) -> ImportTarget {
        let Some(module) = absolute(&self.analysis.module, &import.module) else { return ImportTarget::Unresolved };
        let of_name = import.name.as_ref().filter(|_| import.kind == ImportKind::Name);
        let submodule = of_name.map(|name| self.ask(&format!("{module}.{name}"), "")).unwrap_or_default();
        match if submodule.is_empty() { self.ask(&module, "") } else { submodule } {
            [file] => ImportTarget::Resolved(file.path.clone()),
            [] => ImportTarget::External,
            _ => ImportTarget::Unresolved,
        }
    }
}
