//! The `codira` command as people and programs use it: the built binary, in temporary
//! repositories.

#![cfg(all(feature = "cli", feature = "sqlite", feature = "languages"))]
#![allow(clippy::unwrap_used)]

mod auditing;
mod covering;
mod documented;
mod freshness;
mod indexing;
mod questions;
mod refusals;
mod state;
mod support;
