//! Which rows of a table a statement is about.

use codira_contracts::PathPrefix;
use duckdb::types::Value;

/// How many times as many rows are read as are wanted, at most, rather than that each is named.
const SPARSE: usize = 2;

/// A condition on rows. It says no more than is asked, for what need not be planned costs nothing;
/// and it names its values, because DuckDB plans a statement with parameters once when it is
/// prepared, and again whenever it runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Condition {
    sql: String,
    /// What cannot be written into a statement.
    values: Vec<Value>,
}

impl Condition {
    /// Every row.
    pub(crate) fn all() -> Self {
        Self::default()
    }

    /// Those whose column has one of these numbers.
    pub(crate) fn among<T: ToString>(column: &str, numbers: impl IntoIterator<Item = T>) -> Self {
        Self::all().and(&format!("{column} IN ({})", list(numbers)), [])
    }

    /// Those whose column has one of these numbers, and some between them: a list of numbers takes
    /// DuckDB longer than the few rows that are read in vain.
    pub(crate) fn near(column: &str, numbers: &[u32]) -> Self {
        match (numbers.iter().min(), numbers.iter().max()) {
            (Some(first), Some(last)) if ((last - first) as usize) < SPARSE * numbers.len() => {
                Self::all().and(&format!("{column} BETWEEN {first} AND {last}"), [])
            }
            _ => Self::among(column, numbers),
        }
    }

    /// Those whose column has one of these texts.
    pub(crate) fn texts<'t>(column: &str, texts: impl ExactSizeIterator<Item = &'t str>) -> Self {
        let marks = vec!["?"; texts.len()].join(",");
        Self::all().and(&format!("{column} IN ({marks})"), texts)
    }

    /// Those whose `path` lies inside the prefix.
    pub(crate) fn inside(prefix: &PathPrefix) -> Self {
        match prefix.below() {
            Some((below, end)) => Self::all().and("path = ? OR (path >= ? AND path < ?)", [prefix.as_str(), &below, &end]),
            None => Self::all(),
        }
    }

    /// Those of them that satisfy another condition, too. Each mark in it stands for a text.
    pub(crate) fn and<'t>(mut self, condition: &str, texts: impl IntoIterator<Item = &'t str>) -> Self {
        self.sql += if self.sql.is_empty() { " WHERE (" } else { " AND (" };
        let mut parts = condition.split('?');
        self.sql += parts.next().unwrap_or_default();
        for (part, text) in parts.zip(texts) {
            // A statement ends at its first NUL.
            if text.contains('\0') {
                self.sql.push('?');
                self.values.push(text.to_owned().into());
            } else {
                self.sql += &format!("'{}'", text.replace('\'', "''"));
            }
            self.sql += part;
        }
        self.sql += ")";
        self
    }

    /// The condition as SQL that follows the name of a table.
    pub(crate) fn sql(&self) -> &str {
        &self.sql
    }

    /// The values of the marks that are left in it.
    pub(crate) fn values(&self) -> &[Value] {
        &self.values
    }
}

/// Numbers as SQL writes a list of them.
pub(crate) fn list<T: ToString>(numbers: impl IntoIterator<Item = T>) -> String {
    numbers.into_iter().map(|number| number.to_string()).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use codira_contracts::PathPrefix;

    use super::*;

    #[test]
    fn texts_stand_in_the_statement_where_they_can() {
        let condition = Condition::texts("name", ["it's", "a\0?"].into_iter()).and("kind = 3", []);
        assert_eq!(condition.sql(), " WHERE (name IN ('it''s',?)) AND (kind = 3)");
        assert_eq!(condition.values(), ["a\0?".to_owned().into()]);
    }

    #[test]
    fn a_mark_in_a_text_is_no_mark() {
        let condition = Condition::inside(&PathPrefix::new("what?").expect("it is a path")).and("name = ?", ["?"]);
        assert_eq!(condition.sql(), " WHERE (path = 'what?' OR (path >= 'what?/' AND path < 'what?0')) AND (name = '?')");
        assert!(condition.values().is_empty());
    }
}
