//! The forms of stored blobs. When this fails, the model of the contract changed, and an index that is stored would be misread:
//! the schema needs a migration, and `blobs.txt` the new digests. Before the first release the digests alone are enough.

use std::collections::BTreeSet;

use codira_contracts::{
    AnalyzerInventory, BodyFacts, ContentHash, EdgeTarget, ExternalKind, FileSnapshot, ImportTarget, Parameter, ParameterKind,
    Symbol, SymbolKind, Tool, Vector,
    resolve::{self, FactKey, Resolution},
};
use codira_store::{compact::ResolvedUses, vectors::Sketch};

use super::samples::file;
use crate::{
    codec,
    forms::{
        content,
        outline::Outline,
        sketches::{self, Entry},
        vector,
    },
    postings::{Key, Pair, block::Blocks},
    schema,
};

fn digest(bytes: &[u8]) -> String {
    ContentHash::of(bytes).to_string()[..16].to_owned()
}

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
    let symbol = Symbol {
        signature: Some("def f(a: int = 1)".to_owned()),
        parameters: vec![Parameter {
            name: "a".to_owned(),
            kind: ParameterKind::Positional,
            annotation: Some("int".to_owned()),
            default: Some("1".to_owned()),
        }],
        decorators: vec!["cache".to_owned()],
        bases: vec!["B".to_owned()],
        extends: Some("C".to_owned()),
        body: BodyFacts { returns_value: true, yields: false, raises: true, asserts: false },
        ..Symbol::new("f", SymbolKind::Function, "f")
    };
    let inventory = vec![AnalyzerInventory { tool: Tool::new("python", "1"), globs: vec!["**/*.py".to_owned()] }];
    let offered = FactKey::new("python:f", "run");
    let mut keys = [Key::Word("run"), Key::Name("run"), Key::Offer(&offered)].map(|key| Pair::new(key.digest(), 7));
    keys.sort();
    let resolution = resolution(&sample, offered);
    let resolved_uses = ResolvedUses::of(&resolution, &analysis.uses, |_| Some(7)).unwrap();
    let forms = [
        ("symbol", digest(&codec::pack(&symbol))),
        ("outline", digest(&Outline::of(analysis).to_bytes())),
        ("content", digest(&content::to_bytes(analysis))),
        ("meanings", digest(&codec::pack(&resolved_uses))),
        ("block", digest(&Blocks::of(&keys)[0].1)),
        ("vector", digest(&vector::pack(&Vector::new(vec![0.0, 0.0, 1.0, 0.0]).unwrap()))),
        ("sketch", digest(Sketch::of(&[0.5, -0.25, 1.0, 0.0]).as_bytes())),
        ("sketches", digest(&sketches::pack([Entry { vector: 9, file: 7, documents: true, sketch: b"sketch" }].into_iter()))),
        ("doc issue", digest(&codec::pack(&analysis.doc_issues[0]))),
        ("inventory", digest(&codec::pack(&inventory))),
    ];
    let told = forms.map(|(name, digest)| format!("{name} {digest}")).join("\n");
    assert_eq!(
        told,
        include_str!("blobs.txt").trim_end(),
        "stored blobs have another form than schema {}",
        schema::CURRENT.number()
    );
}
