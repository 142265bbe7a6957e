//! Hashes as text.

/// Sixty-four lower-case hexadecimal digits, and nothing else: a hash has one spelling.
pub(crate) fn hash_of_hex(text: &[u8]) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (pair, byte) in text.chunks_exact(2).zip(&mut hash) {
        *byte = lower(pair[0])? << 4 | lower(pair[1])?;
    }
    Some(hash)
}

fn lower(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

/// A hash in lower-case hexadecimal digits.
pub(crate) fn hex_of_hash(hash: &[u8]) -> [u8; 64] {
    let mut text = [b'0'; 64];
    for (pair, byte) in text.chunks_exact_mut(2).zip(hash) {
        pair[0] = b"0123456789abcdef"[usize::from(byte >> 4)];
        pair[1] = b"0123456789abcdef"[usize::from(byte & 15)];
    }
    text
}

/// The same as text.
pub(crate) fn hex(hash: &[u8; 32]) -> String {
    hex_of_hash(hash).iter().map(|b| char::from(*b)).collect()
}
