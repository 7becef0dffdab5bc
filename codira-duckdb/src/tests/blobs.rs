//! The forms of stored blobs. When this fails, the model of the contract changed, and an index that is stored would be misread:
//! the schema needs a migration. Before the first release the new digests alone are enough.

use codira_contracts::{ContentHash, Vector, resolve, score::Sketch};

use super::samples::file;
use crate::{codec, schema};

#[test]
fn the_forms_of_blobs_are_those_of_the_schema() {
    let sample = file("pkg/f.py", 7);
    let analysis = &sample.analysis;
    let forms = [
        ("rest", codec::pack_rest(analysis)),
        ("symbol", codec::pack(&analysis.symbols[2])),
        ("import", codec::pack(&analysis.imports[0])),
        ("documentation", codec::pack(&analysis.documentation[0])),
        ("issue", codec::pack(&analysis.doc_issues[0])),
        ("offers", codec::pack(&resolve::offers(&sample.state.path, analysis))),
        ("vector", Vector::new(vec![0.0, 0.0, 1.0, 0.0]).unwrap().to_packed()),
        ("sketch", Sketch::of(&[0.5, -0.25, 1.0, 0.0]).as_bytes().to_vec()),
        ("sites", codec::pack_sites(&[codira_contracts::Site::new(3, 1), codira_contracts::Site::new(u32::MAX, 9)])),
    ];
    let digest = |bytes: &[u8]| ContentHash::of(bytes).to_string()[..16].to_owned();
    let told: String = forms.iter().map(|(name, bytes)| format!("{name} {}\n", digest(bytes))).collect();
    let told = format!("schema {}\n{told}", schema::CURRENT.number());
    assert_eq!(told, include_str!("blobs.txt"), "\n{told}");
}

#[test]
fn what_was_packed_reads_back() {
    let sample = file("pkg/f.py", 7).analysis;
    let mut back = codira_contracts::FileAnalysis { symbols: sample.symbols.clone(), ..sample.clone() };
    back.uses.clear();
    codec::unpack_rest(&codec::pack_rest(&sample), &mut back).unwrap();
    assert_eq!(back, sample);
    assert!(codec::unpack_rest(b"\xff\xff\xff", &mut back).is_none());
    assert!(codec::unpack_sites(&[9]).is_none());
}
