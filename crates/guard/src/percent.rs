//! Percent-encoding (RFC 3986, section 2.1). Which characters stay, and what becomes of a broken
//! escape, differs from place to place; how a byte is written does not.

/// Writes a text; all bytes but those that stay become a percent sign and two digits.
pub(crate) fn encode(text: &str, stays: impl Fn(u8) -> bool, into: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii() && stays(byte) {
            into.push(char::from(byte));
        } else {
            into.push('%');
            into.push(char::from(DIGITS[usize::from(byte >> 4)]));
            into.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
}

/// RFC 3986's unreserved characters.
pub(crate) const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// The byte that two hexadecimal digits behind a percent sign stand for, and what is behind them.
pub(crate) fn byte(text: &[u8]) -> Option<(u8, &[u8])> {
    let ([high, low], behind) = text.split_first_chunk()?;
    let digit = |byte: &u8| u8::try_from(char::from(*byte).to_digit(16)?).ok();
    Some((digit(high)? << 4 | digit(low)?, behind))
}
