//! Indexes a repository into any codira backend.

pub mod analyzers;
