//! `make-corpus DIR FILES`: writes a made repository of so many files, to try things on.

use std::{path::Path, process::ExitCode};

use codira_benches::corpus::Corpus;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(directory), Some(Ok(files))) = (arguments.next(), arguments.next().map(|files| files.parse())) else {
        eprintln!("usage: make-corpus DIR FILES");
        return ExitCode::from(2);
    };
    match Corpus::new(files).write_to(Path::new(&directory)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{directory}: {error}");
            ExitCode::FAILURE
        }
    }
}
