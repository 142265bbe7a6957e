//! Functions of texts. What is symbolic is worked on part by part, where that is safe.

use super::partial::{self, Pieces, lacks};
use super::{Answer, Call, Function, MANY, MAX_ITEMS, MAX_TEXT, other, regexes, text};
use palisade_app::value::List;
use palisade_app::{Data, Part, Reason, Value, combine};
use std::sync::Arc;

pub(super) const FUNCTIONS: &[Function] = &[
    text("chomp", (1, 1), chomp),
    other("endswith", (2, 2), endswith),
    text("indent", (2, 2), indent),
    text("join", (2, MANY), join),
    text("lower", (1, 1), lower),
    text("replace", (3, 3), replace),
    other("split", (2, 2), split),
    other("startswith", (2, 2), startswith),
    other("strcontains", (2, 2), strcontains),
    text("strrev", (1, 1), strrev),
    text("substr", (3, 3), substr),
    text("title", (1, 1), title),
    text("trim", (2, 2), trim),
    text("trimprefix", (2, 2), trimprefix),
    text("trimspace", (1, 1), trimspace),
    text("trimsuffix", (2, 2), trimsuffix),
    text("upper", (1, 1), upper),
];

/// Changes each literal part; the others stay where `keep` says so, and become holes elsewhere.
pub(super) fn by_part(
    call: &Call<'_>,
    value: &Value,
    change: &dyn Fn(&str) -> String,
    keep: &dyn Fn(&Part) -> bool,
) -> Answer {
    let mut pieces = Pieces::default();
    for part in call.parts(value)? {
        match part {
            Part::Literal(text) => pieces.literal(&change(&text)),
            part if keep(&part) => pieces.part(part),
            part => pieces.part(Part::Hole(partial::why(&part))),
        }
    }
    Ok(call.value(pieces.data()))
}

/// The simple mapping of a letter: one that becomes several letters stays, as in Go.
fn upper_letter(letter: char) -> char {
    let mut upper = letter.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(upper), None) => upper,
        _ => letter,
    }
}

fn lower(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let letter = |letter: char| letter.to_lowercase().next().unwrap_or(letter);
    let change = |text: &str| text.chars().map(letter).collect();
    by_part(call, &arguments[0], &change, &|part| {
        matches!(part, Part::Pseudo(_))
    })
}

fn upper(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let change = |text: &str| text.chars().map(upper_letter).collect();
    let keep = |part: &Part| matches!(part, Part::Pseudo(name) if &**name == "AWS::AccountId");
    by_part(call, &arguments[0], &change, &keep)
}

fn title(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let text = call.text(&arguments[0])?;
    let mut out = String::new();
    let mut inside = false;
    for letter in text.chars() {
        out.push(if inside { letter } else { upper_letter(letter) });
        // A letter that is not of ASCII is part of a word; so are digits and `_`.
        inside = letter == '_' || letter.is_alphanumeric() || letter == '\'';
        if letter == '\'' {
            inside = false;
        }
    }
    Ok(call.say(out))
}

fn strrev(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let text = call.text(&arguments[0])?;
    Ok(call.say(text.chars().rev().collect::<String>()))
}

fn indent(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let spaces = usize::try_from(call.integer(&arguments[0])?)
        .map_err(|_| call.wrong("a number of spaces below zero"))?;
    let parts = call.parts(&arguments[1])?;
    let lines = |part: &Part| match part {
        Part::Literal(text) => text.matches('\n').count(),
        _ => 0,
    };
    let lines: usize = parts.iter().map(lines).sum();
    if spaces.saturating_mul(lines) > MAX_TEXT {
        return Err(call.limit());
    }
    let next = format!("\n{}", " ".repeat(if lines > 0 { spaces } else { 0 }));
    let change = |text: &str| text.replace('\n', &next);
    by_part(call, &arguments[1], &change, &|_| true)
}

fn join(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let separator = call.as_text(&arguments[0])?;
    call.parts(&separator)?;
    let mut values: Vec<Value> = Vec::new();
    let mut size = 0_usize;
    for list in &arguments[1..] {
        let list = call.list(list)?;
        let open = list
            .open
            .iter()
            .map(|reason| call.value(Data::Unknown(reason.clone())));
        for item in list.items.iter().cloned().chain(open) {
            if !values.is_empty() {
                values.push(separator.clone());
            }
            values.push(call.as_text(&item)?);
            for value in values.iter().rev().take(2) {
                size += value.parts().map_or(8, |parts| partial::size(&parts) + 8);
            }
            if size > MAX_TEXT {
                return Err(call.limit());
            }
        }
    }
    Ok(combine::concat(values, &call.origin))
}

