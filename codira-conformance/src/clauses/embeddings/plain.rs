//! What the contract says of embeddings, as plain filters over the files that a clause has put.

use std::collections::BTreeMap;

use codira_contracts::{
    CandidateRequest, ContentHash, EmbeddingInventory, EmbeddingRow, EmbeddingSpec, EmbeddingState, FileSnapshot, IndexReader,
    Owners, PendingEmbedding, PendingRequest, RepoPath, ReusableEmbedding, ReuseRequest, SymbolKey, Totals,
    score::{self, Scored},
};

use crate::{
    Outcome,
    observe::same,
    samples::{key, path},
    verdict::ensure,
};

/// The files of an index, by path.
#[derive(Clone, Default)]
pub(super) struct Files(pub(super) BTreeMap<RepoPath, FileSnapshot>);

impl Files {
    pub(super) fn of(files: impl IntoIterator<Item = FileSnapshot>) -> Self {
        let mut all = Self::default();
        files.into_iter().for_each(|file| all.put(file));
        all
    }

    /// As a session puts it.
    pub(super) fn put(&mut self, mut file: FileSnapshot) {
        file.normalize();
        self.0.insert(file.path().clone(), file);
    }

    /// Sets the one row of an owner under a spec.
    pub(super) fn set(&mut self, at: &str, row: EmbeddingRow) {
        if let Some(file) = self.0.get_mut(&path(at)) {
            file.embeddings.retain(|known| (&known.owner, &known.spec) != (&row.owner, &row.spec));
            file.embeddings.push(row);
            file.normalize();
        }
    }

    fn rows(&self) -> impl Iterator<Item = (SymbolKey, &EmbeddingRow)> {
        let of_file = |file: &FileSnapshot, row: &EmbeddingRow| key(file.path().as_str(), row.owner.as_str());
        self.0.values().flat_map(move |file| file.embeddings.iter().map(move |row| (of_file(file, row), row)))
    }

    /// Every row that waits, by spec, then key.
    pub(super) fn pending(&self) -> Vec<PendingEmbedding> {
        let waiting = self.rows().filter_map(|(key, row)| match &row.state {
            EmbeddingState::Pending { text } => Some(PendingEmbedding { key, spec: row.spec.clone(), text: text.clone() }),
            EmbeddingState::Computed(_) => None,
        });
        let mut waiting: Vec<_> = waiting.collect();
        waiting.sort_by(|a, b| (&a.spec, &a.key).cmp(&(&b.spec, &b.key)));
        waiting
    }

    /// Every vector of a spec by its text: that of the lowest key.
    pub(super) fn reusable(&self, spec: &EmbeddingSpec) -> BTreeMap<ContentHash, (SymbolKey, ReusableEmbedding)> {
        let mut found = BTreeMap::new();
        // Rows come by key.
        for (key, row) in self.rows().filter(|(_, row)| row.spec == *spec) {
            if let EmbeddingState::Computed(vector) = &row.state {
                let reusable = ReusableEmbedding { text_hash: row.text_hash, vector: vector.clone() };
                found.entry(row.text_hash).or_insert((key, reusable));
            }
        }
        found
    }

    pub(super) fn specs(&self) -> Vec<EmbeddingSpec> {
        let mut specs: Vec<_> = self.rows().map(|(_, row)| row.spec.clone()).collect();
        specs.sort();
        specs.dedup();
        specs
    }

    pub(super) fn texts(&self) -> Vec<ContentHash> {
        self.rows().map(|(_, row)| row.text_hash).collect()
    }

    fn inventory(&self) -> Vec<EmbeddingInventory> {
        let count = |spec: EmbeddingSpec| {
            let rows = || self.rows().filter(|(_, row)| row.spec == spec);
            let computed = rows().filter(|(_, row)| matches!(row.state, EmbeddingState::Computed(_))).count() as u64;
            EmbeddingInventory { computed, pending: rows().count() as u64 - computed, spec }
        };
        self.specs().into_iter().map(count).collect()
    }

