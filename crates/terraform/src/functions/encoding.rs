//! Texts that encode values and bytes: JSON, YAML, base64, URLs, tables of commas.
//!
//! What is encoded keeps its structure, so that a policy keeps the place of each line: `jsonencode`
//! of a map is that map. Where it is then used as a text, it is its JSON.

use super::partial::Pieces;
use super::{Answer, Call, Function, MAX_TEXT, number, other, text};
use palisade_app::value::{Entry, List, Map};
use palisade_app::{Data, Part, Reason, Value, json_text};
use palisade_core::{FileId, Origin};
use palisade_syntax as syntax;
use std::sync::Arc;

pub(super) const FUNCTIONS: &[Function] = &[
    text("base64decode", (1, 1), base64decode),
    text("base64encode", (1, 1), base64encode),
    text("base64gzip", (1, 1), base64gzip),
    other("jsondecode", (1, 1), jsondecode),
    text("jsonencode", (1, 1), jsonencode),
    text("textdecodebase64", (2, 2), textdecodebase64),
    text("textencodebase64", (2, 2), textencodebase64),
    text("urlencode", (1, 1), urlencode),
    other("yamldecode", (1, 1), yamldecode),
    text("yamlencode", (1, 1), yamlencode),
];

fn structured(value: &Value) -> bool {
    matches!(
        value.data,
        Data::List(_) | Data::Map(_) | Data::OneOf(_) | Data::Unknown(_)
    )
}

fn jsonencode(call: &Call<'_>, arguments: &[Value]) -> Answer {
    if structured(&arguments[0]) {
        return Ok(arguments[0].clone());
    }
    let mut pieces = Pieces::default();
    pieces.parts(json(call, &arguments[0])?);
    Ok(call.value(pieces.data()))
}

fn yamlencode(call: &Call<'_>, arguments: &[Value]) -> Answer {
    if structured(&arguments[0]) {
        return Ok(arguments[0].clone());
    }
    // JSON is YAML: what reads it reads the same.
    let Data::Text(text) = jsonencode(call, arguments)?.data else {
        return Err(call.unfit(&arguments[0], "a known value"));
    };
    let end = if text.starts_with('"') { "" } else { "...\n" };
    Ok(call.say(format!("{text}\n{end}")))
}

/// The JSON of a value as Terraform writes it: keys in order, `<`, `>` and `&` escaped.
pub(super) fn json(call: &Call<'_>, value: &Value) -> Result<Vec<Part>, Reason> {
    let mut pieces = Pieces::default();
    write_json(call, value, &mut pieces, syntax::MAX_DEPTH)?;
    Ok(pieces.finish())
}

fn write_json(
    call: &Call<'_>,
    value: &Value,
    out: &mut Pieces,
    depth: usize,
) -> Result<(), Reason> {
    if depth == 0 || out.size() > MAX_TEXT {
        return Err(call.limit());
    }
    let hole = |reason: &Reason| Part::Hole(reason.clone());
    match &value.data {
        Data::Null | Data::Absent => out.literal("null"),
        Data::Bool(truth) => out.literal(if *truth { "true" } else { "false" }),
        Data::Number(number) => out.literal(&number::shown(number)),
        Data::Text(text) => out.literal(&quoted(text)),
        Data::Symbolic(parts) if matches!(&**parts, [_]) => {
            out.part(Part::Hole(call.unfit(value, "a value")))
        }
        Data::Symbolic(parts) => {
            out.literal("\"");
            for part in parts.iter() {
                match part {
                    Part::Literal(text) => out.literal(inside(&quoted(text))),
                    part => out.part(part.clone()),
                }
            }
            out.literal("\"");
        }
        Data::Unknown(reason) => out.part(hole(reason)),
        Data::OneOf(_) => out.part(Part::Hole(call.unfit(value, "a value"))),
        Data::List(List { items, open }) => {
            out.literal("[");
            for (i, item) in items.iter().enumerate() {
                out.literal(if i > 0 { "," } else { "" });
                write_json(call, item, out, depth - 1)?;
            }
            open.iter().for_each(|reason| out.part(hole(reason)));
            out.literal("]");
        }
        Data::Map(Map { entries, open }) => {
            let mut sorted: Vec<&Entry> = entries.iter().collect();
            sorted.sort_by(|a, b| a.key.cmp(&b.key));
            out.literal("{");
            for (i, entry) in sorted.into_iter().enumerate() {
                out.literal(if i > 0 { "," } else { "" });
                out.literal(&quoted(&entry.key));
                out.literal(":");
                write_json(call, &entry.value, out, depth - 1)?;
            }
            open.iter().for_each(|reason| out.part(hole(reason)));
            out.literal("}");
        }
    }
    Ok(())
}

/// A text in quotes, as Go's encoder of JSON writes it.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(letter)));
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// What stands between the quotes.
fn inside(quoted: &str) -> &str {
    quoted.get(1..quoted.len() - 1).unwrap_or_default()
}

