//! JSON as strangers send it: no member twice at any depth, no deep nesting. Which of two members of
//! one name counts differs between readers, and such differences are attacks (RFC 8725, 2.4 and
//! 3.10).

use std::{cell::Cell, fmt};

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::TokenError;

/// What is wrong with a text, and where; never what stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// What.
    pub fault: JsonFault,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
}

/// What can be wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonFault {
    /// It is no JSON.
    Syntax,
    /// A member stands in an object twice.
    Twice,
    /// It is nested deeper than it may be.
    TooDeep,
}

/// Reads a value that is nested at most `depth` deep, itself included.
///
/// # Errors
/// When it is not one value that every reader reads alike.
pub fn value(bytes: &[u8], depth: u8) -> Result<Value, JsonError> {
    let fault = Cell::new(JsonFault::Syntax);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let strict = Strict {
        left: depth,
        fault: &fault,
    };
    let read = strict.deserialize(&mut reader);
    let read = read.and_then(|value| reader.end().map(|()| value));
    read.map_err(|error| JsonError {
        fault: fault.get(),
        line: error.line(),
        column: error.column(),
    })
}

/// Reads an object.
pub(crate) fn object(bytes: &[u8], depth: u8) -> Result<Map<String, Value>, TokenError> {
    match value(bytes, depth) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(TokenError::Json),
        Err(error) => Err(match error.fault {
            JsonFault::Syntax => TokenError::Json,
            JsonFault::Twice => TokenError::DuplicateMember,
            JsonFault::TooDeep => TokenError::TooDeep,
        }),
    }
}

#[derive(Clone, Copy)]
struct Strict<'a> {
    left: u8,
    fault: &'a Cell<JsonFault>,
}

impl Strict<'_> {
    fn inner<E: Error>(self) -> Result<Self, E> {
        match self.left.checked_sub(1) {
            Some(left) => Ok(Self { left, ..self }),
            None => Err(self.fail(JsonFault::TooDeep)),
        }
    }

    fn fail<E: Error>(self, fault: JsonFault) -> E {
        self.fault.set(fault);
        E::custom("refused")
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| self.fail(JsonFault::Syntax))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(inner)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut members = Map::new();
        while let Some(name) = object.next_key::<String>()? {
            let value = object.next_value_seed(inner)?;
            if members.insert(name, value).is_some() {
                return Err(self.fail(JsonFault::Twice));
            }
        }
        Ok(Value::Object(members))
    }
}
