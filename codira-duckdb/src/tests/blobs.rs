//! The forms of stored blobs. When this fails, the model of the contract changed, and an index that is stored would be misread:
//! the schema needs a migration. Before the first release the new digests alone are enough.

use codira_contracts::{ContentHash, FileAnalysis, Language, RepoPath, Vector, resolve, score::Sketch};

use super::samples::file;
use crate::{
    codec,
    forms::{
        document::{self, Records},
        meanings::{Meaning, Meanings},
        uses::{self, Uses},
    },
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
    let meanings = Meanings::of(&resolution, uses::texts(&analysis.uses), |_| Some(1)).unwrap().pack();
    let forms = [
        ("source", source),
        ("records", records),
        ("meanings", codec::expand(&meanings, b"").unwrap()),
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

/// What a use means is kept without what its own text says.
#[test]
fn meanings_read_back() {
    let sample = file("pkg/f.py", 7);
    let target = codira_contracts::SymbolKey { path: RepoPath::new("a.py").unwrap(), id: "A.dumps".into() };
    let resolution = resolve::Resolution {
        meanings: vec![codira_contracts::EdgeTarget::Resolved(target)],
        imports: vec![codira_contracts::ImportTarget::External],
        ..Default::default()
    };
    let blob = Meanings::of(&resolution, uses::texts(&sample.analysis.uses), |_| Some(4)).unwrap().pack();
    let blob = codec::expand(&blob, b"").unwrap();
    let packed = codec::pack(&Uses::of(&sample.analysis));
    let alike = codec::unpack_borrowed::<Uses<'_>>(&packed).unwrap().alike().unwrap();
    let meanings = Meanings::read(&blob).unwrap().of_uses(&alike).unwrap();
    assert_eq!(meanings, [Meaning::Symbol { file: 4, id: "A.dumps".into() }]);
}
