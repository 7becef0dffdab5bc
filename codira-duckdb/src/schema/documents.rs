//! Makes documents of the rows of the second schema.

use std::{borrow::Cow, collections::HashMap};

use codira_contracts::{
    AnalysisStatus, BackendError, FileAnalysis, Import, Language, RepoPath, Site, UseForm, UseKind, UseRecord, resolve::RuleSet,
};
use codira_store::parallel;
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    codec,
    engine::Database,
    write::encode::{Encoded, encode, push_document},
};

/// How many files are moved together.
const BATCH_FILES: usize = 256;

/// Which files are there?
const FILES: &str = "SELECT id, path, language, module FROM file ORDER BY id";
const DROP: &str = "DROP TABLE content; DROP TABLE documentation; DROP TABLE former_symbol";

/// What an analysis says beside symbols, documentation and source, as the second schema kept it.
#[derive(Deserialize)]
struct Rest<'a> {
    imports: Vec<Import>,
    #[serde(borrow)]
    uses: Vec<Use<'a>>,
    status: AnalysisStatus,
}

/// A use, whose owner is told by its place in the list of symbols.
#[derive(Deserialize)]
struct Use<'a> {
    kind: UseKind,
    form: UseForm,
    owner: usize,
    #[serde(borrow)]
    text: Cow<'a, str>,
    line: u32,
    column: u32,
}

/// A file as it was stored.
struct Former {
    file: u32,
    path: RepoPath,
    analysis: FileAnalysis,
    /// Of each symbol.
    numbers: Vec<u32>,
}

pub(super) fn make_documents(database: &Database) -> Result<(), BackendError> {
    let files = database.rows_once(FILES, [], |row| {
        let analysis = FileAnalysis::new(Language::new(row.get::<String>(2)?), row.get::<String>(3)?);
        Ok(Former { file: row.get(0)?, path: row.path(1)?, analysis, numbers: Vec::new() })
    })?;
    let mut files = files.into_iter();
    loop {
        let mut some: Vec<Former> = files.by_ref().take(BATCH_FILES).collect();
        let (Some(first), Some(last)) = (some.first(), some.last()) else { return database.batch(DROP) };
        read(database, first.file, last.file, &mut some)?;
        let encoded = parallel::map(some, |Former { file, path, analysis, numbers }| {
            let encoded = encode(&path, &analysis, &numbers, &RuleSet::default());
            (file, analysis, numbers, encoded)
        });
        let (mut documents, mut symbols) = (database.append("document")?, database.append("symbol")?);
        let mut offers = database.append("offer")?;
        for (file, analysis, numbers, encoded) in encoded {
            push_document(&mut documents, &mut symbols, file, &analysis, &numbers, &encoded)?;
            let Encoded { offered, .. } = encoded;
            offered.into_iter().try_for_each(|key| offers.push(&[&key, &file]))?;
        }
        for rows in [documents, symbols, offers] {
            rows.finish()?;
        }
    }
}

/// Reads the rows of the files from one number to another, which `files` are in order.
fn read(database: &Database, first: u32, last: u32, files: &mut [Former]) -> Result<(), BackendError> {
    let mut symbols = bodies(database, "former_symbol", "number", first, last)?;
    let mut documentation = bodies(database, "documentation", "0::UINTEGER", first, last)?;
    let sql = format!("SELECT file, rest, source FROM content WHERE file BETWEEN {first} AND {last}");
    let contents =
        database.rows_once(&sql, [], |row| Ok((row.get::<u32>(0)?, (row.get::<Vec<u8>>(1)?, row.get::<String>(2)?))))?;
    let mut contents: HashMap<u32, (Vec<u8>, String)> = contents.into_iter().collect();
    for Former { file, analysis, numbers, .. } in files {
        (*numbers, analysis.symbols) = symbols.remove(file).unwrap_or_default().into_iter().unzip();
        analysis.documentation = documentation.remove(file).unwrap_or_default().into_iter().map(|(_, unit)| unit).collect();
        let (rest, source) = contents.remove(file).ok_or_else(|| database.at().unreadable("the content of a file"))?;
        analysis.source = source;
        unpack_rest(&rest, analysis).ok_or_else(|| database.at().unreadable("the records of a file"))?;
    }
    Ok(())
}

/// The records of a table with their numbers, by file, in the order of each.
fn bodies<T: DeserializeOwned>(
    database: &Database,
    table: &str,
    number: &str,
    first: u32,
    last: u32,
) -> Result<HashMap<u32, Vec<(u32, T)>>, BackendError> {
    let mut bodies: HashMap<u32, Vec<(u32, T)>> = HashMap::new();
    let sql = format!("SELECT file, {number}, body FROM {table} WHERE file BETWEEN {first} AND {last} ORDER BY file, ordinal");
    for (file, body) in database
        .rows_once(&sql, [], |row| Ok((row.get::<u32>(0)?, (row.get(1)?, row.blob(2, "a record of a file", codec::unpack)?))))?
    {
        bodies.entry(file).or_default().push(body);
    }
    Ok(bodies)
}

fn unpack_rest(bytes: &[u8], analysis: &mut FileAnalysis) -> Option<()> {
    let Rest { imports, uses, status } = codec::unpack_borrowed(bytes)?;
    let record = |Use { kind, form, owner, text, line, column }: Use<'_>| {
        let owner = analysis.symbols.get(owner)?.id.clone();
        Some(UseRecord { kind, owner, form, text: text.into_owned(), site: Site::new(line, column) })
    };
    analysis.uses = uses.into_iter().map(record).collect::<Option<_>>()?;
    (analysis.imports, analysis.status) = (imports, status);
    Some(())
}
