//! Which rows of a table a question is about.

use codira_contracts::PathPrefix;
use duckdb::types::Value;

use crate::engine::list;

/// A condition on rows. It says no more than the question does, for what need not be planned costs nothing; and it names its values,
/// because DuckDB plans a statement with parameters once when it is prepared, and again whenever it runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Which {
    sql: String,
    /// What cannot be written into a statement.
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
        Self::all().and_among(column, numbers)
    }

    /// Those of them whose column has one of these numbers.
    pub(super) fn and_among<T: ToString>(self, column: &str, numbers: impl IntoIterator<Item = T>) -> Self {
        self.and(&format!("{column} IN ({})", list(numbers)), [])
    }

    /// Those of them that satisfy another condition, too. Each mark in it stands for a value.
    pub(super) fn and(self, condition: &str, values: impl IntoIterator<Item = Value>) -> Self {
        let mut parts = condition.split('?');
        let mut sql = parts.next().unwrap_or_default().to_owned();
        let mut marked = Vec::new();
        for (part, value) in parts.zip(values) {
            match literal(&value) {
                Some(literal) => sql += &literal,
                None => {
                    sql.push('?');
                    marked.push(value);
                }
            }
            sql += part;
        }
        self.and_also(&sql, marked)
    }

    fn and_also(mut self, condition: &str, values: Vec<Value>) -> Self {
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
        self.and_also(&format!("file IN (SELECT id FROM file{sql})"), values)
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

    /// Those of them, one for each combination of these columns.
    pub(super) fn grouped(mut self, columns: &str) -> Self {
        self.sql += " GROUP BY ";
        self.sql += columns;
        self
    }

    /// The condition as SQL that follows the name of a table.
    pub(super) fn sql(&self) -> &str {
        &self.sql
    }

    /// The values of the marks that are left in it.
    pub(super) fn values(&self) -> &[Value] {
        &self.values
    }
}

/// A value as a statement writes it, if it can: a statement ends at its first NUL.
fn literal(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) if !text.contains('\0') => Some(format!("'{}'", text.replace('\'', "''"))),
        Value::UTinyInt(number) => Some(number.to_string()),
        Value::UInt(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use codira_contracts::PathPrefix;

    use super::*;

    #[test]
    fn values_stand_in_the_statement_where_they_can() {
        let which =
            Which::is("name", "it's".to_owned()).and("kind = ? OR name = ?", [Value::UTinyInt(3), "a\0?".to_owned().into()]);
        assert_eq!(which.sql(), " WHERE (name = 'it''s') AND (kind = 3 OR name = ?)");
        assert_eq!(which.values(), ["a\0?".to_owned().into()]);
    }

    #[test]
    fn a_mark_in_a_text_is_no_mark() {
        let which = Which::is("name", "?".to_owned()).inside(&PathPrefix::new("what?").expect("it is a path"));
        assert_eq!(
            which.sql(),
            " WHERE (name = '?') AND (file IN (SELECT id FROM file WHERE (path = 'what?' OR (path >= 'what?/' AND path < 'what?0'))))"
        );
        assert!(which.values().is_empty());
    }
}
