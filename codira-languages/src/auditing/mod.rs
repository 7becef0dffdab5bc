//! What the auditors of all languages share: their rules, and how findings are written down.

pub(crate) mod findings;
pub(crate) mod rules;
