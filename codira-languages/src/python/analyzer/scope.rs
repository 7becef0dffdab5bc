//! Scopes: what a name is bound to where it is used, as far as the file alone tells.

use codira_contracts::UseForm;
use rustc_hash::FxHashMap;

/// Identifies a scope of [`Scopes`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct ScopeId(usize);

/// How names are looked up in a scope.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ScopeKind {
    /// The file.
    Module,
    /// The body of a class: no scope inside it sees its names.
    Class,
    /// The body of a function, a lambda, or the type parameters of a definition.
    Function,
    /// A comprehension: `:=` inside binds in the enclosing scope.
    Comprehension,
}

/// What binds a name in a scope. Of several, the greatest counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Binding {
    /// A parameter or an assignment: its value is unknown.
    Value,
    /// A definition or an import.
    Definition,
    /// The first parameter of a method.
    Receiver,
    /// `nonlocal`.
    Nonlocal,
    /// `global`.
    Global,
}

struct Scope<'s> {
    kind: ScopeKind,
    parent: Option<ScopeId>,
    names: FxHashMap<&'s str, Binding>,
}

/// All scopes of a file.
///
/// A name may be bound after it is used, so that uses are judged when the whole file was read.
pub(super) struct Scopes<'s> {
    all: Vec<Scope<'s>>,
}

impl<'s> Scopes<'s> {
    /// The scope of the file.
    pub(super) const MODULE: ScopeId = ScopeId(0);

    /// The scope of a file, empty.
    pub(super) fn new() -> Self {
        Self { all: vec![Scope { kind: ScopeKind::Module, parent: None, names: FxHashMap::default() }] }
    }

    /// Opens a scope inside another.
    pub(super) fn open(&mut self, kind: ScopeKind, parent: ScopeId) -> ScopeId {
        self.all.push(Scope { kind, parent: Some(parent), names: FxHashMap::default() });
        ScopeId(self.all.len() - 1)
    }

    /// Binds a name. Returns whether it is new in the scope.
    pub(super) fn bind(&mut self, scope: ScopeId, name: &'s str, binding: Binding) -> bool {
        let mut new = false;
        let known = self.all[scope.0].names.entry(name).or_insert_with(|| {
            new = true;
            binding
        });
        *known = binding.max(*known);
        new
    }

    /// The innermost scope that is no comprehension: `scope` or one of its ancestors.
    pub(super) fn outside_comprehensions(&self, mut scope: ScopeId) -> ScopeId {
        while let Scope { kind: ScopeKind::Comprehension, parent: Some(parent), .. } = self.all[scope.0] {
            scope = parent;
        }
        scope
    }

    /// How a path that begins with `name` reaches what it names: as [`UseForm::Path`],
    /// [`UseForm::SelfMember`] or [`UseForm::Value`].
    pub(super) fn form(&self, scope: ScopeId, name: &str) -> UseForm {
        let mut next = Some(scope);
        let mut in_inner_class = false;
        while let Some(ScopeId(at)) = next {
            let Scope { kind, parent, names } = &self.all[at];
            match kind {
                ScopeKind::Module => break,
                ScopeKind::Class => in_inner_class = true,
                ScopeKind::Function | ScopeKind::Comprehension => match names.get(name) {
                    Some(Binding::Value) => return UseForm::Value,
                    Some(Binding::Definition | Binding::Global) => return UseForm::Path,
                    // The receiver of an outer method is no instance of the enclosing class.
                    Some(Binding::Receiver) if in_inner_class => return UseForm::Value,
                    Some(Binding::Receiver) => return UseForm::SelfMember,
                    Some(Binding::Nonlocal) | None => {}
                },
            }
            next = *parent;
        }
        UseForm::Path
    }
}
