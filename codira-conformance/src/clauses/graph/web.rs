//! A web of files that refer to each other in every way that the kit's languages know.

use std::collections::BTreeMap;

use codira_contracts::{
    EdgeEnd, EdgeRequest, FileSnapshot, Import, ImportEnd, ImportKind, ImportRequest, Language, PathPrefix, Site, Symbol,
    SymbolInventoryRequest, SymbolKind, UseForm, UseKind, UseRecord, Visibility,
};

use crate::{
    histories::Edit,
    question::Question,
    samples::{self, call, import, key},
    toy::{OPEN, PLAIN, TOY},
};

/// Files by their name in the directory of the web.
pub(super) type Files = BTreeMap<String, FileSnapshot>;

/// Whatever refers to anything has one of these names.
const REFERRING: [&str; 4] = ["user", "run", "other", "open"];
/// The files of a web that import.
const IMPORTING: [&str; 6] = ["types.toy", "glob.toy", "alias.toy", "index.toy", "deep/user.toy", "user.c"];

/// One of several webs that have no name in common, so that one index holds them side by side.
pub(super) struct Web {
    /// The name of its directory and package.
    pub(super) name: String,
}

impl Web {
    pub(super) fn new(number: usize) -> Self {
        Self { name: format!("w{number}") }
    }

    /// A name of the open language that no other web has.
    pub(super) fn open(&self, name: &str) -> String {
        format!("{}_{name}", self.name)
    }

    pub(super) fn module(&self, name: &str) -> String {
        format!("{}.{name}", self.name)
    }

    fn path(&self, name: &str) -> String {
        format!("{}/{name}", self.name)
    }

    /// An empty file. Every one has the same state, whatever it holds: what changed is told by the
    /// content alone.
    pub(super) fn file(&self, name: &str, language: Language, module: &str) -> FileSnapshot {
        let mut file = samples::file(&self.path(name));
        file.analysis.language = language;
        file.analysis.module = module.to_owned();
        file
    }

    /// A module of the toy language.
    pub(super) fn toy(&self, name: &str) -> FileSnapshot {
        self.file(&format!("{name}.toy"), TOY, &self.module(name))
    }

    /// The web as it is at first.
    pub(super) fn files(&self) -> Files {
        let files = [
            self.core(),
            self.types(),
            self.glob(),
            self.alias(),
            self.package(),
            self.twin(),
            self.user(),
            self.lib(),
            self.header(),
            self.open_user(),
            self.plain(),
        ];
        let name = |file: &FileSnapshot| file.path().as_str()[self.name.len() + 1..].to_owned();
        files.into_iter().map(at_sites_of_their_own).map(|file| (name(&file), file)).collect()
    }

    fn core(&self) -> FileSnapshot {
        let mut file = self.toy("core");
        file.analysis.symbols = vec![
            function("run"),
            Symbol { visibility: Visibility::Private, ..function("helper") },
            function("other"),
            class("Base", &[]),
            method("run", "Base"),
            class("Left", &[]),
            method("both", "Left"),
            method("left", "Left"),
            class("Right", &[]),
            method("both", "Right"),
        ];
        file.analysis.uses = vec![call("run", "helper"), call("run", "Base.run"), call("other", "run")];
        file
    }

    fn types(&self) -> FileSnapshot {
        let mut file = self.toy("types");
        file.analysis.symbols = vec![class("Shape", &["Left", "Right"]), method("own", "Shape")];
        file.analysis.imports = ["Left", "Right"].map(|name| import(&self.module("core"), name)).to_vec();
        file
    }

    fn glob(&self) -> FileSnapshot {
        let mut file = self.toy("glob");
        file.analysis.imports = vec![everything(&self.module("core")), everything(".types")];
        file
    }

    fn alias(&self) -> FileSnapshot {
        let mut file = self.toy("alias");
        file.analysis.symbols = vec![function("wrap")];
        file.analysis.uses = ["go", "kernel.other"].map(|text| call("wrap", text)).to_vec();
        file.analysis.imports = vec![renamed(import(".core", "run"), "go"), renamed(whole(&self.module("core")), "kernel")];
        file
    }

    fn package(&self) -> FileSnapshot {
        let mut file = self.file("index.toy", TOY, &self.name);
        file.analysis.symbols = vec![function("top")];
        file.analysis.imports = vec![renamed(import(&self.module("core"), "other"), "outer")];
        file
    }

