//! Writes the kit's sample into a directory, to be kept for the chapter `schemas`:
//! `cargo run --example sample -- DIRECTORY`.

use std::{error::Error, path::Path};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args().nth(1).ok_or("DIRECTORY")?;
    let backend = demo_backend::in_directory(Path::new(&directory));
    Ok(codira_conformance::write_sample(&backend).await?)
}
