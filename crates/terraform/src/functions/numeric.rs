//! Functions of numbers.

use super::number::{self, Decimal};
use super::{Answer, Call, Function, MANY, other};
use palisade_app::{Reason, Value};
use std::cmp::Ordering;

/// Terraform makes no longer ranges.
const MAX_RANGE: usize = 1024;

pub(super) const FUNCTIONS: &[Function] = &[
    other("abs", (1, 1), abs),
    other("ceil", (1, 1), ceil),
    other("floor", (1, 1), floor),
    other("log", (2, 2), log),
    other("max", (1, MANY), max),
    other("min", (1, MANY), min),
    other("parseint", (2, 2), parseint),
    other("pow", (2, 2), pow),
    other("range", (1, 3), range),
    other("signum", (1, 1), signum),
    other("sum", (1, 1), sum),
];

fn abs(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let number = call.number(&arguments[0])?;
    let absolute = if number.sign() < 0 {
        number.negated()
    } else {
        number
    };
    Ok(call.value(absolute.data()))
}

fn floor(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let floor = call.number(&arguments[0])?.floor();
    Ok(call.value(floor.ok_or_else(|| call.limit())?.data()))
}

fn ceil(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let ceil = call.number(&arguments[0])?.negated().floor();
    Ok(call.value(ceil.ok_or_else(|| call.limit())?.negated().data()))
}

fn signum(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let sign = call.integer(&arguments[0])?.signum();
    Ok(call.value(Decimal::whole(i128::from(sign)).data()))
}

fn float(call: &Call<'_>, value: f64) -> Answer {
    let data = number::float(value).ok_or_else(|| call.wrong("the result is not a number"))?;
    Ok(call.value(data))
}

fn log(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let (value, base) = (call.number(&arguments[0])?, call.number(&arguments[1])?);
    float(call, value.float().ln() / base.float().ln())
}

fn pow(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let (value, power) = (call.number(&arguments[0])?, call.number(&arguments[1])?);
    float(call, value.float().powf(power.float()))
}

fn best(call: &Call<'_>, arguments: &[Value], wanted: Ordering) -> Answer {
    let mut best: Option<Decimal> = None;
    for argument in arguments {
        let number = call.number(argument)?;
        if best.is_none_or(|best| number.compare(best) == wanted) {
            best = Some(number);
        }
    }
    let best = best.ok_or_else(|| call.wrong("no numbers"))?;
    Ok(call.value(best.data()))
}

fn max(call: &Call<'_>, arguments: &[Value]) -> Answer {
    best(call, arguments, Ordering::Greater)
}

fn min(call: &Call<'_>, arguments: &[Value]) -> Answer {
    best(call, arguments, Ordering::Less)
}

fn sum(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let items = call.closed(&arguments[0])?;
    if items.is_empty() {
        return Err(call.wrong("an empty list"));
    }
    let mut sum = Decimal::whole(0);
    for item in items {
        sum = sum.plus(call.number(item)?).ok_or_else(|| call.limit())?;
    }
    Ok(call.value(sum.data()))
}

fn parseint(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let palisade_app::Data::Text(text) = &arguments[0].data else {
        return Err(call.unfit(&arguments[0], "a text"));
    };
    let base = call.integer(&arguments[1])?;
    if !(2..=62).contains(&base) {
        return Err(call.wrong("a base that is not from 2 to 62"));
    }
    let wrong = || call.wrong("the text is not a number of this base");
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let mut number: i128 = 0;
    for digit in digits.chars() {
        let digit = match digit {
            '0'..='9' => u32::from(digit) - u32::from('0'),
            'a'..='z' => u32::from(digit) - u32::from('a') + 10,
            'A'..='Z' if base <= 36 => u32::from(digit) - u32::from('A') + 10,
            'A'..='Z' => u32::from(digit) - u32::from('A') + 36,
            _ => return Err(wrong()),
        };
        if i64::from(digit) >= base {
            return Err(wrong());
        }
        number = number
            .checked_mul(i128::from(base))
            .and_then(|number| number.checked_add(i128::from(digit)))
            .ok_or_else(|| call.limit())?;
    }
    if digits.is_empty() {
        return Err(wrong());
    }
    let number = if text.starts_with('-') {
        -number
    } else {
        number
    };
    Ok(call.value(Decimal::whole(number).data()))
}

fn range(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let numbers = arguments
        .iter()
        .map(|argument| call.number(argument))
        .collect::<Result<Vec<_>, Reason>>()?;
    let zero = Decimal::whole(0);
    let (start, end) = match numbers.as_slice() {
        [end] => (zero, *end),
        [start, end, ..] => (*start, *end),
        [] => (zero, zero),
    };
    let down = end.compare(start) == Ordering::Less;
    let step = numbers.get(2).copied();
    let step = step.unwrap_or_else(|| Decimal::whole(if down { -1 } else { 1 }));
    if step.sign() == 0 || start.compare(end) != Ordering::Equal && (step.sign() < 0) != down {
        return Err(call.wrong("a step that never leads to the end"));
    }
    let mut items = Vec::new();
    let mut number = start;
    let wanted = if down {
        Ordering::Greater
    } else {
        Ordering::Less
    };
    while number.compare(end) == wanted {
        if items.len() >= MAX_RANGE {
            return Err(call.wrong("more than 1024 numbers"));
        }
        items.push(call.value(number.data()));
        number = number.plus(step).ok_or_else(|| call.limit())?;
    }
    Ok(call.items(items))
}
