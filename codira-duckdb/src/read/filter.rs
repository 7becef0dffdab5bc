//! What every listing can be narrowed by, as the first four parameters of a statement.

use codira_contracts::PathPrefix;
use duckdb::{ParamsFromIter, params_from_iter, types::Value};

/// Files `f` inside the prefix: `$1` is the prefix, `$2` and `$3` bound what lies below it.
macro_rules! inside {
    () => {
        "($1 = '' OR f.path = $1 OR (f.path >= $2 AND f.path < $3))"
    };
}
pub(super) use inside;

/// More rows than there can be.
const ALL: i64 = 1 << 60;

/// The first four parameters, the limit being `$4`, and those that follow.
pub(super) fn narrowed<const N: usize>(
    prefix: &PathPrefix,
    limit: Option<usize>,
    rest: [Value; N],
) -> ParamsFromIter<impl Iterator<Item = Value>> {
    let (below, end) = prefix.below().unwrap_or_default();
    let limit = limit.and_then(|limit| i64::try_from(limit).ok()).map_or(ALL, |limit| limit.min(ALL));
    let first = [prefix.as_str().to_owned().into(), below.into(), end.into(), limit.into()];
    params_from_iter(first.into_iter().chain(rest))
}

/// A parameter that may be missing.
pub(super) fn optional<T: Into<Value>>(value: Option<T>) -> Value {
    value.map_or(Value::Null, Into::into)
}
