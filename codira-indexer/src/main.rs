//! The `codira` command.

fn main() {}
