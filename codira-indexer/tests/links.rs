//! Links of the guides lead to files of the repository, and to headings in them.

#![allow(clippy::unwrap_used)]

use std::{
    fs,
    path::{Path, PathBuf},
};

#[test]
fn every_relative_link_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut pages = pages_below(&root.join("docs"));
    pages.extend(pages_in(&root));
    for entry in fs::read_dir(&root).unwrap() {
        let readme = entry.unwrap().path().join("README.md");
        pages.extend(readme.is_file().then_some(readme));
    }
    let mut broken = Vec::new();
    let mut links = 0;
    for page in &pages {
        let text = fs::read_to_string(page).unwrap();
        for link in relative_links(&text) {
            links += 1;
            if !leads_somewhere(page, link) {
                broken.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(links > 50, "the pages have many links, and {links} were found");
    assert!(broken.is_empty(), "links that lead nowhere:\n{}", broken.join("\n"));
}

/// The pages of a directory and of those in it.
fn pages_below(directory: &Path) -> Vec<PathBuf> {
    let mut pages = pages_in(directory);
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            pages.extend(pages_below(&path));
        }
    }
    pages
}

fn pages_in(directory: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect()
}

/// The targets of inline links and images that are inside the repository.
fn relative_links(text: &str) -> Vec<&str> {
    // Text between fences is code.
    let prose = text.split("```").step_by(2);
    let targets = prose.flat_map(|prose| prose.split("](").skip(1)).filter_map(|rest| Some(rest.split_once(')')?.0));
    targets.filter(|target| !target.contains("://") && !target.contains(char::is_whitespace)).collect()
}

fn leads_somewhere(page: &Path, link: &str) -> bool {
    let (path, heading) = link.split_once('#').unwrap_or((link, ""));
    let target = if path.is_empty() { page.to_owned() } else { page.parent().unwrap().join(path) };
    if heading.is_empty() || !target.is_file() {
        return target.exists();
    }
    let text = fs::read_to_string(target).unwrap();
    let prose: String = text.split("```").step_by(2).collect();
    prose.lines().filter(|line| line.starts_with('#')).any(|line| anchor(line) == heading)
}

/// What a link calls a heading: its words in small letters, with hyphens between them.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let letters = text.chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
    letters.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
}

#[test]
fn links_in_code_are_none() {
    let text = "[a](b.md) ![c](d.svg) [e](https://f.org)\n```rust\nlet x = y[0](z);\n```\n[g](#h)";
    assert_eq!(relative_links(text), ["b.md", "d.svg", "#h"]);
    assert_eq!(anchor("### The session's thread, `put`"), "the-sessions-thread-put");
}
