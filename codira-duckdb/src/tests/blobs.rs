//! The forms of stored blobs. When this fails, the model of the contract changed, and an index that is stored would be misread:
//! the schema needs a migration. Before the first release the new digests alone are enough.

use std::collections::BTreeSet;

use codira_contracts::{
    ContentHash, EdgeTarget, ExternalKind, FileAnalysis, FileSnapshot, ImportTarget, Language, Vector,
    resolve::{self, FactKey, Resolution},
};
use codira_store::{
    compact::ResolvedUses,
    vectors::{self, Sketch},
};

use super::samples::file;
use crate::{
    codec,
    forms::document::{self, Records},
    schema,
};

/// What rules may say of the sample: each use is a builtin, each import lands outside, one name was looked up.
fn resolution(sample: &FileSnapshot, asked: FactKey) -> Resolution {
    let analysis = &sample.analysis;
    let groups = resolve::groups(&analysis.uses);
    let builtin = |text: &str| EdgeTarget::External { kind: ExternalKind::Builtin, name: text.to_owned() };
    let targets = groups.iter().map(|group| builtin(&group.record.text)).collect();
    let imports = vec![ImportTarget::External; analysis.imports.len()];
    Resolution::new(sample.path(), groups, targets, imports, BTreeSet::from([asked]))
}

#[test]
fn the_forms_of_blobs_are_those_of_the_schema() {
    let sample = file("pkg/f.py", 7);
    let analysis = &sample.analysis;
    // Compression is not a form: what it makes may differ from one version of it to the next.
    let (source, records) = document::to_blobs(analysis, &[3, 1, 0]);
    let (source, records) =
        (codec::decompress(&source, b"").unwrap(), codec::decompress(&records, analysis.source.as_bytes()).unwrap());
    let resolution = resolution(&sample, FactKey::new("python:f", "run"));
    let resolved_uses = ResolvedUses::of(&resolution, &analysis.uses, |_| Some(1)).unwrap();
    let forms = [
        ("source", source),
        ("records", records),
        ("meanings", codec::pack(&resolved_uses)),
        ("issue", codec::pack(&analysis.doc_issues[0])),
        ("inventory", codec::pack::<[codira_contracts::AnalyzerInventory]>(&[])),
        ("vector", vectors::pack(&Vector::new(vec![0.0, 0.0, 1.0, 0.0]).unwrap())),
        ("sketch", Sketch::of(&[0.5, -0.25, 1.0, 0.0]).as_bytes().to_vec()),
    ];
    let digest = |bytes: &[u8]| ContentHash::of(bytes).to_string()[..16].to_owned();
    let told: String = forms.iter().map(|(name, bytes)| format!("{name} {}\n", digest(bytes))).collect();
    let told = format!("schema {}\n{told}", schema::CURRENT.number());
    assert_eq!(told, include_str!("blobs.txt"), "\n{told}");
}

#[test]
fn what_was_packed_reads_back() {
    let sample = file("pkg/f.py", 7).analysis;
    for numbers in [[0, 1, 2], [7, 0, 3]] {
        let (source, records) = document::to_blobs(&sample, &numbers);
        let source = document::source(&source).unwrap();
        let mut back = FileAnalysis {
            source: source.clone(),
            ..FileAnalysis::new(Language::from_static("python"), sample.module.clone())
        };
        assert_eq!(Records::read(&records, &source).unwrap().fill(&mut back, true), Some(numbers.to_vec()));
        back.doc_issues = sample.doc_issues.clone();
        assert_eq!(back, sample);
    }
    assert!(document::source(b"\xff\xff\xff").is_none());
    assert!(Records::read(b"", "").is_none());
}
