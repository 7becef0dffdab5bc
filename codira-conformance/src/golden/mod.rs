//! Told histories: small source trees, edited step by step and indexed by the real indexer; the
//! answers read as accepted.
//!
//! A story is one file of text: see [`story`]. Its transcript says for a person what was done,
//! what the run reported, and what the questions answered, and after the first step only what is
//! different. Transcripts are accepted from the reference alone, by this crate's own test
//! `golden`; every backend is compared with the copy that is compiled in, so that none can accept
//! its own.

mod ask;
mod story;
mod tell;
mod tree;

use codira_contracts::IndexBackend as _;
use codira_memory::MemoryBackend;

use self::{story::Story, tell::tell};
use crate::{
    Cx, Outcome, Violation,
    counting::Counting,
    observe::{keeps_embeddings, same},
};

/// A story and its transcript.
struct Golden {
    name: &'static str,
    story: &'static str,
    /// As insta keeps it: a head between two lines of dashes, then the transcript.
    accepted: &'static str,
}

macro_rules! golden {
    ($($name:literal),* $(,)?) => {
        &[$(Golden {
            name: $name,
            story: include_str!(concat!("stories/", $name, ".story")),
            accepted: include_str!(concat!("accepted/", $name, ".snap")),
        }),*]
    };
}

const GOLDEN: &[Golden] =
    golden!("python-package", "rust-crate", "c-project", "mixed-repository", "edge-cases", "audited-library");

/// Leads the backend through every story.
pub(crate) fn read_as_accepted(cx: &Cx) -> Outcome {
    for Golden { name, story, accepted } in GOLDEN {
        let (backend, _dir) = cx.block_on(cx.index())?.into_parts();
        let story = Story::parse(story);
        if story.embeds() && !keeps_embeddings(backend.descriptor()) {
            continue;
        }
        let told = cx.block_on(tell(&story, &Counting::new(backend)))?;
        let accepted = accepted.splitn(3, "---\n").nth(2).unwrap_or(accepted);
        same(format_args!("the story {name:?} reads otherwise"), accepted.trim_end(), told.trim_end())?;
    }
    Ok(())
}

/// Every story by name, told of the reference: what this crate's own test accepts. There is no way
/// to tell it of another backend.
pub(crate) fn of_the_reference() -> Result<Vec<(&'static str, String)>, Violation> {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.map_err(Violation::new)?;
    let tell = |golden: &Golden| {
        let told = runtime.block_on(tell(&Story::parse(golden.story), &Counting::new(MemoryBackend::default())))?;
        Ok((golden.name, told))
    };
    GOLDEN.iter().map(tell).collect()
}
