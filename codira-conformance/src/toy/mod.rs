//! Languages that no backend can know: the kit's own, with rules of its own.
//!
//! Files of [`TOY`] are modules with dotted names, which import from each other. Names of [`OPEN`]
//! are known in the whole repository. Edges of [`ECHO`] tell what its rules were shown. A language
//! without rules is [`PLAIN`]. Backends get the rules with each session, and must resolve by those
//! of the session.

mod counted;
mod echo;
mod modules;
mod open;

use std::sync::{Arc, LazyLock};

use codira_contracts::{
    Language, RepoPath, SessionRequest, StableId, SymbolKey, WriteScope,
    resolve::{Fact, LanguageRules, RuleSet},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

pub(crate) use counted::{Counter, Work, counted_rules};
use echo::Echo;
use modules::Modules;
use open::Open;

/// A language of modules.
pub(crate) const TOY: Language = Language::from_static("toy");
/// A language whose names are known everywhere.
pub(crate) const OPEN: Language = Language::from_static("open");
/// A language whose edges tell what its rules were shown.
pub(crate) const ECHO: Language = Language::from_static("echo");
/// A language without rules.
pub(crate) const PLAIN: Language = Language::from_static("plain");

/// Which rules a session brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Edition {
    /// Those of most sessions.
    First,
    /// Other rules of the toy language, by which imported names lead out of the repository; none
    /// of the open one.
    Second,
    /// No rules at all.
    Without,
    /// Those of the first edition, and those of the language that tells what they were shown.
    Telling,
    /// Rules of the same languages as in the first edition, the toy language's in the version of
    /// the second.
    Newer,
    /// The same under another name, in the version of the first.
    Renamed,
}

impl Edition {
    pub(crate) const ALL: &[Self] = &[Self::First, Self::Second, Self::Without, Self::Telling, Self::Newer, Self::Renamed];

    /// The rules.
    pub(crate) fn rules(self) -> RuleSet {
        static SETS: LazyLock<[RuleSet; 6]> = LazyLock::new(|| {
            let set = |rules: Vec<Arc<dyn LanguageRules>>| RuleSet::new(rules).expect("each language has one set of rules");
            [
                set(vec![Arc::new(Modules::first()), Arc::new(Open::new())]),
                set(vec![Arc::new(Modules::second())]),
                RuleSet::default(),
                set(vec![Arc::new(Modules::first()), Arc::new(Open::new()), Arc::new(Echo::new())]),
                set(vec![Arc::new(Modules::second()), Arc::new(Open::new())]),
                set(vec![Arc::new(Modules::renamed()), Arc::new(Open::new())]),
            ]
        });
        SETS[self as usize].clone()
    }
}

/// Asks for a session with the rules of the first edition.
pub(crate) fn request(scope: WriteScope) -> SessionRequest {
    SessionRequest::new(scope, Edition::First.rules())
}

/// What a name may mean: beyond one candidate, none is better than another.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Meaning<T> {
    Nothing,
    One(T),
    Several,
}

impl<T: PartialEq> Meaning<T> {
    fn add(&mut self, candidate: T) {
        match self {
            Self::Nothing => *self = Self::One(candidate),
            Self::One(known) if *known == candidate => {}
            _ => *self = Self::Several,
        }
    }

    fn merge(&mut self, other: Self) {
        match other {
            Self::Nothing => {}
            Self::One(candidate) => self.add(candidate),
            Self::Several => *self = Self::Several,
        }
    }

    fn or_else(self, other: impl FnOnce() -> Self) -> Self {
        if matches!(self, Self::Nothing) { other() } else { self }
    }
}

fn encode(content: &impl Serialize) -> Fact {
    Fact::new(serde_json::to_vec(content).expect("facts of the kit are plain values"))
}

fn decode<T: DeserializeOwned + Send + Sync + 'static>(fact: &Fact) -> Option<&T> {
    fact.decoded(|bytes| serde_json::from_slice(bytes).ok())
}

/// A symbol that other files see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Defined {
    id: StableId,
    bases: Vec<String>,
}

impl Defined {
    fn key(&self, path: &RepoPath) -> SymbolKey {
        SymbolKey { path: path.clone(), id: self.id.clone() }
    }
}
