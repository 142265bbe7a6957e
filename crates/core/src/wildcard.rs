//! Texts with wildcards, where these mean no more than any bytes.

/// Whether a whole text fits a pattern with `*` for any bytes and `?` for one. Goes back to the last
/// star only, so that the time is at most the product of both lengths.
#[must_use]
pub fn fits_wildcards(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    // Where the last star is, and how much of the text it takes so far.
    let mut star: Option<(usize, usize)> = None;
    while let Some(next) = text.get(t) {
        match (pattern.get(p), star) {
            (Some(b'*'), _) => {
                star = Some((p, t));
                p += 1;
            }
            (Some(byte), _) if *byte == b'?' || byte == next => {
                p += 1;
                t += 1;
            }
            (_, Some((at, taken))) => {
                star = Some((at, taken + 1));
                (p, t) = (at + 1, taken + 1);
            }
            (_, None) => return false,
        }
    }
    pattern.iter().skip(p).all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks() {
        for (pattern, text, fits) in [
            ("", "", true),
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abb", false),
            (
                "arn:aws:sqs:*:123456789012:orders-*",
                "arn:aws:sqs:eu-west-1:123456789012:orders-a",
                true,
            ),
            (
                "arn:aws:sqs:*:123456789012:orders",
                "arn:aws:sqs:eu-west-1:123456789012:orders2",
                false,
            ),
            ("?", "", false),
            ("a?", "ab", true),
            ("a**b", "ab", true),
        ] {
            assert_eq!(fits_wildcards(pattern, text), fits, "{pattern} {text}");
        }
    }
}
