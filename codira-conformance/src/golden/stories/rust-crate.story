A Rust crate that keeps queues, with modules, traits, implementations, macros and an old module layout

=== The crate is indexed
--- write Cargo.toml
[package]
name = "line-keeper"
version = "0.3.0"
edition = "2021"

[lib]
name = "keeper"

--- write src/lib.rs
//! Queues that remember who was turned away.

#[macro_use]
mod macros;
mod error;
pub mod queue;

pub use error::Refused;
pub use queue::{Bounded, Queue};

/// A queue of three.
pub fn short<T>() -> Bounded<T> {
    trace!("short");
    Bounded::with_capacity(3)
}

--- write src/macros.rs
/// Prints where it is.
macro_rules! trace {
    ($what:expr) => {
        eprintln!("{}: {}", module_path!(), $what)
    };
}

--- write src/error.rs
use std::fmt;

/// There was no room.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused<T>(pub T);

impl<T> fmt::Display for Refused<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no room")
    }
}

impl<T: fmt::Debug> std::error::Error for Refused<T> {}

--- write src/queue/mod.rs
//! The queues themselves.

mod bounded;

pub use self::bounded::Bounded;
use crate::Refused;

/// Takes things in, and gives them back in order.
pub trait Queue<T> {
    /// How many things are in.
    fn len(&self) -> usize;

    /// Takes one in.
    ///
    /// # Errors
    ///
    /// [`Refused`], with the thing, when there is no room.
    fn push(&mut self, thing: T) -> Result<(), Refused<T>>;

    fn pop(&mut self) -> Option<T>;

    /// Whether nothing is in.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Moves everything that fits.
pub fn drain<T, Q: Queue<T>>(from: &mut Q, to: &mut impl Queue<T>) -> usize {
    let mut moved = 0;
    while let Some(thing) = from.pop() {
        if to.push(thing).is_err() {
            break;
        }
        moved += 1;
    }
    moved
}

--- write src/queue/bounded.rs
use std::collections::VecDeque;

use super::Queue;
use crate::error::Refused;

/// A queue with a limit.
pub struct Bounded<T> {
    things: VecDeque<T>,
    capacity: usize,
    pub(crate) refused: u64,
}

impl<T> Bounded<T> {
    const LEAST: usize = 1;

    /// Room for so many.
    pub fn with_capacity(capacity: usize) -> Self {
        let capacity = capacity.max(Self::LEAST);
        Self { things: VecDeque::new(), capacity, refused: 0 }
    }

    fn is_full(&self) -> bool {
        self.len() == self.capacity
    }
}

impl<T> Queue<T> for Bounded<T> {
    fn len(&self) -> usize {
        self.things.len()
    }

    fn push(&mut self, thing: T) -> Result<(), Refused<T>> {
        if self.is_full() {
            self.refused += 1;
            trace!("full");
            return Err(Refused(thing));
        }
        self.things.push_back(thing);
        Ok(())
    }

    fn pop(&mut self) -> Option<T> {
        self.things.pop_front()
    }
}

impl<T> Default for Bounded<T> {
    fn default() -> Self {
        Self::with_capacity(16)
    }
}

--- write tests/queues.rs
use keeper::queue::drain;
use keeper::{short, Bounded, Queue};

#[test]
fn a_full_queue_refuses() {
    let mut queue = short();
    for number in 0..4 {
        let _ = queue.push(number);
    }
    assert_eq!(drain(&mut queue, &mut Bounded::default()), 3);
}

=== A trait method gets a new name in the trait alone
--- change src/queue/mod.rs
-    /// Whether nothing is in.
-    fn is_empty(&self) -> bool {
+    /// Whether nobody waits.
+    fn is_idle(&self) -> bool {

=== The module takes the new layout: `queue/mod.rs` becomes `queue.rs`
--- move src/queue/mod.rs -> src/queue.rs

=== A second module of the same name makes the declaration ambiguous
--- write src/error/mod.rs
pub struct Refused<T>(pub T);

=== The intruder leaves again, and the error gets a helper
--- remove src/error/mod.rs
--- change src/error.rs
-impl<T: fmt::Debug> std::error::Error for Refused<T> {}
+impl<T: fmt::Debug> std::error::Error for Refused<T> {}
+
+impl<T> Refused<T> {
+    pub fn into_inner(self) -> T {
+        self.0
+    }
+}
--- change src/queue.rs
-        if to.push(thing).is_err() {
+        if let Err(refused) = to.push(thing) {
+            drop(Refused::into_inner(refused));

=== A brace is lost
--- change src/queue/bounded.rs
-        self.things.pop_front()
-    }
-}
+        self.things.pop_front()
+    }

=== And found
--- change src/queue/bounded.rs
-        self.things.pop_front()
-    }
+        self.things.pop_front()
+    }
+}

=== The library gets another name in its manifest, which no run reads, and is indexed anew
--- change Cargo.toml
-name = "keeper"
+name = "keepsake"
--- everything
