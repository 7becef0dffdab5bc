//! A fast digest of bytes, the same for ever and everywhere: it is stored.
//!
//! Not for identity: wherever two texts have one digest, something else decides.

/// Odd numbers without a pattern, from the digits of pi.
const MIX: [u64; 3] = [0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7345, 0xa409_3822_299f_31d1];

/// The digest of `bytes` after that of what came before, or after a seed.
pub(crate) fn digest(before: u64, bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks();
    let state = words.iter().fold(before ^ MIX[0], |state, word| fold(state ^ u64::from_le_bytes(*word), MIX[1]));
    fold(fold(state ^ short(rest), MIX[1]), MIX[2] ^ bytes.len() as u64)
}

/// Fewer than eight bytes as a number: with their count, one for each text. Half of all words are that short.
fn short(bytes: &[u8]) -> u64 {
    match (bytes.first_chunk(), bytes.last_chunk(), bytes) {
        (Some(first), Some(last), _) => u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32,
        (.., []) => 0,
        (.., [first, .., last]) => u64::from(*first) | u64::from(bytes[bytes.len() / 2]) << 8 | u64::from(*last) << 16,
        (.., [only]) => u64::from(*only),
    }
}

/// Both halves of a product: every bit of the result hangs on every bit of both.
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn digests_are_those_that_are_stored() {
        let told =
            [&b""[..], b"a", b"run", b"a longer text than eight bytes"].map(|bytes| format!("{:016x}", digest(0, bytes)));
        assert_eq!(told, ["480fe49664288f5d", "bbd7d478cd781bb7", "a0f017ad4ed5e922", "4dbb9a5cd245548c"]);
    }

    #[test]
    fn short_texts_differ() {
        let texts = (0..40_000_u32).flat_map(|number| [format!("{number}"), format!("name_{number}"), format!("{number}\0")]);
        let digests: HashSet<u32> = texts.map(|text| (digest(1, text.as_bytes()) >> 32) as u32).collect();
        // Of 120 000 random numbers of 32 bits, about two meet.
        assert!(digests.len() > 120_000 - 20, "{}", digests.len());
    }
}
