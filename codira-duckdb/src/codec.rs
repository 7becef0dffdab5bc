//! The forms of blobs: records in postcard, numbers of variable length, long ones compressed. Damage is DuckDB's to notice: its
//! blocks have checksums.
//!
//! What is read back is never trusted all the same: every function that reads answers `None` to bytes that it cannot have written.

use std::cell::RefCell;

use codira_contracts::ContentHash;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use zstd::zstd_safe::{CCtx, DCtx, compress_bound, get_frame_content_size};

/// Fast; higher levels cost several times as much for a tenth less.
const LEVEL: i32 = 3;

thread_local! {
    // Contexts take longer to make than most blobs to handle.
    static COMPRESSOR: RefCell<Option<CCtx<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<DCtx<'static>>> = const { RefCell::new(None) };
}

/// A record as bytes.
pub(crate) fn pack<T: Serialize + ?Sized>(record: &T) -> Vec<u8> {
    pack_after(Vec::new(), record)
}

/// Bytes, and after them a record.
pub(crate) fn pack_after<T: Serialize + ?Sized>(bytes: Vec<u8>, record: &T) -> Vec<u8> {
    postcard::to_extend(record, bytes).expect("the model has no type that postcard refuses")
}

/// Reads what [`pack`] wrote.
pub(crate) fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    unpack_borrowed(bytes)
}

/// Reads what [`pack`] wrote; what comes of it may borrow the bytes.
pub(crate) fn unpack_borrowed<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Option<T> {
    match unpack_first(bytes)? {
        (record, []) => Some(record),
        _ => None,
    }
}

/// Reads the first record of some, and tells what comes after it.
pub(crate) fn unpack_first<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Option<(T, &'a [u8])> {
    postcard::take_from_bytes(bytes).ok()
}

/// Compresses bytes. What `dictionary` says already takes next to no room, and is needed to read them.
pub(crate) fn compress(bytes: &[u8], dictionary: &[u8]) -> Vec<u8> {
    COMPRESSOR.with_borrow_mut(|slot| {
        let compressor = slot.get_or_insert_with(CCtx::create);
        let mut frame = Vec::with_capacity(compress_bound(bytes.len()));
        let compressed = compressor.compress_using_dict(&mut frame, bytes, dictionary, LEVEL);
        compressed.expect("the frame has room for the bytes, whatever they are");
        frame.shrink_to_fit();
        frame
    })
}

/// Reads what [`compress`] wrote with the same `dictionary`.
pub(crate) fn decompress(compressed: &[u8], dictionary: &[u8]) -> Option<Vec<u8>> {
    let length = get_frame_content_size(compressed).ok()??;
    let mut bytes = Vec::new();
    // A damaged head may promise more than there is memory.
    bytes.try_reserve_exact(usize::try_from(length).ok()?).ok()?;
    DECOMPRESSOR.with_borrow_mut(|slot| {
        let decompressor = slot.get_or_insert_with(DCtx::create);
        decompressor.decompress_using_dict(&mut bytes, compressed, dictionary).ok()
    })?;
    Some(bytes)
}

/// A number that stands for texts; other texts may have the same.
pub(crate) fn digest(parts: &[&[u8]]) -> u32 {
    let [a, b, c, d, ..] = *ContentHash::of(&parts.concat()).as_bytes();
    u32::from_le_bytes([a, b, c, d])
}

/// The number of a word of the contract: its place in the list of all.
pub(crate) fn code<T: PartialEq>(all: &[T], word: &T) -> u8 {
    let place = all.iter().position(|other| other == word).and_then(|place| u8::try_from(place).ok());
    place.expect("the list of all words holds each of them, and none has hundreds")
}

/// The word of a number.
pub(crate) fn word<T: Copy>(all: &[T], code: u8) -> Option<T> {
    all.get(usize::from(code)).copied()
}
