//! BERT, forwards: from the ids of a text's tokens to its vector.

use codira_contracts::BoxError;
use ndarray::{Array1, Array2, ArrayView2, Axis, Slice};
use serde::Deserialize;

use super::weights::Weights;

/// The contents of `config.json`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct BertConfig {
    model_type: String,
    hidden_act: String,
    vocab_size: usize,
    pub(super) hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    intermediate_size: usize,
    pub(super) max_position_embeddings: usize,
    type_vocab_size: usize,
    layer_norm_eps: f32,
    /// Where the model came from.
    #[serde(rename = "_name_or_path", default)]
    pub(super) name: String,
}

impl BertConfig {
    /// Reads the file; the error says what is wrong with it.
    pub(super) fn read(json: &[u8]) -> Result<Self, String> {
        let mut config: Self = serde_json::from_slice(json).map_err(|error| format!("is not that of a BERT model: {error}"))?;
        if config.model_type != "bert" {
            return Err(format!("says `{}`, and only models of the type `bert` are read", config.model_type));
        }
        if config.hidden_act != "gelu" {
            return Err(format!("says `{}`, and only `gelu` is known", config.hidden_act));
        }
        if config.num_attention_heads == 0 || !config.hidden_size.is_multiple_of(config.num_attention_heads) {
            return Err(format!("divides {} numbers among {} heads", config.hidden_size, config.num_attention_heads));
        }
        if config.name.is_empty() {
            config.name = "bert".to_owned();
        }
        Ok(config)
    }
}

/// The model.
pub(super) struct Bert {
    words: Array2<f32>,
    /// Of each position, with that of the only kind of sentence added.
    positions: Array2<f32>,
    norm: Norm,
    layers: Vec<Layer>,
    heads: usize,
}

struct Layer {
    /// Queries, keys and values, concatenated.
    attention: Linear,
    attended: Linear,
    attended_norm: Norm,
    widen: Linear,
    narrow: Linear,
    norm: Norm,
}

impl Bert {
    pub(super) fn new(config: &BertConfig, weights: &Weights<'_>) -> Result<Self, BoxError> {
        let hidden = config.hidden_size;
        let kinds = weights.table("embeddings.token_type_embeddings.weight", config.type_vocab_size, hidden)?;
        let first = kinds.outer_iter().next().ok_or("there is no kind of sentence")?;
        let positions = weights.table("embeddings.position_embeddings.weight", config.max_position_embeddings, hidden)? + first;
        Ok(Self {
            words: weights.table("embeddings.word_embeddings.weight", config.vocab_size, hidden)?,
            positions,
            norm: Norm::read(weights, "embeddings.LayerNorm", config)?,
            layers: (0..config.num_hidden_layers).map(|layer| Layer::read(weights, layer, config)).collect::<Result<_, _>>()?,
            heads: config.num_attention_heads,
        })
    }

    /// The vector of a text: the mean over its tokens, at length one.
    pub(super) fn sentence(&self, tokens: &[u32]) -> Result<Vec<f32>, BoxError> {
        let mut state = Array2::zeros((tokens.len(), self.words.ncols()));
        for ((mut row, &token), position) in state.outer_iter_mut().zip(tokens).zip(self.positions.outer_iter()) {
            let word = (token as usize) < self.words.nrows();
            let word = word.then(|| self.words.row(token as usize)).ok_or("a token is not in the vocabulary of the model")?;
            row += &word;
            row += &position;
        }
        self.norm.apply(&mut state);
        for layer in &self.layers {
            state = layer.apply(state, self.heads);
        }
        let mean = state.mean_axis(Axis(0)).ok_or("the tokenizer made no tokens")?;
        let length = mean.iter().map(|number| f64::from(*number).powi(2)).sum::<f64>().sqrt() as f32;
        Ok(mean.iter().map(|number| if length > 0.0 { number / length } else { 0.0 }).collect())
    }
}

