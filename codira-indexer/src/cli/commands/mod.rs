//! The commands: a file each, with its arguments, its question, its answer and its page.
//!
//! A command is a module here with a type `Args`, whose documentation is the help of the command,
//! and a line in each of the two lists below.

pub(crate) mod audit;
pub(crate) mod backends;
pub(crate) mod calls;
pub(crate) mod config;
pub(crate) mod cov;
pub(crate) mod ctx;
pub(crate) mod docs;
pub(crate) mod emb;
pub(crate) mod imports;
pub(crate) mod index;
pub(crate) mod plugins;
pub(crate) mod refs;
pub(crate) mod sym;
pub(crate) mod symlist;

use clap::Subcommand;

use super::{
    failure::{Failure, Status},
    invocation::Invocation,
};

/// A command and its arguments, in the order of the help.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Index(index::Args),
    Sym(sym::Args),
    Symlist(symlist::Args),
    Calls(calls::Args),
    Refs(refs::Args),
    Imports(imports::Args),
    Docs(docs::Args),
    Emb(emb::Args),
    Ctx(ctx::Args),
    Audit(audit::Args),
    Cov(cov::Args),
    Backends(backends::Args),
    Plugins(plugins::Args),
    Config(config::Args),
}

impl Command {
    /// Runs the command.
    pub(crate) async fn run(self, invocation: &Invocation) -> Result<Status, Failure> {
        match self {
            Self::Index(args) => args.run(invocation).await,
            Self::Sym(args) => args.run(invocation).await,
            Self::Symlist(args) => args.run(invocation).await,
            Self::Calls(args) => args.run(invocation).await,
            Self::Refs(args) => args.run(invocation).await,
            Self::Imports(args) => args.run(invocation).await,
            Self::Docs(args) => args.run(invocation).await,
            Self::Emb(args) => args.run(invocation).await,
            Self::Ctx(args) => args.run(invocation).await,
            Self::Audit(args) => args.run(invocation).await,
            Self::Cov(args) => args.run(invocation).await,
            Self::Backends(args) => args.run(invocation).await,
            Self::Plugins(args) => args.run(invocation).await,
            Self::Config(args) => args.run(invocation).await,
        }
    }
}
