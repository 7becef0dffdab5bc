//! What values can be, and how they are read.

use std::{fmt, num::NonZeroUsize, path::PathBuf, str::FromStr};

use codira_contracts::{MemoryBudget, SymbolKind};
use serde::Serialize;

use crate::{EmbeddingMode, Hidden, Inclusion, PathPatterns};

/// A value as a file or variable gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RawValue {
    /// Text; variables hold nothing else.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A list of texts.
    List(Vec<String>),
    /// Something that no key can be, described.
    Other(&'static str),
}

impl fmt::Display for RawValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Integer(number) => number.fmt(f),
            Self::List(items) => write!(f, "{items:?}"),
            Self::Other(what) => f.write_str(what),
        }
    }
}

/// A type that a key can have.
pub(super) trait FromRaw: Sized {
    /// What a value must be: `a name`, `a whole number of at least 1`.
    const EXPECTED: &'static str;

    /// Reads a value, or says what is wrong with it: the rest of a sentence that begins with the
    /// key.
    fn from_raw(raw: &RawValue) -> Result<Self, String>;

    /// The value as a configuration file would hold it.
    fn to_json(&self) -> serde_json::Value;

    /// What is wrong with a value that is something else.
    fn unexpected(raw: &RawValue) -> String {
        format!("must be {}, and is {raw}", Self::EXPECTED)
    }
}

impl FromRaw for String {
    const EXPECTED: &'static str = "a name";

    fn from_raw(raw: &RawValue) -> Result<Self, String> {
        match raw {
            RawValue::Text(text) if !text.is_empty() => Ok(text.clone()),
            raw => Err(Self::unexpected(raw)),
        }
    }

    fn to_json(&self) -> serde_json::Value {
        self.as_str().into()
    }
}

impl FromRaw for Option<String> {
    const EXPECTED: &'static str = String::EXPECTED;

    fn from_raw(raw: &RawValue) -> Result<Self, String> {
        match raw {
            RawValue::Text(text) if text.is_empty() => Ok(None),
            raw => String::from_raw(raw).map(Some),
        }
    }

    fn to_json(&self) -> serde_json::Value {
        self.as_deref().unwrap_or_default().into()
    }
}

impl FromRaw for NonZeroUsize {
    const EXPECTED: &'static str = "a whole number of at least 1";

    fn from_raw(raw: &RawValue) -> Result<Self, String> {
        let number = match raw {
            RawValue::Integer(number) => usize::try_from(*number).ok(),
            RawValue::Text(text) => text.parse().ok(),
            _ => None,
        };
        number.and_then(Self::new).ok_or_else(|| Self::unexpected(raw))
    }

    fn to_json(&self) -> serde_json::Value {
        self.get().into()
    }
}

/// A number of bytes.
///
/// Written as a number of bytes, or with a unit: `512 KiB`, `4 MiB`, `1 GiB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(pub u64);

const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match UNITS.iter().find(|(_, unit)| self.0 >= *unit && self.0.is_multiple_of(*unit)) {
            Some((name, unit)) => write!(f, "{} {name}", self.0 / unit),
            None => write!(f, "{} bytes", self.0),
        }
    }
}

impl FromStr for ByteSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let unit = UNITS.iter().find_map(|(name, unit)| Some((text.strip_suffix(name)?, *unit)));
        let (number, unit) = unit.unwrap_or((text.strip_suffix("bytes").unwrap_or(text), 1));
        let size = number.trim().parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
        size.map(Self).ok_or_else(|| format!("must be {}, and is {text:?}", Self::EXPECTED))
    }
}

impl FromRaw for ByteSize {
    const EXPECTED: &'static str = "a size such as 1048576 or \"4 MiB\"";

    fn from_raw(raw: &RawValue) -> Result<Self, String> {
        match raw {
            RawValue::Integer(number) if *number >= 0 => Ok(Self(number.unsigned_abs())),
            RawValue::Text(text) => text.parse(),
            raw => Err(Self::unexpected(raw)),
        }
    }

    fn to_json(&self) -> serde_json::Value {
        self.to_string().into()
    }
}

