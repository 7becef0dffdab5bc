//! `parse-only DIR [JOBS]`: reads and parses the source files of a tree, and nothing else. To be
//! timed next to `codira index`.

use std::{path::Path, process::ExitCode, thread};

use codira_benches::parse::parse_tree;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(root) = arguments.next() else {
        eprintln!("usage: parse-only DIR [JOBS]");
        return ExitCode::from(2);
    };
    let jobs = match arguments.next().map(|jobs| jobs.parse()) {
        Some(Ok(jobs)) => jobs,
        None => thread::available_parallelism().map_or(1, usize::from),
        Some(Err(_)) => {
            eprintln!("JOBS is a number of threads");
            return ExitCode::from(2);
        }
    };
    let parsed = parse_tree(Path::new(&root), jobs);
    println!("{} files, {} bytes", parsed.files, parsed.bytes);
    ExitCode::SUCCESS
}
