//! The verbs of `format`: `%-10s`, `%05.2f`, `%[2]v`.

use super::number::{self, Decimal};
use super::{Answer, Call, MAX_TEXT, arguments, encoding, partial};
use palisade_app::{Data, Part, Reason, Value};
use std::sync::Arc;

/// A width or precision beyond this is not followed.
const MAX_WIDTH: usize = 10_000;

/// A piece of a format.
pub(super) enum Piece {
    Literal(Arc<str>),
    Verb(Verb),
}

/// A place for an argument.
pub(super) struct Verb {
    flags: String,
    width: usize,
    precision: Option<usize>,
    /// Which argument, counted from zero, when it says so.
    pub(super) argument: Option<usize>,
    mode: char,
}

/// Reads a format.
pub(super) fn parse(call: &Call<'_>, format: &str) -> Result<Vec<Piece>, Reason> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut rest = format;
    if format.len() > MAX_TEXT {
        return Err(call.limit());
    }
    while let Some((before, after)) = rest.split_once('%') {
        literal.push_str(before);
        if let Some(after) = after.strip_prefix('%') {
            literal.push('%');
            rest = after;
            continue;
        }
        if !literal.is_empty() {
            pieces.push(Piece::literal(&std::mem::take(&mut literal)));
        }
        let (verb, after) = verb(call, after)?;
        pieces.push(Piece::Verb(verb));
        rest = after;
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        pieces.push(Piece::literal(&literal));
    }
    Ok(pieces)
}

fn verb<'t>(call: &Call<'_>, text: &'t str) -> Result<(Verb, &'t str), Reason> {
    let after = text.trim_start_matches(['0', '#', '-', '+', ' ']);
    let flags = text[..text.len() - after.len()].to_owned();
    let (width, after) = digits(call, after)?;
    let (precision, after) = match after.strip_prefix('.') {
        Some(after) => {
            digits(call, after).map(|(digits, after)| (Some(digits.unwrap_or(0)), after))?
        }
        None => (None, after),
    };
    let (argument, after) = match after.strip_prefix('[') {
        Some(after) => {
            let (argument, after) = digits(call, after)?;
            let after = after.strip_prefix(']');
            let argument = argument.and_then(|argument| argument.checked_sub(1));
            let (Some(argument), Some(after)) = (argument, after) else {
                return Err(call.wrong("a verb with a number of an argument that is none"));
            };
            (Some(argument), after)
        }
        None => (None, after),
    };
    let mut letters = after.chars();
    match letters.next() {
        Some(mode) if "vtbdoxXeEfgGsq".contains(mode) => {
            let width = width.unwrap_or(0);
            Ok((
                Verb {
                    flags,
                    width,
                    precision,
                    argument,
                    mode,
                },
                letters.as_str(),
            ))
        }
        Some(mode) => Err(call.wrong(format_args!("no such verb: %{mode}"))),
        None => Err(call.wrong("a verb is missing after %")),
    }
}

fn digits<'t>(call: &Call<'_>, text: &'t str) -> Result<(Option<usize>, &'t str), Reason> {
    let after = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = &text[..text.len() - after.len()];
    if digits.is_empty() {
        return Ok((None, after));
    }
    match digits.parse() {
        Ok(number) if number <= MAX_WIDTH => Ok((Some(number), after)),
        _ => Err(call.limit()),
    }
}

impl Verb {
    fn has(&self, flag: char) -> bool {
        self.flags.contains(flag)
    }

    /// The text that stands in the place of an argument.
    pub(super) fn apply(&self, call: &Call<'_>, value: &Value) -> Answer {
        let plain = self.width == 0 && self.precision.is_none();
        let text = match (self.mode, &value.data) {
            ('v', Data::Null | Data::Absent) => "null".to_owned(),
            ('s', _)
            | ('v', Data::Symbolic(_) | Data::Unknown(_) | Data::List(_) | Data::Map(_))
                if plain =>
            {
                return call.as_text(value);
            }
            (_, Data::Unknown(_) | Data::Symbolic(_) | Data::OneOf(_)) => {
                let hole = Part::Hole(call.unfit(value, "a value"));
                return Ok(Value::new(partial::data([hole]), value.origin.clone()));
            }
            ('v', Data::Number(number)) => {
                let text = number::shown(number);
                self.number(
                    call,
                    'g',
                    Decimal::parse(&text).ok_or_else(|| call.limit())?,
                )?
            }
            ('v', Data::Text(text)) if self.has('#') => encoding::quoted(text),
            ('v' | 's', _) => self.cut(&call.text(value)?),
            ('q', _) => encoding::quoted(&self.cut(&call.text(value)?)),
            ('t', _) => {
                let truth = arguments::boolean(value);
                return match truth {
                    Some(truth) => Ok(call.say(truth.to_string())),
                    None => Err(call.unfit(value, "a truth value")),
                };
            }
            (mode, _) => self.number(call, mode, call.number(value)?)?,
        };
        Ok(Value::text(self.padded(&text), value.origin.clone()))
    }

