//! The functions of the language, on values that may be known in part only.
//!
//! Invariants:
//! - What is known is what Terraform would compute; what is not known says why.
//! - Never panics; what a call makes stays within [`MAX_ITEMS`] and [`MAX_TEXT`].
//! - Files come through [`Outside`]; the clock, random numbers and the environment are never asked.

#![cfg_attr(
    not(test),
    expect(
        dead_code,
        unused_imports,
        reason = "what evaluates expressions is not there yet"
    )
)]

mod arguments;
mod aws;
mod collections;
mod compare;
mod convert;
mod csv;
mod dates;
mod encoding;
mod files;
mod format;
mod hashes;
mod ip;
mod maps;
mod number;
mod numeric;
mod partial;
mod regexes;
mod sets;

#[cfg(test)]
mod tests;
mod text;
mod verbs;

pub(crate) use compare::equal;
pub(crate) use number::Decimal;

use palisade_app::combine::{MAX_ALTERNATIVES, one_of};
use palisade_app::{Condition, Data, FileError, Part, Reason, ReasonKind, Value};
use palisade_core::Origin;

/// No function gives more items than this.
const MAX_ITEMS: usize = 10_000;
/// No function gives a longer text than this, in bytes.
const MAX_TEXT: usize = 1 << 20;

/// What functions need from outside.
pub(crate) trait Outside {
    /// A file, by a path as the configuration writes it (relative to the root module's folder).
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError>;
    /// The paths of all files below a folder, relative to it; nothing when that can't be told.
    fn list(&self, folder: &str) -> Option<Vec<String>>;
}

/// A function of the language.
struct Function {
    name: &'static str,
    /// How many arguments it takes, at least and at most.
    takes: (usize, usize),
    /// Whether it gives a text: where that is not known, it is a hole.
    text: bool,
    run: fn(&Call<'_>, &[Value]) -> Answer,
}

/// A value, or why there is none.
type Answer = Result<Value, Reason>;

/// One call of a function.
struct Call<'a> {
    name: &'a str,
    /// Where it is written, with the steps that its arguments came through.
    origin: Origin,
    outside: &'a dyn Outside,
}

/// A function that gives a text.
const fn text(
    name: &'static str,
    takes: (usize, usize),
    run: fn(&Call<'_>, &[Value]) -> Answer,
) -> Function {
    let text = true;
    Function {
        name,
        takes,
        text,
        run,
    }
}

/// A function that gives something else than a text.
const fn other(
    name: &'static str,
    takes: (usize, usize),
    run: fn(&Call<'_>, &[Value]) -> Answer,
) -> Function {
    let text = false;
    Function {
        name,
        takes,
        text,
        run,
    }
}

/// As many arguments as one likes.
const MANY: usize = usize::MAX;

const FUNCTIONS: &[&[Function]] = &[
    aws::FUNCTIONS,
    collections::FUNCTIONS,
    convert::FUNCTIONS,
    dates::FUNCTIONS,
    encoding::FUNCTIONS,
    files::FUNCTIONS,
    format::FUNCTIONS,
    hashes::FUNCTIONS,
    ip::FUNCTIONS,
    maps::FUNCTIONS,
    numeric::FUNCTIONS,
    regexes::FUNCTIONS,
    sets::FUNCTIONS,
    csv::FUNCTIONS,
    text::FUNCTIONS,
];

/// Functions that look at an expression or a template before its value is there: the evaluator's.
const OF_THE_EVALUATOR: &[&str] = &["can", "templatefile", "templatestring", "try"];

/// Whether there is such a function.
pub(crate) fn exists(name: &str) -> bool {
    let name = plain(name);
    find(name).is_some() || OF_THE_EVALUATOR.contains(&name)
}

fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS
        .iter()
        .flat_map(|functions| functions.iter())
        .find(|function| function.name == name)
}

/// The name without the namespace of the functions that are built in.
fn plain(name: &str) -> &str {
    name.strip_prefix("core::").unwrap_or(name)
}

/// The value of a call. `origin` is where the call is written.
pub(crate) fn call(
    name: &str,
    arguments: Vec<Value>,
    origin: &Origin,
    outside: &dyn Outside,
) -> Value {
    let name = plain(name);
    let unknown = |what: String| {
        let reason = Reason::new(ReasonKind::Function, what);
        Value::unknown(reason, origin.clone())
    };
    let Some(function) = find(name) else {
        return unknown(format!("the function `{name}` is not known"));
    };
    let (least, most) = function.takes;
    if !(least..=most).contains(&arguments.len()) {
        let given = arguments.len();
        return unknown(format!("`{name}` does not take {given} arguments"));
    }
    let made = Made {
        name,
        function,
        origin,
        outside,
    };
    made.spread(arguments, 1)
}

/// A value within a text: structures are JSON there, numbers and truth values as they are written.
pub(crate) fn as_text(value: Value, outside: &dyn Outside) -> Value {
    let call = Call {
        name: "template",
        origin: value.origin.clone(),
        outside,
    };
    call.as_text(&value)
        .unwrap_or_else(|reason| Value::unknown(reason, value.origin))
}

/// A call that is being spread over the alternatives of its arguments.
struct Made<'a> {
    name: &'a str,
    function: &'static Function,
    origin: &'a Origin,
    outside: &'a dyn Outside,
}

