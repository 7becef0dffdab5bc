//! Reading one configuration file.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{ConfigSource, Key, value::RawValue};
use crate::{IndexerError, error::nearest};

/// The keys that the file at `path` sets, in no particular order; none where there is no file.
/// `source` names a line of the file.
pub(super) fn read(
    path: &Path,
    source: impl Fn(PathBuf, usize) -> ConfigSource,
) -> Result<Vec<(Key, RawValue, ConfigSource)>, IndexerError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Ok(Vec::new()),
        Err(source) => return Err(IndexerError::Io { operation: "read", path: path.to_owned(), source }),
    };
    let file = File { path, text: &text };
    let table = DeTable::parse(&text).map_err(|error| file.syntax(&error))?;
    let mut found = Vec::new();
    file.collect("", table.get_ref(), &mut |key, raw, line| found.push((key, raw, source(path.to_owned(), line))))?;
    Ok(found)
}

/// A file that is being read.
struct File<'a> {
    path: &'a Path,
    text: &'a str,
}

impl File<'_> {
    /// The line, counted from one, that holds the byte at `offset`.
    fn line(&self, offset: usize) -> usize {
        self.text.as_bytes()[..offset.min(self.text.len())].iter().filter(|&&byte| byte == b'\n').count() + 1
    }

    fn syntax(&self, error: &toml::de::Error) -> IndexerError {
        let line = self.line(error.span().map_or(0, |span| span.start));
        IndexerError::ConfigSyntax { path: self.path.to_owned(), line, message: error.message().to_owned() }
    }

    /// Hands every key of `table`, whose own name is `prefix`, to `found`.
    fn collect(
        &self,
        prefix: &str,
        table: &DeTable<'_>,
        found: &mut impl FnMut(Key, RawValue, usize),
    ) -> Result<(), IndexerError> {
        for (name, value) in table {
            let line = self.line(name.span().start);
            let full = if prefix.is_empty() { name.get_ref().to_string() } else { format!("{prefix}.{}", name.get_ref()) };
            if let Some(&key) = Key::ALL.iter().find(|key| key.as_str() == full) {
                found(key, raw(value), line);
                continue;
            }
            let is_table =
                Key::ALL.iter().any(|key| key.as_str().strip_prefix(&*full).is_some_and(|rest| rest.starts_with('.')));
            match value.get_ref() {
                DeValue::Table(inner) if is_table || !inner.is_empty() => self.collect(&full, inner, found)?,
                _ => {
                    let nearest = nearest(&full, Key::ALL.iter().copied());
                    return Err(IndexerError::UnknownKey { path: self.path.to_owned(), line, key: full, nearest });
                }
            }
        }
        Ok(())
    }
}

fn raw(value: &Spanned<DeValue<'_>>) -> RawValue {
    match value.get_ref() {
        DeValue::String(text) => RawValue::Text(text.to_string()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => RawValue::Integer(number),
            Err(_) => RawValue::Other("a number out of range"),
        },
        DeValue::Array(items) => {
            let texts: Option<Vec<_>> = items.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect();
            texts.map_or(RawValue::Other("a list of other things than text"), RawValue::List)
        }
        DeValue::Float(_) => RawValue::Other("a fraction"),
        DeValue::Boolean(_) => RawValue::Other("a boolean"),
        DeValue::Datetime(_) => RawValue::Other("a date"),
        DeValue::Table(_) => RawValue::Other("a table"),
    }
}
