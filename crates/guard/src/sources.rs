//! Whether an event's source stands in a list. What an event says about where it is from is not
//! verified by anybody: it is only matched.

use crate::config::Source;
use crate::reason::Reason;
use crate::request::Occurrence;
use serde_json::Value;
use std::sync::Arc;

/// The first source of the configuration that an event fits.
pub(crate) fn find(sources: &[Arc<Source>], event: &Occurrence) -> Result<Arc<Source>, Reason> {
    let mut of_kind = sources
        .iter()
        .filter(|source| source.kind == event.kind)
        .peekable();
    if of_kind.peek().is_none() {
        return Err(Reason::NoRoute);
    }
    let mut reason = Reason::NoRoute;
    for source in of_kind {
        match fits(source, event) {
            Ok(()) => return Ok(source.clone()),
            Err(code) => reason = Reason::Source { code },
        }
    }
    Err(reason)
}

fn fits(source: &Source, event: &Occurrence) -> Result<(), &'static str> {
    let text = |name: &str| event.origin.get(name).and_then(Value::as_str);
    let lists = [
        ("account", &source.accounts, "account-not-listed"),
        ("arn", &source.arns, "arn-not-listed"),
        ("bucket", &source.buckets, "bucket-not-listed"),
        ("bus", &source.buses, "bus-not-listed"),
    ];
    for (name, list, code) in lists {
        let is_listed = |value: &str| list.iter().any(|pattern| matches(pattern, value));
        if !list.is_empty() && !text(name).is_some_and(is_listed) {
            return Err(code);
        }
    }
    Ok(())
}

/// Whether a text fits a pattern with `*` for any characters and `?` for one.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    // Where the last star is, and how much of the text it takes so far.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match (pattern.get(p), star) {
            (Some(b'*'), _) => {
                star = Some((p, t));
                p += 1;
            }
            (Some(byte), _) if *byte == b'?' || Some(byte) == text.get(t) => {
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
    pattern
        .get(p..)
        .unwrap_or_default()
        .iter()
        .all(|byte| *byte == b'*')
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
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }
}
