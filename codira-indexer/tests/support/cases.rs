//! How many cases a property is tried with, and where those that failed are saved.

#![allow(dead_code, unreachable_pub, reason = "each test file is a crate that uses its own part")]

use proptest::test_runner::{Config, FileFailurePersistence};

/// As many cases as `PROPTEST_CASES` says, or 256; what fails is saved in `regressions` and tried
/// first ever after.
pub fn cases(regressions: &'static str) -> Config {
    Config { failure_persistence: Some(Box::new(FileFailurePersistence::Direct(regressions))), ..Config::default() }
}

/// One of `costs` of those cases, for a property that costs that much more than parsing a small
/// file.
pub fn costly(regressions: &'static str, costs: u32) -> Config {
    let config = cases(regressions);
    Config { cases: config.cases.div_ceil(costs), ..config }
}
