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

/// A byte in lower-case hexadecimal digits.
fn digits(byte: u8) -> [u8; 2] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    [byte >> 4, byte & 15].map(|half| DIGITS[usize::from(half)])
}

/// A hash in lower-case hexadecimal digits.
pub(crate) fn hex_of_hash(hash: &[u8]) -> [u8; 64] {
    let mut text = [b'0'; 64];
    for (pair, byte) in text.as_chunks_mut().0.iter_mut().zip(hash) {
        *pair = digits(*byte);
    }
    text
}

/// Bytes in lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| digits(*byte));
    digits.map(char::from).collect()
}
