//! What it takes to put the records of one table, and everything: rows a second, beside the raw driver with the same rows in plain
//! tables.

use std::path::Path;

use codira_contracts::{
    Capability, EmbeddingRow, EmbeddingState, FileAnalysis, FileSnapshot, IndexBackend, IndexWriteSession, SymbolKind,
    WriteScope,
};
use criterion::{BatchSize, Criterion, SamplingMode, Throughput};
use rusqlite::types::Value;
use serde::Serialize;

use super::prepared::{Prepared, embedded};
use crate::sqlite;

/// A kind of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Table {
    Symbols,
    Uses,
    Imports,
    Documentation,
    Sources,
    Vectors,
    /// All of them but vectors, as analyzers say them.
    Everything,
}

/// What a file without vectors consists of.
const OF_FILES: [Table; 5] = [Table::Symbols, Table::Uses, Table::Imports, Table::Documentation, Table::Sources];

/// How many symbols of a file of vectors have one, as the analyzed files have some twenty symbols.
const VECTORS: usize = 20;

impl Table {
    fn name(self) -> &'static str {
        match self {
            Self::Symbols => "put/symbols",
            Self::Uses => "put/uses",
            Self::Imports => "put/imports",
            Self::Documentation => "put/documentation",
            Self::Sources => "put/sources",
            Self::Vectors => "put/vectors",
            Self::Everything => "put/everything",
        }
    }

    /// The same files with these records and what they cannot do without.
    fn part(self, files: &[FileSnapshot]) -> Vec<FileSnapshot> {
        files.iter().enumerate().map(|(number, file)| self.part_of(number, file)).collect()
    }

    fn part_of(self, number: usize, FileSnapshot { state, analysis, .. }: &FileSnapshot) -> FileSnapshot {
        let mut kept = FileAnalysis::new(analysis.language.clone(), analysis.module.clone());
        // Whatever has an owner gets the module.
        kept.symbols.extend(analysis.symbols.iter().find(|symbol| symbol.kind == SymbolKind::Module).cloned());
        let module = kept.symbols.first().map(|module| module.id.clone());
        match self {
            Self::Symbols => kept.symbols.clone_from(&analysis.symbols),
            Self::Uses => kept.uses.clone_from(&analysis.uses),
            Self::Imports => kept.imports.clone_from(&analysis.imports),
            Self::Documentation => kept.documentation.clone_from(&analysis.documentation),
            Self::Sources => kept.source.clone_from(&analysis.source),
            Self::Vectors => return embedded(number, VECTORS),
            Self::Everything => {
                return FileSnapshot { state: state.clone(), analysis: analysis.clone(), embeddings: Vec::new() };
            }
        }
        if let Some(module) = &module {
            kept.uses.iter_mut().for_each(|used| used.owner = module.clone());
        }
        kept.imports.iter_mut().for_each(|import| import.owner.clone_from(&module));
        kept.documentation.iter_mut().for_each(|unit| unit.owner.clone_from(&module));
        FileSnapshot { state: state.clone(), analysis: kept, embeddings: Vec::new() }
    }

    /// The records as rows of tables: a column for each field.
    fn tables(self, files: &[FileSnapshot]) -> Vec<Vec<Vec<Value>>> {
        let table = |table: Self| files.iter().zip(1..).flat_map(|(file, number)| table.rows_of(number, file)).collect();
        if self == Self::Everything { OF_FILES.map(table).into() } else { vec![table(self)] }
    }

    fn rows_of(self, number: i64, FileSnapshot { analysis, embeddings, .. }: &FileSnapshot) -> Vec<Vec<Value>> {
        match self {
            Self::Symbols => analysis.symbols.iter().map(|symbol| row(number, symbol)).collect(),
            Self::Uses => analysis.uses.iter().map(|used| row(number, used)).collect(),
            Self::Imports => analysis.imports.iter().map(|import| row(number, import)).collect(),
            Self::Documentation => analysis.documentation.iter().map(|unit| row(number, unit)).collect(),
            Self::Sources => vec![vec![Value::Integer(number), Value::Text(analysis.source.clone())]],
            Self::Vectors => embeddings.iter().map(|embedding| vector_row(number, embedding)).collect(),
            Self::Everything => Vec::new(),
        }
    }
}

