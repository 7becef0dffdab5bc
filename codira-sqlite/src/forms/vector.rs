//! Vectors, bit for bit, with what tells damage.

use codira_contracts::Vector;
use codira_store::vectors;

use crate::{
    codec::{push_number, take_number},
    digest::digest,
};

/// The blob of a vector: a digest, how many numbers there are when zeros are left out or nothing, and the numbers.
pub(crate) fn pack(vector: &Vector) -> Vec<u8> {
    let (bytes, packed) = (vector.to_bytes(), vectors::pack(vector));
    let mut blob = (digest(0, &bytes) as u32).to_le_bytes().to_vec();
    let dimension = u32::try_from(vector.as_slice().len()).expect("a dimension has four bytes");
    push_number(&mut blob, if packed.len() < bytes.len() { dimension } else { 0 });
    blob.extend(packed);
    blob
}

/// Reads what [`pack`] wrote.
pub(crate) fn unpack(blob: &[u8]) -> Option<Vector> {
    let (sum, mut rest) = blob.split_first_chunk()?;
    let vector = match take_number(&mut rest)? {
        0 => Vector::from_bytes(rest)?,
        dimension => vectors::unpack(rest, dimension)?,
    };
    ((digest(0, &vector.to_bytes()) as u32).to_le_bytes() == *sum).then_some(vector)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn vectors_read_back(numbers in prop::collection::vec(prop_oneof![5 => Just(0.0), 1 => Just(-0.0_f32), 1 => -9.0_f32..9.0], 1..70)) {
            let vector = Vector::new(numbers).unwrap();
            let back = unpack(&pack(&vector)).unwrap();
            prop_assert_eq!(back.to_bytes(), vector.to_bytes());
        }

        #[test]
        fn damage_is_noticed(place in 0_usize..40, bit in 0_u32..8, zeros in any::<bool>()) {
            let numbers = (0..24_u8).map(|number| if zeros && number % 3 > 0 { 0.0 } else { f32::from(number) + 0.5 });
            let mut blob = pack(&Vector::new(numbers.collect()).unwrap());
            let place = place % blob.len();
            blob[place] ^= 1 << bit;
            prop_assert!(unpack(&blob).is_none());
        }
    }

    #[test]
    fn zeros_take_a_bit() {
        let mut numbers = vec![0.0; 384];
        numbers[7] = 1.0;
        assert!(pack(&Vector::new(numbers).unwrap()).len() < 60);
    }
}
