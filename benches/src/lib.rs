//! Measurements of codira's backends, and of the floors beneath them: what the same work takes without an index.

pub mod corpus;
pub mod parse;
