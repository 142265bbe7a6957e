//! `multipart/form-data` (RFC 7578), read strictly: what two readers could take apart differently is
//! refused.

use super::text::{ContentType, header_parameters};
use std::ops::Range;

/// One part.
#[derive(Debug)]
pub(super) struct Part<'b> {
    pub(super) name: String,
    /// Whether it is a file.
    pub(super) file: bool,
    pub(super) content: Option<ContentType>,
    pub(super) body: &'b [u8],
    /// From its delimiter to the next one.
    pub(super) range: Range<usize>,
}

/// Lines before a part's body, and the bytes of one.
const MAX_LINES: usize = 16;
const MAX_LINE: usize = 2048;

/// Takes a body apart. None for anything but delimiter, headers, body, ..., closing delimiter.
pub(super) fn parts<'b>(body: &'b [u8], boundary: &str, limit: usize) -> Option<Vec<Part<'b>>> {
    if boundary.is_empty() || boundary.len() > 70 {
        return None;
    }
    let delimiter = format!("\r\n--{boundary}");
    let delimiter = delimiter.as_bytes();
    // The first delimiter needs no line break before it.
    let first = delimiter.get(2..)?;
    let mut start = if body.starts_with(delimiter) { 2 } else { 0 };
    if !body.get(start..)?.starts_with(first) {
        return None;
    }
    let mut at = start + first.len();
    let mut parts = Vec::new();
    loop {
        let rest = body.get(at..)?;
        if let Some(end) = rest.strip_prefix(b"--") {
            return matches!(end, b"" | b"\r\n").then_some(parts);
        }
        if parts.len() == limit {
            return None;
        }
        let mut lines = rest.strip_prefix(b"\r\n")?;
        let mut part = Part {
            name: String::new(),
            file: false,
            content: None,
            body: b"",
            range: start..start,
        };
        let mut disposed = false;
        for count in 0.. {
            let end = lines
                .windows(2)
                .take(MAX_LINE)
                .position(|two| two == b"\r\n")?;
            let line = std::str::from_utf8(lines.get(..end)?).ok()?;
            lines = lines.get(end + 2..)?;
            if line.is_empty() {
                break;
            }
            if count == MAX_LINES {
                return None;
            }
            header(line, &mut part, &mut disposed)?;
        }
        if !disposed {
            return None;
        }
        let body_at = body.len() - lines.len();
        let length = find(lines, delimiter)?;
        part.body = lines.get(..length)?;
        let next = body_at + length + 2;
        part.range = start..next;
        start = next;
        at = body_at + length + delimiter.len();
        parts.push(part);
    }
}

fn header(line: &str, part: &mut Part<'_>, disposed: &mut bool) -> Option<()> {
    let (name, value) = line.split_once(':')?;
    let value = value.trim_matches([' ', '\t']);
    if line.contains(['\r', '\n', '\0']) {
        return None;
    }
    match &*name.to_ascii_lowercase() {
        "content-disposition" => {
            let (kind, rest) = value.split_once(';')?;
            if !kind.trim_end().eq_ignore_ascii_case("form-data") || *disposed {
                return None;
            }
            *disposed = true;
            for (name, value) in header_parameters(rest)? {
                match &*name {
                    "name" => part.name = value,
                    // RFC 7578, 4.2: a name has no extended form; readers differ on which one wins.
                    "name*" => return None,
                    "filename" | "filename*" => part.file = true,
                    _ => {}
                }
            }
            (!part.name.is_empty()).then_some(())
        }
        "content-type" if part.content.is_none() => {
            part.content = Some(ContentType::parse(value)?);
            Some(())
        }
        "content-type" => None,
        // RFC 7578, 4.7: deprecated; a reader that honours it sees another body than we do.
        "content-transfer-encoding" => {
            let plain = ["binary", "8bit", "7bit"];
            let plain = plain.iter().any(|p| value.eq_ignore_ascii_case(p));
            plain.then_some(())
        }
        name => (!name.is_empty() && !name.contains([' ', '\t'])).then_some(()),
    }
}

/// Where the first `needle`, which begins with a carriage return, stands.
fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = hay.get(at..)?;
        at += rest.iter().position(|b| *b == b'\r')?;
        if hay.get(at..)?.starts_with(needle) {
            return Some(at);
        }
        at += 1;
    }
}
