//! Vectors, bit for bit. Those of engines that count words are mostly zeros: then a bit for each number says whether it is one.

use codira_contracts::Vector;

use crate::{
    codec::{push_number, take_number},
    digest::digest,
};

/// The bytes of a number.
const NUMBER: usize = 4;
/// The bytes of zero; minus zero has others.
const ZERO: [u8; NUMBER] = [0; NUMBER];

/// The blob of a vector: a digest, how many numbers there are when zeros are left out or nothing, and the numbers.
pub(crate) fn pack(vector: &Vector) -> Vec<u8> {
    let bytes = vector.to_bytes();
    let (numbers, _) = bytes.as_chunks::<NUMBER>();
    let mut bits = vec![0_u8; numbers.len().div_ceil(8)];
    let mut others = Vec::new();
    for (place, number) in numbers.iter().enumerate() {
        if *number != ZERO {
            bits[place / 8] |= 1 << (place % 8);
            others.extend_from_slice(number);
        }
    }
    let mut blob = (digest(0, &bytes) as u32).to_le_bytes().to_vec();
    if bits.len() + others.len() < bytes.len() {
        push_number(&mut blob, u32::try_from(numbers.len()).expect("a dimension has four bytes"));
        blob.extend(bits);
        blob.extend(others);
    } else {
        push_number(&mut blob, 0);
        blob.extend(bytes);
    }
    blob
}

/// Reads what [`pack`] wrote.
pub(crate) fn unpack(blob: &[u8]) -> Option<Vector> {
    let (sum, mut rest) = blob.split_first_chunk()?;
    let vector = |bytes: &[u8]| ((digest(0, bytes) as u32).to_le_bytes() == *sum).then(|| Vector::from_bytes(bytes))?;
    let count = take_number(&mut rest)? as usize;
    if count == 0 {
        return vector(rest);
    }
    let (bits, others) = rest.split_at_checked(count.div_ceil(8))?;
    let (others, []) = others.as_chunks::<NUMBER>() else { return None };
    let mut others = others.iter();
    let mut bytes = Vec::with_capacity(count * NUMBER);
    for place in 0..count {
        let is_zero = bits[place / 8] & 1 << (place % 8) == 0;
        bytes.extend_from_slice(if is_zero { &ZERO } else { others.next()? });
    }
    others.next().is_none().then(|| vector(&bytes))?
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
