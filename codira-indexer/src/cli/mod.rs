//! The `codira` command: arguments in, questions to a reader, answers out.

mod advice;
mod commands;
mod contents;
mod dot;
mod edges;
mod embedded;
mod failure;
mod invocation;
mod names;
mod options;
mod output;
mod progress;
mod repository;
mod sarif;
mod style;
mod table;
mod tree;

#[cfg(test)]
mod pages;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod sample;

use std::process::ExitCode;

use clap::Parser;

use commands::Command;
use failure::{Failure, Status};
use invocation::Invocation;
use options::Global;

use crate::{IndexerError, Registries};

/// Index a repository and ask it: symbols, calls, references, imports, documentation.
#[derive(Debug, Parser)]
#[command(name = "codira", version, after_help = MANUAL, subcommand_required = true, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

// Lines of eighty columns at most: clap folds longer ones without their indentation.
const MANUAL: &str = "\
Examples:
  codira index                  index the repository around this directory
  codira sym Flask.run          what Flask.run is, and where
  codira calls run --incoming   who calls run

Names:
  run                  every symbol of this name
  Flask.run            by logical name; Flask::run is the same
  flask.app.Flask.run  inside a module; the end or the beginning of its name
                       will do: app.Flask.run, flask.Flask.run
  flask.app            a module
  src/app.py#Flask     by identity, as --json has it: path and id

Output:
  A terminal gets pages, everything else one line an answer:
  `path:line:column: text`, with further fields behind tabs, and column 1 where
  an answer takes whole lines. Paths are relative to the root of the repository.
  --json prints one object, which docs/json.md describes.

Exit status:
  0    something was found, or done
  1    nothing was found
  2    arguments, a path or the configuration are wrong; nothing was done
  3    it failed
  130  interrupted; the index is as its last commit left it";

/// Runs the command that the arguments of the process name, over `registries`, and returns the
/// exit status. An error in `registries` is reported like any other failure of the command.
///
/// This is the whole of the program `codira`, and of programs that are `codira` with a backend, a
/// language or an embedding engine of their own in it.
pub fn run(registries: Result<Registries, IndexerError>) -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // An error in printing the help is ignored: standard output may be closed.
            let _ = error.print();
            return if error.use_stderr() { Status::Usage } else { Status::Found }.into();
        }
    };
    anstream::ColorChoice::from(cli.global.color).write_global();
    let status = registries.map_err(Failure::from).and_then(|registries| dispatch(cli, registries)).unwrap_or_else(|failure| {
        failure.report();
        failure.status()
    });
    status.into()
}

/// Runs the command of a command line.
fn dispatch(Cli { global, command }: Cli, registries: Registries) -> Result<Status, Failure> {
    runtime()?.block_on(command.run(&Invocation { global, registries }))
}

/// Reading through a runtime of one thread is many times slower than through one of two; more do
/// nothing for one question.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().map_err(|error| Failure::System("start the runtime", error))
}
