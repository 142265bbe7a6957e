//! What a function reads its arguments as, converted as the language does.

use super::number::{self, Decimal};
use super::partial::{self, why_not};
use super::{Call, encoding};
use palisade_app::value::{List, Map};
use palisade_app::{Data, Part, Reason, Value};
use std::borrow::Cow;
use std::sync::Arc;

impl Call<'_> {
    /// Why a value can't be used: it is not known, or of the wrong type.
    pub(super) fn unfit(&self, value: &Value, wanted: &str) -> Reason {
        if let Data::Null | Data::Absent = value.data {
            return self.wrong(format_args!("null where {wanted} is expected"));
        }
        why_not(value).unwrap_or_else(|| {
            let given = match value.data {
                Data::List(_) => "a list",
                Data::Map(_) => "a map",
                Data::Bool(_) => "a truth value",
                Data::Number(_) => "a number",
                _ => "this text",
            };
            self.wrong(format_args!("{given} where {wanted} is expected"))
        })
    }

    /// A text that is wholly known.
    pub(super) fn text(&self, value: &Value) -> Result<Arc<str>, Reason> {
        match scalar_text(value) {
            Some(text) => Ok(text),
            None => match partial::data(self.parts(value)?) {
                Data::Text(text) => Ok(text),
                data => Err(self.unfit(&Value::new(data, value.origin.clone()), "a text")),
            },
        }
    }

    /// A text, part by part. What has a structure stands for its JSON.
    pub(super) fn parts(&self, value: &Value) -> Result<Vec<Part>, Reason> {
        if let Some(text) = scalar_text(value) {
            return Ok(vec![Part::Literal(text)]);
        }
        match &value.data {
            Data::Symbolic(parts) => Ok(parts.to_vec()),
            Data::List(_) | Data::Map(_) => encoding::json(self, value),
            Data::Null | Data::Absent => Err(self.unfit(value, "a text")),
            _ => Ok(vec![Part::Hole(self.unfit(value, "a text"))]),
        }
    }

    /// A value as a text, for putting texts together.
    pub(super) fn as_text(&self, value: &Value) -> Result<Value, Reason> {
        match &value.data {
            Data::Symbolic(_) | Data::Text(_) | Data::Unknown(_) | Data::OneOf(_) => {
                Ok(value.clone())
            }
            _ => {
                let data = partial::data(self.parts(value)?);
                Ok(Value::new(data, value.origin.clone()))
            }
        }
    }

    pub(super) fn number(&self, value: &Value) -> Result<Decimal, Reason> {
        let number = match &value.data {
            Data::Number(number) => Decimal::parse(&number.text),
            Data::Text(text) => Decimal::parse(text),
            _ => None,
        };
        number.ok_or_else(|| self.unfit(value, "a number"))
    }

    /// A whole number of a size that counts something.
    pub(super) fn integer(&self, value: &Value) -> Result<i64, Reason> {
        let whole = self.number(value)?.integer();
        whole
            .and_then(|whole| i64::try_from(whole).ok())
            .ok_or_else(|| self.wrong("a whole number is expected"))
    }

    pub(super) fn boolean(&self, value: &Value) -> Result<bool, Reason> {
        boolean(value).ok_or_else(|| self.unfit(value, "a truth value"))
    }

    /// A list whose items are all seen.
    pub(super) fn closed<'v>(&self, value: &'v Value) -> Result<&'v [Value], Reason> {
        match &value.data {
            Data::List(List { items, open: None }) => Ok(items),
            Data::List(List {
                open: Some(reason), ..
            }) => Err(reason.clone()),
            _ => Err(self.unfit(value, "a list")),
        }
    }

    /// A list; one that is not known is open.
    pub(super) fn list<'v>(&self, value: &'v Value) -> Result<Cow<'v, List>, Reason> {
        match &value.data {
            Data::List(list) => Ok(Cow::Borrowed(list)),
            Data::Unknown(_) | Data::Symbolic(_) | Data::OneOf(_) => Ok(Cow::Owned(List {
                items: Vec::new(),
                open: why_not(value),
            })),
            _ => Err(self.unfit(value, "a list")),
        }
    }

    /// A map; one that is not known is open.
    pub(super) fn map<'v>(&self, value: &'v Value) -> Result<Cow<'v, Map>, Reason> {
        match &value.data {
            Data::Map(map) => Ok(Cow::Borrowed(map)),
            Data::Unknown(_) | Data::Symbolic(_) | Data::OneOf(_) => Ok(Cow::Owned(Map {
                entries: Vec::new(),
                open: why_not(value),
            })),
            _ => Err(self.unfit(value, "a map")),
        }
    }

    /// A value that is a text.
    pub(super) fn say(&self, text: impl Into<Arc<str>>) -> Value {
        self.value(Data::Text(text.into()))
    }

    /// A value that is a truth value.
    pub(super) fn truth(&self, truth: bool) -> Value {
        self.value(Data::Bool(truth))
    }

    /// A value that is a list of which all is seen.
    pub(super) fn items(&self, items: Vec<Value>) -> Value {
        self.value(Data::List(List { items, open: None }))
    }
}

/// The text of a value that converts to one.
pub(super) fn scalar_text(value: &Value) -> Option<Arc<str>> {
    match &value.data {
        Data::Text(text) => Some(text.clone()),
        Data::Number(number) => Some(Arc::from(number::shown(number))),
        Data::Bool(truth) => Some(Arc::from(if *truth { "true" } else { "false" })),
        _ => None,
    }
}

/// The truth value that a value converts to.
pub(super) fn boolean(value: &Value) -> Option<bool> {
    match &value.data {
        Data::Bool(truth) => Some(*truth),
        Data::Text(text) => match &**text {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}
