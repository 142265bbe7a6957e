//! The functions of the AWS provider: names of resources put together and taken apart.

use super::partial::{self, Pieces, lacks};
use super::{Answer, Call, Function, other, text};
use palisade_app::value::{Entry, Map};
use palisade_app::{Data, Part, Reason, Value, combine};
use std::sync::Arc;

pub(super) const FUNCTIONS: &[Function] = &[
    text("provider::aws::arn_build", (5, 5), arn_build),
    other("provider::aws::arn_parse", (1, 1), arn_parse),
    text(
        "provider::aws::trim_iam_role_path",
        (1, 1),
        trim_iam_role_path,
    ),
];

const FIELDS: [&str; 5] = ["partition", "service", "region", "account_id", "resource"];

fn arn_build(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let mut values = vec![call.say("arn")];
    for argument in arguments {
        values.push(call.say(":"));
        values.push(call.as_text(argument)?);
    }
    Ok(combine::concat(values, &call.origin))
}

/// The fields of a name, from the partition to the resource.
fn fields(call: &Call<'_>, value: &Value) -> Result<Vec<Vec<Part>>, Reason> {
    let parts = call.parts(value)?;
    let fields = partial::split(&parts, ":", FIELDS.len() + 1);
    // What is in the resource's part may have any number of colons.
    let certain = fields
        .iter()
        .rev()
        .skip(1)
        .flatten()
        .all(|part| matches!(part, Part::Literal(_)) || lacks(part, ":"));
    match fields.split_first() {
        Some((first, rest)) if certain && rest.len() == FIELDS.len() => match first.as_slice() {
            [Part::Literal(arn)] if &**arn == "arn" => Ok(rest.to_vec()),
            _ => Err(call.wrong("the text is not the name of a resource")),
        },
        _ => Err(partial::why_not(value)
            .unwrap_or_else(|| call.wrong("the text is not the name of a resource"))),
    }
}

fn arn_parse(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let fields = fields(call, &arguments[0])?;
    let entries = FIELDS
        .iter()
        .zip(fields)
        .map(|(name, parts)| Entry {
            key: Arc::from(*name),
            key_origin: call.origin.clone(),
            value: call.value(partial::data(parts)),
        })
        .collect();
    Ok(call.value(Data::Map(Map {
        entries,
        open: None,
    })))
}

fn trim_iam_role_path(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let mut fields = fields(call, &arguments[0])?;
    let resource = fields.pop().unwrap_or_default();
    let resource = call.text(&call.value(partial::data(resource)))?;
    let known = |at: usize, wanted: &str| match fields.get(at).map(Vec::as_slice) {
        Some([Part::Literal(text)]) => &**text == wanted,
        Some([]) => wanted.is_empty(),
        _ => false,
    };
    let name = resource
        .strip_prefix("role/")
        .and_then(|path| path.rsplit('/').next());
    let Some(name) = name.filter(|_| known(1, "iam") && known(2, "")) else {
        return Err(call.wrong("the text is not the name of a role"));
    };
    let mut pieces = Pieces::default();
    pieces.literal("arn:");
    for field in fields {
        pieces.parts(field);
        pieces.literal(":");
    }
    pieces.literal("role/");
    pieces.literal(name);
    Ok(call.value(pieces.data()))
}