fn jsondecode(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let [value] = arguments else {
        return Err(call.limit());
    };
    if let Data::List(_) | Data::Map(_) = value.data {
        return Ok(value.clone());
    }
    if let Some(parsed) = json_text::parse(value) {
        return Ok(canonical(parsed));
    }
    let text = call.text(value)?;
    let json: serde_json::Value =
        serde_json::from_str(&text).map_err(|_| call.wrong("the text is not JSON"))?;
    match json {
        serde_json::Value::Array(_) | serde_json::Value::Object(_) => {
            Err(call.wrong("the text can't be read"))
        }
        serde_json::Value::String(text) => Ok(call.say(text)),
        serde_json::Value::Number(number) => {
            let text = number::canonical(&number.to_string()).ok_or_else(|| call.limit())?;
            Ok(call.value(number::data(text)))
        }
        serde_json::Value::Bool(truth) => Ok(call.truth(truth)),
        serde_json::Value::Null => Ok(call.value(Data::Null)),
    }
}

/// The numbers of a tree as Terraform writes them.
fn canonical(mut value: Value) -> Value {
    match &mut value.data {
        Data::Number(number) => value.data = number::data(number::shown(number)),
        Data::List(list) => {
            let items = std::mem::take(&mut list.items);
            list.items = items.into_iter().map(canonical).collect();
        }
        Data::Map(map) => {
            for entry in &mut map.entries {
                let null = Value::new(Data::Null, Origin::default());
                entry.value = canonical(std::mem::replace(&mut entry.value, null));
            }
        }
        _ => {}
    }
    value
}

fn yamldecode(call: &Call<'_>, arguments: &[Value]) -> Answer {
    if let Data::List(_) | Data::Map(_) = arguments[0].data {
        return Ok(arguments[0].clone());
    }
    // JSON with holes is read with them; YAML has too many ways to write a text.
    if let (Data::Symbolic(_), Some(parsed)) = (&arguments[0].data, json_text::parse(&arguments[0]))
    {
        return Ok(canonical(parsed));
    }
    let text = call.text(&arguments[0])?;
    let wrong = |_| call.wrong("the text is not YAML");
    let document = syntax::parse(FileId::default(), &text).map_err(wrong)?;
    if document.second_document.is_some() {
        return Err(call.wrong("the text has several documents"));
    }
    if text.trim().is_empty() {
        return Err(call.wrong("the text is empty"));
    }
    Ok(tree(&document.root, &call.origin))
}

/// The value of a tree; all of it stands where its text does.
pub(super) fn tree(node: &syntax::Node, origin: &Origin) -> Value {
    let data = match &node.data {
        syntax::Data::Null => Data::Null,
        syntax::Data::Bool(truth) => Data::Bool(*truth),
        syntax::Data::Number(written) => number::canonical(&written.text).map_or_else(
            || number::float(written.value).unwrap_or(Data::Text(written.text.clone())),
            number::data,
        ),
        syntax::Data::String(text) => Data::Text(text.clone()),
        syntax::Data::Seq(items) => Data::List(List {
            items: items.iter().map(|item| tree(item, origin)).collect(),
            open: None,
        }),
        syntax::Data::Map(entries) => Data::Map(Map {
            entries: entries
                .iter()
                .map(|entry| Entry {
                    key: entry.key.name.clone(),
                    key_origin: origin.clone(),
                    value: tree(&entry.value, origin),
                })
                .collect(),
            open: None,
        }),
    };
    Value::new(data, origin.clone())
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes in base64.
pub(super) fn base64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for i in 0..4 {
            let index = (bits >> (18 - 6 * i)) & 63;
            let letter = ALPHABET.get(index as usize).copied().unwrap_or(b'A');
            out.push(if i <= chunk.len() {
                char::from(letter)
            } else {
                '='
            });
        }
    }
    out
}

/// The bytes of a text in base64; nothing when it is none.
fn unbase64(text: &str) -> Option<Vec<u8>> {
    let letters: Vec<u8> = text
        .bytes()
        .filter(|b| !matches!(b, b'\n' | b'\r'))
        .collect();
    if letters.len() % 4 != 0 {
        return None;
    }
    let mut out = Vec::with_capacity(letters.len() / 4 * 3);
    let last = letters.len().saturating_sub(4);
    for (at, chunk) in letters.chunks(4).enumerate() {
        let padding = match chunk {
            [_, _, b'=', b'='] => 2,
            [_, _, _, b'='] => 1,
            _ => 0,
        };
        if padding > 0 && at * 4 != last {
            return None;
        }
        let mut bits: u32 = 0;
        for letter in &chunk[..4 - padding] {
            let index = ALPHABET.iter().position(|known| known == letter)?;
            bits = bits << 6 | u32::try_from(index).ok()?;
        }
        bits <<= 6 * padding;
        out.extend(bits.to_be_bytes().iter().skip(1).take(3 - padding));
    }
    Some(out)
}

