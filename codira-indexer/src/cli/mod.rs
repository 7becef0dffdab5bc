//! The `codira` command: arguments in, questions to a reader, answers out.

mod args;
mod audit;
mod backends;
mod calls;
mod config;
mod cov;
mod ctx;
mod docs;
mod dot;
mod edges;
mod emb;
mod embedded;
mod failure;
mod imports;
mod index;
mod names;
mod output;
mod progress;
mod questions;
mod refs;
mod repository;
mod sarif;
mod style;
mod sym;
mod symlist;
mod table;
mod tree;

#[cfg(test)]
mod pages;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod sample;

use std::{process::ExitCode, time::Instant};

use clap::Parser;
use codira_contracts::plan::Trust;
use codira_indexer::{CoverageDemand, IndexRequest, IndexScope};

use args::{Cli, Command, Global};
use embedded::Embedded;
use failure::{Failure, Status};
use index::Indexed;
use repository::Repository;

/// Does what the command line says.
pub(crate) fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Where nobody reads the help, nobody reads that it failed.
            let _ = error.print();
            return if error.use_stderr() { Status::Usage } else { Status::Found }.into();
        }
    };
    anstream::ColorChoice::from(cli.global.color).write_global();
    let status = obey(cli).unwrap_or_else(|failure| {
        failure.report();
        failure.status()
    });
    status.into()
}

fn obey(Cli { global, command }: Cli) -> Result<Status, Failure> {
    let repository = || Repository::find(global.path.as_deref(), &global);
    match command {
        Command::Index(args) => index(&global, args),
        Command::Backends => output::answer(&backends::ask(&repository()?)?, &global),
        Command::Config => output::answer(&config::ask(&repository()?), &global),
        Command::Sym(args) => runtime()?.block_on(questions::sym(&repository()?, args, &global)),
        Command::Symlist(args) => runtime()?.block_on(questions::symlist(&repository()?, args, &global)),
        Command::Calls(args) => runtime()?.block_on(questions::calls(&repository()?, args, &global)),
        Command::Refs(args) => runtime()?.block_on(questions::refs(&repository()?, args, &global)),
        Command::Audit(args) => runtime()?.block_on(questions::audit(&repository()?, args, &global)),
        Command::Cov(args) => runtime()?.block_on(questions::cov(&repository()?, args, &global)),
        Command::Emb(args) => runtime()?.block_on(questions::emb(&repository()?, args, &global)),
        Command::Ctx(args) => runtime()?.block_on(questions::ctx(&repository()?, args, &global)),
        Command::Docs(args) => runtime()?.block_on(questions::docs(&repository()?, args, &global)),
        Command::Imports(args) => runtime()?.block_on(questions::imports(&repository()?, args, &global)),
    }
}

/// Reading through a runtime of one thread is many times slower than through one of two; more do nothing for one question.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().map_err(|error| Failure::System("start the runtime", error))
}

fn index(global: &Global, args: args::Index) -> Result<Status, Failure> {
    let repository = Repository::find(args.directory.as_deref().or(global.path.as_deref()), global)?;
    let request = IndexRequest {
        scope: if args.full { IndexScope::Full } else { IndexScope::Changed },
        trust: if args.verify { Trust::Hash } else { Trust::Stat },
        jobs: args.jobs.unwrap_or_else(|| repository.config.jobs()),
        coverage: if args.require_full_coverage { CoverageDemand::Full } else { CoverageDemand::Any },
        embeddings: args.embeddings.map_or_else(|| repository.config.embedding_mode(), Into::into),
    };
    let backend = repository.backend()?;
    if args.embeddings_only {
        let started = Instant::now();
        let report = runtime()?.block_on(repository.embed_pending(backend, request))?;
        if global.quiet && !global.json {
            return Ok(Status::Found);
        }
        return output::answer(&Embedded::new(report, started.elapsed()), global);
    }
    let report = runtime()?.block_on(repository.index(backend, request))?;
    if global.quiet && !global.json {
        return Ok(Status::Found);
    }
    output::answer(&Indexed::new(report, repository.root, args.explain), global)
}
