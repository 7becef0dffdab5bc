//! The forms of blobs: records in postcard, long ones compressed, lists of numbers as variable-length integers.
//!
//! What is read back is never trusted: every function that reads answers `None` to bytes that it cannot have written.

use std::cell::RefCell;

use serde::{Serialize, de::DeserializeOwned};
use zstd::bulk::{Compressor, Decompressor};

/// Fast; higher levels cost several times as much for a tenth less.
const LEVEL: i32 = 3;
/// Shorter blobs do not shrink by more than the frame around them takes.
const WORTH_COMPRESSING: usize = 64;
/// The first byte of [`squeeze`]d bytes.
const PLAIN: u8 = 0;
const COMPRESSED: u8 = 1;

thread_local! {
    // Contexts take longer to make than most blobs to handle.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// A record as bytes.
pub(crate) fn pack<T: Serialize + ?Sized>(record: &T) -> Vec<u8> {
    postcard::to_stdvec(record).expect("the model has no type that postcard refuses")
}

/// Reads what [`pack`] wrote.
pub(crate) fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    match postcard::take_from_bytes(bytes) {
        Ok((record, [])) => Some(record),
        _ => None,
    }
}

/// Compresses bytes where that pays.
pub(crate) fn squeeze(bytes: &[u8]) -> Vec<u8> {
    let plain = || [&[PLAIN], bytes].concat();
    if bytes.len() < WORTH_COMPRESSING {
        return plain();
    }
    let compressed = COMPRESSOR.with_borrow_mut(|slot| {
        let compressor = match slot {
            Some(compressor) => compressor,
            None => slot.insert(Compressor::new(LEVEL).ok()?),
        };
        // Damage is noticed, not decoded.
        compressor.include_checksum(true).ok()?;
        let mut squeezed = vec![0; 1 + zstd::zstd_safe::compress_bound(bytes.len())];
        squeezed[0] = COMPRESSED;
        let length = compressor.compress_to_buffer(bytes, &mut squeezed[1..]).ok()?;
        squeezed.truncate(1 + length);
        Some(squeezed)
    });
    match compressed {
        Some(squeezed) if squeezed.len() <= bytes.len() => squeezed,
        _ => plain(),
    }
}

/// Reads what [`squeeze`] wrote.
pub(crate) fn expand(squeezed: &[u8]) -> Option<Vec<u8>> {
    match squeezed.split_first()? {
        (&PLAIN, bytes) => Some(bytes.to_vec()),
        (&COMPRESSED, frame) => {
            let length = Decompressor::upper_bound(frame)?;
            let mut bytes = Vec::new();
            // A damaged head may promise more than there is memory.
            bytes.try_reserve_exact(length).ok()?;
            DECOMPRESSOR.with_borrow_mut(|slot| {
                let decompressor = match slot {
                    Some(decompressor) => decompressor,
                    None => slot.insert(Decompressor::new().ok()?),
                };
                decompressor.decompress_to_buffer(frame, &mut bytes).ok()
            })?;
            Some(bytes)
        }
        _ => None,
    }
}

/// A squeezed record.
pub(crate) fn pack_squeezed<T: Serialize + ?Sized>(record: &T) -> Vec<u8> {
    squeeze(&pack(record))
}

/// Reads what [`pack_squeezed`] wrote.
pub(crate) fn unpack_squeezed<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    unpack(&expand(bytes)?)
}

/// Appends a number: seven bits a byte, small values of either sign short.
pub(crate) fn push_number(bytes: &mut Vec<u8>, number: i64) {
    let mut rest = ((number << 1) ^ (number >> 63)) as u64;
    while rest >= 0x80 {
        bytes.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
}

/// Takes a number off the front.
pub(crate) fn take_number(bytes: &mut &[u8]) -> Option<i64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some((value >> 1) as i64 ^ -((value & 1) as i64));
        }
    }
    None
}

/// A list of numbers, each as the difference to the one before it.
pub(crate) fn pack_numbers(numbers: impl IntoIterator<Item = i64>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut before = 0_i64;
    for number in numbers {
        push_number(&mut bytes, number.wrapping_sub(before));
        before = number;
    }
    bytes
}

/// Reads what [`pack_numbers`] wrote.
pub(crate) fn unpack_numbers(mut bytes: &[u8]) -> Option<Vec<i64>> {
    let mut numbers = Vec::new();
    let mut before = 0_i64;
    while !bytes.is_empty() {
        before = before.wrapping_add(take_number(&mut bytes)?);
        numbers.push(before);
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_read_back(numbers in prop::collection::vec(any::<i64>(), 0..50)) {
            prop_assert_eq!(unpack_numbers(&pack_numbers(numbers.iter().copied())), Some(numbers));
        }

        #[test]
        fn bytes_read_back(bytes in prop::collection::vec(any::<u8>(), 0..300), times in 1_usize..40) {
            let bytes = bytes.repeat(times);
            prop_assert_eq!(expand(&squeeze(&bytes)), Some(bytes));
        }

        #[test]
        fn damage_is_noticed_or_harmless(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = (expand(&bytes), unpack_numbers(&bytes), unpack::<Vec<String>>(&bytes));
        }
    }

    #[test]
    fn a_flipped_bit_is_noticed() {
        let mut squeezed = squeeze("def run(self): pass\n".repeat(100).as_bytes());
        let middle = squeezed.len() / 2;
        squeezed[middle] ^= 1;
        assert_eq!(expand(&squeezed), None);
    }
}
