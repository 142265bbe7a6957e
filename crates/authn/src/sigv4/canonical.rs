//! The canonical form of a request: the same bytes for the caller who signed and for us.

use super::{Dialect, SigV4Error, SignedRequest};

/// The parameters of a query, decoded and encoded again in the one canonical way, in order.
pub(super) struct Query {
    encoded: String,
    /// Name and value, as ranges of `encoded`.
    params: Vec<(std::ops::Range<usize>, std::ops::Range<usize>)>,
}

const MAX_PARAMS: usize = 512;

impl Query {
    /// Reads a query as it was received. A plus sign is a space: clients (`botocore`, `requests`)
    /// send it for one and sign `%20`; one that is meant must come as `%2B`.
    pub(super) fn read(raw: &str) -> Result<Self, SigV4Error> {
        let spaced = raw.contains('+').then(|| raw.replace('+', " "));
        let raw = spaced.as_deref().unwrap_or(raw);
        let mut encoded = String::with_capacity(raw.len() + raw.len() / 8);
        let mut params = Vec::new();
        for pair in raw.split('&').filter(|pair| !pair.is_empty()) {
            if params.len() == MAX_PARAMS {
                return Err(SigV4Error::TooLarge);
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let start = encoded.len();
            recode(name, &mut encoded)?;
            let middle = encoded.len();
            recode(value, &mut encoded)?;
            params.push((start..middle, middle..encoded.len()));
        }
        let of = |range: &std::ops::Range<usize>| encoded.get(range.clone()).unwrap_or_default();
        params.sort_by(|a, b| (of(&a.0), of(&a.1)).cmp(&(of(&b.0), of(&b.1))));
        Ok(Self { encoded, params })
    }

    /// Names and values, in canonical order and encoding.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let of = |range: &std::ops::Range<usize>| self.encoded.get(range.clone());
        let of = move |range| of(range).unwrap_or_default();
        self.params.iter().map(move |(n, v)| (of(n), of(v)))
    }
}

/// The canonical request: what is hashed and signed.
pub(super) fn request(
    request: &SignedRequest<'_>,
    dialect: Dialect,
    query: &Query,
    signed: &[&str],
    payload: &[u8],
) -> Result<Vec<u8>, SigV4Error> {
    let mut out = String::with_capacity(512);
    out.push_str(request.method);
    out.push('\n');
    path(request.path, dialect, &mut out)?;
    out.push('\n');
    let mut first = true;
    for (name, value) in query.pairs().filter(|(name, _)| *name != "X-Amz-Signature") {
        if !std::mem::take(&mut first) {
            out.push('&');
        }
        out.push_str(name);
        out.push('=');
        out.push_str(value);
    }
    out.push('\n');
    let mut out = out.into_bytes();
    for name in signed {
        header(name, request.headers, &mut out)?;
    }
    out.push(b'\n');
    for (index, name) in signed.iter().enumerate() {
        if index > 0 {
            out.push(b';');
        }
        out.extend_from_slice(name.as_bytes());
    }
    out.push(b'\n');
    out.extend_from_slice(payload);
    Ok(out)
}

/// `name:value,value`, the values without space around them and with single spaces inside.
fn header(name: &str, headers: &[(&str, &[u8])], out: &mut Vec<u8>) -> Result<(), SigV4Error> {
    out.extend_from_slice(name.as_bytes());
    let mut sign = b':';
    for (_, value) in headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name)) {
        if value.iter().any(|b| b.is_ascii_control() && *b != b'\t') {
            return Err(SigV4Error::Malformed);
        }
        out.push(std::mem::replace(&mut sign, b','));
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
        let words = value.split(blank).filter(|word| !word.is_empty());
        for (index, word) in words.enumerate() {
            if index > 0 {
                out.push(b' ');
            }
            out.extend_from_slice(word);
        }
    }
    if sign == b':' {
        return Err(SigV4Error::SignedHeaderAbsent);
    }
    out.push(b'\n');
    Ok(())
}

fn path(raw: &str, dialect: Dialect, out: &mut String) -> Result<(), SigV4Error> {
    let raw = if raw.is_empty() { "/" } else { raw };
    if !raw.starts_with('/') {
        return Err(SigV4Error::Malformed);
    }
    match dialect {
        Dialect::S3 => {
            for (index, segment) in raw.split('/').enumerate() {
                if index > 0 {
                    out.push('/');
                }
                // An encoded slash stays one: it is not the same path.
                recode(segment, out)?;
            }
        }
        Dialect::General if raw.contains("//") || raw.contains("/.") => normal(raw, out),
        Dialect::General | Dialect::Literal => encode_path(raw, out),
    }
    Ok(())
}

/// Without dot segments and repeated slashes (RFC 3986, 5.2.4, and slashes besides).
fn normal(raw: &str, out: &mut String) {
    let mut kept = Vec::new();
    for segment in raw.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            segment => kept.push(segment),
        }
    }
    for segment in &kept {
        out.push('/');
        encode_path(segment, out);
    }
    if kept.is_empty() || raw.ends_with('/') {
        out.push('/');
    }
}

/// Encodes every byte of a path, and its percent signs with them.
fn encode_path(raw: &str, out: &mut String) {
    for byte in raw.bytes() {
        match byte {
            b'/' => out.push('/'),
            byte => encode(byte, out),
        }
    }
}

/// Decodes and encodes again, so that one text has one form.
fn recode(raw: &str, out: &mut String) -> Result<(), SigV4Error> {
    decode(raw, |byte| encode(byte, out))
}

/// The bytes behind a percent-encoded text.
pub(super) fn decode(raw: &str, mut byte: impl FnMut(u8)) -> Result<(), SigV4Error> {
    let mut bytes = raw.bytes();
    while let Some(next) = bytes.next() {
        byte(match next {
            b'%' => {
                let high = bytes.next().and_then(hex_digit);
                let low = bytes.next().and_then(hex_digit);
                high.zip(low)
                    .map(|(high, low)| high << 4 | low)
                    .ok_or(SigV4Error::Malformed)?
            }
            plain => plain,
        });
    }
    Ok(())
}

fn encode(byte: u8, out: &mut String) {
    match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            out.push(char::from(byte));
        }
        byte => {
            out.push('%');
            for half in [byte >> 4, byte & 15] {
                out.push(char::from(b"0123456789ABCDEF"[usize::from(half)]));
            }
        }
    }
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}
