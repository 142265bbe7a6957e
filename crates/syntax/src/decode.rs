//! Bytes to text: UTF-8 with or without a mark, UTF-16 with one.

/// The bytes are not text in an encoding that templates use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// Holds NUL bytes and no byte-order mark: not a text.
    Binary,
    /// Not valid UTF-8; the offset of the first wrong byte.
    NotUtf8(usize),
    /// Begins with a UTF-16 mark but is not valid UTF-16.
    NotUtf16,
}

impl std::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Binary => f.write_str("is a binary file, not a text"),
            Self::NotUtf8(at) => write!(
                f,
                "is not UTF-8 (byte {at} is the first that is wrong); save it as UTF-8"
            ),
            Self::NotUtf16 => f.write_str("begins like UTF-16 but is not valid; save it as UTF-8"),
        }
    }
}

impl std::error::Error for DecodeError {}

/// The text of a file, without its byte-order mark.
///
/// # Errors
/// The bytes are neither UTF-8 nor marked UTF-16.
pub fn decode(bytes: &[u8]) -> Result<String, DecodeError> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        if !bytes.len().is_multiple_of(2) {
            return Err(DecodeError::NotUtf16);
        }
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        char::decode_utf16(units)
            .collect::<Result<String, _>>()
            .map_err(|_| DecodeError::NotUtf16)
    };
    if let Some(rest) = bytes.strip_prefix(&[0xFF, 0xFE]) {
        return utf16(rest, u16::from_le_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(&[0xFE, 0xFF]) {
        return utf16(rest, u16::from_be_bytes);
    }
    let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    if bytes.contains(&0) {
        return Err(DecodeError::Binary);
    }
    std::str::from_utf8(bytes)
        .map(str::to_owned)
        .map_err(|e| DecodeError::NotUtf8(e.valid_up_to()))
}
