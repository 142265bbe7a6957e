//! Ids that nobody can guess. The randomness comes in, as everything does.

/// A UUID of version 4 (RFC 9562) of sixteen random bytes.
#[must_use]
pub fn uuid(mut random: [u8; 16]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    random[6] = random[6] & 0x0f | 0x40;
    random[8] = random[8] & 0x3f | 0x80;
    let mut text = String::with_capacity(36);
    for (place, byte) in random.into_iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_in_their_order_with_version_and_variant() {
        for (random, text) in [
            ([0; 16], "00000000-0000-4000-8000-000000000000"),
            ([0xff; 16], "ffffffff-ffff-4fff-bfff-ffffffffffff"),
            (
                0x1011_1213_1415_1617_1819_1a1b_1c1d_1e1f_u128.to_be_bytes(),
                "10111213-1415-4617-9819-1a1b1c1d1e1f",
            ),
        ] {
            assert_eq!(uuid(random), text);
        }
    }
}
