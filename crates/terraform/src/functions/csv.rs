//! Tables of values between commas (RFC 4180, as Go reads them).

use super::{Answer, Call, Function, MAX_ITEMS, other};
use palisade_app::value::{Entry, Map};
use palisade_app::{Data, Reason, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

pub(super) const FUNCTIONS: &[Function] = &[other("csvdecode", (1, 1), csvdecode)];

fn csvdecode(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let text = call.text(&arguments[0])?;
    let mut rows = rows(call, &text)?.into_iter();
    let header = rows.next().ok_or_else(|| call.wrong("no header"))?;
    let names: Vec<Arc<str>> = header.into_iter().map(Arc::from).collect();
    if names.iter().collect::<BTreeSet<_>>().len() != names.len() {
        return Err(call.wrong("a column twice"));
    }
    if rows.len().saturating_mul(names.len()) > MAX_ITEMS * 10 {
        return Err(call.limit());
    }
    let mut items = Vec::new();
    for row in rows {
        if row.len() != names.len() {
            return Err(call.wrong("rows of different lengths"));
        }
        let entries = names
            .iter()
            .zip(row)
            .map(|(name, text)| Entry {
                key: name.clone(),
                key_origin: call.origin.clone(),
                value: call.say(text),
            })
            .collect();
        items.push(call.value(Data::Map(Map {
            entries,
            open: None,
        })));
    }
    Ok(call.items(items))
}

/// The fields of each line that is not empty.
fn rows(call: &Call<'_>, text: &str) -> Result<Vec<Vec<String>>, Reason> {
    let text = text.replace("\r\n", "\n");
    let mut rows = Vec::new();
    let mut rest: &str = &text;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('\n') {
            rest = after;
            continue;
        }
        let mut row = Vec::new();
        loop {
            let (field, after) = field(call, rest)?;
            row.push(field);
            match after.strip_prefix(',') {
                Some(after) => rest = after,
                None => {
                    rest = after.strip_prefix('\n').unwrap_or(after);
                    break;
                }
            }
        }
        rows.push(row);
    }
    Ok(rows)
}

/// One field, and what follows it: a comma, the end of the line or of the text.
fn field<'t>(call: &Call<'_>, text: &'t str) -> Result<(String, &'t str), Reason> {
    let Some(mut rest) = text.strip_prefix('"') else {
        let (field, after) = text.split_at(text.find([',', '\n']).unwrap_or(text.len()));
        if field.contains('"') {
            return Err(call.wrong("a quote within a field"));
        }
        return Ok((field.to_owned(), after));
    };
    let mut field = String::new();
    while let Some((inside, after)) = rest.split_once('"') {
        field.push_str(inside);
        match after.strip_prefix('"') {
            Some(after) => {
                field.push('"');
                rest = after;
            }
            None if after.is_empty() || after.starts_with([',', '\n']) => {
                return Ok((field, after));
            }
            None => break,
        }
    }
    Err(call.wrong("a quote that does not end its field"))
}
