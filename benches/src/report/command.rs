//! The report as a program, for any registry of backends.

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;
use codira_indexer::BackendRegistry;

use super::{Settings, redraw, write};
use crate::processes;

/// Measures the backends and the floors beneath them, and writes tables and plots.
#[derive(Parser)]
struct Arguments {
    /// The sizes of made repositories, in files.
    #[arg(long, value_delimiter = ',', default_value = "1000,10000")]
    sizes: Vec<usize>,
    /// A tree of real code; it is copied first. May be given again.
    #[arg(long = "tree", env = "CODIRA_BENCH_TREES", value_delimiter = ',')]
    trees: Vec<PathBuf>,
    /// How often everything is measured.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Measures nothing: writes the pages of the figures in this file.
    #[arg(long)]
    figures: Option<PathBuf>,
    /// Where the pages go.
    #[arg(long, default_value = "docs/performance")]
    out: PathBuf,
}

/// What the program does. Measured processes are this program once more, and open backends of the
/// same registry.
pub fn main(registry: &BackendRegistry) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.split_first() {
        Some((first, rest)) if first == processes::CHILD => processes::child(rest, registry),
        _ => {
            let Arguments { sizes, trees, rounds, figures, out } = Arguments::parse();
            let backends: Vec<String> = registry.names().map(str::to_owned).collect();
            match figures {
                Some(figures) => redraw(&figures, &out),
                None => write(&Settings { sizes, trees, rounds: rounds.max(1), out }, &backends),
            }
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("report: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Declares the program: its `main`, with the backends of a registry, and on Linux the allocator
/// of the command, which the floors then have, too.
///
/// ```no_run
/// use codira_indexer::BackendRegistry;
///
/// codira_benches::report!(BackendRegistry::first_party());
/// ```
#[macro_export]
macro_rules! report {
    ($registry:expr) => {
        #[cfg(target_os = "linux")]
        #[global_allocator]
        static __ALLOCATOR: $crate::__Jemalloc = $crate::__Jemalloc;

        fn main() -> ::std::process::ExitCode {
            $crate::report::main(&$registry)
        }
    };
}
