//! The page: every figure as a ratio to its floor, taken in the same run.

use std::fmt::Write;

use super::{Figures, Tree};
use crate::processes::Taken;

/// A row of the table of ratios.
struct Ratio {
    work: &'static str,
    /// The figure of a backend is under this name and the backend's.
    of: &'static str,
    floor: &'static str,
    floor_says: &'static str,
}

const RATIOS: &[Ratio] = &[
    Ratio { work: "first index", of: "cold", floor: "parse", floor_says: "parsing the same files on the same threads" },
    Ratio { work: "first index", of: "cold", floor: "ctags", floor_says: "`ctags -R`" },
    Ratio { work: "first index, documents and vectors too", of: "everything", floor: "ctags", floor_says: "`ctags -R`" },
    Ratio { work: "nothing changed", of: "warm", floor: "walk", floor_says: "walking and stat-ing" },
    Ratio { work: "one file changed", of: "one-file", floor: "walk", floor_says: "walking and stat-ing" },
    Ratio {
        work: "one question, as a process",
        of: "symbol",
        floor: "one-row",
        floor_says: "opening SQLite and reading one row",
    },
    Ratio {
        work: "one question, as a process",
        of: "symbol",
        floor: "one-row-of-duckdb",
        floor_says: "opening DuckDB and reading one row",
    },
];

const MEBIBYTE: f64 = 1048576.0;

/// The whole page, in Markdown.
pub(super) fn page(figures: &Figures) -> String {
    let mut page = format!(
        "# Performance\n\n\
         Every time stands beside a floor or a peer, measured in the same run: the parser alone, a walk alone, one row \
         read with the driver, `ctags`. Times on a machine that others share say little; ratios say more.\n\n\
         | | |\n|---|---|\n\
         | measured | {} |\n\
         | on | {} |\n\
         | figures | medians of {} rounds; all work of a round one after another, each in a process of its own |\n\
         | allocator | the one that the command brings on Linux |\n\
         | index | source code alone, no vectors, where nothing else is said |\n\
         | question | does not look whether the index is stale |\n\
         | ratio | the time of the store, divided by that of the floor of its row |\n\
         | to measure again | `cargo run --release -p codira-benches --features duckdb --bin report -- \
         --sizes 1000,10000,100000 --tree DIR`; `--help` says more |\n\
         | each operation of the contract | `cargo bench -p codira-benches` |\n\
         | changes, aims, what remains | [performance log](log.md) |\n\n",
        figures.day, figures.machine, figures.rounds
    );
    for (file, title) in
        [("cold", "First index"), ("warm", "Nothing changed"), ("one-file", "One file changed"), ("symbol", "One question")]
    {
        // Only made trees are plotted, and only where there is more than one.
        if figures.trees.iter().filter(|tree| tree.made).count() > 1 {
            page += &format!("![{title}]({file}.svg)\n\n");
        }
    }
    for tree in &figures.trees {
        table(&mut page, figures, tree);
    }
    page
}

fn table(page: &mut String, figures: &Figures, tree: &Tree) {
    let mut line = |text: String| {
        // A text can always be written to.
        let _ = writeln!(page, "{text}");
    };
    line(format!("## {}\n\n{} source files, {:.1} MiB.\n", tree.name, tree.files, tree.bytes as f64 / MEBIBYTE));
    let heads: Vec<&str> = figures.backends.iter().map(String::as_str).collect();
    line(format!(
        "| work | floor | floor, ms | {} |",
        heads.iter().map(|name| format!("{name}, ms | ratio")).collect::<Vec<_>>().join(" | ")
    ));
    line(format!("|---|---|---:|{}", "---:|---:|".repeat(heads.len())));
    for Ratio { work, of, floor, floor_says } in RATIOS {
        let Some(beneath) = tree.wall(floor) else { continue };
        if !heads.iter().any(|name| tree.wall(&format!("{of}/{name}")).is_some()) {
            continue;
        }
        let cells = heads.iter().map(|name| match tree.wall(&format!("{of}/{name}")) {
            Some(wall) => format!("{:.1} | {:.2}", wall * 1000.0, wall / beneath),
            None => " | ".to_owned(),
        });
        line(format!("| {work} | {floor_says} | {:.1} | {} |", beneath * 1000.0, cells.collect::<Vec<_>>().join(" | ")));
    }
    line("\n| | ".to_owned() + &heads.join(" | ") + " |");
    line(format!("|---|{}", "---:|".repeat(heads.len())));
    let row = |what: &str, cell: &dyn Fn(&str) -> Option<String>| {
        let cells: Vec<String> = heads.iter().map(|name| cell(name).unwrap_or_default()).collect();
        format!("| {what} | {} |", cells.join(" | "))
    };
    let of = |what: &str, name: &str| tree.medians.get(&format!("{what}/{name}")).copied();
    let peak = |taken: Taken| format!("{:.0}", taken.peak as f64 / MEBIBYTE);
    line(row("first index: all processors, s", &|name| of("cold", name).map(|taken| format!("{:.2}", taken.cpu))));
    line(row("first index: peak memory, MiB", &|name| of("cold", name).map(peak)));
    if !tree.made {
        line(row("documents and vectors too: peak memory, MiB", &|name| of("everything", name).map(peak)));
    }
    line(row("index, bytes for each of source", &|name| {
        tree.index_bytes.get(name).map(|bytes| format!("{:.2}", *bytes as f64 / tree.bytes.max(1) as f64))
    }));
    line(String::new());
}
