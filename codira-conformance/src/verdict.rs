//! What the kit says of a backend.

use std::{error::Error, fmt};

use codira_contracts::BackendError;

/// What the kit says of one clause and one backend.
#[derive(Debug)]
pub enum Verdict {
    /// The clause holds.
    Holds,
    /// The clause does not hold.
    Broken(Violation),
    /// The clause does not hold, and the author [knows](crate::Fixture::known_failures).
    KnownFailure {
        /// The author's words.
        reason: &'static str,
        /// What does not hold.
        violation: Violation,
    },
    /// The clause says nothing of this backend: it is about a capability that the backend does not
    /// claim, or about backends that do not claim one that it does.
    NotClaimed,
    /// The clause needs something that is not there, so that nothing is known.
    NotRun {
        /// What is missing, and what would help.
        why: String,
    },
    /// The check is behind a feature of this crate that is off, so that nothing is known.
    NotCompiled {
        /// The feature.
        feature: &'static str,
    },
}

/// What checking a clause gives.
pub type Outcome<T = ()> = Result<T, Violation>;

/// How a backend broke a clause, for its author to repair.
#[derive(Debug)]
pub struct Violation {
    text: String,
    /// What failed, apart from where and with what: the same of two violations that have one cause.
    what: String,
    /// Whether nothing was violated, because nothing could be tried.
    not_run: bool,
}

impl Violation {
    /// Describes a violation.
    pub fn new(what: impl fmt::Display) -> Self {
        let text = what.to_string();
        let what = text.split([':', '\n']).next().unwrap_or_default();
        let what = what.chars().filter(|char| !char.is_ascii_digit()).collect();
        Self { text, what, not_run: false }
    }

    /// The violation, and before it what was being done.
    pub(crate) fn during(self, what: impl fmt::Display) -> Self {
        Self { text: format!("{what}: {self}"), ..self }
    }

    /// The violation, and what led to it.
    pub(crate) fn after(self, history: impl fmt::Display) -> Self {
        Self { text: format!("{self}\nThe history that shows it:\n\n{history}"), ..self }
    }

    /// The violation, and more about it.
    pub(crate) fn with(self, more: impl fmt::Display) -> Self {
        Self { text: format!("{self}\n{more}"), ..self }
    }

    /// No violation: what the check needs is not there.
    pub(crate) fn not_run(why: impl fmt::Display) -> Self {
        Self { not_run: true, ..Self::new(why) }
    }

    /// Whether both are of one cause, as far as they tell.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.what == other.what
    }

    /// The verdict that this is.
    pub(crate) fn verdict(self) -> Verdict {
        if self.not_run { Verdict::NotRun { why: self.text } } else { Verdict::Broken(self) }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<BackendError> for Violation {
    fn from(error: BackendError) -> Self {
        let mut text = format!("unexpected error: {error}");
        let mut source = error.source();
        while let Some(cause) = source {
            text += &format!("\n  caused by: {cause}");
            source = cause.source();
        }
        Self { what: format!("unexpected error {:?}", error.kind()), ..Self::new(text) }
    }
}

/// Fails the clause unless something is true.
macro_rules! ensure {
    ($condition:expr, $($message:tt)*) => {
        if !$condition {
            return Err($crate::verdict::Violation::new(format_args!($($message)*)));
        }
    };
}
pub(crate) use ensure;
