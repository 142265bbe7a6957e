//! Lets the schema validator look at a [`Doc`] as it is: no second tree, no copies, exact numbers.

use super::json::{Doc, Items, Kind, Members, to_number, to_value};
use jsonschema::JsonType;
use jsonschema::json::{Array, Json, JsonNumber, Node, NodeIdentity, Object, cmp, unique};
use std::borrow::Cow;

/// The representation, for the validator's type parameter.
#[derive(Debug)]
pub(super) struct Body;

/// One value of a [`Doc`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Value<'d> {
    doc: &'d Doc<'d>,
    at: u32,
}

impl<'d> Value<'d> {
    /// The top value.
    pub(super) fn top(doc: &'d Doc<'d>) -> Self {
        Self { doc, at: 0 }
    }
}

impl Json for Body {
    type Node<'a> = Value<'a>;
    type PreparedKey = Box<str>;
    type StringBuffer = Doc<'static>;
    const KEYS_PER_LOOKUP: usize = 8;
    const ACYCLIC: bool = true;

    fn prepare_key(key: &str) -> Box<str> {
        key.into()
    }

    fn with_string_node<T>(
        buffer: &mut Doc<'static>,
        string: &str,
        f: impl FnOnce(Value<'_>) -> T,
    ) -> T {
        *buffer = Doc::default();
        buffer.string(string);
        f(Value::top(buffer))
    }
}

/// A number as it was written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number<'d>(&'d str);

impl JsonNumber for Number<'_> {
    fn as_u64(&self) -> Option<u64> {
        self.0.parse().ok()
    }

    fn as_i64(&self) -> Option<i64> {
        self.0.parse().ok()
    }

    /// A double can't tell the numbers just below the least `i64` from it; a bound on `int64` has to.
    fn as_f64(&self) -> Option<f64> {
        const LEAST: f64 = -9_223_372_036_854_775_808.0;
        let value: f64 = self.0.parse().ok()?;
        Some(if value == LEAST && self.as_i64().is_none() {
            value.next_down()
        } else {
            value
        })
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.0)
    }

    fn to_number(&self) -> Cow<'_, serde_json::Number> {
        to_number(self.0)
    }

    /// Decided on the digits: `1.00000000000000000001` is no integer, whatever a double makes of it.
    fn is_integer(&self) -> bool {
        let (mantissa, exponent) = self.0.split_once(['e', 'E']).unwrap_or((self.0, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let fraction = fraction.trim_end_matches('0');
        let zeros = whole.len() - whole.trim_end_matches('0').len();
        if fraction.is_empty() && whole.trim_start_matches('-') == "0" {
            return true;
        }
        let places = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let exponent = exponent.parse::<i64>().unwrap_or(i64::MIN);
        if fraction.is_empty() {
            exponent >= -places(zeros)
        } else {
            exponent >= places(fraction.len())
        }
    }
}

impl<'d> Node<'d, Body> for Value<'d> {
    type Object = Value<'d>;
    type Array = Value<'d>;
    type Number = Number<'d>;

    fn as_object(&self) -> Option<Self> {
        (self.doc.kind(self.at) == Kind::Object).then_some(*self)
    }

    fn as_array(&self) -> Option<Self> {
        (self.doc.kind(self.at) == Kind::Array).then_some(*self)
    }

    fn as_string(&self) -> Option<Cow<'d, str>> {
        (self.doc.kind(self.at) == Kind::String).then(|| Cow::Borrowed(self.doc.text(self.at)))
    }

    fn as_number(&self) -> Option<Number<'d>> {
        (self.doc.kind(self.at) == Kind::Number).then(|| Number(self.doc.text(self.at)))
    }

    fn as_boolean(&self) -> Option<bool> {
        match self.doc.kind(self.at) {
            Kind::Bool(is) => Some(is),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        self.doc.kind(self.at) == Kind::Null
    }

    fn json_type(&self) -> JsonType {
        match self.doc.kind(self.at) {
            Kind::Null => JsonType::Null,
            Kind::Bool(_) => JsonType::Boolean,
            Kind::Number => JsonType::Number,
            Kind::String | Kind::Key => JsonType::String,
            Kind::Array => JsonType::Array,
            Kind::Object => JsonType::Object,
        }
    }

    fn equals_value(&self, expected: &serde_json::Value) -> bool {
        use serde_json::Value as Expected;
        match (self.doc.kind(self.at), expected) {
            (Kind::String, Expected::String(text)) => self.doc.text(self.at) == text,
            (Kind::Number, Expected::Number(number)) => {
                cmp::equal_numbers(&Number(self.doc.text(self.at)), number)
            }
            (Kind::Array, Expected::Array(_)) | (Kind::Object, Expected::Object(_)) => {
                cmp::equal(&to_value(self.doc, self.at), expected)
            }
            (Kind::Bool(is), Expected::Bool(expected)) => is == *expected,
            (Kind::Null, Expected::Null) => true,
            _ => false,
        }
    }

    /// The validator asks for this to put it into its errors; what was sent is never repeated there,
    /// nor copied. What compares values does not come through here.
    fn to_value(&self) -> Cow<'d, serde_json::Value> {
        Cow::Owned(serde_json::Value::Null)
    }

    fn identity(&self) -> Option<NodeIdentity> {
        let address = std::ptr::from_ref(self.doc).addr();
        Some(NodeIdentity::tagged(address, self.at))
    }
}

impl<'d> Object<'d, Body> for Value<'d> {
    type Node = Value<'d>;
    type MemberName = &'d str;
    type MembersIter = MembersOf<'d>;

    fn len(&self) -> usize {
        self.doc.count(self.at) as usize
    }

    fn get(&self, key: &Box<str>) -> Option<Self> {
        let at = self.doc.member(self.at, key)?;
        Some(Value { doc: self.doc, at })
    }

    fn members(&self) -> MembersOf<'d> {
        MembersOf {
            doc: self.doc,
            inner: self.doc.members(self.at),
        }
    }
}

impl<'d> Array<'d, Body> for Value<'d> {
    type Node = Value<'d>;
    type ElementsIter = ItemsOf<'d>;

    fn len(&self) -> usize {
        self.doc.count(self.at) as usize
    }

    fn elements(&self) -> ItemsOf<'d> {
        ItemsOf {
            doc: self.doc,
            inner: self.doc.items(self.at),
        }
    }

    fn is_unique(&self) -> bool {
        let items: Vec<_> = self
            .doc
            .items(self.at)
            .map(|item| to_value(self.doc, item))
            .collect();
        unique::is_unique(&items)
    }
}

/// Goes over names and values.
#[derive(Debug)]
pub(super) struct MembersOf<'d> {
    doc: &'d Doc<'d>,
    inner: Members<'d>,
}

impl<'d> Iterator for MembersOf<'d> {
    type Item = (&'d str, Value<'d>);

    fn next(&mut self) -> Option<Self::Item> {
        let doc = self.doc;
        let (key, at) = self.inner.next()?;
        Some((doc.text(key), Value { doc, at }))
    }
}

/// Goes over values.
#[derive(Debug)]
pub(super) struct ItemsOf<'d> {
    doc: &'d Doc<'d>,
    inner: Items<'d>,
}

impl<'d> Iterator for ItemsOf<'d> {
    type Item = Value<'d>;

    fn next(&mut self) -> Option<Self::Item> {
        let doc = self.doc;
        self.inner.next().map(|at| Value { doc, at })
    }
}
