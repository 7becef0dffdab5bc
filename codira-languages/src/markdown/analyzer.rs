//! The analyzer of Markdown, known to read it as CommonMark has it.
//!
//! Sections are those of the document itself: headings inside of quotes, lists, HTML and code
//! belong to the enclosing section.

use std::ops::Range;

use codira_contracts::{DocumentationFormat, FileAnalysis, Language, LineSpan, RepoPath, Tool};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::{
    LanguageAnalyzer, SourceFile,
    documents::outline::{self, Heading, Outline},
};

/// Reads Markdown.
pub struct MarkdownAnalyzer {
    tool: Tool,
    language: Language,
}

impl MarkdownAnalyzer {
    /// The analyzer, ready for any number of files.
    pub fn new() -> Self {
        Self { tool: Tool::new("markdown", "1"), language: Language::new("markdown") }
    }
}

impl Default for MarkdownAnalyzer {
    fn default() -> Self {
        Self::new()
    }
}

impl LanguageAnalyzer for MarkdownAnalyzer {
    fn tool(&self) -> &Tool {
        &self.tool
    }

    fn language(&self) -> &Language {
        &self.language
    }

    fn globs(&self) -> &[&'static str] {
        &["**/*.md", "**/*.markdown", "**/*.mdx"]
    }

    fn claims(&self, _path: &RepoPath, _first_line: &str) -> bool {
        false
    }

    fn analyze(&self, file: SourceFile<'_>) -> FileAnalysis {
        outline::analysis(&self.language, file, outline(file.text))
    }
}

fn outline(text: &str) -> Outline {
    let lines = Lines::of(text);
    let mut outline = Outline { format: DocumentationFormat::Markdown, title: None, begin: 1, headings: Vec::new() };
    let options =
        Options::ENABLE_YAML_STYLE_METADATA_BLOCKS | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS | Options::ENABLE_TABLES;
    let mut depth = 0_usize;
    let mut heading: Option<Heading> = None;
    let mut front_matter = false;
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        match event {
            Event::Start(tag) => {
                match tag {
                    Tag::Heading { level, .. } if depth == 0 => {
                        heading = Some(Heading { level: level as usize, title: String::new(), lines: lines.span(text, range) });
                    }
                    // The first thing of a document, or none.
                    Tag::MetadataBlock(_) if range.start == 0 => {
                        front_matter = true;
                        outline.begin = lines.span(text, range).last + 1;
                    }
                    _ => {}
                }
                depth += 1;
            }
            Event::End(end) => {
                depth = depth.saturating_sub(1);
                front_matter &= !matches!(end, TagEnd::MetadataBlock(_));
                if depth == 0 && matches!(end, TagEnd::Heading(_)) {
                    // CommonMark ends a line at a lone carriage return, unlike other readers: two
                    // headings may be on one line.
                    let end = outline.headings.last().map_or(0, |before| before.lines.last);
                    let counts = |heading: &Heading| !heading.title.is_empty() && heading.lines.first > end;
                    outline.headings.extend(heading.take().map(folded).filter(counts));
                }
            }
            Event::Text(part) if front_matter => outline.title = outline.title.or_else(|| title_in(&part)),
            Event::Text(part) | Event::Code(part) => {
                if let Some(heading) = &mut heading {
                    heading.title.push_str(&part);
                }
            }
            Event::SoftBreak | Event::HardBreak => {
                if let Some(heading) = &mut heading {
                    heading.title.push(' ');
                }
            }
            _ => {}
        }
    }
    outline
}

/// A heading whose title has no blanks but single spaces.
fn folded(heading: Heading) -> Heading {
    Heading { title: heading.title.split_whitespace().collect::<Vec<_>>().join(" "), ..heading }
}

/// The title that front matter gives: `title: Text` in YAML, `title = "Text"` in TOML.
fn title_in(front_matter: &str) -> Option<String> {
    let value = front_matter.lines().find_map(|line| line.strip_prefix("title")?.trim_start().strip_prefix([':', '=']))?;
    let title = value.trim().trim_matches(['"', '\'']);
    (!title.is_empty()).then(|| title.to_owned())
}

/// Where lines begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    /// The lines of a range, the line end that it may close with left out.
    fn span(&self, text: &str, range: Range<usize>) -> LineSpan {
        let line = |byte: usize| u32::try_from(self.0.partition_point(|start| *start <= byte)).unwrap_or(u32::MAX);
        let end = range.start + text[range.clone()].trim_end().len();
        LineSpan::new(line(range.start), line(end.saturating_sub(1).max(range.start)))
    }
}
