//! Which rows of a table a question is about.

use codira_contracts::PathPrefix;
use duckdb::types::Value;

use crate::engine::list;

/// A condition on rows, and the values of its marks. It says no more than the question does: DuckDB plans a statement
/// each time that it runs with parameters, and what need not be planned costs nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Which {
    sql: String,
    values: Vec<Value>,
}

impl Which {
    /// Every row.
    pub(super) fn all() -> Self {
        Self::default()
    }

    /// Those whose column has this value.
    pub(super) fn is(column: &str, value: impl Into<Value>) -> Self {
        Self::all().and(&format!("{column} = ?"), [value.into()])
    }

    /// Those whose column has one of these numbers.
    pub(super) fn among<T: ToString>(column: &str, numbers: impl IntoIterator<Item = T>) -> Self {
        Self::all().and(&format!("{column} IN ({})", list(numbers)), [])
    }

    /// Those of them that satisfy another condition, too.
    pub(super) fn and(mut self, condition: &str, values: impl IntoIterator<Item = Value>) -> Self {
        self.sql += if self.sql.is_empty() { " WHERE (" } else { " AND (" };
        self.sql += condition;
        self.sql += ")";
        self.values.extend(values);
        self
    }

    /// Those of them whose column has this value, if one is asked for.
    pub(super) fn and_is(self, column: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.and(&format!("{column} = ?"), [value.into()]),
            None => self,
        }
    }

    /// Those of them whose `file` lies inside the prefix.
    pub(super) fn inside(self, prefix: &PathPrefix) -> Self {
        if prefix.is_root() {
            return self;
        }
        let Self { sql, values } = Self::all().and_below(prefix);
        self.and(&format!("file IN (SELECT id FROM file{sql})"), values)
    }

    /// Those of them whose own `path` lies inside the prefix.
    pub(super) fn and_below(self, prefix: &PathPrefix) -> Self {
        match prefix.below() {
            Some((below, end)) => {
                let texts = [prefix.as_str().to_owned(), below, end];
                self.and("path = ? OR (path >= ? AND path < ?)", texts.map(Value::from))
            }
            None => self,
        }
    }

    /// The condition as SQL that follows the name of a table.
    pub(super) fn sql(&self) -> &str {
        &self.sql
    }

    /// The values of its marks.
    pub(super) fn values(&self) -> &[Value] {
        &self.values
    }
}