fn split(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let separator = call.text(&arguments[0])?;
    let parts = call.parts(&arguments[1])?;
    if let [] | [Part::Literal(_)] = parts.as_slice() {
        let text = call.text(&arguments[1])?;
        let items: Vec<Value> = if separator.is_empty() {
            let letters = text.chars().take(MAX_ITEMS + 1);
            letters.map(|letter| call.say(letter.to_string())).collect()
        } else {
            let items = text.split(&*separator).take(MAX_ITEMS + 1);
            items.map(|item| call.say(item)).collect()
        };
        return Ok(call.items(items));
    }
    let items = match &*separator {
        "" => Vec::new(),
        separator => partial::split(&parts, separator, MAX_ITEMS + 1),
    };
    let doubtful = |part: &&Part| {
        separator.is_empty()
            || !matches!(part, Part::Literal(_)) && (items.len() < 2 || !lacks(part, &separator))
    };
    let Some(doubtful) = parts.iter().find(doubtful) else {
        let item = |parts: Vec<Part>| call.value(partial::data(parts));
        return Ok(call.items(items.into_iter().map(item).collect()));
    };
    let open = Some(partial::why(doubtful));
    let literal = |parts: Vec<Part>| match partial::data(parts) {
        Data::Text(text) => Some(call.say(text)),
        _ => None,
    };
    let items = items.into_iter().filter_map(literal).collect();
    Ok(call.value(Data::List(List { items, open })))
}

fn startswith(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let prefix = call.text(&arguments[1])?;
    match call.parts(&arguments[0])?.as_slice() {
        [Part::Literal(text), ..] if text.starts_with(&*prefix) => Ok(call.truth(true)),
        [Part::Literal(text), _, ..] if prefix.starts_with(&**text) => {
            Err(call.unfit(&arguments[0], "a text"))
        }
        [Part::Literal(_), ..] => Ok(call.truth(false)),
        _ if prefix.is_empty() => Ok(call.truth(true)),
        _ => call
            .text(&arguments[0])
            .map(|text| call.truth(text.starts_with(&*prefix))),
    }
}

fn endswith(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let suffix = call.text(&arguments[1])?;
    match call.parts(&arguments[0])?.as_slice() {
        [.., Part::Literal(text)] if text.ends_with(&*suffix) => Ok(call.truth(true)),
        [.., _, Part::Literal(text)] if suffix.ends_with(&**text) => {
            Err(call.unfit(&arguments[0], "a text"))
        }
        [.., Part::Literal(_)] => Ok(call.truth(false)),
        _ if suffix.is_empty() => Ok(call.truth(true)),
        _ => call
            .text(&arguments[0])
            .map(|text| call.truth(text.ends_with(&*suffix))),
    }
}

fn strcontains(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let wanted = call.text(&arguments[1])?;
    let parts = call.parts(&arguments[0])?;
    let has = |part: &Part| matches!(part, Part::Literal(text) if text.contains(&*wanted));
    if wanted.is_empty() || parts.iter().any(has) {
        return Ok(call.truth(true));
    }
    let text = call.text(&arguments[0])?;
    Ok(call.truth(text.contains(&*wanted)))
}

fn substr(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let (offset, length) = (call.integer(&arguments[1])?, call.integer(&arguments[2])?);
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let parts = call.parts(&arguments[0])?;
    let cut = |text: &str, from: usize| text.chars().skip(from).take(length).collect::<String>();
    if let (Some(Part::Literal(first)), Ok(from), true) =
        (parts.first(), usize::try_from(offset), parts.len() > 1)
    {
        let known = first.chars().count();
        if from.saturating_add(length) <= known {
            return Ok(call.say(cut(first, from)));
        }
        let hole = Part::Hole(call.unfit(&arguments[0], "a text"));
        return Ok(call.value(partial::data([
            Part::Literal(Arc::from(cut(first, from))),
            hole,
        ])));
    }
    let text = call.text(&arguments[0])?;
    let from = usize::try_from(offset).unwrap_or_else(|_| {
        let back = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
        text.chars().count().saturating_sub(back)
    });
    Ok(call.say(cut(&text, from)))
}

/// Changes how a text begins and ends. A part at an end that is not literal stays when what is cut
/// off can't be in it, and becomes a hole elsewhere.
fn at_ends(
    call: &Call<'_>,
    value: &Value,
    start: Option<&dyn Fn(&str) -> Option<String>>,
    end: Option<&dyn Fn(&str) -> Option<String>>,
    keep: &dyn Fn(&Part) -> bool,
) -> Answer {
    let mut parts = call.parts(value)?;
    let last = parts.len().saturating_sub(1);
    for (at, cut) in [(0, start), (last, end)] {
        let (Some(part), Some(cut)) = (parts.get_mut(at), cut) else {
            continue;
        };
        let changed = match &*part {
            // When nothing is left of it, or it decides nothing, the part beside it matters.
            Part::Literal(text) => cut(text)
                .filter(|left| last == 0 || !left.is_empty())
                .map(|left| Part::Literal(Arc::from(left))),
            part => keep(part).then(|| part.clone()),
        };
        match changed {
            Some(changed) => *part = changed,
            None => return Err(call.unfit(value, "a text")),
        }
    }
    Ok(call.value(partial::data(parts)))
}

fn trimspace(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let keep = |part: &Part| matches!(part, Part::Reference { .. } | Part::Pseudo(_));
    let start = |text: &str| Some(text.trim_start().to_owned());
    let end = |text: &str| Some(text.trim_end().to_owned());
    let value = without_blank_ends(call, &arguments[0])?;
    at_ends(call, &value, Some(&start), Some(&end), &keep)
}