    /// The first characters of a text, where the precision says how many.
    fn cut(&self, text: &str) -> String {
        text.chars()
            .take(self.precision.unwrap_or(usize::MAX))
            .collect()
    }

    fn padded(&self, text: &str) -> String {
        let missing = self.width.saturating_sub(text.chars().count());
        if self.has('-') {
            return format!("{text}{}", " ".repeat(missing));
        }
        if self.has('0') {
            let (sign, digits) = text.split_at(usize::from(text.starts_with(['-', '+', ' '])));
            return format!("{sign}{}{digits}", "0".repeat(missing));
        }
        format!("{}{text}", " ".repeat(missing))
    }

    fn number(&self, call: &Call<'_>, mode: char, number: Decimal) -> Result<String, Reason> {
        let whole = || {
            number
                .integer()
                .ok_or_else(|| call.wrong("a whole number is expected"))
        };
        let float = number.float().abs();
        let digits = match mode {
            'd' => format!("{}", whole()?.unsigned_abs()),
            'b' => format!("{:b}", whole()?.unsigned_abs()),
            'o' => format!("{:o}", whole()?.unsigned_abs()),
            'x' => format!("{:x}", whole()?.unsigned_abs()),
            'X' => format!("{:X}", whole()?.unsigned_abs()),
            'f' => {
                let places = self.precision.unwrap_or(6);
                number
                    .fixed(places)
                    .unwrap_or_else(|| format!("{float:.places$}"))
            }
            'e' => exponent(&format!("{float:.0$e}", self.precision.unwrap_or(6))),
            'E' => exponent(&format!("{float:.0$e}", self.precision.unwrap_or(6))).to_uppercase(),
            'G' => general(number, self.precision).to_uppercase(),
            _ => general(number, self.precision),
        };
        let least = self
            .precision
            .filter(|_| matches!(mode, 'd' | 'b' | 'o' | 'x' | 'X'));
        let zeros = "0".repeat(least.unwrap_or(0).saturating_sub(digits.len()));
        let prefix = match mode {
            'b' if self.has('#') => "0b",
            'o' if self.has('#') => "0",
            'x' if self.has('#') => "0x",
            'X' if self.has('#') => "0X",
            _ => "",
        };
        let sign = match number.sign() {
            -1 => "-",
            _ if self.mode == 'v' => "",
            _ if self.has('+') => "+",
            _ if self.has(' ') => " ",
            _ => "",
        };
        Ok(format!("{sign}{prefix}{zeros}{digits}"))
    }
}

/// An exponent with its sign and two digits at least, as in Go: `1e4` is `1e+04`.
fn exponent(text: &str) -> String {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (sign, digits) = match exponent.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', exponent),
    };
    format!("{mantissa}e{sign}{digits:0>2}")
}

/// The shorter of both ways to write a number, without its sign.
fn general(number: Decimal, precision: Option<usize>) -> String {
    let float = number.float().abs();
    let scientific = match precision {
        Some(precision) => format!("{float:.0$e}", precision.max(1) - 1),
        None => shortest(&number.text()),
    };
    let (mantissa, power) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let power: i64 = power.parse().unwrap_or(0);
    let mantissa = match mantissa.contains('.') {
        true => mantissa.trim_end_matches('0').trim_end_matches('.'),
        false => mantissa,
    };
    let most = precision.map_or(6, |precision| i64::try_from(precision.max(1)).unwrap_or(6));
    let scientific = format!("{mantissa}e{power}");
    if power < -4 || power >= most {
        return exponent(&scientific);
    }
    number::canonical(&scientific).unwrap_or(scientific)
}

/// A number as one digit, a point and the others, with all digits that it has.
fn shortest(text: &str) -> String {
    let text = text.trim_start_matches('-');
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let all = format!("{whole}{fraction}");
    let digits = all.trim_start_matches('0');
    let Some((first, others)) = digits.split_at_checked(1) else {
        return "0e0".to_owned();
    };
    let zeros = all.len() - digits.len();
    let lengths = (i64::try_from(whole.len()), i64::try_from(zeros));
    let (Ok(whole), Ok(zeros)) = lengths else {
        return "0e0".to_owned();
    };
    format!(
        "{first}.{}e{}",
        if others.is_empty() { "0" } else { others },
        whole - zeros - 1
    )
}
