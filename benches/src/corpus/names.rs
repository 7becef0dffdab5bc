//! What functions and classes of a made repository are called.

use super::draw::Draw;

#[rustfmt::skip]
const VERBS: &[&str] = &[
    "add", "apply", "build", "check", "clean", "close", "collect", "compile", "convert", "copy", "create", "decode", "delete",
    "encode", "ensure", "fetch", "filter", "find", "flush", "format", "get", "handle", "iter", "join", "load", "make", "merge",
    "open", "parse", "prepare", "process", "read", "register", "remove", "render", "resolve", "run", "save", "send", "set",
    "split", "start", "stop", "update", "validate", "visit", "wait", "write",
];

#[rustfmt::skip]
const NOUNS: &[&str] = &[
    "address", "archive", "argument", "block", "buffer", "cache", "channel", "cluster", "column", "command", "config", "context",
    "cursor", "date", "document", "element", "entry", "error", "event", "field", "file", "form", "frame", "graph", "group",
    "handler", "header", "index", "item", "key", "label", "line", "link", "list", "locale", "lock", "message", "method", "model",
    "module", "name", "node", "number", "object", "option", "order", "page", "parameter", "path", "pattern", "place", "plan",
    "pool", "query", "queue", "range", "record", "request", "response", "result", "row", "rule", "schema", "scope", "section",
    "session", "signal", "site", "source", "state", "stream", "string", "table", "target", "task", "template", "test", "text",
    "thread", "time", "token", "tree", "type", "unit", "update", "user", "value", "vector", "version", "view", "widget", "worker",
];

/// How many function names are met again and again.
const COMMON_NAMES: usize = 2_000;

/// The name of a function: one in four is common, and the commonest is met by far the most.
pub(super) fn function(draw: &mut Draw) -> String {
    match draw.below(4) {
        0 => {
            let rank = draw.popular(COMMON_NAMES);
            format!("{}_{}", VERBS[rank % VERBS.len()], NOUNS[rank / VERBS.len() % NOUNS.len()])
        }
        _ => format!("{}_{}_{}", draw.one(VERBS), draw.one(NOUNS), draw.one(NOUNS)),
    }
}

/// The name of a class.
pub(super) fn class(draw: &mut Draw) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    [draw.one(NOUNS), draw.one(NOUNS), draw.one(VERBS)].map(capital).concat()
}

/// A word of prose.
pub(super) fn word(draw: &mut Draw) -> &'static str {
    let list = if draw.below(3) == 0 { VERBS } else { NOUNS };
    list[draw.popular(list.len())]
}
