//! Names against patterns, without regard to case: the wildcards of actions (`s3:Get*`) and the
//! placeholders of condition keys (`aws:RequestTag/${TagKey}`).
//!
//! Time is at most the product of the two lengths, whatever the pattern.

/// Whether a pattern with `*` (any run) and `?` (one character) matches all of a text.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while let Some(byte) = text.get(t) {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p, t));
                p += 1;
            }
            Some(wanted) if *wanted == b'?' || wanted.eq_ignore_ascii_case(byte) => {
                p += 1;
                t += 1;
            }
            _ => match &mut retry {
                // Let the last star take one character more.
                Some((star, from)) => {
                    *from += 1;
                    p = *star + 1;
                    t = *from;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|byte| *byte == b'*')
}

/// Whether some text that the pattern matches begins with `start`. Follows the pattern up to its
/// first star, after which anything can come.
pub(super) fn can_begin(pattern: &str, start: &str) -> bool {
    let mut pattern = pattern.bytes();
    for byte in start.bytes() {
        match pattern.next() {
            Some(b'*') => return true,
            Some(wanted) if wanted == b'?' || wanted.eq_ignore_ascii_case(&byte) => {}
            _ => return false,
        }
    }
    true
}

/// Whether a key is one that the template stands for: `${…}` is any text but none at all.
pub(super) fn fits_template(template: &str, key: &str) -> bool {
    match template.split_once("${") {
        None => template.eq_ignore_ascii_case(key),
        // Most keys differ before the first placeholder: no pattern is made for them.
        Some((start, _)) => {
            let begins = key.get(..start.len());
            begins.is_some_and(|begin| begin.eq_ignore_ascii_case(start))
                && matches(&as_pattern(template), key)
        }
    }
}

/// Whether a key is the template, a colon, and something.
pub(super) fn begins_with(template: &str, key: &str) -> bool {
    matches(&(as_pattern(template) + ":?*"), key)
}

fn as_pattern(template: &str) -> String {
    let mut pattern = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("${") {
        pattern += before;
        pattern += "?*";
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    pattern + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let check = |pattern, text, expected| {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        };
        check("*", "", true);
        check("*", "s3:GetObject", true);
        check("S3:get*", "s3:GetObject", true);
        check("s3:Get?bject", "s3:GetObject", true);
        check("s3:*Object", "s3:GetObjectObject", true);
        check("s3:*a*b*c", "s3:xaxbxbxc", true);
        check("s3:*a*b*c", "s3:xbxaxc", false);
        check("s3:Get", "s3:GetObject", false);
        check("s3:GetObject?", "s3:GetObject", false);
        check("", "a", false);
        check(&"*a".repeat(5000), &"a".repeat(4000), false);
    }

    #[test]
    fn beginnings() {
        let check = |pattern, start, expected| {
            assert_eq!(can_begin(pattern, start), expected, "{pattern} {start}");
        };
        check("s3:Get*", "s3:", true);
        check("S*:Get*", "sqs:", true);
        check("s?:Get*", "sqs:", false);
        check("s3:", "s3:", true);
        check("s3", "s3:", false);
    }

    #[test]
    fn templates() {
        let check = |template, key, expected| {
            assert_eq!(fits_template(template, key), expected, "{template} {key}");
        };
        check("aws:RequestTag/${TagKey}", "AWS:requesttag/team", true);
        check("aws:RequestTag/${TagKey}", "aws:RequestTag/", false);
        check("aws:RequestTag/${TagKey}", "aws:RequestTag/${TagKey}", true);
        check("a:${x}.b/${y}.c", "a:1.b/2.c", true);
        check("a:${x", "a:1", true);
        check("s3:prefix", "S3:Prefix", true);
        assert!(begins_with("a.${x}.dev", "a.b.dev:sub"));
        assert!(!begins_with("a.${x}.dev", "a.b.dev:"));
    }
}