/// The file's number and every field of a record; what has parts is one text.
fn row(number: i64, record: &impl Serialize) -> Vec<Value> {
    let fields = match serde_json::to_value(record).expect("every record has a form in JSON") {
        serde_json::Value::Object(fields) => fields.into_iter().map(|(_, field)| field).collect(),
        other => vec![other],
    };
    let cell = |field: serde_json::Value| match field {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::String(text) => Value::Text(text),
        field => field.as_i64().map_or_else(|| Value::Text(field.to_string()), Value::Integer),
    };
    [Value::Integer(number)].into_iter().chain(fields.into_iter().map(cell)).collect()
}

/// The same of a vector, whose numbers are bytes.
fn vector_row(number: i64, EmbeddingRow { owner, text_hash, state, .. }: &EmbeddingRow) -> Vec<Value> {
    let bytes = match state {
        EmbeddingState::Computed(vector) => vector.as_slice().iter().flat_map(|number| number.to_le_bytes()).collect(),
        EmbeddingState::Pending { text } => text.clone().into_bytes(),
    };
    let owner = Value::Text(owner.to_string());
    vec![Value::Integer(number), owner, Value::Blob(text_hash.as_bytes().to_vec()), Value::Blob(bytes)]
}

fn all() -> impl Iterator<Item = Table> {
    OF_FILES.into_iter().chain([Table::Vectors, Table::Everything])
}

fn rows_of(tables: &[Vec<Vec<Value>>]) -> Throughput {
    Throughput::Elements(tables.iter().map(Vec::len).sum::<usize>() as u64)
}

pub(super) fn bench<B: IndexBackend, O: Fn(&Path) -> B>(criterion: &mut Criterion, name: &str, prepared: &Prepared<B, O>) {
    let Prepared { runtime, files, .. } = prepared;
    let (backend, _directory) = prepared.another();
    let embeds = backend.descriptor().claims(Capability::Embeddings);
    for table in all().filter(|table| embeds || *table != Table::Vectors) {
        let files = table.part(files);
        let mut group = criterion.benchmark_group(table.name());
        group.sample_size(10).sampling_mode(SamplingMode::Flat).throughput(rows_of(&table.tables(&files)));
        group.bench_function(name, |bencher| {
            bencher.to_async(runtime).iter_batched(
                || files.clone(),
                async |files| {
                    let mut session = backend.begin_index_session(WriteScope::Full).await.expect("the place is free");
                    let last = files.last().map(|file| file.path().clone());
                    for file in files {
                        session.put_file(file).await.expect("made files break no rule");
                    }
                    // A question waits for everything that was put.
                    if let Some(last) = last {
                        session.file_state(&last).await.expect("the session answers");
                    }
                    session.abort().await.expect("nothing is in the way");
                },
                BatchSize::PerIteration,
            );
        });
        group.finish();
    }
}

/// The floor: the same rows through SQLite's raw driver.
pub(super) fn bench_floor(criterion: &mut Criterion, files: &[FileSnapshot]) {
    let directory = tempfile::tempdir().expect("there is room for a directory");
    for table in all() {
        let tables = table.tables(&table.part(files));
        let path = directory.path().join("driver.db");
        let mut group = criterion.benchmark_group(table.name());
        group.sample_size(10).sampling_mode(SamplingMode::Flat).throughput(rows_of(&tables));
        group.bench_function("raw-sqlite", |bencher| {
            bencher.iter(|| sqlite::load(&path, &tables).expect("there is room"));
        });
        group.finish();
    }
}