    fn twin(&self) -> FileSnapshot {
        let mut file = self.toy("twin");
        file.analysis.symbols = vec![function("run"), function("other")];
        file
    }

    /// The file that refers to all others, over one file and over several.
    fn user(&self) -> FileSnapshot {
        // In a directory of its own.
        let mut file = self.file("deep/user.toy", TOY, &self.module("user"));
        let from = |of: &str, name: &str| import(&self.module(of), name);
        file.analysis.symbols = vec![function("user"), class("User", &["Shape"]), method("user", "User")];
        file.analysis.imports = vec![
            from("glob", "run"),
            from("alias", "go"),
            from("alias", "kernel"),
            from("types", "Shape"),
            whole("json"),
            import(&self.name, "core"),
            from("gone", "lost"),
            whole(&self.module("core")),
            import(&self.name, "outer"),
            from("glob", "Left"),
        ];
        let far = self.module("core.run");
        let called = ["run", "go", "kernel.run", "Shape.both", "Shape.left", "core.helper", "core.Base.run", "json.dumps"];
        let calls = called.into_iter().chain(["lost", "nobody", &far, "len", "outer", "Left.both", "user", "core.nobody"]);
        file.analysis.uses = calls.map(|text| call("user", text)).collect();
        file.analysis.uses.extend(["run", "Shape", "kernel"].map(|text| reference("user", text)));
        let inside = |form, text: &str| UseRecord { form, ..call("User.user", text) };
        file.analysis.uses.extend(["both", "left", "own", "nothing"].map(|text| inside(UseForm::SelfMember, text)));
        file.analysis.uses.push(inside(UseForm::SuperMember, "both"));
        file
    }

    fn lib(&self) -> FileSnapshot {
        let mut file = self.file("lib.c", OPEN, "lib");
        let hidden = Symbol { visibility: Visibility::Private, ..function(&self.open("static")) };
        file.analysis.symbols = vec![function(&self.open("run")), hidden, function(&self.open("kept"))];
        file
    }

    fn header(&self) -> FileSnapshot {
        let mut file = self.file(&self.open("head.h"), OPEN, "head");
        file.analysis.symbols = vec![function(&self.open("max"))];
        file
    }

    fn open_user(&self) -> FileSnapshot {
        let mut file = self.file("user.c", OPEN, "user");
        let include = |kind, text: &str| Import { kind, name: None, ..import(text, "") };
        file.analysis.imports = vec![
            include(ImportKind::LocalInclude, &self.open("head.h")),
            include(ImportKind::LocalInclude, &format!("inc/{}", self.open("late.h"))),
            include(ImportKind::SystemInclude, "stdio.h"),
        ];
        file.analysis.symbols = vec![function("user")];
        let texts = ["run", "static", "max", "late", "kept"].map(|name| self.open(name));
        file.analysis.uses = texts.iter().map(String::as_str).chain(["printf"]).map(|text| call("user", text)).collect();
        file.analysis.uses.push(reference("user", &self.open("run")));
        file
    }

    fn plain(&self) -> FileSnapshot {
        let mut file = self.file("alone.plain", PLAIN, "alone");
        file.analysis.symbols = vec![function("user"), class("Box", &[]), method("open", "Box"), method("shut", "Box")];
        file.analysis.imports = vec![import(&self.module("core"), "run")];
        let of_self = UseRecord { form: UseForm::SelfMember, ..call("Box.open", "shut") };
        file.analysis.uses =
            ["Box.open", "shut", "user", "run"].map(|text| call("user", text)).into_iter().chain([of_self]).collect();
        file
    }

    /// Everything about edges and imports of the web, and their counts.
    pub(super) fn questions(&self) -> Vec<Question> {
        let prefix = PathPrefix::new(&self.name).expect("it is a directory");
        let edges = |kind, end| Question::Edges(EdgeRequest::new(kind, end).within(prefix.clone()));
        let inventory = SymbolInventoryRequest { prefix: prefix.clone(), ..SymbolInventoryRequest::default() };
        let mut questions = vec![Question::SymbolInventory(inventory)];
        for kind in UseKind::ALL {
            questions.extend(REFERRING.map(|name| edges(*kind, EdgeEnd::FromNamed(name.to_owned()))));
        }
        let ends = [
            EdgeEnd::ToNamed("run".to_owned()),
            EdgeEnd::ToNamed("both".to_owned()),
            EdgeEnd::ToExternal("json.dumps".to_owned()),
        ];
        questions.extend(ends.map(|end| edges(UseKind::Call, end)));
        questions.extend(self.questions_of_keys());
        questions.extend(self.questions_of_imports());
        questions
    }

