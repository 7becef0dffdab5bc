//! Tests that need to see behind the backend: logs of killed sessions, other schemas, damaged
//! pages.
#![allow(clippy::unwrap_used)]

mod again;
mod damage;
mod log;
mod samples;
mod schemas;
mod states;
