//! Texts of JSON inside of templates: policies, definitions and secrets are often written as a
//! text, mostly with holes (`!Sub '{"Principal": "${Account}"}'`). They become values in which the
//! holes are symbolic again.
//!
//! Invariant: what is read is what the provider will read, or nothing is.

use crate::value::{Data, Entry, List, Map, Number, Part, Value};
use palisade_core::{FileId, Origin};
use palisade_syntax::{Data as NodeData, Node};
use serde_json::Value as Json;
use std::sync::Arc;

/// What stands around the number of a hole while the text is parsed; for private use in Unicode.
const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// The object or list that a text of JSON stands for; everything in it stands where the text
/// does. Nothing when it is not a text, or not of JSON.
#[must_use]
pub fn parse(value: &Value) -> Option<Value> {
    let parts = value.parts()?;
    let text = with_tokens(&parts)?;
    let json = serde_json::from_str::<Json>(&text).ok()?;
    let reader = Reader {
        parts: &parts,
        origin: &value.origin,
    };
    Some(reader.value(&json))
}

/// The same of a text of YAML; nothing when that says no map.
#[must_use]
pub fn parse_yaml(value: &Value) -> Option<Value> {
    let parts = value.parts()?;
    let mut text = String::new();
    for (i, part) in parts.iter().enumerate() {
        match part {
            Part::Literal(literal) if literal.contains([OPEN, CLOSE]) => return None,
            Part::Literal(literal) => text.push_str(literal),
            _ => text.push_str(&format!("{OPEN}{i}{CLOSE}")),
        }
    }
    let document = palisade_syntax::parse(FileId::NONE, &text).ok()?;
    let reader = Reader {
        parts: &parts,
        origin: &value.origin,
    };
    matches!(document.root.data, NodeData::Map(_)).then(|| reader.node(&document.root))
}

/// The text with a token for each hole, in quotes unless it stands within a string.
fn with_tokens(parts: &[Part]) -> Option<String> {
    let starts = parts.iter().find_map(|part| match part {
        Part::Literal(text) => text.trim_start().chars().next(),
        _ => Some(OPEN),
    });
    if !matches!(starts, Some('{' | '[')) {
        return None;
    }
    let mut text = String::new();
    let (mut quoted, mut escaped) = (false, false);
    for (i, part) in parts.iter().enumerate() {
        let Part::Literal(literal) = part else {
            let quote = if quoted { "" } else { "\"" };
            text.push_str(&format!("{quote}{OPEN}{i}{CLOSE}{quote}"));
            escaped = false;
            continue;
        };
        if literal.contains([OPEN, CLOSE]) || literal.to_ascii_lowercase().contains("\\ue00") {
            return None;
        }
        for letter in literal.chars() {
            match letter {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                _ => {}
            }
        }
        text.push_str(literal);
    }
    Some(text)
}

struct Reader<'a> {
    parts: &'a [Part],
    origin: &'a Origin,
}