    /// The edges of all webs at once, those of some symbols of each and its imports: as few
    /// questions as show what [`Self::questions`] of each do.
    pub(super) fn questions_of_all(webs: &[Self]) -> Vec<Question> {
        let edges = |kind, end| Question::Edges(EdgeRequest::new(kind, end));
        let mut questions = vec![Question::SymbolInventory(SymbolInventoryRequest::default())];
        for kind in UseKind::ALL {
            questions.extend(REFERRING.map(|name| edges(*kind, EdgeEnd::FromNamed(name.to_owned()))));
        }
        let ends = ["run", "both"].map(|name| EdgeEnd::ToNamed(name.to_owned()));
        questions.extend(ends.map(|end| edges(UseKind::Call, end)));
        questions.push(edges(UseKind::Call, EdgeEnd::ToExternal("json.dumps".to_owned())));
        questions.extend(webs.iter().flat_map(|web| [web.questions_of_keys(), web.questions_of_imports()].concat()));
        questions
    }

    fn questions_of_keys(&self) -> Vec<Question> {
        let ends = [
            EdgeEnd::To(key(&self.path("core.toy"), "run")),
            EdgeEnd::To(key(&self.path("core.toy"), "Left.both")),
            EdgeEnd::From(key(&self.path("deep/user.toy"), "User.user")),
        ];
        let prefix = PathPrefix::new(&self.name).expect("it is a directory");
        ends.map(|end| Question::Edges(EdgeRequest::new(UseKind::Call, end).within(prefix.clone()))).into()
    }

    fn questions_of_imports(&self) -> Vec<Question> {
        let from = IMPORTING.map(|name| ImportEnd::FromFile(samples::path(&self.path(name))));
        let to = [ImportEnd::ToFile(samples::path(&self.path("core.toy"))), ImportEnd::ToModule(self.module("gone"))];
        let prefix = PathPrefix::new(&self.name).expect("it is a directory");
        from.into_iter().chain(to).map(|end| Question::Imports(ImportRequest::new(end).within(prefix.clone()))).collect()
    }
}

/// Each use at a line of its own, so that none stands for another.
fn at_sites_of_their_own(mut file: FileSnapshot) -> FileSnapshot {
    file.analysis.uses.iter_mut().zip(1..).for_each(|(record, line)| record.site = Site::new(line, 1));
    file
}

/// The edits that lead from some files to others.
pub(super) fn edits(before: &Files, after: &Files) -> Vec<Edit> {
    let gone = before.iter().filter(|(name, _)| !after.contains_key(*name));
    let removals = gone.map(|(_, file)| Edit::Remove(file.path().clone()));
    let puts = after.iter().filter(|(name, file)| before.get(*name) != Some(file));
    removals.chain(puts.map(|(_, file)| Edit::Put(Box::new(file.clone())))).collect()
}

pub(super) fn function(name: &str) -> Symbol {
    Symbol::new(name, SymbolKind::Function, name)
}

pub(super) fn class(name: &str, bases: &[&str]) -> Symbol {
    let bases = bases.iter().map(|base| (*base).to_owned()).collect();
    Symbol { bases, ..Symbol::new(name, SymbolKind::Class, name) }
}

pub(super) fn method(name: &str, of: &str) -> Symbol {
    Symbol { parent: Some(of.into()), ..Symbol::new(format!("{of}.{name}"), SymbolKind::Method, name) }
}

pub(super) fn reference(owner: &str, text: &str) -> UseRecord {
    UseRecord { kind: UseKind::Reference, ..call(owner, text) }
}

/// An import of all names of a module.
pub(super) fn everything(module: &str) -> Import {
    Import { kind: ImportKind::Glob, name: None, ..import(module, "") }
}

/// An import of a module.
pub(super) fn whole(module: &str) -> Import {
    Import { kind: ImportKind::Module, name: None, ..import(module, "") }
}

/// The import under another name.
pub(super) fn renamed(import: Import, alias: &str) -> Import {
    Import { alias: Some(alias.to_owned()), ..import }
}