impl Layer {
    fn read(weights: &Weights<'_>, layer: usize, config: &BertConfig) -> Result<Self, BoxError> {
        let (hidden, wide) = (config.hidden_size, config.intermediate_size);
        let name = |part: &str| format!("encoder.layer.{layer}.{part}");
        let linear = |part: &str, from, to| Linear::read(weights, &name(part), from, to);
        let parts = ["attention.self.query", "attention.self.key", "attention.self.value"];
        let parts = parts.map(|part| linear(part, hidden, hidden)).into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            attention: Linear::concatenated(&parts)?,
            attended: linear("attention.output.dense", hidden, hidden)?,
            attended_norm: Norm::read(weights, &name("attention.output.LayerNorm"), config)?,
            widen: linear("intermediate.dense", hidden, wide)?,
            narrow: linear("output.dense", wide, hidden)?,
            norm: Norm::read(weights, &name("output.LayerNorm"), config)?,
        })
    }

    fn apply(&self, state: Array2<f32>, heads: usize) -> Array2<f32> {
        let mut attended = self.attended.apply(&attend(&self.attention.apply(&state), heads));
        attended += &state;
        self.attended_norm.apply(&mut attended);
        let mut wide = self.widen.apply(&attended);
        wide.mapv_inplace(gelu);
        let mut state = self.narrow.apply(&wide);
        state += &attended;
        self.norm.apply(&mut state);
        state
    }
}

/// Lets each token look at all others, head by head. `projected` holds queries, keys and values,
/// concatenated.
fn attend(projected: &Array2<f32>, heads: usize) -> Array2<f32> {
    let (tokens, hidden) = (projected.nrows(), projected.ncols() / 3);
    let width = hidden / heads;
    let scale = 1.0 / (width as f32).sqrt();
    let mut attended = Array2::zeros((tokens, hidden));
    for head in 0..heads {
        let part = |which: usize| -> ArrayView2<'_, f32> {
            let from = which * hidden + head * width;
            projected.slice_axis(Axis(1), Slice::from(from..from + width))
        };
        let mut scores = part(0).dot(&part(1).t());
        for mut row in scores.outer_iter_mut() {
            let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            row.mapv_inplace(|score| ((score - most) * scale).exp());
            let sum = row.sum();
            row /= sum;
        }
        attended.slice_axis_mut(Axis(1), Slice::from(head * width..(head + 1) * width)).assign(&scores.dot(&part(2)));
    }
    attended
}

/// A linear map, ready to be multiplied from the right.
struct Linear {
    weight: Array2<f32>,
    bias: Array1<f32>,
}

impl Linear {
    fn read(weights: &Weights<'_>, name: &str, from: usize, to: usize) -> Result<Self, BoxError> {
        let weight = weights.table(&format!("{name}.weight"), to, from)?;
        Ok(Self { weight: weight.t().as_standard_layout().into_owned(), bias: weights.row(&format!("{name}.bias"), to)? })
    }

    /// Several maps of one input as one map.
    fn concatenated(parts: &[Self]) -> Result<Self, BoxError> {
        let weight = ndarray::concatenate(Axis(1), &parts.iter().map(|part| part.weight.view()).collect::<Vec<_>>())?;
        let bias = ndarray::concatenate(Axis(0), &parts.iter().map(|part| part.bias.view()).collect::<Vec<_>>())?;
        Ok(Self { weight: weight.as_standard_layout().into_owned(), bias })
    }

    fn apply(&self, state: &Array2<f32>) -> Array2<f32> {
        state.dot(&self.weight) + &self.bias
    }
}

/// Brings each row to mean zero and variance one, then to a learned scale.
struct Norm {
    weight: Array1<f32>,
    bias: Array1<f32>,
    epsilon: f32,
}

impl Norm {
    fn read(weights: &Weights<'_>, name: &str, config: &BertConfig) -> Result<Self, BoxError> {
        let row = |part: &str| weights.row(&format!("{name}.{part}"), config.hidden_size);
        Ok(Self { weight: row("weight")?, bias: row("bias")?, epsilon: config.layer_norm_eps })
    }

    fn apply(&self, state: &mut Array2<f32>) {
        for mut row in state.outer_iter_mut() {
            let count = row.len() as f32;
            let mean = row.sum() / count;
            row -= mean;
            let variance = row.iter().map(|number| number * number).sum::<f32>() / count;
            row /= (variance + self.epsilon).sqrt();
            row *= &self.weight;
            row += &self.bias;
        }
    }
}

/// The Gaussian error linear unit.
fn gelu(x: f32) -> f32 {
    0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2))
}

/// The error function, by formula 7.1.26 of Abramowitz and Stegun: off by less than 1.5e-7, as
/// `f32` itself is.
fn erf(x: f32) -> f32 {
    let t = 1.0 / (1.0 + 0.327_591_1 * x.abs());
    let series = ((((1.061_405_4 * t - 1.453_152) * t + 1.421_413_7) * t - 0.284_496_74) * t + 0.254_829_6) * t;
    (1.0 - series * (-x * x).exp()).copysign(x)
}
