//! The engine `model`: a sentence-embedding model from a local directory, in pure Rust. Nothing is
//! ever downloaded.
//!
//! The directory is one that sentence-transformers saves: `config.json`, `tokenizer.json` and
//! `model.safetensors`, of the BERT family (MiniLM, BGE, E5, GTE). The mean of the last layer, at
//! length one, is the vector.
//!
//! Texts are embedded one by one, on as many threads as the caller embeds on. A batch would pad
//! short texts to the longest, and the shape of a product decides in which order its sums are
//! formed. Alone, a text has the same vector whatever else is embedded. Another processor may
//! round otherwise; the spec does not tell.

mod bert;
mod weights;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use codira_contracts::{BoxError, ContentHash, EmbeddingSpec, Precision, Vector};
use tokenizers::{Tokenizer, TruncationParams};

use self::{
    bert::{Bert, BertConfig},
    weights::Weights,
};
use crate::{EmbeddingEngine, IndexerError};

/// The files of a model. The identity of the model is a digest of them.
const FILES: [&str; 3] = ["config.json", "tokenizer.json", "model.safetensors"];

/// How many tokens of a text count, where the tokenizer does not say.
const MAX_TOKENS: usize = 256;

/// A model in a directory. It is read when the first text is embedded.
pub struct ModelEngine {
    directory: PathBuf,
    config: BertConfig,
    spec: EmbeddingSpec,
    loaded: OnceLock<Result<Loaded, String>>,
}

struct Loaded {
    tokenizer: Tokenizer,
    bert: Bert,
}

impl ModelEngine {
    /// The name of the engine.
    pub const NAME: &str = "model";

    /// The version of the engine. It changes whenever the same text may get another vector.
    pub const VERSION: &str = "1";

    /// The model in `directory`. Reads its files to identify it, and does not load it yet.
    ///
    /// # Errors
    ///
    /// [`Model`](IndexerError::Model), naming the directory and the file that is missing,
    /// unreadable or of another kind.
    pub fn open(directory: &Path) -> Result<Self, IndexerError> {
        let fault = |problem: String, source: Option<BoxError>| IndexerError::Model {
            directory: directory.to_owned(),
            problem,
            source,
        };
        let mut digests = Vec::new();
        let mut config = Vec::new();
        for file in FILES {
            let bytes = fs::read(directory.join(file)).map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound => fault(format!("there is no {file}"), None),
                _ => fault(format!("{file} cannot be read"), Some(error.into())),
            })?;
            digests.extend_from_slice(ContentHash::of(&bytes).as_bytes());
            if file == "config.json" {
                config = bytes;
            }
        }
        let config = BertConfig::read(&config).map_err(|problem| fault(format!("config.json {problem}"), None))?;
        let spec = EmbeddingSpec {
            engine: Self::NAME.to_owned(),
            engine_version: Self::VERSION.to_owned(),
            model: config.name.clone(),
            model_version: ContentHash::of(&digests).to_string()[..16].to_owned(),
            dimension: u32::try_from(config.hidden_size).unwrap_or(u32::MAX),
            precision: Precision::F32,
        };
        Ok(Self { directory: directory.to_owned(), config, spec, loaded: OnceLock::new() })
    }

    fn loaded(&self) -> Result<&Loaded, BoxError> {
        let load = || Loaded::read(&self.directory, &self.config).map_err(|error| error.to_string());
        self.loaded
            .get_or_init(load)
            .as_ref()
            .map_err(|problem| format!("the model in {} cannot be loaded: {problem}", self.directory.display()).into())
    }
}

impl Loaded {
    fn read(directory: &Path, config: &BertConfig) -> Result<Self, BoxError> {
        let mut tokenizer = Tokenizer::from_file(directory.join("tokenizer.json"))?;
        let longest = tokenizer.get_truncation().map_or(MAX_TOKENS, |truncation| truncation.max_length);
        let max_length = longest.min(config.max_position_embeddings);
        tokenizer.with_truncation(Some(TruncationParams { max_length, ..TruncationParams::default() }))?;
        // One text at a time needs none.
        tokenizer.with_padding(None);
        let bytes = fs::read(directory.join("model.safetensors"))?;
        let bert = Bert::new(config, &Weights::read(&bytes)?)?;
        Ok(Self { tokenizer, bert })
    }

    fn vector(&self, text: &str) -> Result<Vector, BoxError> {
        let tokens = self.tokenizer.encode_fast(text, true)?;
        Ok(Vector::new(self.bert.sentence(tokens.get_ids())?)?)
    }
}

impl EmbeddingEngine for ModelEngine {
    fn spec(&self) -> &EmbeddingSpec {
        &self.spec
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Vector>, BoxError> {
        let loaded = self.loaded()?;
        texts.iter().map(|text| loaded.vector(text)).collect()
    }
}
