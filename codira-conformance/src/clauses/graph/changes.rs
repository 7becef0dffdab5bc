//! What can change in the web: one fact of one file at a time.

use codira_contracts::{FileSnapshot, ImportKind, Site, Symbol, SymbolKind, UseForm, UseKind, UseRecord, Visibility};

use super::web::{Files, Web, everything, function, renamed};
use crate::{
    samples::{import, path},
    toy::{OPEN, PLAIN, TOY},
};

/// One change.
pub(super) struct Change {
    pub(super) says: &'static str,
    make: fn(&Web, &mut Files),
}

impl Change {
    /// The web after it.
    pub(super) fn of(&self, web: &Web) -> Files {
        let mut files = web.files();
        (self.make)(web, &mut files);
        files
    }
}

fn file<'a>(files: &'a mut Files, name: &str) -> &'a mut FileSnapshot {
    files.get_mut(name).expect("changes are of files of the web")
}

fn symbol<'a>(files: &'a mut Files, name: &str, id: &str) -> &'a mut Symbol {
    let symbols = &mut file(files, name).analysis.symbols;
    symbols.iter_mut().find(|symbol| symbol.id.as_str() == id).expect("changes are of symbols of the web")
}

/// The file at another path.
fn moved(files: &mut Files, name: &str, to: &str) {
    let mut file = files.remove(name).expect("changes are of files of the web");
    file.state.path = path(&file.path().as_str().replace(name, to));
    files.insert(to.to_owned(), file);
}

macro_rules! changes {
    ($($says:literal: |$web:pat_param, $files:ident| $make:expr;)*) => {
        /// Every change.
        pub(super) const CHANGES: &[Change] = &[$(Change {
            says: $says,
            make: |$web, $files| {
                $make;
            },
        }),*];
    };
}

