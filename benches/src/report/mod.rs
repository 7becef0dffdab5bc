//! The report: measures made repositories of growing size, and any tree, and writes tables and
//! plots.

mod command;
mod measure;
mod page;
mod plot;

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
};

pub use command::main;
pub use measure::{Figures, Tree};

/// What is reported.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The sizes of made repositories, in files.
    pub sizes: Vec<usize>,
    /// Trees of real code.
    pub trees: Vec<PathBuf>,
    /// How often everything is measured; the medians count.
    pub rounds: usize,
    /// Where the pages go.
    pub out: PathBuf,
}

/// Measures these backends, and writes figures and pages.
///
/// # Errors
///
/// Whatever goes wrong.
pub fn write(settings: &Settings, backends: &[String]) -> Result<(), Box<dyn Error>> {
    let figures = Figures::measure(settings, backends)?;
    fs::create_dir_all(&settings.out)?;
    fs::write(settings.out.join("figures.json"), serde_json::to_string_pretty(&figures)? + "\n")?;
    pages(&figures, &settings.out)
}

/// Writes the pages anew, of figures that were taken before.
///
/// # Errors
///
/// When the file is not readable, or holds no figures, or the pages cannot be written.
pub fn redraw(figures: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(out)?;
    pages(&serde_json::from_str(&fs::read_to_string(figures)?)?, out)
}

fn pages(figures: &Figures, out: &Path) -> Result<(), Box<dyn Error>> {
    plot::write(figures, out)?;
    fs::write(out.join("README.md"), page::page(figures))?;
    Ok(())
}
