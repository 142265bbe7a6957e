//! JSON as events need it: no member twice, no number that another reader would round, no depth
//! without end. Whole floats become integers, since JSON does not tell them apart.

use crate::canonical;
use crate::error::{EventError, Path, shown};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Value};
use std::fmt;

/// Objects and lists inside each other.
pub(crate) const DEPTH: usize = 32;

/// Whole numbers beyond this are not exact in every reader of JSON: 2^53 − 1 (RFC 7493).
pub(crate) const EXACT: u64 = (1 << 53) - 1;

/// Reads a JSON text of at most `limit` bytes.
pub(crate) fn parse(bytes: &[u8], limit: usize) -> Result<Value, EventError> {
    if bytes.len() > limit {
        return Err(too_long(bytes.len(), limit));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let problem = format!("byte {} is not UTF-8", error.valid_up_to());
        EventError::new(&Path::Top, problem, "write the event in UTF-8")
    })?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let parsed = Any { depth: 0 }.deserialize(&mut reader);
    let parsed = parsed.and_then(|value| reader.end().map(|()| value));
    parsed.map_err(|error| {
        // The reader's own messages name no values, and end with the place.
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        let (problem, help) = match message.split_once("; ") {
            Some((problem, help)) => (problem, help),
            None => (message, "write one JSON object (RFC 8259)"),
        };
        EventError::new(&Path::Top, problem, help).at(error.line(), error.column())
    })
}

fn too_long(length: usize, limit: usize) -> EventError {
    let problem = format!("the event has {length} bytes");
    let help = format!("at most {limit} are taken; leave out what is large, keep its digest");
    EventError::new(&Path::Top, problem, help)
}

/// Makes of a value what [`parse`] would make of its canonical text, and refuses what that refuses.
pub(crate) fn settle(value: &mut Value, limit: usize) -> Result<(), EventError> {
    let most = settle_below(value, 0).map_err(|error| {
        let message = error.to_string();
        let (problem, help) = message.split_once("; ").unwrap_or((&message, ""));
        EventError::new(&Path::Top, problem, help)
    })?;
    // The text itself is needed only where the estimate leaves it open.
    if most > limit {
        let length = canonical(value).len();
        if length > limit {
            return Err(too_long(length, limit));
        }
    }
    Ok(())
}

/// How many bytes its canonical text has at most.
fn settle_below(value: &mut Value, depth: usize) -> Result<usize, serde_json::Error> {
    // Every byte of a text can become six, and there are quotes and what follows.
    let text = |text: &str| 6 * text.len() + 3;
    match value {
        Value::Null | Value::Bool(_) => Ok(6),
        Value::String(it) => Ok(text(it)),
        Value::Number(number) => {
            let any = Any { depth };
            *value = match (number.as_i64(), number.as_u64(), number.as_f64()) {
                (Some(whole), ..) => any.visit_i64(whole)?,
                (_, Some(whole), _) => any.visit_u64(whole)?,
                (.., Some(float)) => any.visit_f64(float)?,
                (None, None, None) => return Err(inexact()),
            };
            Ok(30)
        }
        Value::Array(list) => {
            let below = Any { depth }.below::<serde_json::Error>()?.depth;
            let each = list.iter_mut().map(|value| settle_below(value, below));
            each.sum::<Result<usize, _>>().map(|sum| sum + 3)
        }
        Value::Object(map) => {
            let below = Any { depth }.below::<serde_json::Error>()?.depth;
            let each = map.iter_mut();
            let each = each.map(|(name, value)| Ok(text(name) + settle_below(value, below)?));
            each.sum::<Result<usize, _>>().map(|sum| sum + 3)
        }
    }
}

/// Any value, below so many others.
struct Any {
    depth: usize,
}