/// What is not wholly known stays as it is written: what the person wrote is worth more than a hole.
fn base64encode(call: &Call<'_>, arguments: &[Value]) -> Answer {
    match &arguments[0].data {
        Data::Symbolic(_) => Ok(arguments[0].clone()),
        _ if structured(&arguments[0]) => Ok(arguments[0].clone()),
        _ => Ok(call.say(base64(call.text(&arguments[0])?.as_bytes()))),
    }
}

fn base64gzip(call: &Call<'_>, arguments: &[Value]) -> Answer {
    match &arguments[0].data {
        Data::Null | Data::Absent => Err(call.unfit(&arguments[0], "a text")),
        _ => Ok(arguments[0].clone()),
    }
}

fn base64decode(call: &Call<'_>, arguments: &[Value]) -> Answer {
    if let Data::List(_) | Data::Map(_) = arguments[0].data {
        return Ok(arguments[0].clone());
    }
    let bytes = unbase64(&call.text(&arguments[0])?);
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    text.map(|text| call.say(text))
        .ok_or_else(|| call.wrong("the text is not base64 of UTF-8"))
}

/// The encodings of characters that are known here.
enum Encoding {
    Utf8,
    Utf16 {
        little: bool,
    },
    /// One byte for a character, of so many characters.
    Bytes(u32),
}

fn encoding(call: &Call<'_>, name: &Value) -> Result<Encoding, Reason> {
    match call.text(name)?.to_ascii_uppercase().as_str() {
        "UTF-8" | "UTF8" => Ok(Encoding::Utf8),
        "UTF-16LE" => Ok(Encoding::Utf16 { little: true }),
        "UTF-16BE" => Ok(Encoding::Utf16 { little: false }),
        "US-ASCII" => Ok(Encoding::Bytes(0x80)),
        "ISO-8859-1" => Ok(Encoding::Bytes(0x100)),
        _ => Err(call.wrong("an encoding that is not known here")),
    }
}

fn textencodebase64(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let encoding = encoding(call, &arguments[1])?;
    let text = call.text(&arguments[0])?;
    let bytes: Option<Vec<u8>> = match encoding {
        Encoding::Utf8 => Some(text.bytes().collect()),
        Encoding::Utf16 { little } => {
            let pair = |unit: u16| {
                if little {
                    unit.to_le_bytes()
                } else {
                    unit.to_be_bytes()
                }
            };
            Some(text.encode_utf16().flat_map(pair).collect())
        }
        Encoding::Bytes(size) => {
            let byte = |c: char| u8::try_from(c).ok().filter(|byte| u32::from(*byte) < size);
            text.chars().map(byte).collect()
        }
    };
    bytes
        .map(|bytes| call.say(base64(&bytes)))
        .ok_or_else(|| call.wrong("a character that the encoding does not have"))
}

fn textdecodebase64(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let encoding = encoding(call, &arguments[1])?;
    let wrong = || call.wrong("the text is not base64 of this encoding");
    let bytes = unbase64(&call.text(&arguments[0])?).ok_or_else(wrong)?;
    let text = match encoding {
        Encoding::Utf8 => String::from_utf8(bytes).ok(),
        Encoding::Utf16 { little } => {
            let (pairs, rest) = bytes.as_chunks::<2>();
            let unit = |pair: &[u8; 2]| {
                if little {
                    u16::from_le_bytes(*pair)
                } else {
                    u16::from_be_bytes(*pair)
                }
            };
            let units: Vec<u16> = pairs.iter().map(unit).collect();
            String::from_utf16(&units).ok().filter(|_| rest.is_empty())
        }
        Encoding::Bytes(size) => {
            let letter = |byte: u8| (u32::from(byte) < size).then(|| char::from(byte));
            bytes.into_iter().map(letter).collect()
        }
    };
    text.map(|text| call.say(text)).ok_or_else(wrong)
}

fn urlencode(call: &Call<'_>, arguments: &[Value]) -> Answer {
    super::text::by_part(call, &arguments[0], &url, &|part| {
        matches!(part, Part::Pseudo(_))
    })
}

fn url(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            b' ' => out.push('+'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// A value by which equal values are told; nothing when a part of it is not known.
pub(super) fn key(call: &Call<'_>, value: &Value) -> Option<Arc<str>> {
    if let Data::Symbolic(parts) = &value.data {
        let known = !parts.iter().any(|part| matches!(part, Part::Hole(_)));
        return known.then(|| Arc::from(format!("{parts:?}")));
    }
    let parts = json(call, value).ok()?;
    match parts.as_slice() {
        [Part::Literal(text)] => Some(text.clone()),
        parts if parts.iter().any(|part| matches!(part, Part::Hole(_))) => None,
        parts => Some(Arc::from(format!("{parts:?}"))),
    }
}