/// The text without the literal parts at its ends that are only blank.
fn without_blank_ends(call: &Call<'_>, value: &Value) -> Result<Value, Reason> {
    let mut parts = call.parts(value)?;
    let blank =
        |part: Option<&Part>| matches!(part, Some(Part::Literal(text)) if text.trim().is_empty());
    if parts.len() > 1 && blank(parts.first()) {
        parts.remove(0);
    }
    if parts.len() > 1 && blank(parts.last()) {
        parts.pop();
    }
    Ok(Value::new(partial::data(parts), value.origin.clone()))
}

fn chomp(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let keep = |part: &Part| matches!(part, Part::Reference { .. } | Part::Pseudo(_));
    let end = |text: &str| Some(text.trim_end_matches(['\n', '\r']).to_owned());
    let mut parts = call.parts(&arguments[0])?;
    if let [.., _, Part::Literal(text)] = parts.as_slice()
        && end(text).is_some_and(|left| left.is_empty())
    {
        parts.pop();
    }
    let value = Value::new(partial::data(parts), arguments[0].origin.clone());
    at_ends(call, &value, None, Some(&end), &keep)
}

fn trim(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let set = call.text(&arguments[1])?;
    let letters: Vec<char> = set.chars().collect();
    let start = |text: &str| Some(text.trim_start_matches(&*letters).to_owned());
    let end = |text: &str| Some(text.trim_end_matches(&*letters).to_owned());
    let keep = |part: &Part| {
        letters
            .iter()
            .all(|letter| lacks(part, &letter.to_string()))
    };
    at_ends(call, &arguments[0], Some(&start), Some(&end), &keep)
}

fn trimprefix(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let prefix = call.text(&arguments[1])?;
    let whole = call.parts(&arguments[0])?.len() < 2;
    let start = |text: &str| match text.strip_prefix(&*prefix) {
        Some(left) => Some(left.to_owned()),
        None if !whole && prefix.starts_with(text) => None,
        None => Some(text.to_owned()),
    };
    // A literal that is the prefix leaves nothing, and that is certain.
    if let [Part::Literal(text), rest @ ..] = call.parts(&arguments[0])?.as_slice()
        && **text == *prefix
    {
        return Ok(call.value(partial::data(rest.to_vec())));
    }
    let keep = |part: &Part| lacks(part, &prefix);
    at_ends(call, &arguments[0], Some(&start), None, &keep)
}

fn trimsuffix(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let suffix = call.text(&arguments[1])?;
    let whole = call.parts(&arguments[0])?.len() < 2;
    let end = |text: &str| match text.strip_suffix(&*suffix) {
        Some(left) => Some(left.to_owned()),
        None if !whole && suffix.ends_with(text) => None,
        None => Some(text.to_owned()),
    };
    if let [rest @ .., Part::Literal(text)] = call.parts(&arguments[0])?.as_slice()
        && **text == *suffix
    {
        return Ok(call.value(partial::data(rest.to_vec())));
    }
    let keep = |part: &Part| lacks(part, &suffix);
    at_ends(call, &arguments[0], None, Some(&end), &keep)
}

fn replace(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let wanted = call.text(&arguments[1])?;
    if let Some(pattern) = wanted.strip_prefix('/').and_then(|p| p.strip_suffix('/')) {
        return regexes::replace(call, &arguments[0], pattern, &arguments[2]);
    }
    let parts = call.parts(&arguments[0])?;
    let by = call.parts(&arguments[2])?;
    let mut pieces = Pieces::default();
    let known = matches!(parts.as_slice(), [] | [Part::Literal(_)]);
    if !known
        && parts
            .iter()
            .any(|part| !matches!(part, Part::Literal(_)) && !lacks(part, &wanted))
        || !known && across(&parts, &wanted)
    {
        return Err(call.unfit(&arguments[0], "a text"));
    }
    for part in parts {
        let Part::Literal(text) = part else {
            pieces.part(part);
            continue;
        };
        for (i, between) in between(&text, &wanted).into_iter().enumerate() {
            if i > 0 {
                pieces.parts(by.iter().cloned());
            }
            pieces.literal(between);
            if pieces.size() > MAX_TEXT {
                return Err(call.limit());
            }
        }
    }
    Ok(call.value(pieces.data()))
}

/// What stands between the places of a text; an empty text is before each letter and at the end.
fn between<'a>(text: &'a str, wanted: &str) -> Vec<&'a str> {
    text.split(wanted).collect()
}

/// Whether a text may stand partly in a literal part and partly in the one beside it.
fn across(parts: &[Part], wanted: &str) -> bool {
    let starts = |text: &str| {
        wanted
            .char_indices()
            .skip(1)
            .any(|(i, _)| text.ends_with(&wanted[..i]))
    };
    let ends = |text: &str| {
        wanted
            .char_indices()
            .skip(1)
            .any(|(i, _)| text.starts_with(&wanted[i..]))
    };
    parts.iter().enumerate().any(|(i, part)| match part {
        Part::Literal(text) => i + 1 < parts.len() && starts(text) || i > 0 && ends(text),
        _ => false,
    })
}
