//! What a verdict depends on besides the backend.

/// The variables that change how much is tried, and what.
const VARIABLES: [&str; 3] = ["PROPTEST_CASES", "PROPTEST_RNG_SEED", "CODIRA_CRASH_POINTS"];

/// The environment of a report: every variable with its value, `None` where it is not set and the
/// kit's own is used.
#[derive(Debug)]
pub(super) struct Environment(pub(super) Vec<(&'static str, Option<String>)>);

impl Default for Environment {
    fn default() -> Self {
        Self(VARIABLES.map(|name| (name, std::env::var(name).ok())).into())
    }
}

impl Environment {
    /// One line for people.
    pub(super) fn line(&self) -> String {
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "default".to_owned());
        let parts: Vec<_> = self.0.iter().map(|(name, set)| format!("{name}={}", value(set))).collect();
        parts.join(", ")
    }
}
