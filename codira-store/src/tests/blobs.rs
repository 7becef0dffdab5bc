//! The forms of stored blobs. When this fails, the model of the contract changed, and an index that
//! is stored would be misread: every store needs a migration, and `blobs.txt` the new digests.
//! Before the first release the digests alone are enough.

use std::collections::BTreeSet;

use codira_contracts::{
    AnalyzerInventory, BodyFacts, ContentHash, Coverage, DocIssue, Documentation, DocumentationFormat, DocumentationKind,
    EdgeTarget, ExternalKind, FileAnalysis, Import, ImportCondition, ImportKind, ImportTarget, Language, LineSpan, Parameter,
    ParameterKind, RepoPath, RulesInventory, RunInventory, Severity, Site, Symbol, SymbolKind, Tool, UseForm, UseKind,
    UseRecord, Vector, Visibility,
    resolve::{self, FactKey, Resolution},
};

use crate::{
    codec,
    compact::ResolvedUses,
    forms::{
        content,
        embeddings::{Embedding, Embeddings, Form},
        outline::Outline,
    },
    postings::{Key, Pair, block::Blocks},
};

fn digest(bytes: &[u8]) -> String {
    ContentHash::of(bytes).to_string()[..16].to_owned()
}

/// Something of everything.
fn sample() -> FileAnalysis {
    let mut analysis = FileAnalysis::new(Language::from_static("python"), "pkg.f");
    let method = Symbol {
        parent: Some("A".into()),
        documentation: Some("Runs.".to_owned()),
        span: LineSpan::new(3, 9),
        signature: Some("def run(a: int = 1)".to_owned()),
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
        ..Symbol::new("A.run", SymbolKind::Method, "run")
    };
    analysis.symbols = vec![
        Symbol::new("module", SymbolKind::Module, "m"),
        Symbol { parent: Some("module".into()), ..Symbol::new("A", SymbolKind::Class, "A") },
        method,
    ];
    analysis.imports = vec![Import {
        kind: ImportKind::Name,
        module: "os.path".to_owned(),
        name: Some("join".to_owned()),
        alias: None,
        owner: Some("module".into()),
        visibility: Visibility::Internal,
        condition: ImportCondition::Always,
        line: 1,
    }];
    analysis.uses = vec![UseRecord {
        kind: UseKind::Call,
        owner: "A.run".into(),
        form: UseForm::Value,
        text: "conn.execute".to_owned(),
        site: Site::new(5, 9),
    }];
    analysis.documentation = vec![Documentation {
        id: "doc".into(),
        format: DocumentationFormat::PlainText,
        kind: DocumentationKind::Function,
        title: "run".to_owned(),
        heading_path: Vec::new(),
        span: LineSpan::new(4, 4),
        text: "Runs.".to_owned(),
        owner: Some("A.run".into()),
    }];
    analysis.doc_issues = vec![DocIssue {
        rule: "D103".to_owned(),
        severity: Severity::Warning,
        message: "missing".to_owned(),
        span: LineSpan::new(3, 3),
        convention: Tool::new("numpy", "1"),
        auditor: Tool::new("python", "1"),
        owner: Some("A.run".into()),
    }];
    analysis.source = "import os\nclass A:\n  def run(self):\n    '''Runs.'''\n    conn.execute()\n".to_owned();
    analysis
}

/// What rules may say of the sample: each use is a builtin, each import lands outside, one name was
/// looked up.
fn resolution(analysis: &FileAnalysis, asked: FactKey) -> Resolution {
    let path = RepoPath::new("pkg/f.py").unwrap();
    let groups = resolve::groups(&analysis.uses);
    let builtin = |text: &str| EdgeTarget::External { kind: ExternalKind::Builtin, name: text.to_owned() };
    let targets = groups.iter().map(|group| builtin(&group.record.text)).collect();
    let imports = vec![ImportTarget::External; analysis.imports.len()];
    Resolution::new(&path, groups, targets, imports, BTreeSet::from([asked]))
}

#[test]
fn the_forms_of_blobs_are_those_that_are_stored() {
    let analysis = sample();
    let offered = FactKey::new("python:f", "run");
    let text = ContentHash::of(b"text");
    let keys = [Key::Word("run"), Key::Name("run"), Key::Offer(&offered), Key::Text(text)];
    let mut pairs = keys.map(|key| Pair::new(key.digest(), 7));
    pairs.sort();
    let resolution = resolution(&analysis, offered);
    let resolved_uses = ResolvedUses::of(&resolution, &analysis.uses, |_| Some(7)).unwrap();
    let vector = Vector::new(vec![0.0, 0.0, 1.0, 0.0]).unwrap();
    let embeddings = Embeddings(vec![
        Embedding { owner: "A.run".into(), documents: false, form: Form::computed(text, &vector) },
        Embedding { owner: "doc".into(), documents: true, form: Form::Pending { text: "Runs.".to_owned() } },
    ]);
    let embeddings = embeddings.encode(7, 1, 4).unwrap();
    let tool = Tool::new("python", "1");
    let analyzers = vec![AnalyzerInventory { tool: tool.clone(), globs: vec!["**/*.py".to_owned()] }];
    let rules = vec![RulesInventory { language: Language::from_static("python"), tool: tool.clone() }];
    let run = (RunInventory { coverage: Coverage::Complete, analyzers }, rules);
    // Compression is not a form: what it makes may differ from one version of it to the next.
    let owners = codec::decompress(&embeddings.owners, b"").unwrap();
    let forms = [
        ("outline", digest(&Outline::of(&analysis).to_bytes())),
        ("content", digest(&content::to_bytes(&analysis))),
        ("resolved uses", digest(&codec::pack(&resolved_uses))),
        ("block", digest(&Blocks::of(&pairs)[0].body)),
        ("vectors", digest(&embeddings.vectors)),
        ("quantized vectors", digest(&embeddings.quantized)),
        ("owners", digest(&owners)),
        ("doc issues", digest(&codec::pack(&analysis.doc_issues))),
        ("run", digest(&codec::pack(&run))),
        ("plain", digest(&codec::compress(b"short", b""))),
    ];
    let told = forms.map(|(name, digest)| format!("{name} {digest}\n")).concat();
    assert_eq!(told, include_str!("blobs.txt"), "stored blobs have another form than the schema's");
}
