//! Regular expressions in RE2's syntax.

use super::{Answer, Call, Function, MAX_ITEMS, MAX_TEXT, other, partial::Pieces};
use palisade_app::value::{Entry, Map};
use palisade_app::{Data, Part, Reason, Value};
use regex::{Captures, Regex, RegexBuilder};
use std::sync::Arc;

pub(super) const FUNCTIONS: &[Function] = &[
    other("regex", (2, 2), first),
    other("regexall", (2, 2), all),
];

/// The memory that a compiled pattern may take.
const MAX_COMPILED: usize = 1 << 20;
/// Longer texts are not searched.
const MAX_SEARCHED: usize = 1 << 18;

/// A pattern, compiled.
pub(super) fn compiled(call: &Call<'_>, pattern: &str) -> Result<Regex, Reason> {
    if pattern.len() > MAX_SEARCHED {
        return Err(call.limit());
    }
    RegexBuilder::new(&ascii(pattern))
        .size_limit(MAX_COMPILED)
        .dfa_size_limit(MAX_COMPILED)
        .nest_limit(100)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => call.limit(),
            _ => call.wrong("the pattern is not a regular expression"),
        })
}

/// The classes that mean letters and digits of ASCII in RE2, and of Unicode here.
fn ascii(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        out.push(letter);
        if letter != '\\' {
            continue;
        }
        let class = match letters.next() {
            Some('d') => "[0-9]",
            Some('D') => "[^0-9]",
            Some('w') => "[0-9A-Za-z_]",
            Some('W') => "[^0-9A-Za-z_]",
            Some('s') => "[\\t\\n\\f\\r ]",
            Some('S') => "[^\\t\\n\\f\\r ]",
            Some(other) => {
                out.push(other);
                continue;
            }
            None => continue,
        };
        out.pop();
        out.push_str(class);
    }
    out
}

/// The pattern and the text of a call.
fn searched(call: &Call<'_>, arguments: &[Value]) -> Result<(Regex, Arc<str>), Reason> {
    let pattern = compiled(call, &call.text(&arguments[0])?)?;
    let text = call.text(&arguments[1])?;
    if text.len() > MAX_SEARCHED {
        return Err(call.limit());
    }
    Ok((pattern, text))
}

/// What a match gives: its text, a list of its groups, or a map of those that have names.
fn captured(call: &Call<'_>, pattern: &Regex, captures: &Captures<'_>) -> Answer {
    let group = |at: usize| match captures.get(at) {
        Some(found) => call.say(found.as_str()),
        None => call.value(Data::Null),
    };
    let names: Vec<Option<&str>> = pattern.capture_names().skip(1).collect();
    if names.is_empty() {
        return Ok(group(0));
    }
    if names.iter().all(Option::is_none) {
        return Ok(call.items((1..=names.len()).map(group).collect()));
    }
    let mut entries = Vec::new();
    for (at, name) in names.into_iter().enumerate() {
        let name = name.ok_or_else(|| call.wrong("groups with and without names"))?;
        entries.push(Entry {
            key: Arc::from(name),
            key_origin: call.origin.clone(),
            value: group(at + 1),
        });
    }
    Ok(call.value(Data::Map(Map {
        entries,
        open: None,
    })))
}

fn first(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let (pattern, text) = searched(call, arguments)?;
    let captures = pattern.captures(&text);
    let captures = captures.ok_or_else(|| call.wrong("the pattern does not match"))?;
    captured(call, &pattern, &captures)
}

fn all(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let (pattern, text) = searched(call, arguments)?;
    let most = MAX_ITEMS * 10 / pattern.captures_len();
    let mut items = Vec::new();
    for captures in pattern.captures_iter(&text) {
        if items.len() >= most {
            return Err(call.limit());
        }
        items.push(captured(call, &pattern, &captures)?);
    }
    Ok(call.items(items))
}

/// `replace` with a pattern between slashes.
pub(super) fn replace(call: &Call<'_>, value: &Value, pattern: &str, by: &Value) -> Answer {
    let pattern = compiled(call, pattern)?;
    let (text, by) = (call.text(value)?, call.parts(by)?);
    if text.len() > MAX_SEARCHED {
        return Err(call.limit());
    }
    let mut pieces = Pieces::default();
    let mut last = 0;
    for captures in pattern.captures_iter(&text) {
        let Some(found) = captures.get(0) else {
            continue;
        };
        pieces.literal(&text[last..found.start()]);
        for part in &by {
            match part {
                Part::Literal(literal) => {
                    let mut expanded = String::new();
                    captures.expand(literal, &mut expanded);
                    pieces.literal(&expanded);
                }
                part => pieces.part(part.clone()),
            }
        }
        last = found.end();
        if pieces.size() > MAX_TEXT {
            return Err(call.limit());
        }
    }
    pieces.literal(&text[last..]);
    Ok(call.value(pieces.data()))
}
