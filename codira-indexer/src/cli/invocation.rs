//! One run of the command: its common options, and how it finds its repository and answers.

use std::path::Path;

use super::{
    failure::{Failure, Status},
    options::Global,
    output::{self, Answer, Form},
    repository::Repository,
};
use crate::Registries;

/// What every command is given.
#[derive(Clone, Debug)]
pub(crate) struct Invocation {
    pub(crate) global: Global,
    pub(crate) registries: Registries,
}

impl Invocation {
    /// The repository that contains `--path`, else the one that contains the current directory.
    pub(crate) fn repository(&self) -> Result<Repository<'_>, Failure> {
        self.repository_at(None)
    }

    /// The repository that contains `directory`, where there is one.
    pub(crate) fn repository_at(&self, directory: Option<&Path>) -> Result<Repository<'_>, Failure> {
        Repository::find(directory.or(self.global.path.as_deref()), &self.global, &self.registries)
    }

    /// Prints an answer, as JSON where that is asked for.
    pub(crate) fn answer<A: Answer>(&self, answer: &A) -> Result<Status, Failure> {
        output::answer(answer, Form::choose(self.global.json))
    }

    /// Prints an answer as JSON.
    pub(crate) fn answer_as_json<A: Answer>(&self, answer: &A) -> Result<Status, Failure> {
        output::answer(answer, Form::choose(true))
    }

    /// Prints what was done; `--quiet` leaves only JSON.
    pub(crate) fn report<A: Answer>(&self, report: &A) -> Result<Status, Failure> {
        if self.global.quiet && !self.global.json {
            return Ok(Status::Found);
        }
        self.answer(report)
    }
}