changes! {
    "a function becomes private": |_, files| symbol(files, "core.toy", "run").visibility = Visibility::Private;
    "a private function becomes public": |_, files| symbol(files, "core.toy", "helper").visibility = Visibility::Public;
    "a type becomes a function": |_, files| symbol(files, "core.toy", "Base").kind = SymbolKind::Function;
    "the bases of a type change places": |_, files| symbol(files, "types.toy", "Shape").bases.reverse();
    "a type loses its first base": |_, files| drop(symbol(files, "types.toy", "Shape").bases.remove(0));
    "a type loses all bases": |_, files| symbol(files, "types.toy", "Shape").bases.clear();
    "a type gets a base of another module": |_, files| symbol(files, "types.toy", "Shape").bases[0] = "Base".to_owned();
    "a function gets another id": |_, files| {
        symbol(files, "core.toy", "run").id = "ran".into();
        // What it refers to is still its own.
        file(files, "core.toy").analysis.uses.iter_mut().take(2).for_each(|record| record.owner = "ran".into());
    };
    "a member gets another id": |_, files| symbol(files, "core.toy", "Left.both").id = "both".into();
    "a function gets another name": |_, files| symbol(files, "core.toy", "run").name = "ran".to_owned();
    "a name becomes that of its neighbour": |_, files| symbol(files, "core.toy", "other").name = "run".to_owned();
    "a name differs in case": |_, files| symbol(files, "core.toy", "run").name = "Run".to_owned();
    "a type two files away gets another name": |_, files| symbol(files, "core.toy", "Left").name = "Leftmost".to_owned();
    "a member moves to another type": |_, files| symbol(files, "core.toy", "Left.left").parent = Some("Base".into());
    "a member moves out of its type": |_, files| symbol(files, "core.toy", "Left.both").parent = None;
    "a function moves into a type": |_, files| symbol(files, "core.toy", "run").parent = Some("Right".into());
    "a symbol goes": |_, files| {
        let analysis = &mut file(files, "core.toy").analysis;
        analysis.symbols.retain(|symbol| symbol.id.as_str() != "other");
        analysis.uses.retain(|record| record.owner.as_str() != "other");
    };
    "a symbol comes": |_, files| file(files, "core.toy").analysis.symbols.push(function("nobody"));
    "a rival of the same name comes": |_, files| {
        file(files, "core.toy").analysis.symbols.push(Symbol { name: "run".to_owned(), ..function("rival") });
    };
    "a name of its own hides what is imported": |_, files| file(files, "deep/user.toy").analysis.symbols.push(function("run"));
    "symbols change places": |_, files| file(files, "core.toy").analysis.symbols.reverse();
    "imports change places": |_, files| file(files, "deep/user.toy").analysis.imports.reverse();
    "uses change places": |_, files| file(files, "deep/user.toy").analysis.uses.reverse();
    "an import gets another alias": |_, files| {
        file(files, "alias.toy").analysis.imports[0].alias = Some("went".to_owned());
    };
    "an import loses its alias": |_, files| file(files, "alias.toy").analysis.imports[0].alias = None;
    "an import takes another name": |_, files| {
        file(files, "alias.toy").analysis.imports[0].name = Some("other".to_owned());
    };
    "an import names another module": |_, files| file(files, "alias.toy").analysis.imports[0].module = ".twin".to_owned();
    "an import becomes one of a module": |_, files| {
        let import = &mut file(files, "alias.toy").analysis.imports[0];
        (import.kind, import.name) = (ImportKind::Module, None);
    };
    "an import moves into a function": |_, files| {
        let analysis = &mut file(files, "alias.toy").analysis;
        analysis.symbols.push(function("inner"));
        analysis.imports[0].owner = Some("inner".into());
    };
    "an import goes": |_, files| drop(file(files, "alias.toy").analysis.imports.remove(0));
    "an import of the same name comes": |web, files| {
        let rival = renamed(import(&web.module("twin"), "run"), "go");
        file(files, "alias.toy").analysis.imports.push(rival);
    };
    "a chain of imports closes to a circle": |web, files| {
        symbol(files, "core.toy", "run").name = "ran".to_owned();
        file(files, "core.toy").analysis.imports.push(renamed(import(&web.module("alias"), "go"), "run"));
    };
    "a glob goes": |_, files| drop(file(files, "glob.toy").analysis.imports.remove(0));
    "a glob names another module": |web, files| file(files, "glob.toy").analysis.imports[0].module = web.module("twin");
    "a glob comes, and brings a rival": |_, files| file(files, "glob.toy").analysis.imports.push(everything(".twin"));
    "a module gets another name": |web, files| file(files, "core.toy").analysis.module = web.module("kern");
    "a second file is of the module": |web, files| file(files, "twin.toy").analysis.module = web.module("core");
    "a module comes that was sought": |web, files| {
        let mut gone = web.toy("gone");
        gone.analysis.symbols = vec![function("lost")];
        files.insert("gone.toy".to_owned(), gone);
    };
    "a module comes that has the name of a function": |web, files| {
        let mut nested = web.file("nested.toy", TOY, &web.module("glob.run"));
        nested.analysis.symbols = vec![function("run")];
        files.insert("nested.toy".to_owned(), nested);
    };
    "a file goes": |_, files| drop(files.remove("core.toy"));
    "a file between goes": |_, files| drop(files.remove("glob.toy"));
    "a package goes": |_, files| drop(files.remove("index.toy"));
    "a file moves": |_, files| moved(files, "core.toy", "acore.toy");
    "two files change their content": |_, files| {
        let (core, twin) = (file(files, "core.toy").analysis.clone(), file(files, "twin.toy").analysis.clone());
        (file(files, "core.toy").analysis, file(files, "twin.toy").analysis) = (twin, core);
    };
    "a file becomes one of a language without rules": |_, files| file(files, "core.toy").analysis.language = PLAIN;
    "a file becomes one of another language with rules": |_, files| file(files, "core.toy").analysis.language = OPEN;
    "a language gets rules": |_, files| file(files, "alone.plain").analysis.language = TOY;
    "a file of names becomes a module": |_, files| file(files, "lib.c").analysis.language = TOY;
    "a use says something else": |_, files| file(files, "deep/user.toy").analysis.uses[0].text = "outer".to_owned();
    "a use has another form": |_, files| file(files, "deep/user.toy").analysis.uses[0].form = UseForm::Value;
    "a use becomes a reference": |_, files| file(files, "deep/user.toy").analysis.uses[1].kind = UseKind::Reference;
    "a use has another owner": |_, files| file(files, "deep/user.toy").analysis.uses[0].owner = "User".into();
    "a use is at another site": |_, files| file(files, "deep/user.toy").analysis.uses[0].site = Site::new(77, 7);
    "a use comes twice": |_, files| {
        let analysis = &mut file(files, "deep/user.toy").analysis;
        let again = UseRecord { site: Site::new(8, 3), ..analysis.uses[0].clone() };
        analysis.uses.push(again);
    };
    "a use goes": |_, files| drop(file(files, "deep/user.toy").analysis.uses.remove(3));
    "all uses go": |_, files| file(files, "deep/user.toy").analysis.uses.clear();
    "a name of all files becomes private": |web, files| {
        symbol(files, "lib.c", &web.open("run")).visibility = Visibility::Private;
    };
    "a name of all files is defined twice": |web, files| {
        file(files, "user.c").analysis.symbols.push(function("unused"));
        let rival = Symbol { name: web.open("run"), ..function("rival") };
        let head = files.values_mut().find(|file| file.path().extension() == Some("h")).expect("the web has a header");
        head.analysis.symbols.push(rival);
    };
    "a name of all files is renamed to one that is sought": |web, files| {
        symbol(files, "lib.c", &web.open("kept")).name = web.open("late");
    };
    "a file of names goes": |_, files| drop(files.remove("lib.c"));
    "a second header of that name comes": |web, files| {
        let name = format!("other/{}", web.open("head.h"));
        files.insert(name.clone(), web.file(&name, OPEN, "other"));
    };
    "a header comes that was sought": |web, files| {
        let name = web.open("late.h");
        files.insert(name.clone(), web.file(&name, OPEN, "late"));
    };
    "a header goes": |web, files| drop(files.remove(&web.open("head.h")));
    "nothing of the system is included": |_, files| drop(file(files, "user.c").analysis.imports.pop());
    "a member of a plain file has another parent": |_, files| symbol(files, "alone.plain", "Box.shut").parent = None;
    "a type of a plain file is an implementation": |_, files| {
        symbol(files, "alone.plain", "Box").kind = SymbolKind::Implementation;
    };
    "a name of a plain file is there twice": |_, files| {
        file(files, "alone.plain").analysis.symbols.push(Symbol { name: "user".to_owned(), ..function("twice") });
    };
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;

    use codira_contracts::{EdgeTarget, WriteScope};
    use codira_memory::{Graph, IndexState};

    use super::*;
    use crate::toy::request;

    fn graph(files: &Files) -> Graph {
        let mut draft = Arc::<IndexState>::default().begin(request(WriteScope::Full));
        files.values().for_each(|file| draft.put_file(file.clone()).unwrap());
        draft.seal().graph().clone()
    }

    /// A change that turns no edge shows only that what need not be derived again is still right.
    #[test]
    fn most_changes_turn_edges() {
        let web = Web::new(0);
        let before = graph(&web.files());
        let idle: Vec<&str> =
            CHANGES.iter().filter(|change| graph(&change.of(&web)) == before).map(|change| change.says).collect();
        assert_eq!(idle, ["symbols change places", "uses change places"]);
    }

    #[test]
    fn edges_lead_from_file_to_file() {
        let crossing = graph(&Web::new(0).files()).edges.into_iter().filter(|edge| match &edge.target {
            EdgeTarget::Resolved(key) => key.path != edge.owner.path,
            _ => false,
        });
        let crossing: Vec<_> = crossing.collect();
        assert!(crossing.len() >= 15, "{crossing:#?}");
    }
}
