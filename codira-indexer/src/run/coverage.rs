//! Coverage: source files that are not in the index.

use std::{
    collections::{BTreeMap, HashSet},
    num::NonZeroUsize,
    sync::Arc,
};

use codira_contracts::{Coverage, IndexBackend, IndexReader, PathPrefix};
use tokio_util::sync::CancellationToken;

use super::{Indexer, on_a_thread};
use crate::{
    CoverageReport, IndexerError, LeftOutFile, UncoveredExtension, UncoveredLanguage,
    scan::{Owner, Owners, scan},
};

impl<B: IndexBackend> Indexer<B> {
    /// Compares what is in the repository now with what is in the index, on `jobs` threads. Reads
    /// no file, and writes nothing.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run), and [`NotIndexed`](codira_contracts::ErrorKind::NotIndexed) where
    /// there is no index.
    pub async fn coverage(&self, jobs: NonZeroUsize, cancel: &CancellationToken) -> Result<CoverageReport, IndexerError> {
        let reader = self.backend.open_reader().await?;
        let stored = reader.inventory().await?.coverage;
        let files = reader.file_states(&PathPrefix::root()).await?;
        let owners = Arc::new(Owners::new(&self.analyzers)?);
        let (root, options, cancel) = (self.root.clone(), self.options.clone(), cancel.clone());
        let scan = on_a_thread(move || scan(&root, &owners, &options, jobs, &cancel)).await?;
        let roots = &self.options.coverage_roots;
        let indexed: HashSet<_> = files.iter().map(|state| &state.path).collect();
        let owned = scan.files.iter().filter(|file| matches!(file.owner, Owner::Analyzer(_)));
        let absent = owned.filter(|file| !indexed.contains(&file.path));
        let absent = absent.map(|file| LeftOutFile { path: file.path.to_string(), reason: None });
        let skipped = scan.skipped.into_iter().filter(|skipped| skipped.reason.is_gap());
        let skipped = skipped.map(|skipped| LeftOutFile { path: skipped.path, reason: Some(skipped.reason) });
        let failed = scan.failures.into_iter().map(|failure| LeftOutFile { path: failure.path, reason: None });
        let mut left_out: Vec<_> = absent.chain(skipped).chain(failed).filter(|file| roots.admits(&file.path)).collect();
        left_out.sort_unstable();
        let mut uncovered = scan.uncovered;
        uncovered.sort_unstable_by(|a, b| (a.language.is_none(), &a.extension).cmp(&(b.language.is_none(), &b.extension)));
        let is_complete = left_out.is_empty() && uncovered.iter().all(|extension| extension.language.is_none());
        let coverage = if is_complete { Coverage::Complete } else { Coverage::Incomplete };
        let covered = files.iter().filter(|state| roots.admits(state.path.as_str())).count() as u64;
        Ok(CoverageReport { coverage, stored, covered, uncovered, left_out })
    }
}

/// The gaps among `uncovered`, by language.
pub(super) fn by_language(uncovered: &[UncoveredExtension]) -> Vec<UncoveredLanguage> {
    let mut languages = BTreeMap::<_, u64>::new();
    for (language, files) in uncovered.iter().filter_map(|extension| Some((extension.language?, extension.files))) {
        *languages.entry(language).or_default() += files;
    }
    languages.into_iter().map(|(language, files)| UncoveredLanguage { language, files }).collect()
}