    /// What is most similar: each vector compared, sorted, and cut last of all.
    pub(super) fn candidates(&self, asked: &CandidateRequest) -> Vec<Scored<SymbolKey>> {
        let mut found = Vec::new();
        for (path, file) in self.0.iter().filter(|(path, _)| asked.prefix.covers(path)) {
            let analysis = &file.analysis;
            for row in file.embeddings.iter().filter(|row| row.spec == asked.spec) {
                let is_there = match asked.among {
                    Owners::Symbols => analysis.symbols.iter().any(|symbol| symbol.id == row.owner),
                    Owners::Documentation => analysis.documentation.iter().any(|unit| unit.id == row.owner),
                };
                if let (true, EmbeddingState::Computed(stored)) = (is_there, &row.state) {
                    let score = score::cosine(asked.vector.as_slice(), stored.as_slice());
                    found.push(Scored { score, key: SymbolKey { path: path.clone(), id: row.owner.clone() } });
                }
            }
        }
        found.sort();
        found.truncate(asked.limit.unwrap_or(usize::MAX));
        found
    }
}

/// Fails unless a reader keeps the rows of `files`, and no others: as files, as pending rows, as
/// what can be reused, and in its counts.
pub(super) async fn kept(when: &str, reader: &impl IndexReader, files: &Files) -> Outcome {
    for (path, file) in &files.0 {
        let found = reader.file(path).await?;
        let rows = found.as_ref().map_or(&[][..], |file| &file.embeddings);
        same_rows(format_args!("{when}, the embeddings of {path}"), &file.embeddings, rows)?;
        ensure!(found.as_ref() == Some(file), "{when}, {path} is {found:#?}, and should be {file:#?}");
    }
    let pending = files.pending();
    let found = reader.pending_embeddings(&PendingRequest::default()).await?;
    same_rows(format_args!("{when}, the pending rows"), &pending, &found)?;
    for spec in files.specs() {
        let found =
            reader.pending_embeddings(&PendingRequest { spec: Some(spec.clone()), ..PendingRequest::default() }).await?;
        let of_spec: Vec<_> = pending.iter().filter(|row| row.spec == spec).cloned().collect();
        same_rows(format_args!("{when}, the pending rows under {spec}"), &of_spec, &found)?;
        let found = reader.reusable_embeddings(&ReuseRequest { spec: spec.clone(), texts: files.texts() }).await?;
        let expected: Vec<_> = files.reusable(&spec).into_values().map(|(_, row)| row).collect();
        same_rows(format_args!("{when}, what can be reused under {spec}"), &expected, &found)?;
    }
    let (inventory, expected) = (reader.inventory().await?.embeddings, files.inventory());
    same_rows(format_args!("{when}, the inventory"), &expected, &inventory)?;
    let Totals { embeddings, pending_embeddings, .. } = reader.totals().await?;
    let expected: (u64, u64) = (expected.iter().map(|row| row.computed).sum(), expected.iter().map(|row| row.pending).sum());
    ensure!(
        (embeddings, pending_embeddings) == expected,
        "{when}, {expected:?} rows have and await their vectors, and totals say {embeddings} and {pending_embeddings}"
    );
    Ok(())
}

/// Fails unless a reader's candidates are those of `files`, with all bits of their scores.
pub(super) async fn compared(when: &str, reader: &impl IndexReader, files: &Files, asked: &CandidateRequest) -> Outcome {
    let line = |score: f32, key: &SymbolKey| {
        format!("{score:?} ({:08x}) {:?}#{:?}\n", score.to_bits(), key.path.as_str(), key.id.as_str())
    };
    let expected: String = files.candidates(asked).iter().map(|it| line(it.score, &it.key)).collect();
    let found: String = reader.candidates(asked).await?.iter().map(|it| line(it.score, &it.owner.key())).collect();
    let CandidateRequest { among, spec, prefix, limit, .. } = asked;
    same(format_args!("{when}, the first {limit:?} of {among:?} inside {prefix:?} under {spec}"), &expected, &found)
}

/// Fails with the rows that differ.
pub(super) fn same_rows<T: std::fmt::Debug + PartialEq>(what: impl std::fmt::Display, expected: &[T], found: &[T]) -> Outcome {
    let lines = |rows: &[T]| rows.iter().map(|row| format!("{row:?}\n")).collect::<String>();
    if expected == found { Ok(()) } else { same(what, &lines(expected), &lines(found)) }
}
