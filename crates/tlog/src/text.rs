//! The two encodings that all formats of C2SP share, read strictly: base64 and decimal numbers. A
//! value has exactly one text, so that a text that was read can be written again byte for byte.

use crate::hash::Hash;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Standard base64 with padding.
pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The bytes of standard base64, with all of its padding and nothing in unused bits.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// A decimal number in ASCII without sign, space or leading zeros.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let canonical = text == "0" || !text.starts_with('0');
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    (canonical && digits).then(|| text.parse().ok()).flatten()
}

/// The most hashes that a proof can have: a tree of any size has 64 levels.
pub(crate) const MAX_PROOF: usize = 64;

/// Hashes, one a line; `None` if a line is something else, or there are more than proofs have.
pub(crate) fn hashes<'t>(lines: impl Iterator<Item = &'t str>) -> Option<Vec<Hash>> {
    let hashes: Option<Vec<Hash>> = lines
        .take(MAX_PROOF + 1)
        .map(|line| line.parse().ok())
        .collect();
    hashes.filter(|hashes| hashes.len() <= MAX_PROOF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_have_one_form() {
        for (text, value) in [
            ("0", Some(0)),
            ("7", Some(7)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("", None),
            ("00", None),
            ("01", None),
            ("+1", None),
            ("-1", None),
            (" 1", None),
            ("1\n", None),
            ("١", None),
        ] {
            assert_eq!(decimal(text), value, "{text:?}");
        }
    }

    #[test]
    fn base64_has_one_form() {
        assert_eq!(decode("AAEC").as_deref(), Some(&[0, 1, 2][..]));
        assert_eq!(decode("AA==").as_deref(), Some(&[0][..]));
        for bad in [
            "AA", "AA=", "AB==", "A===", "AA==AA==", "AAE C", "AAE\n", "-_-_",
        ] {
            assert_eq!(decode(bad), None, "{bad:?}");
        }
    }
}
