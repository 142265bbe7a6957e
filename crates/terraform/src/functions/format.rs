//! `format` and `formatlist`: a text with verbs, and what stands in their places.

use super::verbs::{self, Piece};
use super::{Answer, Call, Function, MANY, MAX_ITEMS, MAX_TEXT, other, partial, text};
use palisade_app::value::List;
use palisade_app::{Data, Part, Reason, Value, combine};
use std::sync::Arc;

pub(super) const FUNCTIONS: &[Function] = &[
    text("format", (1, MANY), format),
    other("formatlist", (1, MANY), formatlist),
];

fn format(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let pieces = verbs::parse(call, &call.text(&arguments[0])?)?;
    let mut size = 0;
    filled(
        call,
        &pieces,
        &arguments[1..].iter().collect::<Vec<_>>(),
        &mut size,
    )
}

/// The text with the arguments in their places; `size` adds up what was made.
fn filled(call: &Call<'_>, pieces: &[Piece], arguments: &[&Value], size: &mut usize) -> Answer {
    let mut values = Vec::with_capacity(pieces.len());
    let (mut next, mut used) = (0, 0);
    for piece in pieces {
        let value = match piece {
            Piece::Literal(text) => call.say(text.clone()),
            Piece::Verb(verb) => {
                let at = verb.argument.unwrap_or(next);
                next = at + 1;
                used = used.max(next);
                let argument = arguments
                    .get(at)
                    .ok_or_else(|| call.wrong("more verbs than arguments"))?;
                verb.apply(call, argument)?
            }
        };
        *size += value.parts().map_or(0, |parts| partial::size(&parts));
        if *size > MAX_TEXT {
            return Err(call.limit());
        }
        values.push(value);
    }
    let explicit = |piece: &Piece| matches!(piece, Piece::Verb(verb) if verb.argument.is_some());
    if used < arguments.len() && !pieces.iter().any(explicit) {
        return Err(call.wrong("more arguments than verbs"));
    }
    Ok(combine::concat(values, &call.origin))
}

fn formatlist(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let pieces = verbs::parse(call, &call.text(&arguments[0])?)?;
    let arguments = &arguments[1..];
    let mut length = None;
    let mut lists = 0;
    let mut open: Option<Reason> = None;
    for argument in arguments {
        match &argument.data {
            Data::List(list) => {
                lists += 1;
                open = open.or_else(|| list.open.clone());
                if length.is_some_and(|length| length != list.items.len()) && open.is_none() {
                    return Err(call.wrong("lists of different lengths"));
                }
                length = Some(list.items.len());
            }
            Data::Unknown(reason) => open = Some(reason.clone()),
            _ => {}
        }
    }
    if lists == 0
        && let Some(either) = arguments.iter().find(|argument| perhaps_a_list(argument))
    {
        open = Some(call.unfit(either, "a list"));
        length = Some(0);
    }
    // Which items go together is not known when one of several lists may have more.
    let length = match open {
        Some(_) if lists != 1 || arguments.iter().any(unknown) => 0,
        _ => length.unwrap_or(1),
    };
    if length > MAX_ITEMS {
        return Err(call.limit());
    }
    let mut size = 0;
    let items = (0..length)
        .map(|i| {
            let row: Vec<&Value> = arguments
                .iter()
                .map(|argument| match &argument.data {
                    Data::List(list) => list.items.get(i).unwrap_or(argument),
                    _ => argument,
                })
                .collect();
            filled(call, &pieces, &row, &mut size)
        })
        .collect::<Result<Vec<Value>, Reason>>()?;
    Ok(call.value(Data::List(List { items, open })))
}

fn unknown(value: &Value) -> bool {
    matches!(value.data, Data::Unknown(_))
}

/// Whether a symbol may stand for a list: nothing in it says that it is a text.
fn perhaps_a_list(value: &Value) -> bool {
    match &value.data {
        Data::Symbolic(parts) => !parts
            .iter()
            .any(|part| matches!(part, Part::Literal(_) | Part::Pseudo(_))),
        Data::Unknown(_) => true,
        _ => false,
    }
}

impl Piece {
    /// Literal characters.
    pub(super) fn literal(text: &str) -> Self {
        Self::Literal(Arc::from(text))
    }
}