impl Made<'_> {
    /// Calls the function for each alternative of the arguments, where those are few enough;
    /// `times` is how often it is called at least already.
    fn spread(&self, mut arguments: Vec<Value>, times: usize) -> Value {
        let choice = arguments.iter().enumerate().find_map(|(i, argument)| {
            let Data::OneOf(list) = &argument.data else {
                return None;
            };
            (!list.is_empty()).then_some((i, list.len()))
        });
        let Some((at, length)) = choice else {
            return self.run(&arguments);
        };
        let times = times.saturating_mul(length);
        if times > MAX_ALTERNATIVES {
            return self.run(&arguments);
        }
        let null = Value::new(Data::Null, Origin::default());
        let Data::OneOf(list) = std::mem::replace(&mut arguments[at], null).data else {
            return self.run(&arguments);
        };
        let alternatives = list
            .into_iter()
            .map(|alternative| {
                let mut arguments: Vec<Value> = arguments
                    .iter()
                    .map(|argument| under(&alternative.when, argument))
                    .collect();
                arguments[at] = under(&alternative.when, &alternative.value);
                (alternative.when, self.spread(arguments, times))
            })
            .collect();
        one_of(alternatives, self.origin)
    }

    fn run(&self, arguments: &[Value]) -> Value {
        let carrying = arguments.iter().filter(|a| a.origin.via.is_some()).take(8);
        let call = Call {
            name: self.name,
            origin: carrying.fold(self.origin.clone(), |origin, argument| {
                origin.through_steps_of(&argument.origin)
            }),
            outside: self.outside,
        };
        let answer = (self.function.run)(&call, arguments).and_then(|value| {
            if within_bounds(&value) {
                return Ok(value);
            }
            Err(call.limit())
        });
        answer.unwrap_or_else(|reason| match reason.kind {
            ReasonKind::Function | ReasonKind::Limit => Value::unknown(reason, call.origin),
            _ if self.function.text => Value::symbol(Part::Hole(reason), call.origin),
            _ => Value::unknown(reason, call.origin),
        })
    }
}

/// What a value is when a condition holds: alternatives that contradict it are out.
fn under(condition: &Condition, value: &Value) -> Value {
    let Data::OneOf(list) = &value.data else {
        return value.clone();
    };
    let left: Vec<_> = list
        .iter()
        .filter(|a| !a.when.contradicts(condition))
        .collect();
    match left.as_slice() {
        [only] => only.value.clone(),
        [] => value.clone(),
        left => {
            let left = left.iter().map(|&a| a.clone()).collect();
            Value::new(Data::OneOf(left), value.origin.clone())
        }
    }
}

fn within_bounds(value: &Value) -> bool {
    match &value.data {
        Data::Text(text) => text.len() <= MAX_TEXT,
        Data::Symbolic(parts) => partial::size(parts) <= MAX_TEXT,
        Data::List(list) => list.items.len() <= MAX_ITEMS,
        Data::Map(map) => map.entries.len() <= MAX_ITEMS,
        _ => true,
    }
}

impl Call<'_> {
    /// A value that this call makes.
    fn value(&self, data: Data) -> Value {
        Value::new(data, self.origin.clone())
    }

    /// The call is used in a way that the function does not allow.
    fn wrong(&self, what: impl std::fmt::Display) -> Reason {
        Reason::new(ReasonKind::Function, format!("`{}`: {what}", self.name))
    }

    /// The call would make more than is followed.
    fn limit(&self) -> Reason {
        let what = format!("`{}` makes more than is followed", self.name);
        Reason::new(ReasonKind::Limit, what)
    }
}
