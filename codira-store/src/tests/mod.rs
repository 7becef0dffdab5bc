//! Tests of the engine that need to see inside.
#![allow(clippy::unwrap_used)]

mod blobs;
