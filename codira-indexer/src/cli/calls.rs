//! `codira calls`: what a name calls, and who calls it.

use std::io::{self, Write};

use codira_contracts::{BackendError, EdgeEntry, IndexReader};
use serde::Serialize;

use super::{
    edges::{self, Direction, EdgeQuery},
    names::Name,
    output::{Answer, Page},
};

/// The answer of the command, as a list.
#[derive(Serialize)]
pub(crate) struct Calls {
    #[serde(flatten)]
    edges: Page<EdgeEntry>,
    #[serde(skip)]
    direction: Direction,
}

/// Asks for calls.
pub(crate) async fn ask(reader: &dyn IndexReader, name: &Name, query: &EdgeQuery) -> Result<Calls, BackendError> {
    Ok(Calls { edges: query.ask(reader, name).await?, direction: query.direction })
}

impl Answer for Calls {
    const COMMAND: &'static str = "calls";

    fn is_empty(&self) -> bool {
        self.edges.answers.is_empty()
    }

    fn lines(&self, out: &mut dyn Write) -> io::Result<()> {
        edges::lines(&self.edges.answers, out)
    }

    fn page(&self, out: &mut dyn Write) -> io::Result<()> {
        edges::page(&self.edges.answers, self.direction, out)
    }
}
