//! Names with a hash in them, as SAM makes them. They are names, not secrets: SHA-1 serves here
//! because the deployed stack has it in its logical ids, and it must never be used for anything else.

use palisade_syntax::{Data, Node};
use std::fmt::Write as _;

/// How many hexadecimal digits a logical id takes.
const DIGITS: usize = 10;

/// The prefix and the hash of a value; a value that is empty gives the prefix alone.
pub(super) fn named(prefix: &str, value: &Node) -> String {
    match &value.data {
        Data::Null => prefix.to_owned(),
        Data::String(text) => named_text(prefix, text),
        _ => named_text(prefix, &canonical(value)),
    }
}

/// The prefix and the hash of a text; an empty text gives the prefix alone.
pub(super) fn named_text(prefix: &str, text: &str) -> String {
    if text.is_empty() {
        return prefix.to_owned();
    }
    with_digest(prefix, &sha1(text.as_bytes()))
}

/// The prefix and as much of a digest as a logical id takes.
pub(super) fn with_digest(prefix: &str, digest: &str) -> String {
    format!("{prefix}{}", &digest[..DIGITS])
}

/// JSON without spaces and with sorted keys: equal values give equal texts.
pub(super) fn canonical(node: &Node) -> String {
    let mut out = String::new();
    write(node, None, &mut out);
    out
}

/// JSON with sorted keys, indented by four spaces.
pub(super) fn pretty(node: &Node) -> String {
    let mut out = String::new();
    write(node, Some(0), &mut out);
    out
}

fn line(indent: Option<usize>, out: &mut String) {
    if let Some(depth) = indent {
        out.push('\n');
        out.extend(std::iter::repeat_n("    ", depth));
    }
}

fn write(node: &Node, indent: Option<usize>, out: &mut String) {
    let inner = indent.map(|depth| depth + 1);
    match &node.data {
        Data::Null => out.push_str("null"),
        Data::Bool(true) => out.push_str("true"),
        Data::Bool(false) => out.push_str("false"),
        Data::Number(number) => out.push_str(&number.text),
        Data::String(text) => quoted(text, out),
        Data::Seq(items) if items.is_empty() => out.push_str("[]"),
        Data::Seq(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                line(inner, out);
                write(item, inner, out);
            }
            line(indent, out);
            out.push(']');
        }
        Data::Map(entries) if entries.is_empty() => out.push_str("{}"),
        Data::Map(entries) => {
            let mut sorted: Vec<_> = entries.iter().collect();
            sorted.sort_by(|a, b| a.key.name.cmp(&b.key.name));
            out.push('{');
            for (index, entry) in sorted.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                line(inner, out);
                quoted(&entry.key.name, out);
                out.push_str(if indent.is_some() { ": " } else { ":" });
                write(&entry.value, inner, out);
            }
            line(indent, out);
            out.push('}');
        }
    }
}

fn quoted(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    let special = |b: u8| !matches!(b, b' '..=b'~') || matches!(b, b'"' | b'\\');
    while let Some(at) = rest.bytes().position(special) {
        let (before, special) = rest.split_at(at);
        out.push_str(before);
        let mut units = special.chars();
        match units.next().unwrap_or_default() {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            unit => {
                for half in unit.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{half:04x}");
                }
            }
        }
        rest = units.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

/// The SHA-1 digest in hexadecimal digits.
pub(super) fn sha1(bytes: &[u8]) -> String {
    let mut state: [u32; 5] = [
        0x6745_2301,
        0xEFCD_AB89,
        0x98BA_DCFE,
        0x1032_5476,
        0xC3D2_E1F0,
    ];
    let mut message = bytes.to_vec();
    message.push(0x80);
    while message.len() % 64 != 56 {
        message.push(0);
    }
    message.extend((bytes.len() as u64 * 8).to_be_bytes());
    for block in message.chunks_exact(64) {
        let mut words = [0_u32; 80];
        for (word, bytes) in words.iter_mut().zip(block.chunks_exact(4)) {
            *word = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        }
        for i in 16..80 {
            words[i] = (words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16]).rotate_left(1);
        }
        let [mut a, mut b, mut c, mut d, mut e] = state;
        for (round, words) in words.chunks_exact(20).enumerate() {
            for word in words {
                let (mix, constant) = match round {
                    0 => ((b & c) | (!b & d), 0x5A82_7999),
                    1 => (b ^ c ^ d, 0x6ED9_EBA1),
                    2 => ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC),
                    _ => (b ^ c ^ d, 0xCA62_C1D6_u32),
                };
                let next = a
                    .rotate_left(5)
                    .wrapping_add(mix)
                    .wrapping_add(e)
                    .wrapping_add(constant)
                    .wrapping_add(*word);
                (e, d, c, b, a) = (d, c, b.rotate_left(30), a, next);
            }
        }
        for (sum, value) in state.iter_mut().zip([a, b, c, d, e]) {
            *sum = sum.wrapping_add(value);
        }
    }
    let mut out = String::with_capacity(40);
    for word in state {
        let _ = write!(out, "{word:08x}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_standard() {
        assert_eq!(sha1(b"abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(sha1(b""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
        assert_eq!(
            sha1(&[b'a'; 200]),
            "e61cfffe0d9195a525fc6cf06ca2d77119c24a40"
        );
    }
}
