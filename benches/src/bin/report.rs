//! `report [--sizes N,N] [--tree DIR]... [--rounds N] [--out DIR]`: measures the backends that are compiled in, and the floors
//! beneath them, on made repositories of growing size and on real trees; writes tables and plots. `report --figures FILE` writes them
//! anew, of figures that were taken before.

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;
use codira_benches::{processes, report};

// As in the command; the floors have it, too.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

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
    #[arg(long, default_value = "docs/benchmarks")]
    out: PathBuf,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.split_first() {
        Some((first, rest)) if first == processes::CHILD => processes::child(rest),
        _ => {
            let Arguments { sizes, trees, rounds, figures, out } = Arguments::parse();
            match figures {
                Some(figures) => report::redraw(&figures, &out),
                None => report::write(&report::Settings { sizes, trees, rounds: rounds.max(1), out }),
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
