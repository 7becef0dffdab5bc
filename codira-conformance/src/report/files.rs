//! The report as files.

use std::{fs, io, path::Path};

use super::Matrix;

/// Names the directory in which reports are wanted.
const VARIABLE: &str = "CODIRA_REPORT";

impl Matrix {
    /// Writes `conformance.md` and `conformance.json` into `directory`, which comes into being.
    ///
    /// # Errors
    ///
    /// What the file system says.
    pub fn write(&self, directory: &Path) -> io::Result<()> {
        fs::create_dir_all(directory)?;
        fs::write(directory.join("conformance.md"), self.markdown())?;
        fs::write(directory.join("conformance.json"), self.json())
    }

    /// [Writes](Self::write) into the directory that `CODIRA_REPORT` names, where it is set. Cargo
    /// runs tests in the directory of their package: a relative path begins there.
    ///
    /// # Errors
    ///
    /// What the file system says.
    pub fn write_where_asked(&self) -> io::Result<()> {
        std::env::var_os(VARIABLE).map_or(Ok(()), |directory| self.write(Path::new(&directory)))
    }
}
