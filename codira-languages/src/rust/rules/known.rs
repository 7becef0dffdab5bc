//! What every Rust program has: names that need no import, and crates that need no manifest.

/// Whether a crate belongs to Rust itself.
pub(super) fn is_standard(name: &str) -> bool {
    matches!(name, "std" | "core" | "alloc" | "proc_macro" | "test")
}

/// Whether the first part of a path is always there: the prelude of the 2024 edition, and
/// primitive types.
pub(super) fn is_prelude(name: &str) -> bool {
    PRELUDE.binary_search(&name).is_ok()
}

/// Whether a macro is always there.
pub(super) fn is_macro(name: &str) -> bool {
    MACROS.binary_search(&name).is_ok()
}

/// Sorted.
#[rustfmt::skip]
const PRELUDE: &[&str] = &[
    "AsMut", "AsRef", "AsyncFn", "AsyncFnMut", "AsyncFnOnce", "Box", "Clone", "Copy", "Debug", "Default",
    "DoubleEndedIterator", "Drop", "Eq", "Err", "ExactSizeIterator", "Extend", "Fn", "FnMut", "FnOnce", "From",
    "FromIterator", "Future", "Hash", "Into", "IntoFuture", "IntoIterator", "Iterator", "None", "Ok", "Option", "Ord",
    "PartialEq", "PartialOrd", "Result", "Send", "Sized", "Some", "String", "Sync", "ToOwned", "ToString", "TryFrom",
    "TryInto", "Unpin", "Vec", "align_of", "align_of_val", "bool", "char", "drop", "f32", "f64", "i128", "i16", "i32",
    "i64", "i8", "isize", "size_of", "size_of_val", "str", "u128", "u16", "u32", "u64", "u8", "usize",
];

/// Sorted.
#[rustfmt::skip]
const MACROS: &[&str] = &[
    "assert", "assert_eq", "assert_ne", "cfg", "column", "compile_error", "concat", "dbg",
    "debug_assert", "debug_assert_eq", "debug_assert_ne", "env", "eprint", "eprintln", "file", "format", "format_args",
    "include", "include_bytes", "include_str", "is_x86_feature_detected", "line", "matches", "module_path",
    "option_env", "panic", "print", "println", "stringify", "thread_local", "todo", "try", "unimplemented",
    "unreachable", "vec", "write", "writeln",
];

#[cfg(test)]
mod tests {
    #[test]
    fn lists_are_sorted_for_the_search() {
        assert!(super::PRELUDE.is_sorted() && super::MACROS.is_sorted());
    }
}
