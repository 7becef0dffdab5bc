//! Resolution of edges: the rules of each language in small worlds, and the laws that hold in
//! every world.

#![allow(clippy::unwrap_used)]

mod c;
mod laws;
mod other;
mod python;
mod random;
mod rust;
mod world;
