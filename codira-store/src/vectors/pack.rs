//! A vector as bytes, bit for bit, without its zeros where that is shorter.

use codira_contracts::Vector;

use super::zeros::without_zeros;

/// The numbers of a vector as bytes, bit for bit, without zeros where that is shorter: engines that
/// count words have hardly anything else. Then a bit for each number says whether its bytes follow.
///
/// ```
/// use codira_contracts::Vector;
/// use codira_store::vectors::{pack, unpack};
///
/// let mut numbers = vec![0.0; 384];
/// numbers[7] = 0.5;
/// let vector = Vector::new(numbers)?;
/// let packed = pack(&vector);
/// assert_eq!(packed.len(), 384 / 8 + 4);
/// assert_eq!(unpack(&packed, 384), Some(vector));
/// # Ok::<(), codira_contracts::BackendError>(())
/// ```
pub fn pack(vector: &Vector) -> Vec<u8> {
    // Minus zero is a number like others: not all of its bits are zero.
    let numbers: Vec<[u8; 4]> = vector.as_slice().iter().map(|number| number.to_le_bytes()).collect();
    without_zeros(&numbers).unwrap_or_else(|| numbers.into_flattened())
}

/// Reads what [`pack`] wrote of a vector of this dimension; `None` when it cannot have.
pub fn unpack(bytes: &[u8], dimension: u32) -> Option<Vector> {
    let dimension = dimension as usize;
    if Some(bytes.len()) == dimension.checked_mul(4) {
        return Vector::from_bytes(bytes);
    }
    let (bits, others) = bytes.split_at_checked(dimension.div_ceil(8))?;
    let (others, []) = others.as_chunks::<4>() else { return None };
    let mut others = others.iter();
    let mut numbers = Vec::with_capacity(dimension);
    for index in 0..dimension {
        let is_zero = bits[index / 8] & 1 << (index % 8) == 0;
        numbers.push(if is_zero { 0.0 } else { f32::from_le_bytes(*others.next()?) });
    }
    others.as_slice().is_empty().then(|| Vector::new(numbers).ok())?
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn packed_vectors_read_back(
            numbers in prop::collection::vec(prop_oneof![5 => Just(0.0), 1 => Just(-0.0_f32), 1 => any::<f32>()], 0..70),
        ) {
            let vector = Vector::new(numbers.into_iter().map(|number| if number.is_finite() { number } else { 1.0 }).collect()).unwrap();
            let packed = pack(&vector);
            prop_assert!(packed.len() <= vector.to_bytes().len());
            prop_assert_eq!(unpack(&packed, vector.as_slice().len() as u32), Some(vector));
        }

        #[test]
        fn what_is_not_packed_is_noticed_or_a_vector(bytes in prop::collection::vec(any::<u8>(), 0..60), dimension in 0_u32..40) {
            if let Some(vector) = unpack(&bytes, dimension) {
                prop_assert_eq!(vector.as_slice().len(), dimension as usize);
            }
            prop_assert_eq!(unpack(&bytes, u32::MAX), None);
        }
    }
}
