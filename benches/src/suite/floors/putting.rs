//! The floor beneath putting: the same records as rows of plain tables, through SQLite's raw
//! driver.

use codira_contracts::{EmbeddingRow, EmbeddingState, FileSnapshot};
use criterion::{Criterion, SamplingMode, Throughput};
use rusqlite::types::Value;
use serde::Serialize;

use crate::{
    sqlite,
    suite::putting::{OF_FILES, Table, all},
};

/// The records as rows of tables: a column for each field.
fn tables(table: Table, files: &[FileSnapshot]) -> Vec<Vec<Vec<Value>>> {
    let rows = |table| files.iter().zip(1..).flat_map(|(file, number)| rows_of(table, number, file)).collect();
    if table == Table::Everything { OF_FILES.map(rows).into() } else { vec![rows(table)] }
}

fn rows_of(table: Table, number: i64, FileSnapshot { analysis, embeddings, .. }: &FileSnapshot) -> Vec<Vec<Value>> {
    match table {
        Table::Symbols => analysis.symbols.iter().map(|symbol| row(number, symbol)).collect(),
        Table::Uses => analysis.uses.iter().map(|used| row(number, used)).collect(),
        Table::Imports => analysis.imports.iter().map(|import| row(number, import)).collect(),
        Table::Documentation => analysis.documentation.iter().map(|unit| row(number, unit)).collect(),
        Table::Sources => vec![vec![Value::Integer(number), Value::Text(analysis.source.clone())]],
        Table::Vectors => embeddings.iter().map(|embedding| vector_row(number, embedding)).collect(),
        Table::Everything => Vec::new(),
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

/// Measures every table.
pub(super) fn bench(criterion: &mut Criterion, files: &[FileSnapshot]) {
    let directory = tempfile::tempdir().expect("there is room for a directory");
    for table in all() {
        let files = table.part(files);
        let tables = tables(table, &files);
        let path = directory.path().join("driver.db");
        let mut group = criterion.benchmark_group(table.name());
        group.sample_size(10).sampling_mode(SamplingMode::Flat).throughput(Throughput::Elements(table.records(&files) as u64));
        group.bench_function("raw-sqlite", |bencher| {
            bencher.iter(|| sqlite::load(&path, &tables).expect("there is room"));
        });
        group.finish();
    }
}
