//! The `codira` command.

use std::process::ExitCode;

use codira_indexer::{Registries, cli};

#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    cli::run(Ok(Registries::first_party()))
}
