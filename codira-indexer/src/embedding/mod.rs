//! Embeddings: the engines of this workspace, and what is embedded by them.

mod common_words;
mod engine;
mod engines;
mod lexical;
#[cfg(feature = "model")]
mod model;
mod policy;
mod recipe;
mod vocabulary;

use std::{fmt, sync::Arc};

use codira_contracts::EmbeddingSpec;

pub use engine::EmbeddingEngine;
pub use engines::{EngineFactory, EngineRegistry, EngineSettings};
pub use lexical::LexicalEngine;
#[cfg(feature = "model")]
pub use model::ModelEngine;
pub use policy::{EmbeddingPolicy, Ineligible};
pub(crate) use recipe::{Recipe, TextToEmbed};

/// What a run embeds, and by what.
#[derive(Clone)]
pub struct Embedding {
    engine: Arc<dyn EmbeddingEngine>,
    recipe: Recipe,
    spec: EmbeddingSpec,
}

impl Embedding {
    /// Embeds by `engine` what `policy` lets through.
    pub fn new(engine: Arc<dyn EmbeddingEngine>, policy: EmbeddingPolicy) -> Self {
        let recipe = Recipe::new(policy);
        let mut spec = engine.spec().clone();
        // Other texts make other vectors, and another policy makes other rows: neither is what the
        // index holds.
        spec.engine_version = format!("{}+{}", spec.engine_version, recipe.version());
        Self { engine, recipe, spec }
    }

    /// The engine.
    pub fn engine(&self) -> &Arc<dyn EmbeddingEngine> {
        &self.engine
    }

    /// The spec of the rows in an index: that of the engine, its version followed by that of the
    /// texts and the policy.
    pub fn spec(&self) -> &EmbeddingSpec {
        &self.spec
    }

    /// What is embedded, and as which text.
    pub(crate) fn recipe(&self) -> &Recipe {
        &self.recipe
    }
}

impl fmt::Debug for Embedding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedding").field("spec", &self.spec).field("recipe", &self.recipe).finish_non_exhaustive()
    }
}