/// What a run needs at least.
const MIN_MEMORY: u64 = 32 << 20;

impl FromRaw for MemoryBudget {
    const EXPECTED: &'static str = "a size of at least 32 MiB, such as \"256 MiB\"";

    fn from_raw(raw: &RawValue) -> Result<Self, String> {
        match ByteSize::from_raw(raw) {
            Ok(ByteSize(bytes)) if bytes >= MIN_MEMORY => Ok(Self(bytes)),
            _ => Err(Self::unexpected(raw)),
        }
    }

    fn to_json(&self) -> serde_json::Value {
        ByteSize(self.0).to_json()
    }
}

impl FromRaw for PathPatterns {
    const EXPECTED: &'static str = "a list of patterns";

    fn from_raw(raw: &RawValue) -> Result<Self, String> {
        let patterns = match raw {
            RawValue::List(items) => items.clone(),
            // A variable holds one text: its patterns are separated by commas.
            RawValue::Text(text) => text.split(',').map(|item| item.trim().to_owned()).collect(),
            raw => return Err(Self::unexpected(raw)),
        };
        Self::new(patterns).map_err(|(pattern, problem)| format!("holds {pattern:?}, which is no pattern: {problem}"))
    }

    fn to_json(&self) -> serde_json::Value {
        self.as_slice().into()
    }
}

impl FromRaw for PathBuf {
    const EXPECTED: &'static str = "a path";

    fn from_raw(raw: &RawValue) -> Result<Self, String> {
        match raw {
            RawValue::Text(text) => Ok(text.into()),
            raw => Err(Self::unexpected(raw)),
        }
    }

    fn to_json(&self) -> serde_json::Value {
        self.to_string_lossy().into()
    }
}

impl FromRaw for Vec<String> {
    const EXPECTED: &'static str = "a list of names";

    fn from_raw(raw: &RawValue) -> Result<Self, String> {
        let names = match raw {
            RawValue::List(items) => items.clone(),
            // A variable holds one text: its names are separated by commas.
            RawValue::Text(text) => text.split(',').map(str::to_owned).collect(),
            raw => return Err(Self::unexpected(raw)),
        };
        Ok(names.iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect())
    }

    fn to_json(&self) -> serde_json::Value {
        self.as_slice().into()
    }
}

impl FromRaw for Vec<SymbolKind> {
    const EXPECTED: &'static str = "a list of kinds of symbols";

    fn from_raw(raw: &RawValue) -> Result<Self, String> {
        let kind = |word: &str| word.trim().parse().map_err(|_| format!("holds {word:?}, which is no kind of symbols"));
        match raw {
            RawValue::List(items) => items.iter().map(|word| kind(word)).collect(),
            // A variable holds one text: its kinds are separated by commas.
            RawValue::Text(text) => text.split(',').filter(|word| !word.trim().is_empty()).map(kind).collect(),
            raw => Err(Self::unexpected(raw)),
        }
    }

    fn to_json(&self) -> serde_json::Value {
        self.iter().map(|kind| kind.as_str()).collect()
    }
}

/// Whether a query brings a stale index up to date first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refresh {
    /// It does, and says so.
    #[default]
    Auto,
    /// It asks the index as it is.
    Never,
}

/// Gives an enum of words its reading and writing.
macro_rules! words {
    ($type:ident { $($variant:ident = $word:literal),+ }) => {
        impl FromRaw for $type {
            const EXPECTED: &'static str = concat!("one of", $(" \"", $word, "\""),+);

            fn from_raw(raw: &RawValue) -> Result<Self, String> {
                match raw {
                    $(RawValue::Text(text) if text == $word => Ok(Self::$variant),)+
                    raw => Err(Self::unexpected(raw)),
                }
            }

            fn to_json(&self) -> serde_json::Value {
                match self { $(Self::$variant => $word.into()),+ }
            }
        }
    };
}
words!(Refresh { Auto = "auto", Never = "never" });
words!(EmbeddingMode { Now = "now", Deferred = "deferred", Off = "off" });
words!(Hidden { Skip = "skip", Index = "index" });
words!(Inclusion { Skip = "skip", Audit = "audit" });
