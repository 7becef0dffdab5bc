//! A URL that may hold a password, and never shows it.

use std::fmt;

use super::value::{FromRaw, RawValue};

/// The URL of the server that keeps an index. It is shown without its password.
///
/// ```
/// use codira_indexer::BackendUrl;
///
/// let url = BackendUrl::new("postgres://ada:secret@db.example/code").unwrap();
/// assert_eq!(url.to_string(), "postgres://ada:***@db.example/code");
/// assert_eq!(url.expose(), "postgres://ada:secret@db.example/code");
/// assert!(BackendUrl::new("db.example").is_none());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct BackendUrl(String);

/// What stands for a password.
const MASK: &str = "***";

/// Parameters whose name contains one of these are shown without their value.
const SECRETS: [&str; 4] = ["pass", "pwd", "secret", "token"];

impl BackendUrl {
    /// The URL `text`; `None` where it has no scheme.
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        let (scheme, rest) = text.split_once("://")?;
        let is_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
        (!scheme.is_empty() && scheme.bytes().all(is_scheme) && !rest.is_empty()).then_some(Self(text))
    }

    /// The URL with its password: for the driver alone.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// The URL as people may see it.
impl fmt::Display for BackendUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, rest) = self.0.split_once("://").unwrap_or_default();
        write!(f, "{scheme}://")?;
        // An unescaped password may hold any character: rather hide too much.
        let rest = match rest.rsplit_once('@') {
            Some((user, rest)) => {
                match user.split_once(':') {
                    Some((user, _)) => write!(f, "{user}:{MASK}@")?,
                    None => write!(f, "{user}@")?,
                }
                rest
            }
            None => rest,
        };
        let (address, parameters) = rest.split_once('?').map_or((rest, None), |(address, rest)| (address, Some(rest)));
        f.write_str(address)?;
        let mut before = '?';
        for parameter in parameters.into_iter().flat_map(|parameters| parameters.split('&')) {
            let name = parameter.split('=').next().unwrap_or_default();
            let is_secret = SECRETS.iter().any(|secret| name.to_ascii_lowercase().contains(secret));
            match is_secret {
                true => write!(f, "{before}{name}={MASK}")?,
                false => write!(f, "{before}{parameter}")?,
            }
            before = '&';
        }
        Ok(())
    }
}

impl fmt::Debug for BackendUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BackendUrl({self})")
    }
}

impl FromRaw for Option<BackendUrl> {
    const EXPECTED: &'static str = "a URL such as \"postgres://user@host/database\"";

    fn from_raw(raw: &RawValue) -> Result<Self, String> {
        match raw {
            RawValue::Text(text) if text.is_empty() => Ok(None),
            RawValue::Text(text) => BackendUrl::new(text).map(Some).ok_or_else(|| Self::unexpected(raw)),
            raw => Err(Self::unexpected(raw)),
        }
    }

    fn to_json(&self) -> serde_json::Value {
        self.as_ref().map(BackendUrl::to_string).unwrap_or_default().into()
    }

    /// Does not repeat the value, which may hold a password.
    fn unexpected(_: &RawValue) -> String {
        format!("must be {}, and is none", Self::EXPECTED)
    }
}
