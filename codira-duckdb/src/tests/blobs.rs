//! The forms of stored blobs. When this fails, the model of the contract changed, and an index that is stored would be misread:
//! the schema needs a migration. Before the first release the new digests alone are enough.

use codira_contracts::{ContentHash, FileAnalysis, Language, Vector, compact::Meanings, resolve, score::Sketch};

use super::samples::file;
use crate::{
    codec,
    forms::document::{self, Records},
    schema,
};

#[test]
fn the_forms_of_blobs_are_those_of_the_schema() {
    let sample = file("pkg/f.py", 7);
    let analysis = &sample.analysis;
    // Compression is not a form: what it makes may differ from one version of it to the next.
    let (source, records) = document::to_blobs(analysis, &[3, 1, 0]);
    let (source, records) =
        (codec::expand(&source, b"").unwrap(), codec::expand(&records, analysis.source.as_bytes()).unwrap());
    let resolve::Progress::Done(resolution) =
        resolve::resolve(&sample.state.path, analysis, &resolve::AllOffers::default().into())
    else {
        panic!("all is known")
    };
    let meanings = Meanings::of(&resolution, &analysis.uses, |_| Some(1)).unwrap();
    let forms = [
        ("source", source),
        ("records", records),
        ("meanings", codec::pack(&meanings)),
        ("issue", codec::pack(&analysis.doc_issues[0])),
        ("inventory", codec::pack::<[codira_contracts::AnalyzerInventory]>(&[])),
        ("vector", Vector::new(vec![0.0, 0.0, 1.0, 0.0]).unwrap().to_packed()),
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
        let mut back = FileAnalysis { source: source.clone(), ..FileAnalysis::new(Language::PYTHON, sample.module.clone()) };
        assert_eq!(Records::read(&records, &source).unwrap().fill(&mut back, true), Some(numbers.to_vec()));
        back.doc_issues = sample.doc_issues.clone();
        assert_eq!(back, sample);
    }
    assert!(document::source(b"\xff\xff\xff").is_none());
    assert!(Records::read(b"", "").is_none());
}
