//! Stories as they are written down.
//!
//! The first line is the title. `=== TITLE` begins a step, after which the repository is indexed.
//! In a step, each line that begins with `--- ` is an act:
//!
//! ```text
//! --- write PATH              a new file: the lines that follow, without blank ones at the end
//! --- write PATH | FLAGS      the same, made peculiar: see `Flag`
//! --- change PATH             replaces the lines that follow with `-` by those that follow with `+`
//! --- remove PATH
//! --- move PATH -> PATH
//! --- touch PATH              a later modification time
//! --- exclude PATTERN         from now on, configures a pattern of files to leave out
//! --- limit BYTES             from now on, configures the size above which files are skipped
//! --- without TOOL            from now on, there is no such analyzer
//! --- upgrade TOOL            from now on, the analyzer has another version
//! --- everything              this once, everything is asked to be analyzed
//! --- audit LANGUAGES         from now on, documentation in these languages is audited
//! --- embed WHEN by MODEL     from now on, texts are embedded `now` or `deferred`, by the model of this name; or `off`
//! --- work off                this once, rows that are pending after the run get their vectors
//! ```
//!
//! Stories are part of this crate: one that does not parse is a panic.

use codira_indexer::EmbeddingMode;

/// A history of a source tree.
pub(super) struct Story {
    pub(super) title: &'static str,
    pub(super) steps: Vec<Step>,
}

/// What is done before the repository is indexed once more.
pub(super) struct Step {
    pub(super) title: &'static str,
    pub(super) acts: Vec<Act>,
}

/// One thing that is done.
pub(super) enum Act {
    Write { path: &'static str, flags: Vec<Flag>, text: String },
    Change { path: &'static str, old: String, new: String },
    Remove(&'static str),
    Move { from: &'static str, to: &'static str },
    Touch(&'static str),
    Exclude(&'static str),
    Limit(u64),
    Without(&'static str),
    Upgrade(&'static str),
    Everything,
    Audit(Vec<&'static str>),
    Embed { mode: EmbeddingMode, model: &'static str },
    WorkOff,
}

/// How the bytes of a file differ from the lines in the story.
#[derive(Clone, Copy)]
pub(super) enum Flag {
    /// Lines end like those of Windows.
    Crlf,
    /// A byte order mark comes first.
    Bom,
    /// The last line has no end.
    Open,
    /// Every character is one byte, as in Latin-1.
    Latin1,
    /// A NUL comes last.
    Nul,
    /// The file may be run as a program, where systems have such a mark.
    Executable,
    /// So many times, one after another; with [`Flag::Open`] on one line.
    Times(usize),
}

impl Story {
    pub(super) fn parse(text: &'static str) -> Self {
        let mut lines = text.lines().peekable();
        let title = lines.next().expect("a story has a title");
        let mut steps: Vec<Step> = Vec::new();
        while let Some(line) = lines.next() {
            if let Some(title) = line.strip_prefix("=== ") {
                steps.push(Step { title, acts: Vec::new() });
            } else if let Some(act) = line.strip_prefix("--- ") {
                let mut body = Vec::new();
                while let Some(line) = lines.next_if(|line| !line.starts_with("=== ") && !line.starts_with("--- ")) {
                    body.push(line);
                }
                steps.last_mut().expect("acts are those of a step").acts.push(Act::parse(act, &body));
            } else {
                assert!(line.is_empty(), "{line:?} belongs to no act of the story {title:?}");
            }
        }
        Self { title, steps }
    }

    /// Whether it is told only of a backend that keeps embeddings.
    pub(super) fn embeds(&self) -> bool {
        self.steps.iter().flat_map(|step| &step.acts).any(|act| matches!(act, Act::Embed { .. }))
    }
}

impl Act {
    fn parse(act: &'static str, body: &[&str]) -> Self {
        let (verb, rest) = act.split_once(' ').unwrap_or((act, ""));
        match verb {
            "write" => {
                let (path, flags) = rest.split_once(" | ").unwrap_or((rest, ""));
                let flags = flags.split(", ").filter(|flag| !flag.is_empty()).map(Flag::parse).collect();
                Self::Write { path, flags, text: lines(body.iter().copied(), true) }
            }
            "change" => {
                let marked = |mark: char| lines(body.iter().filter_map(|line| line.strip_prefix(mark)), false);
                Self::Change { path: rest, old: marked('-'), new: marked('+') }
            }
            "remove" => Self::Remove(rest),
            "move" => {
                let (from, to) = rest.split_once(" -> ").expect("a move has two paths");
                Self::Move { from, to }
            }
            "touch" => Self::Touch(rest),
            "exclude" => Self::Exclude(rest),
            "limit" => Self::Limit(rest.parse().expect("a limit is a number of bytes")),
            "without" => Self::Without(rest),
            "upgrade" => Self::Upgrade(rest),
            "everything" => Self::Everything,
            "audit" => Self::Audit(rest.split_whitespace().collect()),
            "embed" => {
                let (mode, model) = rest.split_once(" by ").unwrap_or((rest, ""));
                let mode = match mode {
                    "now" => EmbeddingMode::Now,
                    "deferred" => EmbeddingMode::Deferred,
                    "off" => EmbeddingMode::Off,
                    _ => panic!("texts are not embedded {mode:?}"),
                };
                Self::Embed { mode, model }
            }
            "work" => Self::WorkOff,
            _ => panic!("no act of a story is called {verb:?}"),
        }
    }
}

impl Flag {
    fn parse(text: &str) -> Self {
        match text.split_once(' ') {
            Some(("times", times)) => Self::Times(times.parse().expect("a file is repeated a number of times")),
            _ => match text {
                "crlf" => Self::Crlf,
                "bom" => Self::Bom,
                "open" => Self::Open,
                "latin1" => Self::Latin1,
                "nul" => Self::Nul,
                "executable" => Self::Executable,
                _ => panic!("no file of a story is {text:?}"),
            },
        }
    }
}

/// The lines as text. Blank lines at the end are there for the reader of the story.
fn lines<'a>(lines: impl Iterator<Item = &'a str>, trim: bool) -> String {
    let mut lines: Vec<&str> = lines.collect();
    while trim && lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    lines.iter().flat_map(|line| [line, "\n"]).collect()
}
