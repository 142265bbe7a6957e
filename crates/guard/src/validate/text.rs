//! Reading what stands around a value: percent-encoding, query strings, content types.

use crate::percent;
use std::borrow::Cow;
use std::ops::Range;

/// Resolves percent-encoding. `None` for a broken escape, for what is not UTF-8 and for a NUL, which
/// ends a text for some programs and not for others.
pub(super) fn decode(text: &str, plus: bool) -> Option<Cow<'_, str>> {
    if !text
        .bytes()
        .any(|b| b == b'%' || b == 0 || (plus && b == b'+'))
    {
        return Some(Cow::Borrowed(text));
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        out.push(match byte {
            b'%' => {
                let (byte, behind) = percent::byte(rest)?;
                rest = behind;
                byte
            }
            b'+' if plus => b' ',
            byte => byte,
        });
    }
    if out.contains(&0) {
        return None;
    }
    String::from_utf8(out).ok().map(Cow::Owned)
}

/// One `name=value` of a query or form.
#[derive(Debug)]
pub(super) struct Pair<'q> {
    pub(super) name: Cow<'q, str>,
    pub(super) value: Cow<'q, str>,
    /// Where it stands in the text.
    pub(super) range: Range<usize>,
    /// Whether a parameter has taken it.
    pub(super) claimed: bool,
}

/// Why a query could not be taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadQuery {
    TooMany,
    Encoding,
}

/// Takes a query or form apart. Empty pieces (`a=1&&b=2`) are nothing.
pub(super) fn pairs(text: &str, limit: usize) -> Result<Vec<Pair<'_>>, BadQuery> {
    let mut pairs = Vec::new();
    let mut at = 0;
    for piece in text.split('&') {
        let range = at..at + piece.len();
        at = range.end + 1;
        if piece.is_empty() {
            continue;
        }
        if pairs.len() == limit {
            return Err(BadQuery::TooMany);
        }
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        pairs.push(Pair {
            name: decode(name, true).ok_or(BadQuery::Encoding)?,
            value: decode(value, true).ok_or(BadQuery::Encoding)?,
            range,
            claimed: false,
        });
    }
    Ok(pairs)
}

/// The text without the pieces that nothing has claimed.
pub(super) fn claimed(text: &str, pairs: &[Pair<'_>]) -> String {
    let kept = pairs.iter().filter(|pair| pair.claimed);
    let pieces: Vec<&str> = kept
        .filter_map(|pair| text.get(pair.range.clone()))
        .collect();
    pieces.join("&")
}

/// A content type, taken apart. Names are in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ContentType {
    /// `type/subtype`.
    pub(super) essence: String,
    pub(super) parameters: Vec<(String, String)>,
}

impl ContentType {
    /// Reads a header's value by the grammar of RFC 9110, 8.3.1. `None` for anything else, for lists
    /// (`a/b, c/d`) and for a parameter that stands twice.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim_matches([' ', '\t']);
        let (essence, rest) = text.split_once(';').unwrap_or((text, ""));
        let essence = essence.trim_end_matches([' ', '\t']).to_ascii_lowercase();
        let (kind, subtype) = essence.split_once('/')?;
        if !token(kind) || !token(subtype) {
            return None;
        }
        let parameters = header_parameters(rest)?;
        Some(Self {
            essence,
            parameters,
        })
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(other, _)| other == name)?;
        Some(&found.1)
    }

    /// Whether it is JSON.
    pub(super) fn is_json(&self) -> bool {
        self.essence == "application/json" || self.essence.ends_with("+json")
    }

    /// Whether what it says of its characters allows reading it as UTF-8.
    pub(super) fn is_utf8(&self) -> bool {
        self.parameter("charset").is_none_or(|charset| {
            charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("us-ascii")
        })
    }

    /// Whether `self`, out of a contract, stands for `sent`; a number that is higher the closer it
    /// fits. A range may be `text/*` or `*/*`.
    pub(super) fn matches(&self, sent: &Self) -> Option<usize> {
        let parameters = || {
            self.parameters
                .iter()
                .all(|(name, value)| name == "charset" || sent.parameter(name) == Some(value))
        };
        if self.essence == sent.essence {
            return parameters().then_some(3 + self.parameters.len());
        }
        let (kind, subtype) = self.essence.split_once('/')?;
        if subtype != "*" {
            return None;
        }
        if kind == "*" {
            return Some(1);
        }
        (sent.essence.split_once('/')?.0 == kind).then_some(2)
    }
}

/// `; name=value` and `; name="value"` after the value of a header.
pub(super) fn header_parameters(mut rest: &str) -> Option<Vec<(String, String)>> {
    let mut parameters: Vec<(String, String)> = Vec::new();
    loop {
        rest = rest.trim_start_matches([' ', '\t', ';']);
        if rest.is_empty() {
            return Some(parameters);
        }
        let (name, after) = rest.split_once('=')?;
        let name = name.to_ascii_lowercase();
        if !token(&name) || parameters.len() == 8 || parameters.iter().any(|(n, _)| *n == name) {
            return None;
        }
        let value;
        if let Some(quoted) = after.strip_prefix('"') {
            let mut text = String::new();
            let mut characters = quoted.char_indices();
            let end = loop {
                match characters.next()? {
                    (at, '"') => break at,
                    (_, '\\') => text.push(characters.next()?.1),
                    (_, c) => text.push(c),
                }
            };
            value = text;
            rest = quoted.get(end + 1..)?;
        } else {
            let end = after.find([';', ' ', '\t']).unwrap_or(after.len());
            value = after.get(..end)?.to_owned();
            if !token(&value) {
                return None;
            }
            rest = after.get(end..)?;
        }
        let next = rest.trim_start_matches([' ', '\t']);
        if !next.is_empty() && !next.starts_with(';') {
            return None;
        }
        parameters.push((name, value));
    }
}

/// RFC 9110, 5.6.2.
fn token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}
