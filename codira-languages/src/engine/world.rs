//! The state of one resolution: the facts that it sees, its lookups, and the candidates that it
//! found.

use std::collections::BTreeSet;

use codira_contracts::{
    RepoPath,
    resolve::{FactKey, Facts},
};
use rustc_hash::FxHashMap;

use super::{content::Answers, offers::OwnFacts};

/// No path of more parts, no symbol inside more others and no chain of more imports is followed.
pub(crate) const MAX_DEPTH: usize = 64;

/// How many names one record may lead through before it counts as not resolvable.
const MAX_STEPS: u32 = 1000;

/// Facts are needed that are not known yet. The lookup is recorded, and the rest of the file is
/// resolved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unknown;

/// A result, or the need for more facts.
pub(crate) type Known<T> = Result<T, Unknown>;

/// The candidates of a name. There is no list: among several, none is better than another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found<E> {
    /// The name is not bound.
    Nothing,
    /// The name is bound to itself, and to nothing else.
    Circle,
    /// One candidate.
    One(E),
    /// More than one, or too many to look at.
    Several,
}

impl<E: PartialEq> Found<E> {
    /// Adds a candidate; the same one counts once.
    pub(crate) fn add(&mut self, entity: E) {
        match self {
            Self::Nothing | Self::Circle => *self = Self::One(entity),
            Self::One(known) if *known == entity => {}
            _ => *self = Self::Several,
        }
    }

    /// Adds the candidates of another lookup.
    pub(crate) fn merge(&mut self, other: Self) {
        match other {
            Self::Nothing => {}
            Self::Circle if self.is_nothing() => *self = Self::Circle,
            Self::Circle => {}
            Self::One(entity) => self.add(entity),
            Self::Several => *self = Self::Several,
        }
    }

    /// Whether the name is not bound.
    pub(crate) fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing)
    }
}

/// The facts that one file sees, and the record of its lookups.
pub(crate) struct World<'a> {
    facts: &'a dyn Facts,
    /// The file's own facts, those included that other files cannot see. Looking them up needs no
    /// record.
    own: &'a OwnFacts,
    own_scope: String,
    /// The answers, by scope, then name.
    asked: FxHashMap<String, FxHashMap<String, Known<Answers<'a>>>>,
    missing: BTreeSet<FactKey>,
    /// The first `depth` of these are the names that are being followed: a name that leads back to
    /// itself ends there. The others are kept for their buffers.
    trail: Vec<Step>,
    depth: usize,
    steps: u32,
}

/// A name that is followed.
#[derive(Default)]
struct Step {
    scope: String,
    name: String,
    space: u8,
}

impl<'a> World<'a> {
    /// The world of the file whose scope is `own_scope`.
    pub(crate) fn new(facts: &'a dyn Facts, own: &'a OwnFacts, own_scope: String) -> Self {
        let (asked, missing, trail) = Default::default();
        Self { facts, own, own_scope, asked, missing, trail, depth: 0, steps: 0 }
    }

    /// The facts under a key, ordered by path.
    pub(crate) fn ask(&mut self, scope: &str, name: &str) -> Known<Answers<'a>> {
        if self.is_own(scope) {
            return Ok(self.own.get(scope, name));
        }
        if let Some(known) = self.asked.get(scope).and_then(|names| names.get(name)) {
            return *known;
        }
        let answer = self.facts.get(scope, name).map(Answers::Others).ok_or(Unknown);
        if answer.is_err() {
            self.missing.insert(FactKey::new(scope, name));
        }
        match self.asked.get_mut(scope) {
            Some(names) => drop(names.insert(name.to_owned(), answer)),
            None => drop(self.asked.insert(scope.to_owned(), FxHashMap::from_iter([(name.to_owned(), answer)]))),
        }
        answer
    }

    /// Whether the file itself has facts in a scope of its own.
    pub(crate) fn has_own(&self, scope: &str) -> bool {
        self.own.has_scope(scope)
    }

    /// Whether a scope is the file's or inside it.
    fn is_own(&self, scope: &str) -> bool {
        scope.strip_prefix(&*self.own_scope).is_some_and(|rest| rest.is_empty() || rest.starts_with("//"))
    }

    /// Begins with the next record.
    pub(crate) fn start(&mut self) {
        self.depth = 0;
        self.steps = 0;
    }

    /// Whether no name is being followed: then an answer can be cached.
    pub(crate) fn is_at_start(&self) -> bool {
        self.depth == 0
    }

    /// Follows a name. Fails where that leads in a circle, or where too many names were followed.
    /// Names of different spaces are different names, in languages that have several.
    pub(crate) fn follow<E>(&mut self, scope: &str, name: &str, space: u8) -> Result<(), Found<E>> {
        self.steps += 1;
        if self.depth >= MAX_DEPTH || self.steps > MAX_STEPS {
            return Err(Found::Several);
        }
        let same = |step: &Step| step.space == space && step.name == name && step.scope == scope;
        if self.trail[..self.depth].iter().any(same) {
            return Err(Found::Circle);
        }
        if self.trail.len() == self.depth {
            self.trail.push(Step::default());
        }
        let step = &mut self.trail[self.depth];
        scope.clone_into(&mut step.scope);
        name.clone_into(&mut step.name);
        step.space = space;
        self.depth += 1;
        Ok(())
    }

    /// Ends what the last [`follow`](Self::follow) began.
    pub(crate) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// The lookups, and those of them that are not known.
    pub(crate) fn finish(self) -> (BTreeSet<FactKey>, BTreeSet<FactKey>) {
        // Building a tree is fastest from sorted input. Sorting scopes and names apart compares
        // less.
        let mut scopes: Vec<_> = self.asked.into_iter().collect();
        scopes.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let keys = scopes.into_iter().flat_map(|(scope, names)| {
            let mut names: Vec<String> = names.into_keys().collect();
            names.sort_unstable();
            names.into_iter().map(move |name| FactKey { scope: scope.clone(), name })
        });
        (keys.collect(), self.missing)
    }
}

/// The directory `name` in `directory`.
pub(crate) fn join(directory: &str, name: &str) -> String {
    if directory.is_empty() { name.to_owned() } else { [directory, "/", name].concat() }
}

/// A path written in a file of `directory`, as a path of the repository; `None` when it leaves
/// that.
pub(crate) fn relative(directory: &str, written: &str) -> Option<RepoPath> {
    let mut parts: Vec<&str> = directory.split('/').filter(|part| !part.is_empty()).collect();
    for part in written.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    RepoPath::new(parts.join("/")).ok()
}
