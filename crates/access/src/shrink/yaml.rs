//! Policies as YAML in the way that people write templates: short forms of functions, `Effect` first.

use serde_json::Value as Json;

/// The order in which people write these keys; others follow in alphabetical order.
const ORDER: &[&str] = &[
    "PolicyName",
    "PolicyDocument",
    "Version",
    "Statement",
    "Effect",
    "Action",
];

/// A value as a block, each line indented by `indent`; begins with a line break.
#[must_use]
pub fn block(value: &Json, indent: usize) -> String {
    let mut text = String::new();
    write(value, indent, &mut text);
    text
}

fn write(value: &Json, indent: usize, into: &mut String) {
    let pad = " ".repeat(indent);
    match value {
        Json::Array(items) => {
            for item in items {
                into.push('\n');
                into.push_str(&pad);
                into.push_str("- ");
                match item {
                    Json::Object(map) if intrinsic(item).is_none() && !map.is_empty() => {
                        let mut inner = String::new();
                        write(item, indent + 2, &mut inner);
                        into.push_str(inner.trim_start());
                    }
                    _ => scalar(item, indent + 2, into),
                }
            }
        }
        Json::Object(map) => {
            let place = |key: &str| ORDER.iter().position(|k| *k == key);
            let mut entries: Vec<(&String, &Json)> = map.iter().collect();
            entries.sort_by_key(|(key, _)| place(key).unwrap_or(ORDER.len()));
            for (key, value) in entries {
                into.push('\n');
                into.push_str(&pad);
                into.push_str(&quoted(key));
                into.push(':');
                match value {
                    Json::Array(_) => write(value, indent + 2, into),
                    Json::Object(_) if intrinsic(value).is_none() => write(value, indent + 2, into),
                    _ => {
                        into.push(' ');
                        scalar(value, indent + 2, into);
                    }
                }
            }
        }
        _ => scalar(value, indent, into),
    }
}

fn scalar(value: &Json, indent: usize, into: &mut String) {
    match (value, intrinsic(value)) {
        (_, Some(text)) => into.push_str(&text),
        (Json::String(text), _) => into.push_str(&quoted(text)),
        (Json::Array(_) | Json::Object(_), _) => write(value, indent, into),
        _ => into.push_str(&value.to_string()),
    }
}

/// The short form of a function.
fn intrinsic(value: &Json) -> Option<String> {
    let map = value.as_object().filter(|map| map.len() == 1)?;
    let (name, argument) = map.iter().next()?;
    match (name.as_str(), argument) {
        ("Ref", Json::String(id)) => Some(format!("!Ref {id}")),
        ("Fn::Sub", Json::String(text)) => Some(format!("!Sub {}", quoted(text))),
        ("Fn::GetAtt", Json::Array(path)) => {
            let path: Vec<&str> = path.iter().filter_map(Json::as_str).collect();
            Some(format!("!GetAtt {}", path.join(".")))
        }
        _ => None,
    }
}

/// A text that YAML reads as just this text.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '.');
    let starts = text.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
    let words = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    let is_word = words.iter().any(|word| text.eq_ignore_ascii_case(word));
    // `a:b` is a text, `a: b` is not.
    let colons = !text.ends_with(':') && text.chars().all(|c| plain(c) || c == ':');
    if starts && colons && !is_word {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}
