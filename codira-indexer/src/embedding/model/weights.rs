//! The numbers of a model, by name.

use codira_contracts::BoxError;
use ndarray::{Array1, Array2};
use safetensors::{Dtype, SafeTensors};

/// The tensors of a `safetensors` file.
pub(super) struct Weights<'a> {
    tensors: SafeTensors<'a>,
    prefix: &'static str,
}

impl<'a> Weights<'a> {
    /// Reads the head of a file; models that were saved with a task on top have a prefix before
    /// each name.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, BoxError> {
        let tensors = SafeTensors::deserialize(bytes)?;
        let prefix = if tensors.names().iter().any(|name| name.starts_with("bert.")) { "bert." } else { "" };
        Ok(Self { tensors, prefix })
    }

    /// A row of numbers.
    pub(super) fn row(&self, name: &str, length: usize) -> Result<Array1<f32>, BoxError> {
        Ok(Array1::from_vec(self.numbers(name, &[length])?))
    }

    /// A table of numbers.
    pub(super) fn table(&self, name: &str, rows: usize, columns: usize) -> Result<Array2<f32>, BoxError> {
        Ok(Array2::from_shape_vec((rows, columns), self.numbers(name, &[rows, columns])?)?)
    }

    fn numbers(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, BoxError> {
        let tensor = self.tensors.tensor(&format!("{}{name}", self.prefix))?;
        if tensor.shape() != shape {
            return Err(format!("{name} has the shape {:?}, and config.json asks for {shape:?}", tensor.shape()).into());
        }
        match tensor.dtype() {
            Dtype::F32 => {
                let (numbers, _) = tensor.data().as_chunks::<4>();
                Ok(numbers.iter().map(|number| f32::from_le_bytes(*number)).collect())
            }
            other => Err(format!("{name} is stored as {other:?}, and only F32 is read").into()),
        }
    }
}
