//! What it takes to put the records of one table, and everything: rows a second.

use std::path::Path;

use codira_contracts::{
    Capability, FileAnalysis, FileSnapshot, IndexBackend, IndexWriteSession, PendingRequest, SessionRequest, SymbolKind,
    resolve::RuleSet,
};
use criterion::{BatchSize, Criterion, SamplingMode, Throughput};

use super::prepared::{Prepared, embedded};

/// A kind of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Table {
    Symbols,
    Uses,
    Imports,
    Documentation,
    Sources,
    Vectors,
    /// All of them but vectors, as analyzers give them.
    Everything,
}

/// What a file without vectors consists of.
pub(super) const OF_FILES: [Table; 5] = [Table::Symbols, Table::Uses, Table::Imports, Table::Documentation, Table::Sources];

/// How many symbols of a file of vectors have one, as the analyzed files have some twenty symbols.
const VECTORS_PER_FILE: usize = 20;

impl Table {
    pub(super) fn name(self) -> &'static str {
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
    pub(super) fn part(self, files: &[FileSnapshot]) -> Vec<FileSnapshot> {
        files.iter().enumerate().map(|(number, file)| self.part_of(number, file)).collect()
    }

    fn part_of(self, number: usize, FileSnapshot { state, analysis, .. }: &FileSnapshot) -> FileSnapshot {
        let mut reduced = FileAnalysis::new(analysis.language.clone(), analysis.module.clone());
        // Whatever has an owner gets the module.
        reduced.symbols.extend(analysis.symbols.iter().find(|symbol| symbol.kind == SymbolKind::Module).cloned());
        let module = reduced.symbols.first().map(|module| module.id.clone());
        match self {
            Self::Symbols => reduced.symbols.clone_from(&analysis.symbols),
            Self::Uses => reduced.uses.clone_from(&analysis.uses),
            Self::Imports => reduced.imports.clone_from(&analysis.imports),
            Self::Documentation => reduced.documentation.clone_from(&analysis.documentation),
            Self::Sources => reduced.source.clone_from(&analysis.source),
            Self::Vectors => return embedded(number, VECTORS_PER_FILE),
            Self::Everything => {
                return FileSnapshot { state: state.clone(), analysis: analysis.clone(), embeddings: Vec::new() };
            }
        }
        if let Some(module) = &module {
            reduced.uses.iter_mut().for_each(|used| used.owner = module.clone());
        }
        reduced.imports.iter_mut().for_each(|import| import.owner.clone_from(&module));
        reduced.documentation.iter_mut().for_each(|unit| unit.owner.clone_from(&module));
        FileSnapshot { state: state.clone(), analysis: reduced, embeddings: Vec::new() }
    }

    /// How many records there are.
    pub(super) fn records(self, files: &[FileSnapshot]) -> usize {
        files.iter().map(|file| self.records_of(file)).sum()
    }

    fn records_of(self, file: &FileSnapshot) -> usize {
        let FileSnapshot { analysis, embeddings, .. } = file;
        match self {
            Self::Symbols => analysis.symbols.len(),
            Self::Uses => analysis.uses.len(),
            Self::Imports => analysis.imports.len(),
            Self::Documentation => analysis.documentation.len(),
            Self::Sources => 1,
            Self::Vectors => embeddings.len(),
            Self::Everything => OF_FILES.iter().map(|table| table.records_of(file)).sum(),
        }
    }
}

/// Every table, everything last.
pub(super) fn all() -> impl Iterator<Item = Table> {
    OF_FILES.into_iter().chain([Table::Vectors, Table::Everything])
}

pub(super) fn bench<B: IndexBackend, O: Fn(&Path) -> B>(criterion: &mut Criterion, name: &str, prepared: &Prepared<B, O>) {
    let Prepared { runtime, files, .. } = prepared;
    let (backend, _directory) = prepared.another();
    let embeds = backend.descriptor().claims(Capability::Embeddings);
    for table in all().filter(|table| embeds || *table != Table::Vectors) {
        let files = table.part(files);
        let mut group = criterion.benchmark_group(table.name());
        group.sample_size(10).sampling_mode(SamplingMode::Flat).throughput(Throughput::Elements(table.records(&files) as u64));
        group.bench_function(name, |bencher| {
            bencher.to_async(runtime).iter_batched(
                || files.clone(),
                async |files| {
                    let mut session = backend
                        .begin_index_session(SessionRequest::full(RuleSet::default()))
                        .await
                        .expect("the writer lock is free");
                    for file in files {
                        session.put_file(file).await.expect("made files break no rule");
                    }
                    // A question waits for everything that was put.
                    session.pending_embeddings(&PendingRequest::default()).await.expect("the session answers");
                    session.abort().await.expect("nothing is in the way");
                },
                BatchSize::PerIteration,
            );
        });
        group.finish();
    }
}
