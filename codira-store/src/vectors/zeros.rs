//! Values without those that are zero.

/// Values of `N` bytes, without those whose bytes are all zero: a bit for each says whether its
/// bytes follow. `None` where that is no shorter.
///
/// Which values are zero cannot be foreseen, so each is put where the next belongs, and stays if it
/// is none: several times as fast as asking.
pub(super) fn without_zeros<const N: usize>(values: &[[u8; N]]) -> Option<Vec<u8>> {
    let mut bytes = vec![0_u8; values.len().div_ceil(8)];
    let mut others = vec![[0_u8; N]; values.len()];
    let mut count = 0;
    let mut add = |value: [u8; N], index: usize, bits: &mut u8| {
        let is_there = value != [0; N];
        others[count] = value;
        count += usize::from(is_there);
        *bits |= u8::from(is_there) << index;
    };
    let (eights, rest) = values.as_chunks::<8>();
    for (eight, bits) in eights.iter().zip(&mut bytes) {
        for (index, value) in eight.iter().enumerate() {
            add(*value, index, bits);
        }
    }
    if let Some(bits) = bytes.get_mut(eights.len()) {
        rest.iter().enumerate().for_each(|(index, value)| add(*value, index, bits));
    }
    bytes.extend(others[..count].as_flattened());
    (bytes.len() < N * values.len()).then_some(bytes)
}
