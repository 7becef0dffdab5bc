//! Tests that need to see behind the backend: other schemas, damaged files, forms of blobs.
#![allow(clippy::unwrap_used)]

mod blobs;
mod damage;
mod samples;
mod schemas;
mod texts;
