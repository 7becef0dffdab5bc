//! Tests that need to see behind the backend: other schemas, damaged files.
#![allow(clippy::unwrap_used)]

mod damage;
mod samples;
mod schemas;
mod texts;
