//! Imports and includes, from either end.

use codira_contracts::{BackendError, ImportEnd, ImportEntry, ImportRequest, ImportTarget};
use codira_store::questions::ImportQuestions;
use duckdb::types::Value;

use super::{
    filter::Which,
    snapshot::{Name, OWN, Snapshot, Table},
};
use crate::engine::list;

/// The import leads into a file.
pub(crate) const RESOLVED: u8 = 0;
/// It leads out of the repository.
pub(crate) const EXTERNAL: u8 = 1;
/// No one can tell where it leads.
pub(crate) const UNRESOLVED: u8 = 2;

/// Where an import stands in its document, and how far it leads.
const IMPORTS: Table = Table { name: "import", order: "ordinal, 0::UINTEGER, ''", columns: "file, ordinal, reach, target" };

/// What is stored in the row of an import.
struct Row {
    file: u32,
    /// The place in the document.
    ordinal: u32,
    reach: u8,
    target: Option<u32>,
}

impl ImportQuestions for Snapshot {
    async fn imports(&mut self, request: &ImportRequest) -> Result<Vec<ImportEntry>, BackendError> {
        let Some(which) = at(self, &request.end)? else { return Ok(Vec::new()) };
        let found = self.listed(IMPORTS, which, &request.prefix, request.limit, |row| {
            let row =
                Row { file: row.get(OWN)?, ordinal: row.get(OWN + 1)?, reach: row.get(OWN + 2)?, target: row.get(OWN + 3)? };
            Ok(row)
        })?;
        let names = self.names(found.iter().filter_map(|(_, row)| row.target))?;
        let imports = self.imports_of(found.iter().map(|(_, row)| row.file))?;
        let entry = |(Name { path, module }, Row { file, ordinal, reach, target }): (Name, Row)| {
            let import = imports[&file].get(ordinal as usize).cloned();
            let import = import.ok_or_else(|| self.database.at().unreadable("an import"))?;
            let target = match (reach, target) {
                (RESOLVED, Some(file)) => ImportTarget::Resolved(names[&file].path.clone()),
                (RESOLVED, None) => return Err(self.database.at().unreadable("where an import leads")),
                (EXTERNAL, _) => ImportTarget::External,
                _ => ImportTarget::Unresolved,
            };
            Ok(ImportEntry { path, module: module.to_string(), import, target })
        };
        found.into_iter().map(entry).collect()
    }
}

/// Which imports are at this end? `None` where there can be none.
fn at(snapshot: &Snapshot, end: &ImportEnd) -> Result<Option<Which>, BackendError> {
    Ok(match end {
        ImportEnd::FromFile(path) => snapshot.number(path)?.map(|file| Which::is("file", file)),
        ImportEnd::ToFile(path) => snapshot.number(path)?.map(|file| Which::is("target", file)),
        ImportEnd::FromModule(module) => {
            let files = snapshot.of_module(module)?;
            (!files.is_empty()).then(|| Which::among("file", files))
        }
        // Those that land in one of its files, and those that land nowhere and name it.
        ImportEnd::ToModule(module) => {
            let named = Which::is("module", module.clone()).and("reach > 0", []);
            let files = snapshot.of_module(module)?;
            Some(if files.is_empty() {
                named
            } else {
                let lands = format!("target IN ({}) OR (reach > 0 AND module = ?)", list(files));
                Which::all().and(&lands, [Value::from(module.clone())])
            })
        }
    })
}