impl Any {
    fn below<E: Error>(&self) -> Result<Self, E> {
        match self.depth {
            DEPTH => Err(E::custom(format_args!(
                "more than {DEPTH} objects and lists inside each other; flatten the event"
            ))),
            depth => Ok(Self { depth: depth + 1 }),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Any {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Any {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        match value {
            0..=EXACT => Ok(value.into()),
            _ => Err(inexact()),
        }
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        match value.unsigned_abs() {
            0..=EXACT => Ok(value.into()),
            _ => Err(inexact()),
        }
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        const LARGEST: f64 = EXACT as f64;
        if value.abs() > LARGEST {
            Err(inexact())
        } else if value.fract() == 0.0 {
            #[expect(clippy::cast_possible_truncation, reason = "whole, and in the range")]
            let whole = value as i64;
            Ok(whole.into())
        } else {
            Ok(value.into())
        }
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = from.next_element_seed(self.below()?)? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let below = self.below()?.depth;
        let mut map = Map::new();
        while let Some(name) = from.next_key::<String>()? {
            match map.entry(name) {
                Entry::Vacant(place) => {
                    place.insert(from.next_value_seed(Self { depth: below })?);
                }
                Entry::Occupied(place) => {
                    return Err(A::Error::custom(format_args!(
                        "the member `{}` is there twice; leave one out",
                        shown(place.key())
                    )));
                }
            }
        }
        Ok(Value::Object(map))
    }
}

fn inexact<E: Error>() -> E {
    E::custom("a number that not every reader of JSON holds exactly; write it as a text")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(text: &str, expected: Result<Value, &str>) {
        let found = parse(text.as_bytes(), 10_000).map_err(|error| error.to_string());
        assert_eq!(found, expected.map_err(str::to_owned), "{text}");
    }

    #[test]
    fn json_is_read() {
        check(
            r#"{"a":[1,-2,1.5,true,null,"\ud83d\ude00\u0000"],"b":{}}"#,
            Ok(json!({"a": [1, -2, 1.5, true, null, "😀\0"], "b": {}})),
        );
        check("9007199254740991", Ok(json!(9_007_199_254_740_991_u64)));
        check("[1.0, -0.0, 2e3]", Ok(json!([1, 0, 2000])));
    }

    #[test]
    fn what_is_not_one_clear_value_is_refused() {
        check(
            r#"{"a":1,"a":1}"#,
            Err("line 1, column 10: the member `a` is there twice; leave one out"),
        );
        check(
            r#"{"a":{"b":1,"\u0062":1}}"#,
            Err("line 1, column 20: the member `b` is there twice; leave one out"),
        );
        let inexact = "a number that not every reader of JSON holds exactly; write it as a text";
        for number in [
            "9007199254740992",
            "-9007199254740993",
            "1e300",
            "9007199254740992.0",
        ] {
            let column = number.len();
            check(number, Err(&format!("line 1, column {column}: {inexact}")));
        }
        for text in [
            "",
            "{",
            "NaN",
            "[Infinity]",
            "1e999",
            r#""\ud800""#,
            "{} {}",
            "[1,]",
            "'a'",
        ] {
            let error = parse(text.as_bytes(), 100).expect_err(text);
            assert_eq!(error.help(), "write one JSON object (RFC 8259)", "{text}");
            assert!(error.position().is_some());
        }
    }

    #[test]
    fn settling_is_writing_down_and_reading() {
        let nested = |depth| (0..depth).fold(json!(1), |value, _| json!([value]));
        for value in [
            json!({"b": [1, -2, 1.5, true, null, "😀\0"], "a": {}}),
            json!([1.0, -0.0, 2e3, 0.1, -1e-7]),
            json!([EXACT, -9_007_199_254_740_991_i64]),
            json!(EXACT + 1),
            json!(i64::MIN),
            json!(u64::MAX),
            json!(1e300),
            json!(9_007_199_254_740_992.0),
            json!({"a": -1e20}),
            nested(DEPTH),
            nested(DEPTH + 1),
            json!("x".repeat(198)),
            json!("x".repeat(199)),
            json!({"\u{1}": ["\u{1}".repeat(31), "\"\\"]}),
            json!({"\u{1}": ["\u{1}".repeat(32), "\"\\"]}),
        ] {
            let read = parse(&canonical(&value), 200);
            let mut settled = value.clone();
            match settle(&mut settled, 200) {
                Ok(()) => assert_eq!(Ok(settled), read, "{value}"),
                Err(error) => {
                    let other = read.expect_err("refused by both").to_string();
                    assert!(other.ends_with(&error.to_string()), "{other}, {error}");
                }
            }
        }
    }

    #[test]
    fn size_depth_and_encoding_are_bounded() {
        let nested = |depth| "[".repeat(depth) + &"]".repeat(depth);
        assert!(parse(nested(DEPTH).as_bytes(), 100).is_ok());
        let error = parse(nested(DEPTH + 1).as_bytes(), 100).expect_err("deep");
        assert!(error.to_string().contains("more than 32"), "{error}");
        assert!(parse(nested(100_000).as_bytes(), 200_000).is_err());
        let error = parse(b"[1]", 2).expect_err("long").to_string();
        assert!(
            error.starts_with("the event has 3 bytes; at most 2"),
            "{error}"
        );
        let error = parse(b"\"ab\xff\"", 100).expect_err("no text").to_string();
        assert_eq!(error, "byte 3 is not UTF-8; write the event in UTF-8");
    }
}