impl Reader<'_> {
    fn value(&self, json: &Json) -> Value {
        let data = match json {
            Json::Null => Data::Null,
            Json::Bool(value) => Data::Bool(*value),
            Json::Number(number) => Data::Number(Number {
                value: number.as_f64().unwrap_or(f64::NAN),
                text: Arc::from(number.to_string()),
            }),
            Json::String(text) => self.text(text),
            Json::Array(items) => Data::List(List {
                items: items.iter().map(|item| self.value(item)).collect(),
                open: None,
            }),
            Json::Object(entries) => Data::Map(Map {
                entries: entries
                    .iter()
                    .map(|(key, value)| Entry {
                        key: Arc::from(self.key(key)),
                        key_origin: self.origin.clone(),
                        value: self.value(value),
                    })
                    .collect(),
                open: None,
            }),
        };
        Value::new(data, self.origin.clone())
    }

    fn node(&self, node: &Node) -> Value {
        let data = match &node.data {
            NodeData::Null => Data::Null,
            NodeData::Bool(value) => Data::Bool(*value),
            NodeData::Number(number) => Data::Number(number.clone()),
            NodeData::String(text) => self.text(text),
            NodeData::Seq(items) => Data::List(List {
                items: items.iter().map(|item| self.node(item)).collect(),
                open: None,
            }),
            NodeData::Map(entries) => Data::Map(Map {
                entries: entries
                    .iter()
                    .map(|entry| Entry {
                        key: Arc::from(self.key(&entry.key.name)),
                        key_origin: self.origin.clone(),
                        value: self.node(&entry.value),
                    })
                    .collect(),
                open: None,
            }),
        };
        Value::new(data, self.origin.clone())
    }

    fn key(&self, text: &str) -> String {
        match self.text(text) {
            Data::Symbolic(parts) => parts.iter().map(ToString::to_string).collect(),
            _ => text.to_owned(),
        }
    }

    /// A string with its holes put back.
    fn text(&self, text: &str) -> Data {
        if !text.contains(OPEN) {
            return Data::Text(Arc::from(text));
        }
        let mut found = Vec::new();
        let literal = |text: &str, found: &mut Vec<Part>| {
            if !text.is_empty() {
                found.push(Part::Literal(Arc::from(text)));
            }
        };
        let mut rest = text;
        while let Some((before, token)) = rest.split_once(OPEN) {
            let (number, after) = token.split_once(CLOSE).unwrap_or((token, ""));
            literal(before, &mut found);
            let part = number.parse().ok().and_then(|i: usize| self.parts.get(i));
            found.extend(part.cloned());
            rest = after;
        }
        literal(rest, &mut found);
        Data::Symbolic(Arc::from(found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Reason, ReasonKind};

    fn literal(text: &str) -> Part {
        Part::Literal(Arc::from(text))
    }

    fn symbolic(parts: &[Part]) -> Value {
        Value::new(Data::Symbolic(Arc::from(parts)), Origin::default())
    }

    #[test]
    fn plain_texts_become_values() {
        let value = Value::text(
            r#"{"a": [1, "b", null], "c": {"d": true}}"#,
            Origin::default(),
        );
        let parsed = parse(&value).unwrap();
        assert_eq!(parsed.get("a").unwrap().items().len(), 3);
        assert_eq!(
            parsed.get("c").unwrap().get("d").unwrap().as_bool(),
            Some(true)
        );
        for text in [
            "",
            "plain",
            "{",
            "{\"a\": }",
            "3",
            "\"text\"",
            "{\"a\": \"\\ue0000\\ue001\"}",
        ] {
            assert_eq!(parse(&Value::text(text, Origin::default())), None, "{text}");
        }
    }

    #[test]
    fn holes_are_symbolic_again() {
        let account = Part::Pseudo(Arc::from("AWS::AccountId"));
        let hole = Part::Hole(Reason::new(ReasonKind::Import, "x"));
        let value = symbolic(&[
            literal(r#"{"Principal": "arn:aws:iam::"#),
            account.clone(),
            literal(r#":root", "say": "\""#),
            hole.clone(),
            literal(r#"", "List": "#),
            hole.clone(),
            literal(r#", ""#),
            account.clone(),
            literal(r#"": 1}"#),
        ]);
        let parsed = parse(&value).unwrap();
        let shown = |key: &str| parsed.get(key).unwrap().display();
        assert_eq!(shown("Principal"), "arn:aws:iam::${AWS::AccountId}:root");
        assert_eq!(shown("say"), "\"${?}");
        assert_eq!(
            parsed.get("List").unwrap().data,
            Data::Symbolic(Arc::from([hole]))
        );
        assert_eq!(shown("${AWS::AccountId}"), "1");
    }

    #[test]
    fn yaml_is_read_with_its_holes() {
        let region = Part::Pseudo(Arc::from("AWS::Region"));
        let value = symbolic(&[
            literal(
                "openapi: \"3.0\"\npaths:\n  /orders:\n    get:\n      uri: arn:aws:apigateway:",
            ),
            region.clone(),
            literal(":lambda\n      \"quoted\": \""),
            region.clone(),
            literal("\"\n      whole: "),
            region,
            literal("\n      count: 3\n"),
        ]);
        let parsed = parse_yaml(&value).unwrap();
        let get = parsed.get("paths").and_then(|v| v.get("/orders")).unwrap();
        let get = get.get("get").unwrap();
        let shown = |key: &str| get.get(key).unwrap().display();
        assert_eq!(shown("uri"), "arn:aws:apigateway:${AWS::Region}:lambda");
        assert_eq!(shown("quoted"), "${AWS::Region}");
        assert_eq!(shown("whole"), "${AWS::Region}");
        assert_eq!(shown("count"), "3");
        for text in ["", "plain", "- a", "a: [", "\t"] {
            let value = Value::text(text, Origin::default());
            assert_eq!(parse_yaml(&value), None, "{text}");
        }
    }

    #[test]
    fn a_text_that_begins_with_a_hole_is_not_read() {
        let value = symbolic(&[Part::Pseudo(Arc::from("AWS::Region")), literal("{}")]);
        assert_eq!(parse(&value), None);
    }
}
