//! The report: measures made repositories of growing size, and any tree, and writes tables and plots.

mod measure;
mod page;
mod plot;

use std::{error::Error, path::PathBuf};

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

/// Measures, and writes the pages.
///
/// # Errors
///
/// Whatever goes wrong.
pub fn write(settings: &Settings) -> Result<(), Box<dyn Error>> {
    let figures = Figures::measure(settings)?;
    std::fs::create_dir_all(&settings.out)?;
    std::fs::write(settings.out.join("figures.json"), serde_json::to_string_pretty(&figures)? + "\n")?;
    plot::write(&figures, &settings.out)?;
    std::fs::write(settings.out.join("README.md"), page::page(&figures))?;
    Ok(())
}
