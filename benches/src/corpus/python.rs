//! The text of one file.

use std::fmt::Write;

use super::{Corpus, DIRECTORY_FILES, HITS, draw::Draw, names};

/// Quantiles of Django 5.2, without its empty files: functions, classes and imports of a file,
/// calls and lines of a function.
const FUNCTIONS: &[usize] = &[1, 1, 1, 2, 2, 3, 4, 5, 7, 9, 13, 18, 30, 80];
const CLASSES: &[usize] = &[0, 0, 0, 0, 1, 1, 1, 2, 3, 6, 20];
const IMPORTS: &[usize] = &[0, 1, 1, 2, 2, 3, 4, 4, 5, 6, 8, 10, 14, 30];
const CALLS: &[usize] = &[0, 1, 1, 2, 3, 3, 4, 6, 9, 20];
const LINES: &[usize] = &[1, 1, 1, 1, 1, 1, 2, 2, 3, 4, 6, 10, 40];

/// The file in which the planted functions are defined that others call.
pub const PLANTED_CALLEES: usize = 1;

/// The name of a function that is defined so often.
pub fn planted(hits: usize) -> String {
    format!("planted_{hits}")
}

/// The name of a function that is called so often, and defined in file [`PLANTED_CALLEES`].
pub fn callee(hits: usize) -> String {
    format!("called_{hits}")
}

/// Whether file `number` holds one of `hits` planted things: they are spread over the first
/// thousand files.
fn holds(number: usize, hits: usize) -> bool {
    number < 1000 && number.is_multiple_of(1000 / hits)
}

/// The module that file `number` is.
fn module(number: usize) -> String {
    let package = format!("package_{:04}", number / DIRECTORY_FILES);
    match number % DIRECTORY_FILES {
        0 => package,
        _ => format!("{package}.module_{number:06}"),
    }
}

/// The functions on the top level of a file, as other files see them.
fn functions(number: usize) -> Vec<String> {
    let mut draw = Draw::new(2 * number as u64);
    let count = draw.of(FUNCTIONS).min(draw.of(FUNCTIONS));
    (0..count).map(|_| names::function(&mut draw)).collect()
}

/// What file `number` of `corpus` holds.
pub(super) fn text(corpus: Corpus, number: usize) -> String {
    let mut file = File { draw: Draw::new(2 * number as u64 + 1), text: String::new(), callable: Vec::new() };
    if number.is_multiple_of(DIRECTORY_FILES) {
        file.docstring(0);
    } else {
        file.docstring(0);
        file.imports(corpus, number);
        let functions = functions(number);
        file.callable.extend(functions.iter().cloned());
        functions.iter().for_each(|name| file.function(name, 0));
        for _ in 0..file.draw.of(CLASSES) {
            file.class();
        }
    }
    file.planted(number);
    file.text
}

struct File {
    draw: Draw,
    text: String,
    /// What functions of the file may call by its name.
    callable: Vec<String>,
}

impl File {
    fn line(&mut self, depth: usize, line: &str) {
        // A text can always be written to.
        let _ = writeln!(self.text, "{:1$}{line}", "", 4 * depth);
    }

    fn sentence(&mut self) -> String {
        let words: Vec<&str> = (0..4 + self.draw.below(9)).map(|_| names::word(&mut self.draw)).collect();
        let sentence = words.join(" ");
        format!("{}{}.", sentence[..1].to_uppercase(), &sentence[1..])
    }

    fn docstring(&mut self, depth: usize) {
        let sentence = self.sentence();
        self.line(depth, &format!("\"\"\"{sentence}\"\"\""));
    }

    fn imports(&mut self, corpus: Corpus, number: usize) {
        self.line(0, "import json");
        for _ in 0..self.draw.of(IMPORTS) {
            // The modules that many import are spread over the repository.
            let rank = self.draw.popular(corpus.len());
            let from = rank.wrapping_mul(7919) % corpus.len();
            let offered = functions(from);
            if from == number || from.is_multiple_of(DIRECTORY_FILES) || offered.is_empty() {
                continue;
            }
            let name = offered[self.draw.popular(offered.len())].clone();
            self.line(0, &format!("from {} import {name}", module(from)));
            self.callable.push(name);
        }
    }

    fn function(&mut self, name: &str, depth: usize) {
        self.text.push('\n');
        self.line(depth, &format!("def {name}({}value, limit=None):", if depth > 0 { "self, " } else { "" }));
        if self.draw.below(4) == 0 {
            self.docstring(depth + 1);
        }
        let (lines, calls) = (self.draw.of(LINES), self.draw.of(CALLS));
        for line in 0..lines.max(calls) {
            let statement = if line < calls { self.call(depth > 0) } else { self.statement() };
            self.line(depth + 1, &statement);
        }
        self.line(depth + 1, "return value");
    }

    fn call(&mut self, in_class: bool) -> String {
        match self.draw.below(6) {
            0 => "value = len(value)".to_owned(),
            1 => format!("value.{}(limit)", names::function(&mut self.draw)),
            2 if in_class => format!("self.{}(value)", names::function(&mut self.draw)),
            _ if !self.callable.is_empty() => {
                let callee = &self.callable[self.draw.popular(self.callable.len())];
                format!("value = {callee}(value, limit=limit)")
            }
            _ => "value = json.dumps(value)".to_owned(),
        }
    }

    fn statement(&mut self) -> String {
        let (name, other) = (names::word(&mut self.draw), names::word(&mut self.draw));
        match self.draw.below(4) {
            0 => format!("{name} = value if limit is None else {}", self.draw.below(1000)),
            1 => format!("value = [{name} for {name} in value if {name} != \"{other}\"]"),
            2 => format!("# {}", self.sentence()),
            _ => format!("value = {{\"{name}\": value, \"{other}\": limit}}"),
        }
    }

    fn class(&mut self) {
        let name = names::class(&mut self.draw);
        self.text.push('\n');
        self.line(0, &format!("class {name}:"));
        self.docstring(1);
        for _ in 0..1 + self.draw.of(FUNCTIONS) / 2 {
            let name = names::function(&mut self.draw);
            self.function(&name, 1);
        }
        self.callable.push(name);
    }

    fn planted(&mut self, number: usize) {
        if number == PLANTED_CALLEES {
            HITS.iter().for_each(|hits| self.line(0, &format!("\ndef {}():\n    return None", callee(*hits))));
        }
        for hits in HITS.into_iter().filter(|hits| holds(number, *hits)) {
            if number != PLANTED_CALLEES {
                self.line(0, &format!("from {} import {}", module(PLANTED_CALLEES), callee(hits)));
            }
            self.line(0, &format!("\ndef {}():\n    \"\"\"Planted.\"\"\"\n    {}()", planted(hits), callee(hits)));
        }
    }
}
