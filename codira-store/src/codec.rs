//! The forms of blobs: records in postcard, everything compressed with a digest to notice damage,
//! numbers in few bytes.
//!
//! What is read back is never trusted: every function that reads answers `None` to bytes that it
//! cannot have written.

use std::cell::RefCell;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64_with_seed;
use zstd::zstd_safe::{CCtx, DCtx, compress_bound, get_frame_content_size};

/// Fast; higher levels cost several times as much for a tenth less.
const LEVEL: i32 = 3;
/// Shorter blobs do not shrink by more than the frame around them takes.
const WORTH_COMPRESSING: usize = 64;
/// The first byte of [`compress`]d bytes; four bytes of digest follow.
const PLAIN: u8 = 0;
const COMPRESSED: u8 = 1;
const HEAD: usize = 5;

thread_local! {
    // Contexts take longer to make than most blobs to handle.
    static COMPRESSOR: RefCell<Option<CCtx<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<DCtx<'static>>> = const { RefCell::new(None) };
}

/// The digest of bytes after that of what came before, or after a seed: XXH3, which is stored, and
/// the same everywhere.
///
/// Not for identity: wherever two texts have one digest, something else decides.
pub(crate) fn digest(before: u64, bytes: &[u8]) -> u64 {
    xxh3_64_with_seed(bytes, before)
}

/// A digest of four bytes, to notice damage.
pub(crate) fn checksum(bytes: &[u8]) -> [u8; 4] {
    (digest(0, bytes) as u32).to_le_bytes()
}

/// A record as bytes.
pub(crate) fn pack<T: Serialize + ?Sized>(record: &T) -> Vec<u8> {
    postcard::to_stdvec(record).expect("the model has no type that postcard refuses")
}

/// Reads what [`pack`] wrote.
pub(crate) fn unpack<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Option<T> {
    match postcard::take_from_bytes(bytes) {
        Ok((record, [])) => Some(record),
        _ => None,
    }
}

/// Compresses bytes where that pays. What `dictionary` says already takes next to no room, and is
/// needed to read them.
pub(crate) fn compress(bytes: &[u8], dictionary: &[u8]) -> Vec<u8> {
    let head = |tag| [&[tag], &checksum(bytes)[..]].concat();
    let plain = || [&head(PLAIN), bytes].concat();
    if bytes.len() < WORTH_COMPRESSING {
        return plain();
    }
    let compressed = COMPRESSOR.with_borrow_mut(|slot| {
        let compressor = match slot {
            Some(compressor) => compressor,
            None => slot.insert(CCtx::try_create()?),
        };
        let mut frame = Vec::with_capacity(compress_bound(bytes.len()));
        compressor.compress_using_dict(&mut frame, bytes, dictionary, LEVEL).ok()?;
        Some([&head(COMPRESSED), &frame[..]].concat())
    });
    match compressed {
        Some(compressed) if compressed.len() < HEAD + bytes.len() => compressed,
        _ => plain(),
    }
}

/// Reads what [`compress`] wrote with the same `dictionary`.
pub(crate) fn decompress(compressed: &[u8], dictionary: &[u8]) -> Option<Vec<u8>> {
    let (&[_, ref sum @ ..], _) = compressed.split_first_chunk::<HEAD>()?;
    let bytes = decompress_unchecked(compressed, dictionary)?;
    (checksum(&bytes) == *sum).then_some(bytes)
}

/// The same without looking for damage: for bytes that are only needed to read others, which look
/// for themselves.
pub(crate) fn decompress_unchecked(compressed: &[u8], dictionary: &[u8]) -> Option<Vec<u8>> {
    let (&[tag, ..], body) = compressed.split_first_chunk::<HEAD>()?;
    match tag {
        PLAIN => Some(body.to_vec()),
        COMPRESSED => {
            let length = get_frame_content_size(body).ok()??;
            let mut bytes = Vec::new();
            // A damaged head may promise more than there is memory.
            bytes.try_reserve_exact(usize::try_from(length).ok()?).ok()?;
            DECOMPRESSOR.with_borrow_mut(|slot| {
                let decompressor = match slot {
                    Some(decompressor) => decompressor,
                    None => slot.insert(DCtx::try_create()?),
                };
                decompressor.decompress_using_dict(&mut bytes, body, dictionary).ok()
            })?;
            Some(bytes)
        }
        _ => None,
    }
}

/// Appends a number: seven bits a byte.
pub(crate) fn push_number(bytes: &mut Vec<u8>, number: u32) {
    let mut rest = number;
    while rest >= 0x80 {
        bytes.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
}

/// Takes a number off the front.
pub(crate) fn take_number(bytes: &mut &[u8]) -> Option<u32> {
    let mut value = 0_u32;
    for shift in (0..32).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u32::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

/// Appends bytes with their length.
pub(crate) fn push_section(bytes: &mut Vec<u8>, section: &[u8]) {
    push_number(bytes, u32::try_from(section.len()).expect("no part of a file's blob has four gigabytes"));
    bytes.extend_from_slice(section);
}

/// Takes bytes with their length off the front.
pub(crate) fn take_section<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = take_number(bytes)? as usize;
    let (section, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(section)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_read_back(numbers in prop::collection::vec(any::<u32>(), 0..50)) {
            let mut bytes = Vec::new();
            numbers.iter().for_each(|number| push_number(&mut bytes, *number));
            let mut rest = &bytes[..];
            for number in numbers {
                prop_assert_eq!(take_number(&mut rest), Some(number));
            }
            prop_assert_eq!(take_number(&mut rest), None);
        }

        #[test]
        fn bytes_read_back(
            bytes in prop::collection::vec(any::<u8>(), 0..300),
            times in 1_usize..40,
            dictionary in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            let bytes = bytes.repeat(times);
            let dictionary = [&dictionary, &bytes[..bytes.len() / 2]].concat();
            prop_assert_eq!(decompress(&compress(&bytes, &dictionary), &dictionary), Some(bytes));
        }

        #[test]
        fn damage_is_noticed_or_harmless(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = (decompress(&bytes, b""), unpack::<Vec<String>>(&bytes), take_section(&mut &bytes[..]));
        }
    }

    #[test]
    fn a_flipped_bit_is_noticed() {
        for text in ["def run(self): pass\n".repeat(100), "short".to_owned()] {
            let compressed = compress(text.as_bytes(), b"def run");
            for index in 0..compressed.len() {
                let mut damaged = compressed.clone();
                damaged[index] ^= 1;
                assert_eq!(decompress(&damaged, b"def run"), None, "{index}");
            }
        }
    }
}
