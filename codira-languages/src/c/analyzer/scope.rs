//! The names that are local at a position.

use rustc_hash::FxHashMap;

/// The parameters and local variables in scope, in nested blocks.
#[derive(Default)]
pub(super) struct Scopes<'t> {
    /// How many open blocks declare a name.
    declared: FxHashMap<&'t str, u32>,
    /// The names in the order of their declaration.
    names: Vec<&'t str>,
    /// How many names there were when each open block began.
    blocks: Vec<usize>,
}

impl<'t> Scopes<'t> {
    /// Begins a block.
    pub(super) fn open(&mut self) {
        self.blocks.push(self.names.len());
    }

    /// Ends the innermost block.
    pub(super) fn close(&mut self) {
        for name in self.names.drain(self.blocks.pop().unwrap_or(0)..) {
            if let Some(count) = self.declared.get_mut(name) {
                *count -= 1;
            }
        }
    }

    /// Declares a local name in the innermost block.
    pub(super) fn declare(&mut self, name: &'t str) {
        self.names.push(name);
        *self.declared.entry(name).or_insert(0) += 1;
    }

    /// Whether a name is local here.
    pub(super) fn is_local(&self, name: &str) -> bool {
        self.declared.get(name).is_some_and(|count| *count > 0)
    }
}
